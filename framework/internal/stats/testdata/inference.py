"""Writes inference.json.gz: what other programs say of the problems that
inference_test.go draws from the same generator (splitmix64, + - * only, so that
both sides have the same bits).

Run: python inference.py     (made with NumPy 2.4.6, SciPy 1.17.1, statsmodels 0.15.0, mpmath 1.4.1, autorank 1.3.0, rliable 1.2.0, baycomp 1.0.3; seed 17)
"""
import contextlib, gzip, io, itertools, json, sys, types, warnings

for name in ("arch", "arch.bootstrap"):  # rliable's bootstrap; not used here
    sys.modules[name] = types.ModuleType(name)
for name in ("IIDBootstrap", "IndependentSamplesBootstrap"):
    setattr(sys.modules["arch.bootstrap"], name, type(name, (), {}))
sys.modules["arch"].bootstrap = sys.modules["arch.bootstrap"]

import mpmath
import numpy as np
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint
from statsmodels.tsa.stattools import acf

warnings.simplefilter("ignore")
mpmath.mp.dps = 50
MASK = (1 << 64) - 1
SCALES = [1e-12, 1e-9, 1e-6, 1e-3, 1.0, 1.0, 1.0, 1e3, 1e6, 1e12]


class Stream:
    def __init__(self, seed):
        self.s = seed

    def bits(self):
        self.s = (self.s + 0x9E3779B97F4A7C15) & MASK
        z = self.s
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return z ^ (z >> 31)

    def u(self):
        return (self.bits() >> 11) * 2.0**-53

    def n(self, lo, hi):  # whole number, lo ≤ n ≤ hi
        return lo + self.bits() % (hi - lo + 1)

    def bell(self):
        return self.u() + self.u() + self.u() + self.u() - 2.0

    def coarse(self, x):  # ties
        return float(np.floor(x * 4.0 + 0.5)) * 0.25

    def sample(self, n):
        scale, rough = SCALES[self.n(0, 9)], self.n(0, 3) == 0
        x = [self.bell() for _ in range(n)]
        return [(self.coarse(v) if rough else v) * scale for v in x]


def each(k, f, count=800):
    s, out = Stream(17 * 1000 + k), []
    for _ in range(count):
        out.append(f(s))
    return out


L = np.longdouble


def parts(z):
    z = np.array(z, L)
    n, m = z.shape
    c, r = z.mean(0), z.mean(1)
    if n == 1 or (z == z[0]).all():
        return dict(q=L(0), e=L(0), c=z[0], nu=0, g=r.mean())
    E = z - r[:, None] - c + z.mean()
    return dict(q=r.var(ddof=1) / n, e=(E**2).sum() / ((n - 1) * (m - 1) * n * m), c=c, nu=n - 1, g=r.mean())


def method(s, m, scale):
    n = s.n(1, 6)
    base = [s.bell() for _ in range(m)]
    return [[(b + 0.3 * s.bell() + d) * scale for b in base] for d in [0.2 * s.bell() for _ in range(n)]]


def variance(Q, a, b=None):
    qs = [p for p in (a, b) if p]
    V = max(sum(p["q"] for p in qs) + max(Q - sum(p["e"] for p in qs), 0), Q)
    m = len(a["c"])
    df = V * V / (sum(p["q"] ** 2 / p["nu"] for p in qs if p["nu"]) + Q * Q / (m - 1))
    return V, df


def crossed(s):
    m, scale = s.n(2, 40), SCALES[s.n(0, 9)]
    a, b = parts(method(s, m, scale)), parts(method(s, m, scale))
    V, df = variance(a["c"].var(ddof=1) / m, a)
    W, dg = variance((a["c"] - b["c"]).var(ddof=1) / m, a, b)
    return [float(x) for x in (a["g"], np.sqrt(V), df, a["g"] - b["g"], np.sqrt(W), dg)]


def quantile(s):
    nu, p = 0.4 + 200.0 * s.u() * s.u() * s.u() * s.u(), 0.5 + 0.4999 * s.u()
    return float(stats.t.ppf(p, nu))


def tail(s):
    nu, t = 0.4 + 200.0 * s.u() * s.u() * s.u() * s.u(), 40.0 * s.u() * s.u() * s.u()
    x = mpmath.mpf(nu) / (mpmath.mpf(nu) + mpmath.mpf(t) ** 2)
    return float(mpmath.betainc(mpmath.mpf(nu) / 2, 0.5, 0, x, regularized=True))


def interval(s):
    "wilson, logit, log(1-r2), log"
    g, se, nu, eff, samples = 0.02 + 0.96 * s.u(), 0.001 + 0.1 * s.u(), 2.0 + 60.0 * s.u(), 8.0 + 100.0 * s.u(), 1000.0 * s.u() + 100.0
    edge = s.n(0, 9)
    if edge == 0:
        g, se = float(s.n(0, 1)), 0.0
    t = stats.t.ppf(0.975, nu)
    n = eff if se == 0 else g * (1 - g) / se**2
    n = min(n, samples)
    lo, hi = proportion_confint(g * n, n, 2 * stats.norm.sf(t), "wilson")
    if se == 0:
        return [lo, hi]
    at, h = np.log(g / (1 - g)), t * se / (g * (1 - g))
    r = t * se / (1 - g)
    return [lo, hi, 1 / (1 + np.exp(h - at)), 1 / (1 + np.exp(-h - at)), 1 - (1 - g) * np.exp(r), 1 - (1 - g) * np.exp(-r), g * np.exp(-t * se / g), g * np.exp(t * se / g)]


