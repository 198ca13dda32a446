"""The Embedded Interaction Transformer in PyTorch, written from its equations as
one would, on windows of T bins (neural sizes: d 16, 6 heads of width 64, two
blocks along time and two across units).

eit_torch.py {dense,folded,dense-compile,folded-compile} {eit-2,eit-6} FOLDER

dense: the usual attention; in PyTorch 2 by scaled_dot_product_attention. folded:
heads are wider than tokens, so the products of their projections are made first,
M_h = Wq_h Wk_h' / 8 and R_h = Wv_h Wo_h, and attention has the tokens themselves
as keys and values.
"""
import sys

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from recordings import Windows, blas_files, serve

torch.set_num_threads(1)
torch.manual_seed(1)
modern = int(torch.__version__.split(".")[0]) >= 2
how, method, folder = sys.argv[1:4]
D, H, E, CLASSES = 16, 6, 64, 8


def attend(q, k, v, scale):
    """softmax(q k' scale) v; keys and values may have fewer heads than queries."""
    if modern:
        k, v = k.expand(-1, q.shape[1], -1, -1), v.expand(-1, q.shape[1], -1, -1)
        return F.scaled_dot_product_attention(q, k, v, scale=scale)
    return (q @ k.transpose(-2, -1) * scale).softmax(-1) @ v


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.qkv, self.out = nn.Linear(D, 3 * H * E, bias=False), nn.Linear(H * E, D)

    def forward(self, u):
        return self.folded(u) if how.startswith("folded") else self.dense(u)

    def dense(self, u):
        b, n, _ = u.shape
        q, k, v = self.qkv(u).view(b, n, 3, H, E).permute(2, 0, 3, 1, 4)
        return self.out(attend(q, k, v, E**-0.5).transpose(1, 2).reshape(b, n, H * E))

    def folded(self, u):
        b, n, _ = u.shape
        wq, wk, wv = self.qkv.weight.view(3, H, E, D)
        wo = self.out.weight.view(D, H, E).permute(1, 2, 0)
        m, r = wq.transpose(1, 2) @ wk * E**-0.5, wv.transpose(1, 2) @ wo
        q = (u.view(b * n, D) @ m.permute(1, 0, 2).reshape(D, H * D)).view(b, n, H, D).transpose(1, 2)
        keys = u[:, None]
        z = attend(q, keys, keys, 1.0).transpose(1, 2).reshape(b, n, H * D)
        return z @ r.reshape(H * D, D) + self.out.bias


class Block(nn.Module):
    def __init__(self, hidden, p, skip):
        super().__init__()
        self.norm1, self.attention, self.norm2 = nn.LayerNorm(D), Attention(), nn.LayerNorm(D)
        drop = [nn.Dropout(p)] if p else []
        self.mlp = nn.Sequential(self.norm2, nn.Linear(D, hidden), nn.GELU(), *drop, nn.Linear(hidden, D), *drop)
        self.drop, self.skip = nn.Sequential(*drop), skip

    def forward(self, x):
        y = self.drop(self.attention(self.norm1(x)))
        if self.skip:
            y = y + x
        return y + self.mlp(y)


class EIT(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.embed, self.squeeze_t, self.squeeze_s = nn.Linear(1, D), nn.Linear(D, 1), nn.Linear(D, 1)
        self.time = nn.Sequential(*[Block(2 * D, 0, False) for _ in range(2)])
        self.units = nn.Sequential(*[Block(D, 0.5, True) for _ in range(2)])
        self.identity = nn.Parameter(torch.randn(n, D))
        self.head_t = nn.Sequential(nn.Dropout(0.5), nn.Linear(n, CLASSES))
        self.head_s = nn.Sequential(nn.LayerNorm(n), nn.Dropout(0.5), nn.Linear(n, CLASSES))

    def forward(self, x, y):
        b, t, n = x.shape
        z = self.time(self.embed(x.transpose(1, 2).reshape(b * n, t, 1))).view(b, n, t, D)
        p_t = self.head_t(self.squeeze_t(z)[..., 0].transpose(1, 2))
        w = self.units((z.transpose(1, 2) + self.identity).reshape(b * t, n, D))
        p_s = self.head_s(self.squeeze_s(w)[..., 0].view(b, t, n))
        y = y.repeat_interleave(t)
        return F.cross_entropy(p_s.reshape(-1, CLASSES), y) + 0.5 * F.cross_entropy(p_t.reshape(-1, CLASSES), y)


data = Windows(folder, int(method.split("-")[1]))
net = EIT(data.x.shape[1])
adam = torch.optim.Adam(net.parameters(), lr=1e-4, **({"fused": True} if modern else {}))
bins, labels = torch.from_numpy(data.x), torch.from_numpy(data.labels)
loss_of = torch.compile(net) if how.endswith("compile") else net


def step():
    starts, rows = data.batch(16)
    loss = loss_of(bins[torch.from_numpy(rows)], labels[torch.from_numpy(starts)])
    adam.zero_grad(set_to_none=True)
    loss.backward()
    adam.step()
    return loss.item()


for _ in range(3):
    step()
serve(f"PyTorch {torch.__version__} {how}, {blas_files()}", lambda n: sum(step() for _ in range(n)))
