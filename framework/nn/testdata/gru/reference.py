"""A bidirectional GRU in PyTorch on the problem of reference-problem.json.

Run once, in this folder: python3 reference.py. It writes reference-answer.json:
the first loss, all states, the norms of the gradients of every parameter and of
the input, and the losses of nine further steps of Adam.
"""
import json

import torch

torch.set_default_dtype(torch.float64)
problem = json.load(open("reference-problem.json"))
x, target = (torch.tensor(problem[k], dtype=torch.float64) for k in ("x", "target"))
x.requires_grad_()
gru = torch.nn.GRU(x.shape[2], problem["hidden"], batch_first=True, bidirectional=True)
for name, p in gru.named_parameters():
    p.data = torch.tensor(problem["weights"].pop("gru." + name), dtype=torch.float64).reshape(p.shape)
assert not problem["weights"], "weights that the model does not have"
adam = torch.optim.Adam(gru.parameters(), lr=0.01, betas=(0.9, 0.999), eps=1e-8)
values = []
for step in range(10):
    y, _ = gru(x)
    loss = torch.nn.functional.mse_loss(y, target)
    adam.zero_grad()
    loss.backward()
    values.append(loss.item())
    if step == 0:
        values += y.detach().flatten().tolist()
        values += [p.grad.norm().item() for p in gru.parameters()]
        values.append(x.grad.norm().item())
    adam.step()
with open("reference-answer.json", "w") as f:
    json.dump({"torch": torch.__version__, "values": values}, f)
    f.write("\n")
