"""What the PyTorch and the JAX programs share: the recordings, what is drawn
from them on the host, and the conversation with the benchmark.
"""
import sys
import time

import numpy as np


class Recording:
    """Samples [T, N] in Hz and their trials, as the benchmark has written them."""

    def __init__(self, folder, units):
        self.x = np.fromfile(f"{folder}/samples.f32", np.float32).reshape(-1, units)
        self.trial = np.fromfile(f"{folder}/trials.i32", np.int32).astype(np.int64)

    def pairs(self, reach):
        """All ordered pairs (i, j) within a trial with |j - i| <= reach, self pairs included."""
        i = np.arange(len(self.x))
        found = []
        for shift in range(-reach, reach + 1):
            j = i + shift
            inside = (j >= 0) & (j < len(i))
            a, b = i[inside], j[inside]
            same = self.trial[a] == self.trial[b]
            found.append(np.stack([a[same], b[same]], axis=1))
        return np.concatenate(found)

    def ahead(self, most):
        """How many samples of the same trial follow each sample, at most so many."""
        count = np.zeros(len(self.x), np.int64)
        for shift in range(1, most + 1):
            count[:-shift] += self.trial[shift:] == self.trial[:-shift]
        return count


class Windows:
    """Windows of T bins from the first 8 of each trial, as EIT takes them: T = 2
    begins at bins 0 to 5, T = 6 at 0 to 2. The classes are the trials' numbers
    modulo 8; each unit's mean is taken away."""

    def __init__(self, folder, T, units=163):
        r = Recording(folder, units)
        first = np.flatnonzero(np.diff(r.trial, prepend=-1))
        self.starts = (first[:, None] + np.arange({2: 6, 6: 3}[T])).ravel()
        self.x = r.x - r.x[(first[:, None] + np.arange(8)).ravel()].mean(0)
        self.labels, self.T = r.trial % 8, T
        self.rng, self.left = np.random.default_rng(1), np.zeros(0, np.int64)

    def batch(self, n):
        """The first bins of n windows, every window once an epoch, and all their bins."""
        if len(self.left) == 0:
            self.left = self.rng.permutation(self.starts)
        chosen, self.left = self.left[:n], self.left[n:]
        return chosen, chosen[:, None] + np.arange(self.T)


def batch_of_myow(rng, trial, ahead, batch):
    """Anchors, the samples of A (anchors united with positives), and of every
    anchor its row in A, of its positive the sample."""
    anchors = rng.permutation(len(trial))[:batch]
    positives = anchors + rng.integers(0, ahead[anchors] + 1)
    extra = np.setdiff1d(positives, anchors)
    return anchors, positives, np.concatenate([anchors, extra])


def blas_files():
    """The BLAS libraries that this process has loaded; none: they are built in."""
    try:
        names = {line.split()[-1].split("/")[-1] for line in open("/proc/self/maps") if "/" in line}
    except OSError:
        return "unknown BLAS"
    return ", ".join(sorted(n for n in names if n.startswith(("libblas", "libopenblas")))) or "built-in BLAS"


def serve(version, steps):
    """Answers every line "n" with the wall and the processor seconds of n steps.
    The processor's count whatever else the machine does."""
    print(version, flush=True)
    for line in sys.stdin:
        wall, cpu = time.perf_counter(), time.process_time()
        loss = steps(int(line))
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        if not np.isfinite(loss):
            sys.exit(f"the loss became {loss}")
        print(wall, cpu, flush=True)
