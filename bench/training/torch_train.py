"""Swap-VAE and MYOW (second release) in PyTorch, written from the papers'
equations as one would: one module call per pass, autograd, torch.optim.

torch_train.py {eager,compile} {swapvae,myow} FOLDER         steps on request
torch_train.py {eager,compile} {swapvae,myow} FOLDER OUTPUT  a whole training
"""
import math
import sys

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from recordings import Recording, batch_of_myow, blas_files, serve

torch.set_num_threads(1)
torch.manual_seed(1)
modern = int(torch.__version__.split(".")[0]) >= 2
how, method, folder = sys.argv[1:4]


def compiled(f):
    return torch.compile(f, dynamic=(method == "myow")) if how == "compile" else f


class SwapVAE:
    UNITS, BATCH, EPOCHS = 163, 256, 225

    def __init__(self, recording):
        n, c, s = self.UNITS, 64, 64
        self.c, self.d = c, c + s
        self.x = torch.from_numpy(recording.x)
        self.pairs = recording.pairs(5)
        self.rng = np.random.default_rng(1)

        def hidden(a, b):
            return [nn.Linear(a, b), nn.BatchNorm1d(b), nn.ReLU()]

        self.enc = nn.Sequential(*hidden(n, n), *hidden(n, self.d), nn.Linear(self.d, c + 2 * s))
        self.dec = nn.Sequential(*hidden(self.d, self.d), *hidden(self.d, n), nn.Linear(n, n), nn.Softplus())
        self.net = nn.ModuleDict({"encoder": self.enc, "decoder": self.dec})
        for m in self.net.modules():
            if isinstance(m, nn.Linear):
                nn.init.kaiming_normal_(m.weight)
                nn.init.zeros_(m.bias)
        self.adam = torch.optim.Adam(self.net.parameters(), lr=5e-4, **({"fused": True} if modern else {}))
        self.loss = compiled(self.loss_of)

    def steps_per_epoch(self):
        return len(self.x) // self.BATCH

    def encode(self, x):
        out = self.enc(x)
        content, mu, v = out[:, : self.c], out[:, self.c : self.d], out[:, self.d :]
        style = mu + torch.exp(v / 2) * torch.randn_like(mu)
        kl = -0.5 * (1 + v - mu**2 - v.exp()).sum(1).mean()
        return content, style, kl

    def nll(self, x, content, style):
        y = self.dec(torch.cat([content, style], 1)).clamp(1e-7, 1e7)
        return (y - x * y.log()).sum(1).mean()

    def loss_of(self, x1, x2):
        c1, s1, kl1 = self.encode(x1)
        c2, s2, kl2 = self.encode(x2)
        swap = (self.nll(x1, c2, s1) + self.nll(x2, c1, s2)) / 2
        own = (self.nll(x1, c1, s1) + self.nll(x2, c2, s2)) / 2
        align = (2 - 2 * (F.normalize(c1, dim=1) * F.normalize(c2, dim=1)).sum(1)).mean()
        return swap + own + 10 * (kl1 + kl2) / 2 + align

    def view(self, rows):
        x = self.x[torch.from_numpy(rows)]
        p = 0.6 * torch.rand(len(x), 1)
        return x * (torch.rand_like(x) >= p)

    def step(self):
        chosen = self.pairs[self.rng.choice(len(self.pairs), self.BATCH, replace=False, shuffle=False)]
        loss = self.loss(self.view(chosen[:, 0]), self.view(chosen[:, 1]))
        self.adam.zero_grad(set_to_none=True)
        loss.backward()
        self.adam.step()
        return loss.item()


