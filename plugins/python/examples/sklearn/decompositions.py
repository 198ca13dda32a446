"""Matrix decompositions of scikit-learn: PCA, FastICA, factor analysis, NMF."""

from dataclasses import dataclass
from typing import Any, Dict, Literal

import assay_plugin as assay
import numpy as np


@dataclass
class Settings:
    algorithm: Literal["pca", "ica", "fa", "nmf"] = assay.setting("pca", doc="PCA, FastICA, FactorAnalysis or NMF of scikit-learn")
    dims: int = assay.setting(8, min=1, doc="n_components; at most the channels kept")
    min_std: float = assay.setting(1e-3, min=0, doc="channels whose standard deviation over the train part is at most this are dropped")
    max_iter: int = assay.setting(500, min=1, when="algorithm != 'pca'", doc="max_iter of the algorithm")
    tol: float = assay.setting(1e-4, above=0, scale="log", when="algorithm != 'pca'", doc="tol of the algorithm")


Model = Dict[str, Any]


class Decompositions(assay.Method[Settings, Model]):
    name = "sklearn"
    version = "1"
    summary = "matrix decompositions of scikit-learn"
    citation = "Pedregosa et al., Scikit-learn: Machine Learning in Python, JMLR 12 (2011)"
    settings = Settings
    metrics = [
        assay.Metric("reconstruction_r2", "max", "share of the variance of the scaled channels that the embedding reconstructs"),
        assay.Metric("iterations", "none", "iterations until convergence; not of pca"),
    ]
    reuse = True  # nothing stays behind from one fit to the next
    context = (0, 0)
    uses_labels = False
    seedless = "algorithm in ['pca', 'fa']"  # ica begins at random, and nmf may
    gpu = "none"

    def train(self, run: assay.Training[Settings]) -> Model:
        s = run.settings
        x = run.data.train().samples.astype(np.float64)
        std = x.std(axis=0)
        kept = np.flatnonzero(std > s.min_std)
        if s.dims > min(len(kept), len(x)):
            raise assay.Refuse(f"{s.dims} components asked of {len(x)} samples of {len(kept)} channels", "lower dims")
        run.log(f"kept {len(kept)} of {x.shape[1]} channels")
        # NMF needs what is not negative: rates are divided by their deviation, not centred.
        centre = np.zeros(len(kept)) if s.algorithm == "nmf" else x[:, kept].mean(axis=0)
        x = (x[:, kept] - centre) / std[kept]
        if s.algorithm == "nmf" and x.min() < 0:
            raise assay.Refuse(f"nmf needs samples that are not negative; the least is {x.min():.3g} deviations", "use rates or counts, or another algorithm")
        fit = _estimator(s, run.seed_for("estimator")).fit(x)
        model = {"algorithm": s.algorithm, "kept": kept, "centre": centre, "scale": std[kept], "components": fit.components_}
        if s.algorithm != "nmf":
            model["mean"] = fit.mean_
        if s.algorithm == "fa":
            model["noise_variance"] = fit.noise_variance_
        if s.algorithm == "ica":
            model["mixing"] = fit.mixing_
        if s.algorithm != "pca":
            model["iterations"] = int(fit.n_iter_)
            if fit.n_iter_ >= s.max_iter:
                run.log(f"{s.algorithm} did not converge in {s.max_iter} iterations")
        run.progress(1, 1, "fits")
        return model

    def embed(self, model: Model, recording: assay.Recording) -> np.ndarray:
        return _scores(model, _scaled(model, recording))

    def evaluate(self, model: Model, recording: assay.Recording) -> Dict[str, float]:
        x = _scaled(model, recording)
        z = _scores(model, x)
        if model["algorithm"] == "ica":
            back = z @ model["mixing"].T + model["mean"]
        else:
            back = z @ model["components"] + model.get("mean", 0)
        out: Dict[str, float] = {}
        if ((x - x.mean(axis=0)) ** 2).sum() > 0:
            out["reconstruction_r2"] = assay.jackknife(recording, lambda rows: _r2(x[rows], back[rows]))
        if "iterations" in model:
            out["iterations"] = model["iterations"]
        return out


def _r2(x: np.ndarray, back: np.ndarray) -> float:
    return float(1 - ((x - back) ** 2).sum() / ((x - x.mean(axis=0)) ** 2).sum())


def _estimator(s: Settings, seed: int) -> Any:
    # Imported here, so that describing the plugin takes no second.
    from sklearn.decomposition import NMF, PCA, FactorAnalysis, FastICA

    if s.algorithm == "pca":
        return PCA(s.dims, svd_solver="full")
    if s.algorithm == "ica":
        return FastICA(s.dims, whiten="unit-variance", max_iter=s.max_iter, tol=s.tol, random_state=seed)
    if s.algorithm == "fa":
        return FactorAnalysis(s.dims, max_iter=s.max_iter, tol=s.tol, svd_method="lapack")
    return NMF(s.dims, init="nndsvda", max_iter=s.max_iter, tol=s.tol, random_state=seed)


def _scaled(model: Model, recording: assay.Recording) -> np.ndarray:
    x = recording.samples
    if model["kept"].size and model["kept"][-1] >= x.shape[1]:
        raise assay.Refuse(f"the model was trained on more channels than the {x.shape[1]} of this recording")
    return (x[:, model["kept"]].astype(np.float64) - model["centre"]) / model["scale"]


def _scores(model: Model, x: np.ndarray) -> np.ndarray:
    """The estimator's transform, from its saved arrays."""
    w = model["components"]
    if model["algorithm"] in ("pca", "ica"):
        return (x - model["mean"]) @ w.T
    if model["algorithm"] == "fa":
        # E[z|x] = (I + W Psi^-1 W^T)^-1 W Psi^-1 (x - mean), W [dims x channels]
        wpsi = w / model["noise_variance"]
        return np.linalg.solve(np.eye(len(w)) + wpsi @ w.T, wpsi @ (x - model["mean"]).T).T
    from sklearn.decomposition import non_negative_factorization

    z, _, _ = non_negative_factorization(x, H=w, n_components=len(w), update_H=False, init=None, max_iter=500, tol=1e-4)
    return z


if __name__ == "__main__":
    assay.serve(Decompositions)