def nct_beyond(delta, t, nu):
    "P(|T| > t) of the noncentral t, by quadrature over the chi variable with 30 digits"
    with mpmath.workdps(30):
        nu, t, d = mpmath.mpf(nu), mpmath.mpf(t), mpmath.mpf(delta)
        c = mpmath.power(2, 1 - nu / 2) / mpmath.gamma(nu / 2)
        f = lambda y: c * y ** (nu - 1) * mpmath.exp(-y * y / 2) * (mpmath.ncdf(d - t * y / mpmath.sqrt(nu)) + mpmath.ncdf(-d - t * y / mpmath.sqrt(nu)))
        top = mpmath.sqrt(nu)
        return float(mpmath.quad(f, [0, max(top - 6, top / 4), top - 1 if top > 2 else top * 0.7, top, top + 1, top + 3, top + 8, top + 16]))


def power(s):
    delta, nu, alpha = 6.0 * s.u(), 2.0 + 60.0 * s.u(), 0.0005 + 0.05 * s.u()
    t = stats.t.ppf(1 - alpha / 2, nu)
    p = stats.nct.sf(t, nu, delta) + stats.nct.cdf(-t, nu, delta)
    q = nct_beyond(delta, t, nu) if s.n(0, 9) == 0 or not np.isfinite(p) else p  # mpmath decides a tenth, and where SciPy gives up
    assert abs(p - q) < 1e-9 or not np.isfinite(p), (delta, nu, alpha, p, q)
    return q


def pvalues(s, n):
    return [s.u() * s.u() * s.u() for _ in range(n)]


def partitions(k):
    if k == 0:
        yield []
        return
    for rest in partitions(k - 1):
        for i in range(len(rest)):
            yield rest[:i] + [rest[i] + 1] + rest[i + 1 :]
        yield rest + [1]