class MYOW:
    UNITS, BATCH, STEPS, K = 162, 512, 10000, 5

    def __init__(self, recording):
        self.x = torch.from_numpy(recording.x)
        self.mean, self.std = self.x.mean(0), self.x.std(0)
        self.trial, self.ahead = recording.trial, recording.ahead(2)
        self.trials = torch.from_numpy(recording.trial)
        self.rng = np.random.default_rng(1)
        self.f, self.q, self.h, self.r = self.encoder(), self.mlp(64, 256, 64), self.mlp(64, 256, 32), self.mlp(32, 256, 32)
        self.f_xi, self.h_xi = self.encoder(), self.mlp(64, 256, 32)
        self.h_xi.load_state_dict(self.h.state_dict())
        self.net = nn.ModuleDict({"f": self.f, "q": self.q, "h": self.h, "r": self.r})
        self.theta = [*self.f.parameters(), *self.h.parameters()]
        self.xi = [*self.f_xi.parameters(), *self.h_xi.parameters()]
        self.adamw = torch.optim.AdamW(self.net.parameters(), lr=2e-4, weight_decay=2e-5, **({"fused": True} if modern else {}))
        self.loss = compiled(self.loss_of)
        self.t = 0

    def encoder(self):
        layers = []
        for a, b in [(self.UNITS, 64), (64, 64), (64, 64)]:
            layers += [nn.Linear(a, b, bias=False), nn.BatchNorm1d(b, momentum=0.99), nn.PReLU()]
        return nn.Sequential(*layers, nn.Linear(64, 64, bias=False))

    def mlp(self, a, b, c):
        return nn.Sequential(nn.Linear(a, b, bias=False), nn.BatchNorm1d(b, momentum=0.1), nn.ReLU(), nn.Linear(b, c))

    def augment(self, x):
        n = len(x)
        x = x * (torch.rand_like(x) >= 0.2 * torch.rand(n, 1))
        x = x + 1.5 * ((torch.rand_like(x) < 0.3) & (torch.rand(n, 1) < 0.5))
        x = x + 1.5 * torch.randn_like(x) * (torch.rand(n, 1) < 0.5)
        return (x - self.mean) / self.std

    def loss_of(self, a, b, same_trial, lam):
        """a: the rows of A, the anchors first; b: view 2 of the anchors."""
        n = len(b)
        y1, y2 = self.f(a), self.f(b)
        q1, q2 = self.q(y1)[:n], self.q(y2)
        r1 = self.r(self.h(y1))[:n]  # of A' nothing reads v and r: as in ours, they are not computed
        with torch.no_grad():
            y1_xi, y2_xi = self.f_xi(a), self.f_xi(b)
            v1_xi = self.h_xi(y1_xi)
            similar = F.normalize(y1[:n], dim=1) @ F.normalize(y1_xi, dim=1).T
            nearest = similar.masked_fill(same_trial, -2.0).topk(self.K, dim=1).indices
            mined = v1_xi[nearest.gather(1, torch.randint(self.K, (n, 1)))[:, 0]]
        cos = F.cosine_similarity
        aug = 1 - 0.5 * cos(q1, y2_xi).mean() - 0.5 * cos(q2, y1_xi[:n]).mean()
        return (1 - lam) * aug + lam * (1 - cos(r1, mined).mean())

    def step(self):
        t, T, warm = self.t, self.STEPS, 100
        anchors, positives, rows = batch_of_myow(self.rng, self.trial, self.ahead, self.BATCH)
        a, b = self.augment(self.x[torch.from_numpy(rows)]), self.augment(self.x[torch.from_numpy(positives)])
        trials = self.trials[torch.from_numpy(rows)]
        same = trials[: self.BATCH, None] == trials[None, :]
        loss = self.loss(a, b, same, torch.tensor(0.5 * min(t / 10, 1)))
        self.adamw.zero_grad(set_to_none=True)
        loss.backward()
        for group in self.adamw.param_groups:
            group["lr"] = 2e-4 * (t / warm if t <= warm else (1 + math.cos(math.pi * (t - warm) / (T - warm))) / 2)
        self.adamw.step()
        tau = 1 - (1 - 0.98) * (1 + math.cos(math.pi * t / T)) / 2
        with torch.no_grad():
            if modern:
                torch._foreach_lerp_(self.xi, self.theta, 1 - tau)
            else:
                for xi, theta in zip(self.xi, self.theta):
                    xi.lerp_(theta, 1 - tau)
        self.t += 1
        return loss.item()


kind = {"swapvae": SwapVAE, "myow": MYOW}[method]
model = kind(Recording(folder, kind.UNITS))
if len(sys.argv) > 4:
    for epoch in range(model.EPOCHS):
        for _ in range(model.steps_per_epoch()):
            model.step()
    torch.save(model.net.state_dict(), sys.argv[4] + "/model.pt")
else:
    for _ in range(30):
        model.step()
    serve(f"PyTorch {torch.__version__} {how}, {blas_files()}", lambda n: sum(model.step() for _ in range(n)))
