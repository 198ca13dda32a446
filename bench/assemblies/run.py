"""Assemblies in Go beside NumPy, one process after the other, alternating.

usage: [TRIALS=5] python bench/assemblies/run.py [runs] > bench/assemblies/RESULTS.md

TRIALS is the number of runs for each of the 20 values of a curve. Needs Go and NumPy. Prints medians over the runs, ratios with their spread (least and
greatest over the alternations), and the largest resident set. One thread on both sides.
"""
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time

import numpy

here = os.path.dirname(os.path.abspath(__file__))
root = os.path.dirname(os.path.dirname(here))
env = dict(os.environ, GOMAXPROCS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1", OMP_NUM_THREADS="1")
for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):  # NumPy at its best
    env.pop(name, None)


def run(args):
    """Wall seconds, CPU seconds, peak MB, output."""
    start = time.perf_counter()
    with tempfile.TemporaryFile("w+") as out:
        p = subprocess.Popen(args, stdout=out, stderr=subprocess.STDOUT, env=env, cwd=root)
        _, status, usage = os.wait4(p.pid, 0)
        wall = time.perf_counter() - start
        out.seek(0)
        text = out.read()
    if status != 0:
        sys.exit(f"{args}: {text}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, text


def build(package, name):
    path = os.path.join(tempfile.gettempdir(), f"assemblies-bench-{os.getpid()}-{name}")
    subprocess.run(["go", "test", "-c", "-o", path, package], check=True, cwd=root)
    return path


def bench(binary, name, times="1x"):
    return [binary, "-test.run", "^$", "-test.bench", f"^{name}$", "-test.benchtime", times, "-test.benchmem"]


def spread(values):
    return f"{statistics.median(values):.3g} ({min(values):.3g} to {max(values):.3g})"


def find(pattern, text):
    return float(re.search(pattern, text).group(1))


def compare(runs, go, py, value):
    """Alternates and returns value(...) and memory of both sides."""
    a, b, ma, mb, words = [], [], [], [], ["", ""]
    for _ in range(runs):
        r = run(go)
        a.append(value["go"](r)), ma.append(r[2])
        words[0] = r[3]
        r = run(py)
        b.append(value["py"](r)), mb.append(r[2])
        words[1] = r[3]
    return a, b, max(ma), max(mb), words


def main():
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    top, low = build("./plugins/assemblies", "top"), build("./plugins/assemblies/model", "model")
    script = [sys.executable, os.path.join(here, "assemblies_numpy.py")]
    go_version = subprocess.run(["go", "version"], capture_output=True, text=True).stdout.split()[2]
    with open("/proc/cpuinfo") as f:
        cpu = next((line.split(":")[1].strip() for line in f if line.startswith("model name")), platform.processor())
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, cwd=root).stdout.strip()
    load = os.getloadavg()[0]

    print("# Assemblies: Go beside NumPy\n")
    print(f"Measured by `python bench/assemblies/run.py {runs}` at {commit}: {cpu}, one thread on each side, {runs} alternating runs,")
    print(f"medians, in brackets least and greatest. {go_version}; Python {platform.python_version()}, NumPy {numpy.__version__}.")
    print(f"E3 and E4 with {os.environ.get('TRIALS', '5')} trial(s) for each of 20 values.")
    print(f"Load average at the start {load:.1f} on {os.cpu_count()} cores: with other work on the machine seconds of")
    print("wall time say little; ratios are of CPU time, run by run.\n")
    print("| experiment | NumPy / Go, CPU | Go, CPU s | NumPy, CPU s | Go, wall s | NumPy, wall s | Go, MB | NumPy, MB |")
    print("|---|---|---|---|---|---|---|---|")
    cpu_time = {"go": lambda r: (r[1], r[0]), "py": lambda r: (r[1], r[0])}
    for label, name, args in (
        ("E3, whole process", "BenchmarkE3", ["e3"]),
        ("E3, tuned NumPy", "BenchmarkE3", ["--tuned", "e3"]),
        ("E4, whole process", "BenchmarkE4", ["e4"]),
        ("E4, tuned NumPy", "BenchmarkE4", ["--tuned", "e4"]),
    ):
        a, b, ma, mb, _ = compare(runs, bench(top, name), script + args, cpu_time)
        ratios = [y[0] / x[0] for x, y in zip(a, b)]
        print(f"| {label} | **{spread(ratios)}** | {spread([x[0] for x in a])} | {spread([y[0] for y in b])} "
              f"| {spread([x[1] for x in a])} | {spread([y[1] for y in b])} | {ma:.0f} | {mb:.0f} |", flush=True)

    print("\nE1, training only (20 presentations, homeostasis after each class; graph and samples are there), CPU time")
    print("within each process, mean (Go) or median (NumPy) of its repetitions:\n")
    print("| NumPy | NumPy / Go | Go, ms | NumPy, ms |")
    print("|---|---|---|---|")
    train = {"go": lambda r: find(r"([\d.e+]+) train-ns/op", r[3]) / 1e6, "py": lambda r: 1e3 * find(r"train-seconds ([\d.e-]+)", r[3])}
    for label, args in (("as the equations stand", ["e1"]), ("tuned", ["--tuned", "e1"])):
        a, b, _, _, _ = compare(runs, bench(top, "BenchmarkE1Training", "200x"), script + args, train)
        print(f"| {label} | **{spread([y / x for x, y in zip(a, b)])}** | {spread(a)} | {spread(b)} |", flush=True)

    print("\nProjection with recurrence, ten rounds, p = 0.01, beta = 0.05, a stimulus of k neurons, whole process:\n")
    print("| engine | n | k | wall s | CPU s | MB | support / k |")
    print("|---|---|---|---|---|---|---|")
    for engine in ("exact", "hash", "lazy"):
        for n, k in ((10**4, 100), (10**5, 316), (10**6, 1000), (10**7, 3162)):
            if engine == "exact" and n > 10**4:
                continue
            if engine == "hash" and n == 10**7 and "--large" not in sys.argv:
                continue  # minutes; see results/assemblies-scale
            count = runs if n < 10**7 else min(runs, 3)
            rs = [run(bench(low, f"BenchmarkProjection/{engine}/n={n}")) for _ in range(count)]
            support = find(r"([\d.]+) support", rs[0][3])
            print(f"| {engine} | {n:,} | {k} | {spread([r[0] for r in rs])} | {spread([r[1] for r in rs])} | {max(r[2] for r in rs):.0f} | {support / k:.2f} |", flush=True)
    os.remove(top), os.remove(low)


main()
