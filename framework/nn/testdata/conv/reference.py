"""A small convolutional network in PyTorch on the problem of reference-problem.json.

Run once, in this folder: python3 reference.py. It writes reference-answer.json: the
outputs, the gradients of the inputs and the parameters, and the losses of ten steps of
gradient descent. Pictures come pixel by pixel with channels last, weights as
[out x (line, column, channel)].
"""
import json

import torch
from torch.nn import functional as F

torch.set_default_dtype(torch.float64)
problem = json.load(open("reference-problem.json"))
(h, w), (c0, c1, c2) = problem["size"], problem["channels"]
x = torch.tensor(problem["x"]).reshape(-1, h, w, c0).permute(0, 3, 1, 2).requires_grad_()
W = {k: torch.tensor(v, dtype=torch.float64) for k, v in problem["weights"].items()}


def kernel(name, out, n, size):
    return W[name].reshape(out, size, size, n).permute(0, 3, 1, 2).clone().requires_grad_()


k1, b1 = kernel("a.weight", c1, c0, 3), W["a.bias"].clone().requires_grad_()
g1, s1 = W["n.weight"].clone().requires_grad_(), W["n.bias"].clone().requires_grad_()
k2 = kernel("b.weight", c2, c1, 2)
params = [k1, b1, g1, s1, k2]


def forward():
    y = F.conv2d(x, k1, b1, stride=2, padding=1)
    y = F.relu(F.batch_norm(y, None, None, g1, s1, training=True))
    y = F.conv2d(y, k2, stride=1)
    return F.avg_pool2d(y, 2, 1).permute(0, 2, 3, 1).reshape(-1, c2)


y = forward()
target = torch.tensor(problem["target"]).reshape(y.shape)
loss = F.mse_loss(y, target)
grads = torch.autograd.grad(loss, [x] + params)
losses = []
for _ in range(10):
    loss = F.mse_loss(forward(), target)
    losses.append(loss.item())
    with torch.no_grad():
        for p, g in zip(params, torch.autograd.grad(loss, params)):
            p -= 0.1 * g
arrays = {"output": y.detach().flatten().tolist(), "losses": losses}
for name, g in zip(["x", "a.weight", "a.bias", "n.weight", "n.bias", "b.weight"], grads):
    g = g.permute(0, 2, 3, 1) if g.dim() == 4 else g
    arrays[name] = g.flatten().tolist()
with open("reference-answer.json", "w") as f:
    json.dump({"torch": torch.__version__, "arrays": arrays}, f)
    f.write("\n")
