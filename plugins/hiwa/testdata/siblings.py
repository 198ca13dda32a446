"""Writes siblings.json: what the methods that HiWA is compared with make of one
small problem, written from their equations.

Run with numpy 2.4.6, POT 0.9.7:  python3 siblings.py
"""
import json
import os

import numpy as np
import ot

rng = np.random.default_rng(3)


def root(S, p):
    w, V = np.linalg.eigh(S)
    return (V * w**p) @ V.T


def polar(M, rotation=False):
    U, _, Vt = np.linalg.svd(M)
    if rotation and np.linalg.det(U @ Vt) < 0:
        U[:, -1] = -U[:, -1]
    return U @ Vt


def costs(X, Y):
    return ((X[:, None] - Y[None]) ** 2).sum(2)


def flat(X, Y, R):
    """Plain Sinkhorn iterations, all 1000 sweeps; rows are points."""
    gamma, p, q = 100.0, np.full(len(X), 1 / len(X)), np.full(len(Y), 1 / len(Y))
    for _ in range(200):
        if gamma > 0.1:
            gamma *= 0.95
        K = np.exp(-costs(X @ R.T, Y) / gamma)
        b = np.ones(len(Y))
        for _ in range(1000):
            a = p / (K @ b)
            b = q / (K.T @ a)
        R = polar(Y.T @ (a[:, None] * K * b).T @ X)
    return R


def closest(X, Y):
    R, before = np.eye(X.shape[1]), np.inf
    for n in range(1, 101):
        C = costs(X @ R.T, Y)
        P, mean = Y[C.argmin(1)], C.min(1).mean()
        R = polar((P - P.mean(0)).T @ (X - X.mean(0)), rotation=True)
        if abs(before - mean) < 1e-5 and n >= 5:
            break
        before = mean
    return R, n


def bases(X):
    Z = (X - X.mean(0)) / X.std(0)
    Vt = np.linalg.svd(Z)[2]
    return (Vt * np.sign(Vt[np.arange(len(Vt)), abs(Vt).argmax(1)])[:, None]).T


D = 3
turn = polar(rng.normal(size=(D, D)), rotation=True)
X = (rng.normal(size=(40, D)) * [1, 0.6, 0.3] + [0.5, -0.3, 0.2]).round(4)
Y = ((rng.normal(size=(35, D)) * [1, 0.6, 0.3] + [0.5, -0.3, 0.2]) @ turn.T).round(4)
start = polar(rng.normal(size=(D, D)))
Px, Py = bases(X), bases(Y)
icp, iterations = closest(X, Y)
out = dict(
    X=X.tolist(), Y=Y.tolist(), start=start.tolist(),
    wa=flat(X, Y, start).tolist(), icp=icp.tolist(), icp_iterations=iterations,
    coral=(root(np.cov(Y.T) + np.eye(D), 0.5) @ root(np.cov(X.T) + np.eye(D), -0.5)).tolist(),
    sa=(Py[:, :2] @ Py[:, :2].T @ Px[:, :2] @ Px[:, :2].T).tolist(), sa_released=(Px.T @ Py).T.tolist(),
    otda=ot.da.SinkhornTransport(reg_e=1.0, tol=1e-12, max_iter=10000).fit(Xs=X, Xt=Y).transform(Xs=X).tolist(),
)
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "siblings.json"), "w") as f:
    json.dump(out, f)
    f.write("\n")
print(iterations)
