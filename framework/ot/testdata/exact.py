"""Writes exact.json: least costs of transport between clouds of points by SciPy.

Run with: python3 exact.py  (made with NumPy 2.4.6 and SciPy 1.17.1; seed 7)
Equal sizes by linear_sum_assignment, others as linear programs by HiGHS.
"""
import json

import numpy as np
import scipy
from scipy.optimize import linear_sum_assignment, linprog
from scipy.spatial.distance import cdist

rng = np.random.default_rng(7)
cases = []
for n, m, d, digits in [(5, 5, 2, 3), (40, 40, 3, 3), (60, 60, 16, 3), (50, 50, 1, 3), (12, 8, 2, 3), (30, 20, 4, 3), (21, 20, 5, 3), (7, 40, 3, 3), (24, 18, 2, 0)]:
    # of 0 digits points lie on a grid, with many ties
    x = np.round(rng.normal(size=(n, d)), digits).astype(np.float32)
    y = np.round(1.5 * rng.normal(size=(m, d)) + 0.3, digits).astype(np.float32)
    C = cdist(x.astype(float), y.astype(float), "sqeuclidean")
    if n == m:
        i, j = linear_sum_assignment(C)
        cost = C[i, j].mean()
    else:
        A = np.zeros((n + m, n * m))
        for k in range(n):
            A[k, k * m : (k + 1) * m] = 1
        for k in range(m):
            A[n + k, k::m] = 1
        r = linprog(C.ravel(), A_eq=A, b_eq=np.r_[np.full(n, 1 / n), np.full(m, 1 / m)], method="highs")
        assert r.status == 0, r
        cost = r.fun
    cases.append(dict(d=d, x=[float(f"{v:g}") for v in x.ravel()], y=[float(f"{v:g}") for v in y.ravel()], cost=cost))
json.dump(dict(scipy=scipy.__version__, cases=cases), open("exact.json", "w"))
