"""Prints the coefficients of _asm/double/exp.go, lowest order first.

Needs mpmath. e^r = 1 + r + r^2 q(r) on |r| <= ln(2)/2: q interpolates at Chebyshev
nodes, which is within a factor of about 1.2 of the best polynomial, and is then
rounded to double precision.
"""
import mpmath as mp

mp.mp.dps = 60
half = mp.log(2) / 2 * (1 + mp.mpf(2) ** -30)  # and what rounding of n adds


def q(r):
    return sum(r**k / mp.factorial(k + 2) for k in range(40))


def fit(degree):
    nodes = [half * mp.cos(mp.pi * (k + mp.mpf("0.5")) / (degree + 1)) for k in range(degree + 1)]
    c = mp.lu_solve(mp.matrix([[x**k for k in range(degree + 1)] for x in nodes]), mp.matrix([q(x) for x in nodes]))
    return [mp.mpf(float(a)) for a in c]


c = fit(9)
grid = [half * (2 * mp.mpf(i) / 4000 - 1) for i in range(4001)]
worst = max(abs(r**2 * (sum(a * r**i for i, a in enumerate(c)) - q(r)) / mp.exp(r)) for r in grid)
print(f"relative error 2^{float(mp.log(worst, 2)):.1f}")
print(", ".join(float(a).hex() for a in c))
hi = mp.floor(mp.log(2) * mp.mpf(2) ** 42) / mp.mpf(2) ** 42
print("ln 2 =", float(hi).hex(), "+", float(mp.log(2) - hi).hex())
