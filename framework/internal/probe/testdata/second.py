"""Writes second.json: what kinds of version 2 must give on the data of reference.json.

Made with Python 3, numpy 2.4.6, scikit-learn 1.9.1:

    python3 testdata/second.py > testdata/second.json
"""
import json
import os
import sys

import numpy as np
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import accuracy_score, balanced_accuracy_score, confusion_matrix, f1_score, log_loss, r2_score
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

ref = json.load(open(os.path.join(os.path.dirname(__file__), "reference.json")))
x, y, label, n = np.array(ref["x"]), np.array(ref["y"]), np.array(ref["label"]), ref["train"]
a, b = slice(0, n), slice(n, None)
trial = np.arange(len(x)) // 3
x = (x - x[a].mean(0)) / np.sqrt(x[a].var(0).mean())
theta = 2 * np.pi * label / 3
circle = np.stack([np.cos(theta), np.sin(theta)], 1)
grid = np.array([1e2, 1e1, 1, 1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6])


def folds(stratum):
    """Trials of each class in the order of their numbers, dealt out in turn."""
    ids = np.unique(trial[a])
    of = {t: (np.bincount(label[a][trial[a] == t]).argmax() if stratum else 0) for t in ids}
    order = sorted(ids, key=lambda t: (of[t], t))
    place = {t: i % 5 for i, t in enumerate(order)}
    return np.array([place[t] for t in trial[a]])


def weight(g, rows):
    return g * len(rows) * x[rows].var(0).mean()


def logistic(g, rows):
    return LogisticRegression(C=1 / weight(g, rows), tol=1e-12, max_iter=10000, solver="newton-cg").fit(x[rows], label[rows])


def ridge(target):
    return lambda g, rows: Ridge(alpha=weight(g, rows), solver="cholesky").fit(x[rows], target[rows])


def choose(fit, loss, stratum):
    of, total = folds(stratum), []
    for g in grid:
        total.append(sum(loss(fit(g, np.flatnonzero(of != f)), np.flatnonzero(of == f)) for f in range(5)) / n)
    return grid[int(np.argmin(total))], total


def squared(target):
    return lambda f, rows: np.sum((f.predict(x[rows]) - target[rows]) ** 2)


def nll(f, rows):
    return log_loss(label[rows], f.predict_proba(x[rows]), labels=[0, 1, 2], normalize=False)


def classes(given, s):
    return {"accuracy": accuracy_score(label[s], given), "balanced_accuracy": balanced_accuracy_score(label[s], given),
            "macro_f1": f1_score(label[s], given, average="macro"), "confusion": confusion_matrix(label[s], given).tolist()}


def values(got, s):
    each = r2_score(y[s], got, multioutput="raw_values")
    return {"r2": r2_score(y[s], got, multioutput="variance_weighted"), "r2_0": each[0], "r2_1": each[1]}


def angles(got, s):
    off = np.abs(np.angle(np.exp(1j * (np.arctan2(got[:, 1], got[:, 0]) - theta[s]))))
    return {"accuracy": np.mean(off < np.pi / 8), "delta_accuracy": np.mean(off < 3 * np.pi / 16), "circular_error": np.degrees(off.mean())}


every = np.arange(n)
out = {"fixed": []}
for g in [1e-6, 1e-3, 1]:
    f = logistic(g, every)
    out["fixed"].append({"g": g, "probability": f.predict_proba(x[b]).tolist()})
g, loss = choose(logistic, nll, True)
out["logistic"] = {"g": g, "losses": loss, **classes(logistic(g, every).predict(x[b]), b)}
g, loss = choose(ridge(y), squared(y), False)
out["ridge"] = {"g": g, "losses": loss, **values(ridge(y)(g, every).predict(x[b]), b)}
g, loss = choose(ridge(circle), squared(circle), True)
out["direction"] = {"g": g, "losses": loss, **angles(ridge(circle)(g, every).predict(x[b]), b)}
c = KNeighborsClassifier(5).fit(x[a], label[a])
out["knn"] = {**classes(c.predict(x[b]), b), **values(KNeighborsRegressor(5).fit(x[a], y[a]).predict(x[b]), b)}
# Out of its own trial: one fit for each trial of train.
given, got = np.empty(n, int), np.empty((n, 2))
for t in np.unique(trial[a]):
    rest, mine = np.flatnonzero(trial[a] != t), np.flatnonzero(trial[a] == t)
    given[mine] = KNeighborsClassifier(5).fit(x[rest], label[rest]).predict(x[mine])
    got[mine] = KNeighborsRegressor(5).fit(x[rest], y[rest]).predict(x[mine])
out["left_out"] = {**classes(given, a), **values(got, a)}
most = np.full(len(x) - n, np.bincount(label[a]).argmax())
out["chance"] = {**classes(most, b), **values(np.tile(y[a].mean(0), (len(x) - n, 1)), b)}
json.dump(out, sys.stdout, default=float)
print()
