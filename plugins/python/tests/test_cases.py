"""Numbers per case: the same rules as the Go packages framework/data and framework/metric."""

import numpy as np
import pytest

from assay_plugin import jackknife, over_samples
from assay_plugin.testing import recording


def of_trials(*trial):
    r = recording(len(trial))
    r.trial[:] = trial
    return r


def test_cases_are_trials_in_order_of_appearance():
    of, n = of_trials(7, 7, 3, 3, 3, 9).cases()
    assert of.tolist() == [0, 0, 1, 1, 1, 2] and n == 3


@pytest.mark.parametrize("samples, blocks", [(79, 0), (80, 8), (89, 8), (90, 9), (100, 10), (1003, 10)])
def test_one_trial_is_cut_into_blocks(samples, blocks):
    of, n = of_trials(*[4] * samples).cases()
    assert n == blocks
    if n:
        lengths = np.bincount(of)
        assert len(lengths) == blocks and lengths.max() - lengths.min() <= 1 and (np.diff(of) >= 0).all()


def test_the_mean_over_cases_is_the_metric():
    rng = np.random.default_rng(1)
    for _ in range(50):
        r = of_trials(*np.repeat(np.arange(rng.integers(2, 20)), rng.integers(1, 9)))
        x, w = rng.normal(size=len(r)), rng.integers(0, 3, len(r)) + 1e-9
        for s in (over_samples(r, x), over_samples(r, x, w), jackknife(r, lambda rows: x[rows].std())):
            z = s.cases()
            assert len(z) == r.cases()[1] and z.mean() == pytest.approx(float(s), rel=1e-12, abs=1e-12)
    assert float(over_samples(r, x, w)) == pytest.approx(np.average(x, weights=w))


def test_cases_of_equal_weight_are_their_means():
    r = of_trials(*np.repeat(np.arange(6), 4))
    x = np.random.default_rng(2).normal(size=24)
    np.testing.assert_allclose(over_samples(r, x).cases(), x.reshape(6, 4).mean(axis=1), rtol=1e-12)
    np.testing.assert_allclose(jackknife(r, lambda rows: x[rows].mean()).cases(), x.reshape(6, 4).mean(axis=1), rtol=1e-9)


def test_what_is_undefined_without_a_case_has_none():
    r = of_trials(0, 0, 1, 1, 2, 2)
    assert jackknife(r, lambda rows: 1.0 if len(rows) == 6 else np.nan).cases() is None
    assert over_samples(of_trials(*[0] * 20), np.ones(20)).cases() is None
    with pytest.raises(ValueError, match="for 6 samples"):
        over_samples(r, np.ones(5))
