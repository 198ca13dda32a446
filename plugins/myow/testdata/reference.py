"""MYOW, second release, in PyTorch on the problem of reference-problem.json.

Run once, in this folder: python3 reference.py. It writes reference-answer.json,
the first ten losses. The model is the paper's with cascaded heads, in float64;
which of the k neighbours is mined was drawn elsewhere and stands in the problem,
and that it is one of the k is checked here.
"""
import json
import math

import torch
from torch import nn
from torch.nn import functional as F

torch.set_default_dtype(torch.float64)
problem = json.load(open("reference-problem.json"))


def tensor(values):
    return torch.tensor(values, dtype=torch.float64)


def load(module, name, weights):
    for kind, p in module.named_parameters():
        p.data = tensor(weights.pop(f"{name}.{kind}")).reshape(p.shape)
    return module


def linear(name, a, b, bias, weights):
    return load(nn.Linear(a, b, bias=bias), name, weights)


def encoder(units, widths, weights):
    """Linear without bias, BatchNorm (weight of the new batch 0.99), PReLU; the last layer is Linear alone."""
    layers = []
    for i, (a, b) in enumerate(zip([units, *widths], widths)):
        layers.append(linear(f"encoder.{i}.linear", a, b, False, weights))
        if i + 1 < len(widths):
            layers.append(load(nn.BatchNorm1d(b, momentum=0.99), f"encoder.{i}.norm", weights))
            layers.append(load(nn.PReLU(), f"encoder.{i}.prelu", weights))
    return nn.Sequential(*layers)


def mlp(name, weights):
    """Linear without bias, BatchNorm, ReLU, Linear with bias."""
    hidden, out = len(weights[f"{name}.1.weight"]), len(weights[f"{name}.3.bias"])
    into = len(weights[f"{name}.0.weight"]) // hidden
    return nn.Sequential(
        linear(f"{name}.0", into, hidden, False, weights),
        load(nn.BatchNorm1d(hidden, momentum=0.1), f"{name}.1", weights),
        nn.ReLU(),
        linear(f"{name}.3", hidden, out, True, weights),
    )


units = len(problem["steps"][0]["a"][0])
online, target = problem["online"], problem["target"]
f, q, h, r = encoder(units, problem["encoder"], online), mlp("q", online), mlp("h", online), mlp("r", online)
f_xi, h_xi = encoder(units, problem["encoder"], target), mlp("h", target)
assert not online and not target, "weights that the model does not have"

parameters = [p for part in (f, q, h, r) for p in part.parameters()]
adamw = torch.optim.AdamW(parameters, lr=0, betas=(0.9, 0.999), eps=1e-8, weight_decay=problem["decay"])
T, warm_up, rate0, tau0 = len(problem["steps"]), problem["warm_up"], problem["rate"], problem["ema"]


def rate(t):
    if t <= warm_up:
        return rate0 * t / warm_up
    return rate0 * (1 + math.cos(math.pi * (t - warm_up) / (T - warm_up))) / 2


def tau(t):
    return 1 - (1 - tau0) * (1 + math.cos(math.pi * t / T)) / 2


def check_mined(step, y, y_xi):
    """Every mined row is among the k of other trials that are most like its query."""
    similar = F.normalize(y, dim=1) @ F.normalize(y_xi, dim=1).T
    trials = torch.tensor(step["trials"])
    similar[trials[step["anchors"]][:, None] == trials[None, :]] = -2
    kth = similar.topk(problem["k"], dim=1).values[:, -1]
    mined = similar[torch.arange(len(kth)), torch.tensor(step["mined"])]
    assert (mined > kth - 1e-5).all(), "a mined row is not among the nearest"


losses = []
for t, step in enumerate(problem["steps"]):
    a, positives = tensor(step["a"]), tensor(step["positives"])
    anchors, mined, lam = step["anchors"], step["mined"], step["mined_weight"]
    # g is the identity: z = y. Rows of A, then of A', each with their own statistics.
    y1, y2 = f(a), f(positives)
    q1, q2 = q(y1), q(y2)
    r1 = r(h(y1))
    r(h(y2))
    with torch.no_grad():
        y1_xi, y2_xi = f_xi(a), f_xi(positives)
        v1_xi = h_xi(y1_xi)
        h_xi(y2_xi)
        check_mined(step, y1[anchors], y1_xi)
    cos = F.cosine_similarity
    aug = 1 - 0.5 * cos(q1[anchors], y2_xi).mean() - 0.5 * cos(q2, y1_xi[anchors]).mean()
    mine = 1 - cos(r1[anchors], v1_xi[mined]).mean()
    loss = (1 - lam) * aug + lam * mine
    adamw.zero_grad()
    loss.backward()
    for group in adamw.param_groups:
        group["lr"] = rate(t)
    adamw.step()
    with torch.no_grad():
        for net, net_xi in ((f, f_xi), (h, h_xi)):
            for theta, xi in zip(net.parameters(), net_xi.parameters()):
                xi.mul_(tau(t)).add_((1 - tau(t)) * theta)
    losses.append(loss.item())

with open("reference-answer.json", "w") as file:
    json.dump({"torch": torch.__version__, "values": losses}, file)
    file.write("\n")
