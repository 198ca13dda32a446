"""Assemblies in NumPy, written from the equations, for bench/assemblies/run.py.

usage: assemblies_numpy.py [--tuned] e1 | e3 | e4

A [n_in, n] and W [n, n] are dense float64 matrices, masks times weights. A round is
a = W'h + A'x, the cap is the k largest (argsort, last k), plasticity multiplies by
1 + beta where both sides fire (an outer product), homeostasis divides columns by their
sums. --tuned touches only the synapses that change (np.ix_), selects with argpartition
and computes in float32: the fastest NumPy that we found without leaving the equations.
"""
import os
import sys
import time

import numpy as np

N, K, P, T, TESTS = 1000, 100, 0.1, 5, 1000
TRIALS = int(os.environ.get("TRIALS", "5"))


class Area:
    def __init__(self, rng, beta, tuned):
        self.beta, self.tuned = beta, tuned
        kind = np.float32 if tuned else np.float64
        self.A = (rng.random((N, N)) < P).astype(kind)
        self.W = (rng.random((N, N)) < P).astype(kind)
        np.fill_diagonal(self.W, 0)
        self.homeostasis()
        self.kind = kind

    def homeostasis(self):
        for m in (self.A, self.W):
            total = m.sum(axis=0)
            total[total == 0] = 1
            m /= total

    def cap(self, a):
        """The k largest of every row, as 0/1."""
        order = np.argpartition(a, -K, axis=-1) if self.tuned else np.argsort(a, axis=-1)
        y = np.zeros(a.shape, self.kind)
        np.put_along_axis(y, order[..., -K:], 1, axis=-1)
        return y

    def step(self, x, h):
        """One round with plasticity."""
        y = self.cap(h @ self.W + x @ self.A)
        if self.tuned:
            self.A[np.ix_(np.flatnonzero(x), np.flatnonzero(y))] *= 1 + self.beta
            self.W[np.ix_(np.flatnonzero(h), np.flatnonzero(y))] *= 1 + self.beta
        else:
            self.A *= 1 + self.beta * np.outer(x, y)
            self.W *= 1 + self.beta * np.outer(h, y)
        return y

    def train(self, samples):
        h = np.zeros(N, self.kind)
        for x in samples:
            h = self.step(x.astype(self.kind), h)
        self.homeostasis()
        return h

    def test(self, x):
        """Feed-forward caps of many samples."""
        return self.cap(x.astype(self.kind) @ self.A)


def stimuli(rng, core, r, q, count):
    return rng.random((count, N)) < np.where(core, r, q)


def core(rng):
    c = np.zeros(N, bool)
    c[rng.permutation(N)[:K]] = True
    return c


def e1(tuned):
    """CPU seconds of 20 presentations and four normalisations; drawing is not counted."""
    rng = np.random.default_rng(1)
    spent = []
    for _ in range(10):
        area = Area(rng, 0.1, tuned)
        samples = [stimuli(rng, core(rng), 0.9, 0.01, T) for _ in range(4)]
        start = time.process_time()
        for s in samples:
            area.train(s)
        spent.append(time.process_time() - start)
    print("train-seconds", np.median(spent))


def e3(tuned):
    mean = 0
    for x in range(20):
        r = 0.1 + 0.9 * x / 19
        for trial in range(TRIALS):
            rng = np.random.default_rng([x, trial])
            area = Area(rng, 0.1, tuned)
            cores = [core(rng) for _ in range(2)]
            last = np.stack([area.train(stimuli(rng, c, r, 0.1, T)) for c in cores])
            for c in range(2):
                y = area.test(stimuli(rng, cores[c], r, 0.1, TESTS))
                mean += ((y @ last.T).argmax(axis=1) == c).mean() / (40 * TRIALS)
    print("accuracy", mean)


def e4(tuned):
    mean = 0
    for x in range(20):
        delta = 9 * x / 19
        ones = [max(0, int(np.floor((1 - delta) * 10 + 1e-9))), int(np.ceil((1 + delta) * 10 - 1e-9))]
        for trial in range(TRIALS):
            rng = np.random.default_rng([x, trial])
            area = Area(rng, 1.0, tuned)

            def draw(label, count):
                s = rng.random((count, N)) < 0.1
                s[:, :K] = rng.permuted(np.tile(np.arange(K) < ones[label], (count, 1)), axis=1)
                return s

            area.train(draw(1, T))
            y = [area.test(draw(label, TESTS)) for label in range(2)]
            a = np.zeros(N, area.kind)
            a[np.argsort(-y[1].sum(axis=0), kind="stable")[:K]] = 1
            mean += (((y[1] @ a) > K / 2).mean() + ((y[0] @ a) <= K / 2).mean()) / (40 * TRIALS)
    print("accuracy", mean)


if __name__ == "__main__":
    {"e1": e1, "e3": e3, "e4": e4}[sys.argv[-1]]("--tuned" in sys.argv)
