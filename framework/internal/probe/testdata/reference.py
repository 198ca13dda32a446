"""Writes reference.json: what logistic, ridge and knn must give.

Made with Python 3, numpy 2.4.6, scikit-learn 1.9.1:

    python3 testdata/reference.py > testdata/reference.json

Inputs are rounded to numbers that single precision holds exactly.
"""
import json
import sys

import numpy as np
import sklearn
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import accuracy_score, r2_score
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

print("numpy", np.__version__, "scikit-learn", sklearn.__version__, file=sys.stderr)
rng = np.random.default_rng(20)
n, m, d, classes = 45, 30, 4, 3
centres = rng.normal(size=(classes, d))
label = rng.integers(0, classes, n + m)
# Columns of unequal size and far from zero: conditioning is part of the test.
x = (centres[label] + rng.normal(size=(n + m, d))) * [1, 10, 0.1, 1] + [0, 50, 0, -3]
x = np.round(x * 64) / 64
y = x @ rng.normal(size=(d, 2)) * [0.1, 0.5] + rng.normal(size=(n + m, 2)) * [0.5, 2]
y = np.round(y * 64) / 64
a, b = slice(0, n), slice(n, n + m)
r2 = lambda model, s: r2_score(y[s], model.predict(x[s]), multioutput="variance_weighted")


def gcv(alpha):
    """n^-1 |(I - H) Y|^2 / (1 - tr H / n)^2 with the hat matrix written out."""
    xc = x[a] - x[a].mean(0)
    h = np.full((n, n), 1 / n) + xc @ np.linalg.solve(xc.T @ xc + alpha * np.eye(d), xc.T)
    return np.sum((y[a] - h @ y[a]) ** 2) / n / (1 - np.trace(h) / n) ** 2


out = {"x": x.tolist(), "y": y.tolist(), "label": label.tolist(), "train": n, "classes": classes,
       "logistic": [], "ridge": [], "knn": []}
for l2 in [0.01, 1.0, 30.0]:
    f = LogisticRegression(C=1 / l2, tol=1e-12, max_iter=1000, solver="newton-cg").fit(x[a], label[a])
    out["logistic"].append({"l2": l2, "probability": f.predict_proba(x[b]).tolist(),
                            "accuracy": [accuracy_score(label[s], f.predict(x[s])) for s in (a, b)]})
for alpha in [0.0, 1.0, 100.0]:
    f = Ridge(alpha=alpha, solver="svd").fit(x[a], y[a])
    out["ridge"].append({"penalty": alpha, "coef": f.coef_.T.tolist(), "r2": [r2(f, s) for s in (a, b)]})
grid = [1e-3, 1e-2, 1e-1, 1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6]
out["gcv"] = {"grid": grid, "scores": [gcv(g) for g in grid]}
for k in [1, 5, 9]:
    c = KNeighborsClassifier(k, algorithm="kd_tree").fit(x[a], label[a])
    r = KNeighborsRegressor(k, algorithm="kd_tree").fit(x[a], y[a])
    out["knn"].append({"k": k, "accuracy": [accuracy_score(label[s], c.predict(x[s])) for s in (a, b)],
                       "r2": [r2(r, s) for s in (a, b)]})
json.dump(out, sys.stdout)
print()
