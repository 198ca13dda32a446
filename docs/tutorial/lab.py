"""Makes reaches.csv, as a lab's own script might: 160 reaches to four targets, ten bins
each, spike counts of 30 units in bins of 50 ms, and where the target was.

A third of the units know the target, a third the time in the reach, the others nothing.
"""

import csv
import math
import random

random.seed(7)
units = [(random.uniform(0, 2 * math.pi), random.uniform(0.3, 1.0), random.choice(["target", "time", "none"])) for _ in range(30)]


def poisson(rate):
    limit, k, p = math.exp(-rate), 0, 1.0
    while True:
        p *= random.random()
        if p <= limit:
            return k
        k += 1


with open("reaches.csv", "w", newline="") as f:
    out = csv.writer(f)
    out.writerow(["trial", "target"] + [f"unit{i:02d}" for i in range(30)])
    for trial in range(160):
        target = random.randrange(4)
        for bin in range(10):
            rates = []
            for prefers, gain, kind in units:
                drive = {"target": math.cos(target * math.pi / 2 - prefers), "time": math.sin(math.pi * bin / 10) - 0.5, "none": 0}[kind]
                rates.append(math.exp(-0.7 + gain * drive))
            out.writerow([trial, ["left", "up", "right", "down"][target]] + [poisson(r) for r in rates])
