"""Metrics case by case: what intervals over test cases are made of."""

from __future__ import annotations

from typing import Callable, Optional, Union

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._data import Recording


class Scores(float):
    """A metric that knows its numbers per case: one for each case of the recording
    (:meth:`Recording.cases`), whose plain mean is the metric. ``cases`` computes
    them; it gives None where there are none."""

    cases: Callable[[], Optional[NDArray[np.float64]]]

    def __new__(cls, value: float, cases: Callable[[], Optional[NDArray[np.float64]]]) -> Scores:
        self = super().__new__(cls, value)
        self.cases = cases
        return self


def over_samples(recording: Recording, scores: ArrayLike, weights: Optional[ArrayLike] = None) -> Scores:
    """A metric that is the mean of a score per sample, [samples]: 1 where a
    prediction is right, a log-likelihood. Weights count samples differently, 0 not
    at all. With theta the mean, w_j the weight of case j, x_j its mean score and m
    cases, the number of case j is theta + m w_j (x_j - theta) / sum w."""
    x = np.asarray(scores, np.float64)
    w = np.ones(len(x)) if weights is None else np.asarray(weights, np.float64)
    if x.shape != (len(recording),) or w.shape != x.shape:
        raise ValueError(f"{x.shape} scores and {w.shape} weights for {len(recording)} samples")
    theta = float((w * x).sum() / w.sum())

    def cases() -> Optional[NDArray[np.float64]]:
        of, m = recording.cases()
        if m == 0:
            return None
        z: NDArray[np.float64] = theta + m / w.sum() * np.bincount(of, weights=w * (x - theta), minlength=m)
        return z

    return Scores(theta, cases)


def jackknife(recording: Recording, metric: Callable[[NDArray[np.intp]], Union[float, np.floating]]) -> Scores:
    """Any other metric, R2 or F1: ``metric(rows)`` computes it of the samples with
    these numbers. Its numbers per case are pseudo-values of leaving out one case,
    theta + (m - 1)(mean of theta_-u - theta_-j)."""
    rows = np.arange(len(recording))
    theta = float(metric(rows))

    def cases() -> Optional[NDArray[np.float64]]:
        of, m = recording.cases()
        if m < 2:
            return None
        without = np.array([float(metric(rows[of != j])) for j in range(m)])
        if not np.isfinite(without).all():
            return None  # undefined without one of the cases
        z: NDArray[np.float64] = theta + (m - 1) * (without.mean() - without)
        z -= z.mean() - theta  # what rounding left, which m - 1 makes large where there are many cases
        return z

    return Scores(theta, cases)
