"""Prints the minimax coefficients of _asm/vector/formulas.go, lowest order first.

Needs numpy and mpmath. The largest weighted error on Chebyshev nodes is made
small by Lawson's iteration; then the coefficients are rounded to float32 one
after another, the remaining ones fitted anew each time.
"""
import mpmath as mp
import numpy as np

mp.mp.dps = 40


def nodes(a, b, n=1200):
    return 0.5 * (a + b) + 0.5 * (b - a) * np.cos(np.pi * (np.arange(n) + 0.5) / n)


def lawson(A, y, rounds=60):
    w, best = np.ones(len(y)), (np.inf, None)
    for _ in range(rounds):
        s = np.sqrt(w)
        c = np.linalg.lstsq(A * s[:, None], y * s, rcond=None)[0]
        e = np.abs(A @ c - y)
        if e.max() < best[0]:
            best = (e.max(), c)
        w = np.maximum(w * e / (w * e).max(), 1e-12)
    return best[1]


def fit(name, degree, x, target, weight):
    y = np.array([float(target(mp.mpf(float(v)))) for v in x])
    w = weight(x, y)
    A, rest, c = np.vander(x, degree + 1, increasing=True) * w[:, None], y * w, []
    for k in range(degree + 1):
        c.append(float(np.float32(lawson(A[:, k:], rest)[0])))
        rest = rest - A[:, k] * c[k]
    print(f"{name}: relative error 2^{np.log2(np.abs(rest).max()):.1f}")
    print("  ", ", ".join(f"{v:.9g}" for v in c))


half = 0.3466 + 1e-4  # ln(2)/2 and what rounding adds
q = lambda r: (mp.expm1(r) - r) / r**2
fit("expQ", 4, nodes(-half, half), q, lambda r, y: r**2 / np.exp(r))
fit("expm1Q", 4, nodes(-half, half), q, lambda r, y: np.abs(r**2 / np.expm1(r)))
fit("logP", 7, nodes(2**-0.5 - 1 - 1e-6, 2**0.5 - 1 + 1e-6),
    lambda g: (mp.log1p(g) - g + g * g / 2) / g**3, lambda g, y: np.abs(g**3 / np.log1p(g)))
fit("erfP", 5, nodes(0, 0.9**2), lambda s: mp.erf(mp.sqrt(s)) / mp.sqrt(s) - 1, lambda s, y: 1 / (1 + y))
k = 3.5  # q = 1 - 2k s, s = 1/(z + k)
tail = lambda z: mp.exp(z * z / 2) * mp.erfc(z / mp.sqrt(2)) / 2
fit("tailP", 9, nodes(-1, 1 - 2 * k / (14.5 + k)),
    lambda q: tail(2 * k / (1 - q) - k) * 2 * k / (1 - q), lambda q, y: 1 / y)
