"""first-edition: replace this line by what your method does."""

from dataclasses import dataclass
from typing import Dict

import assay_plugin as assay
import numpy as np


@dataclass
class Settings:
    dims: int = assay.setting(4, min=1, doc="number of principal directions, at most the number of channels")
    steps: int = assay.setting(30, min=1, doc="steps of the iteration")


Model = Dict[str, np.ndarray]


class FirstEdition(assay.Method[Settings, Model]):
    name = "first-edition"
    version = "1"  # change it whenever equal requests may give other results
    summary = "principal directions by subspace iteration"
    settings = Settings
    metrics = [assay.Metric("captured", "max", "share of the variance that the embedding holds")]

    def train(self, run: assay.Training[Settings]) -> Model:
        s = run.settings
        x = run.data.train().samples  # [samples x channels], the train split alone
        if s.dims > x.shape[1]:
            raise assay.Refuse(f"{s.dims} dimensions asked of {x.shape[1]} channels", "lower dims")
        if not np.isfinite(x).all():
            raise assay.Refuse("some samples are not finite")
        mean = x.mean(axis=0)
        x = x - mean
        q, _ = np.linalg.qr(run.rng("start").normal(size=(x.shape[1], s.dims)))
        for step in run.track(range(s.steps), "steps"):  # shows progress, ends when cancelled
            q, _ = np.linalg.qr(x.T @ (x @ q))
            run.metric("captured", step, _share(x, q))
        return {"mean": mean, "directions": q}

    def embed(self, model: Model, recording: assay.Recording) -> np.ndarray:
        return _centred(model, recording) @ model["directions"]

    def evaluate(self, model: Model, recording: assay.Recording) -> Dict[str, float]:
        x = _centred(model, recording)
        return {"captured": _share(x, model["directions"])} if np.any(x) else {}


def _centred(model: Model, recording: assay.Recording) -> np.ndarray:
    if recording.samples.shape[1] != len(model["mean"]):
        raise assay.Refuse(f"the model was trained on {len(model['mean'])} channels; this recording has {recording.samples.shape[1]}")
    return recording.samples - model["mean"]


def _share(x: np.ndarray, q: np.ndarray) -> float:
    """|x q|^2 / |x|^2"""
    total = np.sum(x**2)
    return float(np.sum((x @ q) ** 2) / total) if total > 0 else 0.0


if __name__ == "__main__":
    assay.serve(FirstEdition)
