"""Writes isomap.json: reference embeddings by Isomap.

Run with numpy 2.4.6, scikit-learn 1.9.1:  python3 isomap.py
"""
import json
import os
import warnings

import numpy as np
from sklearn.manifold import Isomap

warnings.simplefilter("ignore")  # two parts of a graph are joined: what the last case is for
rng = np.random.default_rng(11)


def roll(n):
    t = rng.uniform(1, 3, n) * np.pi
    return np.c_[t * np.cos(t), rng.uniform(0, 6, n), t * np.sin(t)] + 0.05 * rng.normal(size=(n, 3))


def case(X, k, neighbours):
    X = X.round(4)
    return dict(X=X.tolist(), k=k, neighbours=neighbours, Z=Isomap(n_neighbors=neighbours, n_components=k, eigen_solver="dense").fit_transform(X).tolist())


out = [
    case(roll(120), 2, 12),
    case(rng.normal(size=(15, 5)), 3, 4),
    case(np.r_[rng.normal(size=(30, 3)), 20 + rng.normal(size=(25, 3)), -30 + rng.normal(size=(20, 3))], 2, 5),
]
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "isomap.json"), "w") as f:
    json.dump(out, f)
    f.write("\n")
