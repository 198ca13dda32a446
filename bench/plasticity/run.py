"""Plasticity in Go beside NumPy and PyTorch, one process after the other, alternating.

usage: python bench/plasticity/run.py [runs] > bench/plasticity/RESULTS.md

Needs Go, NumPy, PyTorch, and MNIST in the folder ASSAY_DATA_MIRROR. Prints medians over
the runs, and ratios with their spread (least and greatest over the alternations). One
thread on both sides. Seconds are of CPU time, which other work on the machine disturbs less.
"""
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile

import numpy

here = os.path.dirname(os.path.abspath(__file__))
root = os.path.dirname(os.path.dirname(here))
env = dict(os.environ, GOMAXPROCS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1", OMP_NUM_THREADS="1")
for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
    env.pop(name, None)


def output(args):
    p = subprocess.run(args, capture_output=True, text=True, env=env, cwd=root)
    if p.returncode != 0:
        sys.exit(f"{args}: {p.stdout}{p.stderr}")
    return p.stdout


def find(pattern, text):
    return float(re.search(pattern, text).group(1))


def spread(values):
    return f"{statistics.median(values):.3g} ({min(values):.3g} to {max(values):.3g})"


def main():
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    binary = os.path.join(tempfile.gettempdir(), f"plasticity-bench-{os.getpid()}")
    subprocess.run(["go", "test", "-c", "-o", binary, "./plugins/plasticity"], check=True, cwd=root)
    with open("/proc/cpuinfo") as f:
        cpu = next((line.split(":")[1].strip() for line in f if line.startswith("model name")), platform.processor())
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, cwd=root).stdout.strip()
    go = subprocess.run(["go", "version"], capture_output=True, text=True).stdout.split()[2]
    torch = output([sys.executable, "-c", "import torch; print(torch.__version__)"]).strip()
    print("# Plasticity: Go beside NumPy and PyTorch\n")
    print(f"Measured by `python bench/plasticity/run.py {runs}` at {commit}: {cpu}, one thread on each side, {runs} alternating runs,")
    print(f"CPU time, medians, in brackets least and greatest. {go}; Python {platform.python_version()}, NumPy {numpy.__version__}, PyTorch {torch}.")
    print(f"Load average at the start {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores.\n")
    print("| what | peer | peer / Go | Go | peer |")
    print("|---|---|---|---|---|")
    for label, bench, times, name, unit, scale in (
        ("a digit, T = 1, 1000 neurons: forward and update, µs", "BenchmarkDigits/T=1", "3x", "digits", "sample", 1e6),
        ("the same", "BenchmarkDigits/T=1", "3x", "digits-tuned", "sample", 1e6),
        ("an epoch of learning ro on a halfspace, ms", "BenchmarkMetaEpoch/T=1", "5x", "meta", "epoch", 1e3),
        ("the same", "BenchmarkMetaEpoch/T=1", "5x", "meta-torch", "epoch", 1e3),
        ("the same", "BenchmarkMetaEpoch/T=1", "5x", "meta-tuned", "epoch", 1e3),
    ):
        ours, theirs, checks = [], [], set()
        for _ in range(runs):
            text = output([binary, "-test.run", "^$", "-test.bench", f"^{bench.replace('/', '$/^')}$", "-test.benchtime", times])
            ours.append(find(rf"([\d.e+-]+) cpu-s/{unit}", text) * scale)
            text = output([sys.executable, os.path.join(here, "peer.py"), name])
            theirs.append(find(r"cpu-seconds ([\d.e-]+)", text) * scale)
        kind = {"digits": "NumPy, as the equations stand", "digits-tuned": "NumPy, tuned", "meta": "NumPy, count matrices, sample by sample", "meta-tuned": "NumPy, tuned", "meta-torch": "PyTorch, autograd"}[name]
        print(f"| {label} | {kind} | **{spread([t / o for o, t in zip(ours, theirs)])}** | {spread(ours)} | {spread(theirs)} |", flush=True)
    os.remove(binary)


main()
