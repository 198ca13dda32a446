"""Plasticity in NumPy and PyTorch, written from the equations, for bench/plasticity/run.py.

usage: peer.py digits|digits-tuned|meta|meta-tuned|meta-torch

digits        T = 1, |V| = 1000, k = 500, MNIST's training pictures in order, rule
              [[-.5, .5], [.8, -.8]]: h = cap(relu((M * A) x)), argmax U h, and on a
              mistake U_c += eta ro(s, b) for the true and the predicted label. As the
              equations stand, in float64: masks are multiplied, the cap sorts.
digits-tuned  the same with M * A multiplied once, float32 and argpartition: the
              fastest NumPy that we found sample by sample.
meta          gradient descent on ro: 10,000 points of a halfspace, d = 10, |V| = 100,
              k = 50, batches of 100, count matrices, Adam; sample by sample.
meta-tuned    the same; as A does not change, all caps are computed at once, before the
              first epoch. Five epochs.
meta-torch    as meta-tuned, in PyTorch, one epoch, gradients by autograd through the updates.

Prints CPU and wall seconds for a sample (digits) or an epoch (meta), and a check:
the share of mistakes, or the rule after the epoch.
"""
import gzip
import os
import sys
import time

import numpy as np

ETA = 0.01


def mnist(n):
    folder = os.path.join(os.environ["ASSAY_DATA_MIRROR"], "mnist")
    with gzip.open(os.path.join(folder, "train-images-idx3-ubyte.gz")) as f:
        x = np.frombuffer(f.read(), np.uint8, n * 784, 16).reshape(n, 784) / 255
    with gzip.open(os.path.join(folder, "train-labels-idx1-ubyte.gz")) as f:
        return x, np.frombuffer(f.read(), np.uint8, n, 8).astype(int)


def digits(tuned, n):
    x, labels = mnist(n)
    rng = np.random.default_rng(1)
    A, M = rng.standard_normal((1000, 784)), rng.random((1000, 784)) < 0.5
    ro = np.array([[-0.5, 0.5], [0.8, -0.8]])
    U = np.zeros((10, 1000))
    if tuned:
        A, x, ro, U = (M * A).astype(np.float32), x.astype(np.float32), ro.astype(np.float32), U.astype(np.float32)

    def one(x, label):
        z = np.maximum(A @ x if tuned else (M * A) @ x, 0)
        drop = np.argpartition(z, 500)[:500] if tuned else np.argsort(z)[:500]
        z[drop] = 0
        guess = int(np.argmax(U @ z))
        if guess != label:
            s = (z > 0).astype(int)
            U[label] += ETA * ro[s, 0]
            U[guess] += ETA * ro[s, 1]
        return guess != label

    cpu, wall = time.process_time(), time.perf_counter()
    mistakes = sum(one(v, c) for v, c in zip(x, labels))
    report(cpu, wall, n, mistakes / n)


def report(cpu, wall, n, check):
    print(f"cpu-seconds {(time.process_time() - cpu) / n:.9f}\nwall-seconds {(time.perf_counter() - wall) / n:.9f}\ncheck {check}")


def halfspace(rng):
    x = rng.standard_normal((10000, 10))
    return x.astype(np.float32), (x @ rng.uniform(-1, 1, 10) >= 0).astype(int)


def meta(tuned):
    rng = np.random.default_rng(1)
    x, labels = halfspace(rng)
    A = (rng.standard_normal((100, 10)) * (rng.random((100, 10)) < 0.5)).astype(np.float32)
    ro, m, v, t = np.zeros((2, 2)), np.zeros((2, 2)), np.zeros((2, 2)), 0
    cpu, wall = time.process_time(), time.perf_counter()

    def features(x):
        z = np.maximum(x @ A.T, 0)
        np.put_along_axis(z, np.argpartition(z, 50, axis=-1)[..., :50], 0, axis=-1)
        return z

    epochs = 5 if tuned else 1
    H = features(x) if tuned else None
    for first in (i for _ in range(epochs) for i in range(0, len(x), 100)):
        if first == 0:
            order = rng.permutation(len(x))
        rows = order[first:first + 100]
        h = H[rows] if tuned else np.zeros((100, 100), np.float32)
        l = labels[rows]
        s = (h > 0).astype(int)
        U, count = np.zeros((2, 100)), np.zeros((2, 2, 2, 100))  # count[a, b, label, neuron]
        for i in range(100):
            if not tuned:
                h[i] = features(x[rows[i]])
                s[i] = h[i] > 0
            guess = int(np.argmax(U @ h[i]))
            if guess != l[i]:
                for c, b in ((l[i], 0), (guess, 1)):
                    U[c] += ETA * ro[s[i], b]
                    count[1, b, c] += s[i]
                    count[0, b, c] += 1 - s[i]
        logits = h @ U.T
        p = np.exp(logits - logits.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        p[np.arange(100), l] -= 1
        dU = p.T @ h / 100
        g = ETA * np.einsum("abcn,cn->ab", count, dU) + 0.01 * ro
        t += 1
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
        ro = ro - 0.01 * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
    report(cpu, wall, epochs, ro.round(3).tolist())


def meta_torch():
    import torch
    torch.set_num_threads(1)
    rng = np.random.default_rng(1)
    x, labels = halfspace(rng)
    x, labels = torch.from_numpy(x), torch.from_numpy(labels)
    A = torch.from_numpy((rng.standard_normal((100, 10)) * (rng.random((100, 10)) < 0.5)).astype(np.float32))
    ro = torch.zeros(2, 2, requires_grad=True)
    adam = torch.optim.Adam([ro], lr=0.01, weight_decay=0.01)
    cpu, wall = time.process_time(), time.perf_counter()

    def features(x):
        z = torch.relu(x @ A.T)
        top = torch.topk(z, 50, dim=-1)
        return torch.zeros_like(z).scatter(-1, top.indices, top.values)

    H = features(x)
    order = torch.from_numpy(rng.permutation(len(x)))
    for first in range(0, len(x), 100):
        rows = order[first:first + 100]
        h, l = H[rows], labels[rows]
        s = (h > 0).long()
        U = [torch.zeros(100), torch.zeros(100)]
        for i in range(100):
            label = int(l[i])
            with torch.no_grad():
                guess = int(torch.stack([u @ h[i] for u in U]).argmax())
            if guess != label:
                U[label] = U[label] + ETA * ro[s[i], 0]
                U[guess] = U[guess] + ETA * ro[s[i], 1]
        loss = torch.nn.functional.cross_entropy(h @ torch.stack(U).T, l)
        adam.zero_grad()
        loss.backward()
        adam.step()
    report(cpu, wall, 1, [[round(float(v), 3) for v in row] for row in ro.detach()])


if __name__ == "__main__":
    {"digits": lambda: digits(False, 300), "digits-tuned": lambda: digits(True, 3000), "meta": lambda: meta(False),
     "meta-tuned": lambda: meta(True), "meta-torch": meta_torch}[sys.argv[1]]()
