"""Wiener and Kalman filters by their definitions, in NumPy.

    python reference.py > reference.json

The problem is drawn with seed 1: a target of two dimensions that follows itself, rates
of nine channels that follow the target, one channel that never changes, six trials of
uneven length. Four trials train, all are decoded.
"""

import json

import numpy as np

rng = np.random.default_rng(1)
lengths = [14, 9, 17, 11, 12, 8]
trial = np.repeat([3, 4, 9, 10, 11, 20], lengths)
n = len(trial)
y = np.zeros((n, 2))
for i in range(n):
    start = i == 0 or trial[i] != trial[i - 1]
    y[i] = rng.normal(size=2) * 3 + 1 if start else [0.9, 0.8] * y[i - 1] + rng.normal(size=2)
x = 4 + y @ rng.normal(size=(2, 9)) + rng.normal(size=(n, 9))
x[:, 5] = 2
x, y = x.astype(np.float32).astype(float), y.astype(np.float32).astype(float)
train = trial < 11

kept = [c for c in range(9) if c != 5]
z = (x[:, kept] - x[train][:, kept].mean(0)) / x[train][:, kept].std(0)


def wiener(first, last, share):
    lagged = np.zeros((n, (last - first + 1) * z.shape[1]))
    for i in range(n):
        own = np.flatnonzero(trial == trial[i])
        at = np.clip(np.arange(i + first, i + last + 1), own[0], own[-1])
        lagged[i] = z[at].ravel()
    a, b = lagged[train], y[train]
    ac, bc = a - a.mean(0), b - b.mean(0)
    gram = ac.T @ ac
    w = np.linalg.solve(gram + share * np.trace(gram) / len(gram) * np.eye(len(gram)), ac.T @ bc)
    return b.mean(0) + (lagged - a.mean(0)) @ w


def kalman(shrink):
    centre = y[train].mean(0)
    s = y - centre
    pairs = [i for i in range(1, n) if train[i] and trial[i] == trial[i - 1]]
    before, after = s[[i - 1 for i in pairs]], s[pairs]
    a = np.linalg.lstsq(before, after, rcond=None)[0].T
    w = (after - before @ a.T).T @ (after - before @ a.T) / len(pairs)
    h = np.linalg.lstsq(s[train], z[train], rcond=None)[0].T
    left = z[train] - s[train] @ h.T
    q = left.T @ left / train.sum()
    q += shrink * np.trace(q) / len(q) * np.eye(len(q))
    starts = s[[i for i in range(n) if train[i] and (i == 0 or trial[i] != trial[i - 1])]]
    mean0 = starts.mean(0)
    cov0 = (starts - mean0).T @ (starts - mean0) / len(starts) if len(starts) > 3 else w
    out = np.zeros_like(y)
    for i in range(n):
        if i == 0 or trial[i] != trial[i - 1]:
            state, cov = mean0, cov0
        else:
            state, cov = a @ state, a @ cov @ a.T + w
        gain = cov @ h.T @ np.linalg.inv(h @ cov @ h.T + q)
        state = state + gain @ (z[i] - h @ state)
        cov = (np.eye(2) - gain @ h) @ cov
        out[i] = state + centre
    return out


print(json.dumps({
    "trial": trial.tolist(), "train": train.tolist(), "x": x.tolist(), "y": y.tolist(),
    "wiener": wiener(-2, 1, 0.03).tolist(), "kalman": kalman(0.01).tolist(),
}, separators=(",", ":")))
