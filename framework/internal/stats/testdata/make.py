"""Writes scipy.json: what SciPy says of samples that the tests of this folder repeat.

Run with: python3 make.py  (made with NumPy 2.4.6 and SciPy 1.17.1; seed 20260101)
"""
import itertools
import json

import numpy as np
import scipy
from scipy import stats

rng = np.random.default_rng(20260101)


def summary(x):
    n = len(x)
    lo, hi = stats.t.interval(0.95, n - 1, loc=np.mean(x), scale=stats.sem(x))
    q1, med, q3 = np.quantile(x, [0.25, 0.5, 0.75])
    return dict(x=list(x), mean=np.mean(x), std=np.std(x, ddof=1), sem=stats.sem(x), ci95=(hi - lo) / 2, median=med, q1=q1, q3=q3)


def paired(a, b):
    r = stats.ttest_rel(a, b)
    ci = r.confidence_interval(0.95)
    return dict(a=list(a), b=list(b), t=r.statistic, p=r.pvalue, diff=np.mean(a - b), ci95=(ci.high - ci.low) / 2)


def wilcoxon(a, b):
    """Exact: SciPy where it has no ties and no zeros, else every sign pattern of the mid-ranks."""
    d = a - b
    d = d[d != 0]
    ranks = stats.rankdata(abs(d))
    w = min(ranks[d > 0].sum(), ranks[d < 0].sum())
    if len(d) == len(a) and len(set(abs(d))) == len(d) and len(d) <= 50:
        kind, p = "scipy exact", stats.wilcoxon(a, b, method="exact").pvalue
    elif len(d) <= 14:
        signs = np.array(list(itertools.product([0, 1], repeat=len(d))))
        plus = signs @ ranks
        kind, p = "all sign patterns", np.mean(np.minimum(plus, ranks.sum() - plus) <= w + 1e-9)
    else:
        kind, p = "scipy normal", stats.wilcoxon(a, b, method="asymptotic", zero_method="wilcox", correction=False).pvalue
    return dict(a=list(a), b=list(b), w=w, p=p, n=len(d), kind=kind)


def friedman(x):
    chi2 = stats.friedmanchisquare(*x.T).statistic
    n, k = x.shape
    f = (n - 1) * chi2 / (n * (k - 1) - chi2)
    return dict(x=x.tolist(), ranks=stats.rankdata(x, axis=1).mean(axis=0).tolist(), chi2=chi2, f=f, p=stats.f.sf(f, k - 1, (k - 1) * (n - 1)))


def holm(p):
    order = np.argsort(p, kind="stable")
    adj = np.maximum.accumulate(np.minimum(1, p[order] * np.arange(len(p), 0, -1)))
    out = np.empty_like(p)
    out[order] = adj
    return dict(p=list(p), adjusted=list(out))


def draw(n):
    return rng.normal(0.6, 0.05, n)


out = dict(
    made_with=f"numpy {np.__version__}, scipy {scipy.__version__}",
    summaries=[summary(draw(n)) for n in (2, 3, 5, 10, 30, 200)] + [summary(1e6 + draw(5)), summary(1e-8 * draw(4))],
    paired=[paired(a := draw(n), a - shift + rng.normal(0, 0.02, n)) for n, shift in [(2, 0), (3, 0.02), (5, 0.01), (5, 0.3), (10, 0), (30, 0.2)]],
    wilcoxon=[wilcoxon(draw(n), draw(n) - s) for n, s in [(1, 0), (4, 0), (5, 1), (6, 0), (9, 0.03), (20, 0.02), (50, 0.02), (80, 0.02)]]
    + [wilcoxon(np.round(20 * draw(n)), np.round(20 * draw(n)) - s) for n, s in [(7, 0), (12, 1), (14, 0), (90, 0)]],
    friedman=[friedman(rng.normal(0, 1, (n, k)) + s * np.arange(k)) for n, k, s in [(6, 3, 0), (8, 4, 0.5), (12, 5, 1), (20, 3, 0.2)]]
    + [friedman(np.round(rng.normal(0, 1, (n, k)) + s * np.arange(k))) for n, k, s in [(7, 4, 0.3), (10, 3, 0)]],
    holm=[holm(rng.uniform(0, 1, n) ** e) for n, e in [(1, 2), (3, 4), (8, 3), (20, 6)]] + [holm(np.array([0.01, 0.04, 0.03, 0.005])), holm(np.array([0.02, 0.02, 0.02]))],
)
# The hand-written Holm above against the textbook example (p = 0.01, 0.04, 0.03, 0.005).
assert np.allclose(out["holm"][4]["adjusted"], [0.03, 0.06, 0.06, 0.02])
with open("scipy.json", "w") as f:
    json.dump(out, f, indent=None, separators=(",", ":"), default=float)
    f.write("\n")
