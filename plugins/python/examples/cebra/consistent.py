"""CEBRA, as published on PyPI by its authors.

It is imported by the calls that need it, not at the top: on a busy machine that
takes longer than the host waits for a handshake.
"""

import os
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, Callable, Dict, Literal

import assay_plugin as assay
import numpy as np


@dataclass
class Settings:
    dims: int = assay.setting(8, min=2, doc="output_dimension; the embedding lies on a sphere")
    labels: str = assay.setting("", doc="target that guides the embedding: CEBRA-Behaviour; empty: CEBRA-Time")
    architecture: Literal["offset1-model", "offset5-model", "offset10-model"] = assay.setting("offset10-model", doc="model_architecture: samples that the encoder sees")
    hidden: int = assay.setting(32, min=1, doc="num_hidden_units")
    time_offsets: int = assay.setting(10, min=1, doc="samples between the two of a positive pair")
    temperature: float = assay.setting(1.0, above=0, scale="log", doc="temperature of the loss, constant")
    iterations: int = assay.setting(1000, min=1, doc="max_iterations")
    batch: int = assay.setting(512, min=2, doc="batch_size")
    lr: float = assay.setting(3e-4, above=0, max=1, scale="log", doc="learning_rate")


class CEBRA(assay.Method[Settings, Any]):
    name = "cebra"
    version = "1-cebra-" + version("cebra")
    summary = "CEBRA: consistent embeddings by contrastive learning, with or without labels"
    citation = "Schneider, Lee and Mathis, Learnable latent embeddings for joint behavioural and neural analysis, Nature 617 (2023)"
    settings = Settings
    metrics = [assay.Metric("loss", "none", "InfoNCE at the last iteration of training")]
    reuse = True  # importing it takes seconds
    # An encoder of n samples sees n // 2 before and, but for itself, what is left after.
    context = ("architecture == 'offset1-model' ? 0 : architecture == 'offset5-model' ? 2 : 5",
               "architecture == 'offset1-model' ? 0 : architecture == 'offset5-model' ? 2 : 4")
    uses_labels = "labels != ''"
    gpu = "none"

    def train(self, run: assay.Training[Settings]) -> Any:
        import cebra
        import torch

        s = run.settings
        r = run.data.train()
        y = [] if not s.labels else [_labels(r.target(s.labels))]
        torch.set_num_threads(1)  # the order of sums would depend on it
        torch.manual_seed(run.seed_for("weights"))
        np.random.seed(run.seed_for("NumPy's global generator"))
        samplers = run.rng("samplers")
        _seed_samplers(lambda: int(samplers.integers(2**31)))
        model = cebra.CEBRA(
            model_architecture=s.architecture, output_dimension=s.dims, num_hidden_units=s.hidden, time_offsets=s.time_offsets,
            conditional="time_delta" if y else "time", temperature=s.temperature, max_iterations=s.iterations,
            batch_size=s.batch, learning_rate=s.lr, device="cpu", verbose=False,
        )

        def report(step: int, solver: Any) -> None:
            run.progress(step, s.iterations, "iterations")
            run.metric("loss", step, solver.log["total"][-1])

        model.fit(np.array(r.samples), *y, callback=report, callback_frequency=50)
        return model

    def embed(self, model: Any, recording: assay.Recording) -> np.ndarray:
        if len(recording) < len(model.offset_):
            raise assay.Refuse(f"{len(recording)} samples; this architecture looks at {len(model.offset_)} at a time", "choose offset1-model")
        return np.asarray(model.transform(np.array(recording.samples)))

    def evaluate(self, model: Any, recording: assay.Recording) -> Dict[str, float]:
        return {"loss": float(model.state_dict_["log"]["total"][-1])}

    # CEBRA's own format, a pickle: the host loads only models that this plugin saved.
    def save(self, model: Any, folder: str) -> None:
        model.save(os.path.join(folder, "cebra.pt"))

    def load(self, folder: str) -> Any:
        import cebra
        import torch

        torch.set_num_threads(1)
        path = os.path.join(folder, "cebra.pt")
        if not os.path.exists(path):
            raise assay.Failure(f"no model: {path} is missing")
        return cebra.CEBRA.load(path, weights_only=False)


def _labels(target: assay.Target) -> np.ndarray:
    """Discrete labels are whole numbers to CEBRA, continuous ones are not."""
    return target.values.astype(np.int64) if target.is_class else target.values.astype(np.float32)


def _seed_samplers(draw: Callable[[], int]) -> None:
    """Gives CEBRA's samplers seeds of ours: version 0.6 takes them from the
    system's entropy, whatever torch.manual_seed says."""
    from cebra.distributions.base import HasGenerator

    original = getattr(HasGenerator.__init__, "original", HasGenerator.__init__)

    def init(self: Any, device: str, seed: Any) -> None:
        original(self, device, seed)
        self._seed = draw()
        self.generator.manual_seed(self._seed)

    setattr(init, "original", original)
    HasGenerator.__init__ = init


if __name__ == "__main__":
    assay.serve(CEBRA)
