"""Writes optimisers.json: parameters after each step of PyTorch's optimisers.

Run with PyTorch 1.13 or later: python3 optimisers.py > optimisers.json
"""
import json
import torch

start = [0.5, -1.25, 2.0, 0.0, 3e-4]
gradients = [[0.1 * (i + 1) * (-1) ** (i + t) + 0.01 * t for i in range(5)] for t in range(6)]


def steps(make):
    p = torch.nn.Parameter(torch.tensor(start))
    optimiser = make([p])
    out = []
    for g in gradients:
        p.grad = torch.tensor(g)
        optimiser.step()
        out.append(p.detach().tolist())
    return out


print(json.dumps({
    "torch": torch.__version__,
    "start": start,
    "gradients": gradients,
    "Adam": steps(lambda p: torch.optim.Adam(p, lr=0.01, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.1)),
    "AdamW": steps(lambda p: torch.optim.AdamW(p, lr=0.01, betas=(0.8, 0.99), eps=1e-6, weight_decay=0.2)),
    "SGD": steps(lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, weight_decay=0.01)),
}, indent=1))
