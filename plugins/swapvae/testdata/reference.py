"""Swap-VAE in PyTorch on the problem of reference-problem.json.

Run once, in this folder: python3 reference.py. It writes reference-answer.json,
the first ten losses. The model is the paper's, in float64: encoder and decoder
with a BatchNorm of their own statistics in every pass, BlockSwap, Poisson loss
against the view that gave the style, KL of the style, alignment of the contents.
"""
import json

import torch
from torch import nn
from torch.nn import functional as F

KL_WEIGHT, ALIGN_WEIGHT, RATE = 10, 1, 5e-4

torch.set_default_dtype(torch.float64)
problem = json.load(open("reference-problem.json"))
c = problem["content"]
x0, noise0 = problem["steps"][0]["x"][0], problem["steps"][0]["noise"][0]
units, s = len(x0[0]), len(noise0[0])
d = c + s


class Stack(nn.Module):
    """Linear layers, the hidden ones with BatchNorm and ReLU."""

    def __init__(self, name, *widths):
        super().__init__()
        layers = []
        for i, (a, b) in enumerate(zip(widths, widths[1:])):
            linear = nn.Linear(a, b)
            load(linear, f"{name}.{i}.linear")
            layers.append(linear)
            if i + 2 < len(widths):
                norm = nn.BatchNorm1d(b, eps=1e-5, momentum=0.1)
                load(norm, f"{name}.{i}.norm")
                layers += [norm, nn.ReLU()]
        self.layers = nn.Sequential(*layers)

    def forward(self, x):
        return self.layers(x)


def load(module, name):
    for kind, p in module.named_parameters():
        values = torch.tensor(problem["weights"].pop(f"{name}.{kind}"), dtype=p.dtype)
        p.data = values.reshape(p.shape)


encoder, decoder = Stack("encoder", units, units, d, c + 2 * s), Stack("decoder", d, d, units, units)
assert not problem["weights"], "weights that the model does not have"
parameters = [*encoder.parameters(), *decoder.parameters()]
adam = torch.optim.Adam(parameters, lr=RATE, betas=(0.9, 0.999), eps=1e-8)


def decode(content, style):
    return F.softplus(decoder(torch.cat([content, style], dim=1)), threshold=20)


def nll(x, y):
    y = y.clamp(1e-7, 1e7)
    return (y - x * y.log()).sum(dim=1).mean()


def encode(x, eps):
    out = encoder(x)
    content, mu, v = out[:, :c], out[:, c:d], out[:, d:]
    kl = (-0.5 * (1 + v - mu**2 - v.exp())).sum(dim=1).mean()
    return content, mu + (v / 2).exp() * eps, kl


losses = []
for step in problem["steps"]:
    x1, x2 = (torch.tensor(x, dtype=torch.float64) for x in step["x"])
    eps1, eps2 = (torch.tensor(e, dtype=torch.float64) for e in step["noise"])
    c1, s1, kl1 = encode(x1, eps1)
    c2, s2, kl2 = encode(x2, eps2)
    swap = (nll(x1, decode(c2, s1)) + nll(x2, decode(c1, s2))) / 2
    own = (nll(x1, decode(c1, s1)) + nll(x2, decode(c2, s2))) / 2
    align = (2 - 2 * (F.normalize(c1, eps=1e-12) * F.normalize(c2, eps=1e-12)).sum(dim=1)).mean()
    loss = swap + own + KL_WEIGHT * (kl1 + kl2) / 2 + ALIGN_WEIGHT * align
    adam.zero_grad()
    loss.backward()
    adam.step()
    losses.append(loss.item())

with open("reference-answer.json", "w") as f:
    json.dump({"torch": torch.__version__, "values": losses}, f)
    f.write("\n")
