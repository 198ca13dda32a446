"""Writes solve_ivp.json: a pair and a triple under gravity, by SciPy's RK45.

Run with: python3 solve_ivp.py  (made with NumPy 2.4.6 and SciPy 1.17.1)
"""
import json

import numpy as np
import scipy
from scipy.integrate import solve_ivp

STARTS = {  # m, x, y, vx, vy of each body
    "pair": [[0.9, 0.7, 1.1, -0.38, 0.24], [1.5, -0.7, -1.1, 0.38, -0.24]],
    "triple": [[1, 0.7, 0.75, -0.57, 0.52], [1, -1.0, 0.23, -0.15, -0.75], [1, 0.3, -0.98, 0.72, 0.22]],
}


def gravity(t, y):
    s = y.reshape(-1, 5)
    d = np.zeros_like(s)
    d[:, 1:3] = s[:, 3:5]
    for i in range(len(s)):
        for j in range(len(s)):
            if i != j:
                r = s[j, 1:3] - s[i, 1:3]
                d[i, 3:5] += s[j, 0] * r / np.linalg.norm(r) ** 3
    return d.ravel()


cases = []
for name, start in STARTS.items():
    for atol in (1e-6, 1e-9):
        times = np.linspace(0, 10, 50)
        r = solve_ivp(gravity, (0, 10), np.ravel(start).astype(float), rtol=1e-9, atol=atol, t_eval=times)
        cases.append(dict(name=name, start=start, atol=atol, evaluations=r.nfev, states=r.y.T.tolist()))
json.dump(dict(scipy=scipy.__version__, cases=cases), open("solve_ivp.json", "w"))
