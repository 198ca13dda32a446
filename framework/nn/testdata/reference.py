"""SGD with momentum and LARS in PyTorch on the problem of reference-problem.json.

Run once, in this folder: python3 reference.py. It writes reference-answer.json,
the losses before each step and after the last, of SGD and then of LARS. LARS is
written out:

    local = eta |w| / (|g| + wd |w|);  u = local * rate * (g + wd w)
    buf = momentum * buf + u;          w -= buf

and biases get neither decay nor scaling.
"""
import json

import torch

ETA = 0.5

torch.set_default_dtype(torch.float64)
problem = json.load(open("reference-problem.json"))
momentum, decay, rates = problem["momentum"], problem["decay"], problem["rates"]
bias0 = torch.tensor(problem["bias"])
weight0 = torch.tensor(problem["weight"]).reshape(len(bias0), -1)
x = torch.tensor(problem["x"]).reshape(-1, weight0.shape[1])
target = torch.tensor(problem["target"]).reshape(-1, len(bias0))


def start():
    return weight0.clone().requires_grad_(), bias0.clone().requires_grad_()


def loss_of(weight, bias):
    return torch.nn.functional.mse_loss(x @ weight.T + bias, target)


values = []

weight, bias = start()
sgd = torch.optim.SGD(
    [{"params": [weight], "weight_decay": decay}, {"params": [bias], "weight_decay": 0}], lr=1, momentum=momentum
)
for rate in rates:
    for group in sgd.param_groups:
        group["lr"] = rate
    loss = loss_of(weight, bias)
    values.append(loss.item())
    sgd.zero_grad()
    loss.backward()
    sgd.step()
values.append(loss_of(weight, bias).item())

weight, bias = start()
buf = [torch.zeros_like(weight), torch.zeros_like(bias)]
for rate in rates:
    loss = loss_of(weight, bias)
    values.append(loss.item())
    g_weight, g_bias = torch.autograd.grad(loss, [weight, bias])
    with torch.no_grad():
        local = ETA * weight.norm() / (g_weight.norm() + decay * weight.norm())
        buf[0] = momentum * buf[0] + local * rate * (g_weight + decay * weight)
        buf[1] = momentum * buf[1] + rate * g_bias
        weight -= buf[0]
        bias -= buf[1]
values.append(loss_of(weight, bias).item())

with open("reference-answer.json", "w") as f:
    json.dump({"torch": torch.__version__, "values": values}, f)
    f.write("\n")
