"""A small autoencoder in PyTorch, on the CPU; with beta > 0 a variational one."""

from dataclasses import dataclass
from typing import Any, Dict, List

import assay_plugin as assay
import numpy as np
import torch
from torch import nn


@dataclass
class Settings:
    dims: int = assay.setting(8, min=1, doc="width of the code")
    hidden: List[int] = assay.setting([64], min=1, doc="widths of the layers between channels and code; the decoder mirrors them")
    beta: float = assay.setting(0.0, min=0, doc="weight of the Kullback-Leibler term; 0: a plain autoencoder")
    epochs: int = assay.setting(100, min=1, doc="passes over the train part")
    batch: int = assay.setting(128, min=1, doc="samples per step")
    lr: float = assay.setting(1e-3, above=0, max=1, scale="log", doc="learning rate of Adam")


Model = Dict[str, Any]


class Net(nn.Module):
    def __init__(self, channels: int, hidden: List[int], dims: int):
        super().__init__()
        self.encoder = _layers([channels, *hidden, 2 * dims])  # mean and log-variance of the code
        self.decoder = _layers([dims, *reversed(hidden), channels])

    def forward(self, x: torch.Tensor) -> Any:
        return self.encoder(x).chunk(2, dim=1)


def _layers(widths: List[int]) -> nn.Sequential:
    layers: List[nn.Module] = []
    for a, b in zip(widths, widths[1:]):
        layers += [nn.Linear(a, b), nn.ELU()]
    return nn.Sequential(*layers[:-1])


class Autoencoder(assay.Method[Settings, Model]):
    name = "torch-autoencoder"
    version = "1"
    summary = "autoencoder of z-scored samples in PyTorch"
    citation = "Kingma and Welling, Auto-Encoding Variational Bayes, ICLR 2014; Higgins et al., beta-VAE, ICLR 2017"
    settings = Settings
    metrics = [assay.Metric("reconstruction_r2", "max", "share of the variance of the z-scored channels that is decoded from the code")]
    reuse = True  # importing torch takes a second; every train seeds it anew
    resumable = True
    budget = "epochs"
    context = (0, 0)
    uses_labels = False
    gpu = "none"

    def train(self, run: assay.Training[Settings]) -> Model:
        s = run.settings
        torch.set_num_threads(1)  # the order of sums, and with it the last bits, would depend on it
        torch.manual_seed(run.seed_for("weights and noise"))
        batches = run.rng("batches")
        samples = run.data.train().samples.astype(np.float32)
        centre, scale = samples.mean(axis=0), samples.std(axis=0)
        scale[scale < 1e-3] = np.inf  # constant channels say nothing
        x = torch.from_numpy((samples - centre) / scale)
        net = Net(x.shape[1], s.hidden, s.dims)
        optimiser = torch.optim.Adam(net.parameters(), lr=s.lr)
        done, state = run.checkpoint.resume()
        if state:
            _restore(state, net, optimiser, batches)
        for epoch in run.track(range(done, run.end(s.epochs)), "epochs", done):
            total = 0.0
            for rows in np.array_split(batches.permutation(len(x)), max(1, len(x) // s.batch)):
                loss = _loss(net, x[torch.from_numpy(rows)], s.beta)
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()
                total += loss.item() * len(rows)
            if not np.isfinite(total):
                raise assay.Failure(f"training diverged: the loss of epoch {epoch} is {total}", "lower lr")
            run.metric("loss", epoch, total / len(x))
            if (epoch + 1) % 10 == 0 or run.checkpoint.due(epoch + 1):
                run.checkpoint.save(epoch + 1, _state(net, optimiser, batches))
        return {"hidden": s.hidden, "dims": s.dims, "centre": centre, "scale": scale, "weights": _arrays(net.state_dict())}

    def embed(self, model: Model, recording: assay.Recording) -> np.ndarray:
        with torch.no_grad():
            return _net(model)(_scaled(model, recording))[0].numpy()

    def evaluate(self, model: Model, recording: assay.Recording) -> Dict[str, float]:
        with torch.no_grad():
            net, x = _net(model), _scaled(model, recording)
            error = ((x - net.decoder(net(x)[0])) ** 2).sum(dim=1).numpy()
        if not x.std(dim=0).any():
            return {}
        return {"reconstruction_r2": assay.jackknife(recording, lambda rows: _r2(x.numpy()[rows], error[rows]))}


def _r2(x: np.ndarray, error: np.ndarray) -> float:
    return float(1 - error.sum(dtype=np.float64) / ((x - x.mean(axis=0)) ** 2).sum(dtype=np.float64))


def _loss(net: Net, x: torch.Tensor, beta: float) -> torch.Tensor:
    """Squared error + beta KL(q(z|x) || N(0, I)), summed over channels, mean over samples."""
    mu, logvar = net(x)
    z = mu if beta == 0 else mu + torch.randn_like(mu) * (logvar / 2).exp()
    error = ((net.decoder(z) - x) ** 2).sum(dim=1).mean()
    if beta == 0:
        return error
    return error + beta * 0.5 * (mu**2 + logvar.exp() - logvar - 1).sum(dim=1).mean()


def _arrays(tree: Any) -> Any:
    """Tensors as NumPy arrays, at any depth."""
    if isinstance(tree, torch.Tensor):
        return tree.numpy()
    return {str(k): _arrays(v) for k, v in tree.items()} if isinstance(tree, dict) else tree


def _state(net: Net, optimiser: torch.optim.Adam, batches: np.random.Generator) -> Dict[str, Any]:
    """All that the coming epochs depend on."""
    return {"net": _arrays(net.state_dict()), "adam": _arrays(optimiser.state_dict()["state"]),
            "torch": torch.get_rng_state().numpy(), "batches": batches.bit_generator.state}


def _restore(state: Dict[str, Any], net: Net, optimiser: torch.optim.Adam, batches: np.random.Generator) -> None:
    net.load_state_dict({name: torch.from_numpy(w) for name, w in state["net"].items()})
    adam = {int(i): {k: torch.from_numpy(v) if isinstance(v, np.ndarray) else v for k, v in a.items()} for i, a in state["adam"].items()}
    optimiser.load_state_dict({"state": adam, "param_groups": optimiser.state_dict()["param_groups"]})
    torch.set_rng_state(torch.from_numpy(state["torch"]))
    batches.bit_generator.state = state["batches"]


def _net(model: Model) -> Net:
    torch.set_num_threads(1)
    net = Net(len(model["centre"]), model["hidden"], model["dims"])
    net.load_state_dict({name: torch.from_numpy(w) for name, w in model["weights"].items()})
    return net


def _scaled(model: Model, recording: assay.Recording) -> torch.Tensor:
    if recording.samples.shape[1] != len(model["centre"]):
        raise assay.Refuse(f"the model was trained on {len(model['centre'])} channels; this recording has {recording.samples.shape[1]}")
    return torch.from_numpy(((recording.samples - model["centre"]) / model["scale"]).astype(np.float32))


if __name__ == "__main__":
    assay.serve(Autoencoder)
