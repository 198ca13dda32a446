"""Time-contrastive embedding in JAX: samples that follow one another within a trial
attract each other, all others repel (InfoNCE, van den Oord et al. 2018)."""

from dataclasses import dataclass
from typing import Any, Dict, List

import assay_plugin as assay
import numpy as np


@dataclass
class Settings:
    dims: int = assay.setting(8, min=1, doc="dimensions of the embedding, which lies on the unit sphere")
    hidden: int = assay.setting(64, min=1, doc="width of the hidden layer")
    lag: int = assay.setting(1, min=1, doc="samples between the two of a positive pair; both in one trial")
    temperature: float = assay.setting(0.2, above=0, scale="log", doc="temperature of the softmax")
    steps: int = assay.setting(500, min=1, doc="gradient steps")
    batch: int = assay.setting(256, min=2, doc="pairs per step")
    lr: float = assay.setting(3e-3, above=0, max=1, scale="log", doc="learning rate of Adam")


Model = Dict[str, Any]
Weights = List[np.ndarray]


class Contrastive(assay.Method[Settings, Model]):
    name = "jax-contrastive"
    version = "1"
    summary = "time-contrastive embedding in JAX"
    citation = "van den Oord et al., Representation Learning with Contrastive Predictive Coding, 2018"
    settings = Settings
    metrics = [assay.Metric("parameters", "none", "weights of the network")]
    reuse = True  # importing JAX takes a second, compiling another
    resumable = True
    budget = "steps"
    context = (0, 0)
    uses_labels = False
    gpu = "none"  # plugin.yaml says so

    def train(self, run: assay.Training[Settings]) -> Model:
        import jax
        import jax.numpy as jnp

        s = run.settings
        r = run.data.train()
        first = np.flatnonzero(r.trial[: -s.lag] == r.trial[s.lag :]) if len(r) > s.lag else np.empty(0, int)
        if len(first) < 2:
            raise assay.Refuse(f"no trial has two samples {s.lag} apart", "lower lag")
        centre, scale = r.samples.mean(axis=0), r.samples.std(axis=0)
        scale[scale < 1e-3] = np.inf  # constant channels say nothing
        x = jnp.asarray((r.samples - centre) / scale)

        def loss(w: Any, rows: Any) -> Any:
            a, b = _encode(jnp, w, x[rows]), _encode(jnp, w, x[rows + s.lag])
            logits = a @ b.T / s.temperature  # [batch x batch]; the diagonal are the pairs
            return -jnp.mean(jnp.diag(jax.nn.log_softmax(logits, axis=1)))

        @jax.jit
        def step(w: Any, m: Any, v: Any, t: Any, rows: Any) -> Any:
            value, g = jax.value_and_grad(loss)(w, rows)
            m = [0.9 * a + 0.1 * b for a, b in zip(m, g)]
            v = [0.999 * a + 0.001 * b**2 for a, b in zip(v, g)]
            # Adam: w <- w - lr * m / (1 - 0.9^t) / (sqrt(v / (1 - 0.999^t)) + 1e-8)
            w = [a - s.lr * b / (1 - 0.9**t) / (jnp.sqrt(c / (1 - 0.999**t)) + 1e-8) for a, b, c in zip(w, m, v)]
            return value, w, m, v

        w = [jnp.asarray(a) for a in _initial(run.rng("weights"), [x.shape[1], s.hidden, s.dims])]
        m = v = [jnp.zeros_like(a) for a in w]
        draw = run.rng("batches")
        done, state = run.checkpoint.resume()
        if state:
            w, m, v = ([jnp.asarray(a) for a in state[name]] for name in ("w", "m", "v"))
            draw.bit_generator.state = state["draw"]
        for t in run.track(range(done + 1, run.end(s.steps) + 1), "steps", done):
            value, w, m, v = step(w, m, v, float(t), draw.choice(first, min(s.batch, len(first)), replace=False))
            if t % 10 == 0:
                if not np.isfinite(value):
                    raise assay.Failure(f"training diverged: the loss of step {t} is {value}", "lower lr")
                run.metric("loss", t, value)
            if run.checkpoint.due(t):
                state = {name: [np.asarray(a) for a in part] for name, part in (("w", w), ("m", m), ("v", v))}
                run.checkpoint.save(t, {**state, "draw": draw.bit_generator.state})
        return {"centre": centre, "scale": scale, "weights": [np.asarray(a) for a in w]}

    def embed(self, model: Model, recording: assay.Recording) -> np.ndarray:
        if recording.samples.shape[1] != len(model["centre"]):
            raise assay.Refuse(f"the model was trained on {len(model['centre'])} channels; this recording has {recording.samples.shape[1]}")
        x = (recording.samples - model["centre"]) / model["scale"]
        return _encode(np, model["weights"], x)

    def evaluate(self, model: Model, recording: assay.Recording) -> Dict[str, float]:
        return {"parameters": sum(w.size for w in model["weights"])}


def _encode(np: Any, w: Any, x: Any) -> Any:
    """x [samples x channels] -> unit vectors [samples x dims], in NumPy or in JAX."""
    z = np.tanh(x @ w[0] + w[1]) @ w[2] + w[3]
    return z / np.sqrt((z**2).sum(axis=1, keepdims=True) + 1e-12)


def _initial(rng: np.random.Generator, widths: List[int]) -> Weights:
    out: Weights = []
    for a, b in zip(widths, widths[1:]):
        out += [(rng.normal(size=(a, b)) / np.sqrt(a)).astype(np.float32), np.zeros(b, np.float32)]
    return out


if __name__ == "__main__":
    assay.serve(Contrastive)
