"""The authors' release of HiWA as a plugin, with the steps of its demonstration:
factor analysis of the source, velocities of the target with their speed, Isomap for
the map of the source. pairs.py makes the plugin's folder; HIWA_RELEASE is the folder
of the release, which is not part of this project.
"""
import os
import sys
from dataclasses import dataclass
from typing import Any, Dict, Literal

import assay_plugin as assay
import numpy as np


@dataclass
class Settings:
    solver: Literal["randomized", "lapack"] = assay.setting("randomized", doc="svd_method of scikit-learn's factor analysis; randomized is its default and the demonstration's")
    neighbours: int = assay.setting(12, min=1, doc="of Isomap")


class Release(assay.Method[Settings, Dict[str, Any]]):
    name, version = "hiwa-release", "1"
    summary = "HiWA as its authors released it, on three factors and (v_x, v_y, |v|)"
    settings = Settings
    roles = ("source", "target")
    targets = ("direction", "velocity")
    metrics = [
        assay.Metric("velocity_r2", "max", "R2 of the true velocity by the first two aligned coordinates, both whitened as pairs"),
        assay.Metric("matched", "max", "share of source clusters matched with the target cluster of their own label"),
        assay.Metric("iterations", "none", "outer iterations"),
    ]

    def train(self, run: assay.Training[Settings]) -> Dict[str, Any]:
        sys.path.insert(0, os.environ["HIWA_RELEASE"] + "/src")
        from hiwa import HiWA
        from sklearn.decomposition import FactorAnalysis
        from sklearn.manifold import Isomap

        source, target = run.data.train("source"), run.data.train("target")
        x, v = source.samples.astype(float), target.target("velocity").values.astype(float)
        kept = np.flatnonzero(x.std(axis=0) > 0)
        factors = FactorAnalysis(3, svd_method=run.settings.solver, random_state=0).fit(x[:, kept])
        y = np.c_[v, np.linalg.norm(v, axis=1)]
        np.random.seed(run.seed_for("start") % 2**32)
        h = HiWA(dim_red_method=Isomap(n_neighbors=run.settings.neighbours))
        z = factors.transform(x[:, kept])
        labels = source.target("direction").values, target.target("direction").values
        h.fit(z, labels[0], y, labels[1], Y_transform=np.linalg.pinv(y) @ v)
        wpsi = factors.components_ / factors.noise_variance_
        cov = np.linalg.inv(np.eye(3) + wpsi @ factors.components_.T)
        right = np.unique(labels[0])[:, None] == np.unique(labels[1])[h.P.argmax(axis=1)][:, None]
        return dict(kept=kept, mean=factors.mean_, scores=(wpsi.T @ cov), centre=z.mean(axis=0), inverse=whitener(z), R=h.Rg,
                    matched=float(right.mean()), iterations=len(h.diagnostics["Rg_norm"]))

    def embed(self, model: Dict[str, Any], recording: assay.Recording) -> np.ndarray:
        z = (recording.samples[:, model["kept"]] - model["mean"]) @ model["scores"]
        return (z - model["centre"]) @ model["inverse"] @ model["R"].T

    def evaluate(self, model: Dict[str, Any], recording: assay.Recording) -> Dict[str, float]:
        z, v = self.embed(model, recording)[:, :2], recording.target("velocity").values.astype(float)
        z, v = (z - z.mean(axis=0)) @ whitener(z), (v - v.mean(axis=0)) @ whitener(v)
        r2 = 1 - ((z - v) ** 2).mean(axis=0).sum() / v.var(axis=0).sum()
        return {"velocity_r2": float(r2), "matched": model["matched"], "iterations": model["iterations"]}


def whitener(x: np.ndarray) -> np.ndarray:
    """The symmetric inverse root of the covariance."""
    w, e = np.linalg.eigh(np.cov(x.T))
    return (e / np.sqrt(w)) @ e.T


if __name__ == "__main__":
    assay.serve(Release)
