"""EIT and the vanilla transformer in PyTorch on the problems of reference-problem.json.

Run once, in this folder: python3 reference.py. It writes reference-answer.json:
logits of the first batch, gradients of its loss, the first ten losses under Adam.
Written from the equations, in float64. All matrices are [out, in]; a weight that
a network does not use has no gradient.
"""
import json
import math

import torch
from torch.nn import functional as F

torch.set_default_dtype(torch.float64)


def layer_norm(x, w, name):
    return F.layer_norm(x, x.shape[-1:], w[name + ".weight"], w[name + ".bias"], eps=1e-5)


def linear(x, w, name):
    return x @ w[name + ".weight"].T + w[name + ".bias"]


def block(x, w, name, heads, skip, feed_forward):
    """x [..., L, d]: attention over L with or without skip, then perhaps an MLP with one."""
    u = layer_norm(x, w, name + ".norm1")
    q, k, v = (u @ w[name + ".attention.qkv.weight"].T).chunk(3, dim=-1)
    e = q.shape[-1] // heads
    each = []
    for h in range(heads):
        of = slice(h * e, (h + 1) * e)
        a = torch.softmax(q[..., of] @ k[..., of].transpose(-1, -2) / math.sqrt(e), dim=-1)
        each.append(a @ v[..., of])
    y = linear(torch.cat(each, dim=-1), w, name + ".attention.out")
    if skip:
        y = y + x
    if not feed_forward:
        return y
    h = linear(layer_norm(y, w, name + ".norm2"), w, name + ".first")
    h = h * (1 + torch.erf(h / math.sqrt(2))) / 2
    return y + linear(h, w, name + ".second")


def blocks(x, w, name, *settings):
    i = 0
    while f"{name}.{i}.norm1.weight" in w:
        x = block(x, w, f"{name}.{i}", *settings)
        i += 1
    return x


def eit(p, w, x):
    """x [B, T, N, F]; returns P_S and P_T [B, T, C]."""
    B, T, N, _ = x.shape
    wT = {k[len("individual/"):]: v for k, v in w.items() if k.startswith("individual/")}
    wS = {k[len("weights/"):]: v for k, v in w.items() if k.startswith("weights/")}
    z = linear(x.permute(0, 2, 1, 3), wT, "embed")  # [B, N, T, d]: sequences of time
    z = blocks(z, wT, "blocks", p["heads"], p["skip_t"], True)
    g = linear(z, wT, "squeeze").squeeze(-1)  # [B, N, T]
    P_T = linear(g.transpose(1, 2), wS, "head_t")
    tokens = z.transpose(1, 2) + wS["identity"].reshape(N, -1)  # [B, T, N, d]: sequences of units
    if p["pooling"] == "cls":
        first = wS["token"].expand(B, T, 1, -1)
        tokens = torch.cat([first, tokens], dim=2)
    tokens = blocks(tokens, wS, "blocks", p["heads"], p["skip_s"], p["feed_forward_s"])
    if p["pooling"] == "cls":
        s = tokens[:, :, 0]
    else:
        s = linear(tokens, wS, "squeeze").squeeze(-1)
    return linear(layer_norm(s, wS, "head_s.norm"), wS, "head_s"), P_T


def vanilla(p, w, x):
    """x [B, T, N, F]; returns the logits [B, T, C]."""
    w = {k[len("weights/"):]: v for k, v in w.items()}
    h = linear(x.flatten(2), w, "read") + w["time"].reshape(x.shape[1], -1)
    h = blocks(h, w, "blocks", p["heads"], True, True)
    return linear(linear(h, w, "latent"), w, "logits"), None


def shaped(w):
    """The weights as matrices: [out, in] where there is a bias of as many, or none at all."""
    out = {}
    for name, v in w.items():
        v = torch.tensor(v, dtype=torch.float64)
        bias = w.get(name[: -len("weight")] + "bias") if name.endswith(".weight") else None
        if name.endswith("qkv.weight"):
            d = len(w[name.replace("attention.qkv.weight", "norm1.weight")])
            v = v.reshape(-1, d)
        elif bias is not None and ".norm" not in name:
            v = v.reshape(len(bias), -1)
        out[name] = v.requires_grad_()
    return out


def numbers(x):
    return [float(f"{v:.7g}") for v in x.detach().flatten().tolist()]


arrays = {}
for case, p in json.load(open("reference-problem.json")).items():
    w = shaped(p["weights"])
    adam = torch.optim.Adam(w.values(), lr=p["rate"], betas=(0.9, 0.999), eps=1e-8)
    network = vanilla if p["model"] == "vanilla" else eit
    losses = []
    for step in range(10):
        batch = p["batches"][step % len(p["batches"])]
        x = torch.tensor(batch["x"], dtype=torch.float64).reshape(-1, p["window"], p["units"], p["features"])
        labels = torch.tensor(batch["labels"])
        logits, individual = network(p, w, x)
        loss = F.cross_entropy(logits.flatten(0, 1), labels)
        if individual is not None and p["alpha"] > 0:
            loss = loss + p["alpha"] * F.cross_entropy(individual.flatten(0, 1), labels)
        adam.zero_grad()
        loss.backward()
        losses.append(loss)
        if step == 0:
            arrays[f"{case}: logits"] = numbers(logits)
            if individual is not None:
                arrays[f"{case}: logits of the individual module"] = numbers(individual)
            for name, v in w.items():
                if v.grad is not None:
                    arrays[f"{case}: gradient of {name}"] = numbers(v.grad)
        adam.step()
    arrays[f"{case}: losses"] = numbers(torch.stack(losses))

with open("reference-answer.json", "w") as f:
    json.dump({"torch": torch.__version__, "arrays": arrays}, f)
    f.write("\n")