COUNTS = {k: sorted({sum(j * (j - 1) // 2 for j in p) for p in partitions(k)}) for k in range(2, 8)}


def shaffer(s):
    k = s.n(2, 7)
    p = np.array(pvalues(s, k * (k - 1) // 2))
    order, out, run = np.argsort(p, kind="stable"), np.empty(len(p)), 0.0
    for i, j in enumerate(order):
        t = max(x for x in COUNTS[k] if x <= len(p) - i)
        run = max(run, min(1.0, max(t, 1) * p[j]))
        out[j] = run
    return [float(v) for v in out]


def holm(s):
    return [float(v) for v in multipletests(pvalues(s, s.n(1, 20)), method="holm")[1]]


def flips(s):
    k, G = s.n(2, 4), s.n(3, 9)
    X = np.array([s.sample(G) for _ in range(k)])
    pairs = list(itertools.combinations(range(k), 2))
    D = np.array([X[a] - X[b] for a, b in pairs])
    signs = np.array(list(itertools.product([1, -1], repeat=G)))

    def T(E):
        m = (E[:, None, :] * D[None]).mean(2)
        v = ((D**2).mean(1) - m * m) / (G - 1)
        with np.errstate(all="ignore"):
            t = np.abs(m) / np.sqrt(np.maximum(v, 0))
        t[:, (D == 0).all(1)] = 0
        full = np.maximum(v, 0) <= 1e-13 * (D**2).mean(1)[None]
        return np.where(full & (m != 0), np.inf, t)

    t, obs = T(signs), T(np.ones((1, G)))[0]
    obs = np.where(np.abs(D.mean(1)) <= 1e-13 * np.abs(D).mean(1), 0, obs)
    order, run, out = np.argsort(-obs, kind="stable"), 0.0, np.ones(len(D))
    for i, p in enumerate(order):
        big = t[:, order[i:]].max(1)
        run = max(run, float(np.mean(big >= obs[p] * (1 - 1e-9))))
        out[p] = run if obs[p] > 0 else 1.0
    return [float(v) for v in out]


def flip_one(s):
    "one pair, SciPy's exact permutation of paired samples"
    G = s.n(3, 9)
    a = np.array([s.bell() for _ in range(G)])
    b = np.array([s.bell() + 0.5 for _ in range(G)])
    r = stats.permutation_test((a, b), lambda x, y, axis: (x - y).mean(axis=axis), permutation_type="samples", vectorized=True, n_resamples=np.inf)
    return float(r.pvalue)


def friedman(s):
    "chi2 of SciPy, and p over every permutation within blocks"
    k, N = s.n(3, 4), s.n(2, 4)
    if k == 4:
        N = min(N, 3)
    rough = s.n(0, 1) == 0
    X = np.array([[s.coarse(s.bell()) if rough else s.bell() for _ in range(k)] for _ in range(N)])
    R = stats.rankdata(X, axis=1)
    if (R == R[:, :1]).all():
        return [0.0, 1.0]
    stat = lambda sums: (sums**2).sum(-1)
    perms = np.array(list(itertools.permutations(range(k))))
    sums = R[:1].copy()
    for row in R[1:]:
        sums = (sums[:, None, :] + row[perms][None]).reshape(-1, k)
    return [float(stats.friedmanchisquare(*X.T).statistic), float(np.mean(stat(sums) >= stat(R.sum(0)) - 1e-9))]


def hodges(s):
    x = np.array(s.sample(s.n(1, 30)))
    i, j = np.triu_indices(len(x))
    return float(np.median((x[i] + x[j]) / 2))


def lag(s):
    x = [s.bell() for _ in range(s.n(3, 60))]
    for i in range(1, len(x)):
        x[i] += 0.7 * x[i - 1]
    return float(acf(x, nlags=1, adjusted=False, fft=False)[1])


def folds(s):
    "Nadeau and Bengio through the posterior of baycomp's correlated t test, and V_U by its definition"
    from baycomp import CorrelatedTTest

    J, m = s.n(3, 8), s.n(6, 12)
    case = [s.bell() for _ in range(J * m)]
    x = np.array([[c + 0.3 * s.bell() for c in case[j * m : (j + 1) * m]] for j in range(J)])
    w = np.array([[float(s.n(2, 9)) for _ in range(m)] for _ in range(J)])
    theta = (w * x).sum(1) / w.sum(1)
    S2 = theta.var(ddof=1)
    post = CorrelatedTTest(theta, np.zeros(J), runs=1)
    nb = post.var if hasattr(post, "var") else S2 * (1 / J + 1 / (J - 1))
    assert abs(nb - S2 * (1 / J + 1 / (J - 1))) < 1e-12 * nb
    d = (w * (x - theta.mean())).ravel()
    vu = (d**2).sum() / w.sum() ** 2 * (J * m) / (J * m - 1)
    return [float(theta.mean()), float(np.sqrt(max(nb, vu))), float(J - 1 if nb >= vu else J * m - 1)]


def aggregates(s):
    from rliable import library, metrics

    runs, tasks = s.n(2, 8), s.n(1, 6)
    a = np.array([[s.coarse(s.bell()) for _ in range(tasks)] for _ in range(runs)])
    b = np.array([[s.coarse(s.bell()) for _ in range(tasks)] for _ in range(runs)])
    tau = np.array([-0.5, 0.0, 0.5])
    return [float(metrics.aggregate_iqm(a)), float(metrics.probability_of_improvement(a, b))] + [float(library.run_score_deviation(a, t)) for t in tau]


def signed_rank(s):
    "baycomp; 50,000 draws"
    from baycomp import SignedRankTest

    n = s.n(4, 20)
    d = np.array([s.bell() + 0.2 for _ in range(n)])
    np.random.seed(int(s.n(0, 10**6)))
    left, rope, right = SignedRankTest.probs(d, np.zeros(n), rope=0.1, nsamples=50000)
    return [float(left), float(rope), float(right)]


def mvt(s):
    "P(max of 3 correlated t >= t); SciPy"
    a, b, c = (0.1 + 0.8 * s.u() for _ in range(3))
    R = np.array([[1, a * b, a * c], [a * b, 1, b * c], [a * c, b * c, 1]])
    nu, t = float(s.n(3, 40)), 1.0 + 2.0 * s.u()
    return float(1 - stats.multivariate_t.cdf([t] * 3, shape=R, df=nu, maxpts=200000))


def autorank_ranks(s):
    "mean ranks as autorank reports them, larger is better"
    import autorank, pandas as pd

    k, N = s.n(3, 5), s.n(6, 12)
    X = pd.DataFrame([[s.bell() for _ in range(k)] for _ in range(N)], columns=[f"m{j}" for j in range(k)])
    with contextlib.redirect_stdout(io.StringIO()):
        r = autorank.autorank(X, force_mode="nonparametric", verbose=False)
    return [float(r.rankdf.loc[f"m{j}", "meanrank"]) for j in range(k)]


out = dict(
    crossed=each(1, crossed), quantile=each(2, quantile), tail=each(3, tail), interval=each(4, interval), power=each(5, power), shaffer=each(6, shaffer), holm=each(7, holm),
    flips=each(8, flips), flip_one=each(9, flip_one), friedman=each(10, friedman), hodges=each(11, hodges), lag=each(12, lag), folds=each(13, folds), aggregates=each(14, aggregates),
    signed_rank=each(15, signed_rank, 20), mvt=each(16, mvt, 40), autorank=each(17, autorank_ranks, 20),
)
with gzip.GzipFile("inference.json.gz", "wb", mtime=0) as f:
    f.write(json.dumps(out, separators=(",", ":")).encode())
