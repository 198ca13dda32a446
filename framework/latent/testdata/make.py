"""Writes sklearn.json: reference values for PCA, factor analysis and whitening.

Run with numpy 2.4.6, scipy 1.17.1, scikit-learn 1.9.1:  python3 make.py
"""
import json
import os

import numpy as np
import scipy.linalg
from sklearn.decomposition import PCA, FactorAnalysis

rng = np.random.default_rng(7)


def case(n, d, k):
    """Samples from a k-factor model with noise of unequal size, and held-out ones."""
    L = rng.normal(size=(k, d))
    X = rng.normal(size=(n + 10, k)) @ L + rng.normal(size=(n + 10, d)) * rng.uniform(0.3, 2, d) + rng.normal(size=d)
    X = X.round(4)
    X, Y = X[:n], X[n:]
    pca = PCA(k, svd_solver="full").fit(X)
    fa = FactorAnalysis(k, svd_method="lapack").fit(X)
    S = np.cov(X.T)
    return dict(
        k=k, X=X.tolist(), Y=Y.tolist(),
        pca=dict(components=pca.components_.tolist(), variance=pca.explained_variance_.tolist(),
                 total=float(np.var(X, axis=0, ddof=1).sum()), scores=pca.transform(Y).tolist()),
        fa=dict(loadings=fa.components_.tolist(), noise=fa.noise_variance_.tolist(), iterations=fa.n_iter_,
                loglik=fa.loglike_, scores=fa.transform(Y).tolist(), heldout=fa.score(Y)),
        whiten=dict(root=scipy.linalg.sqrtm(S).real.tolist(),
                    inv_root=np.linalg.inv(scipy.linalg.sqrtm(S).real).tolist()) if n > d else None,
    )


out = [case(60, 7, 2), case(40, 12, 3), case(9, 11, 2)]
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "sklearn.json"), "w") as f:
    json.dump(out, f)
    f.write("\n")
