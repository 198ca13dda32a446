"""Searches of assay beside those of Optuna and pycma, and its Sobol points beside SciPy's.

usage: python bench/search/run.py [seeds] > bench/search/RESULTS.md

Needs Go and a package index for pip: the first run makes a virtual environment in the folder of temporary files. Every search asks
100 questions. "Batch 8" means that an answer is told eight questions later, as when eight workers run side by side.
"""
import json
import math
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time

PACKAGES = ["optuna==5.0.0", "cmaes==0.13.1", "cma==4.5.0", "scipy==1.17.1", "numpy==2.4.6"]
QUESTIONS = 100

here = os.path.dirname(os.path.abspath(__file__))
root = os.path.dirname(os.path.dirname(here))
for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"


def in_environment():
    """Starts this script again in an environment with the peers."""
    folder = os.path.join(tempfile.gettempdir(), "assay-bench-search")
    python = os.path.join(folder, "bin", "python")
    if os.path.realpath(sys.prefix) == os.path.realpath(folder):
        return
    if not os.path.exists(python):
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    subprocess.run([python, "-m", "pip", "install", "-q", "--disable-pip-version-check", *PACKAGES], check=True, stdout=sys.stderr)
    os.execv(python, [python, os.path.abspath(__file__), *sys.argv[1:]])


class Asker:
    """Ours: the process that framework/internal/search/asker describes."""

    def __init__(self):
        binary = os.path.join(tempfile.gettempdir(), f"asker-{os.getpid()}")
        subprocess.run(["go", "build", "-o", binary, "./framework/internal/search/asker"], check=True, cwd=root)
        self.process = subprocess.Popen([binary], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        os.remove(binary)

    def say(self, what):
        self.process.stdin.write(json.dumps(what) + "\n")
        self.process.stdin.flush()

    def search(self, strategy):
        def search(params, f, seed, n, batch):
            self.say({"strategy": strategy, "seed": seed, "n": n, "batch": batch, "params": params})
            values = []
            while (c := json.loads(self.process.stdout.readline())) is not None:
                values.append(f(c))
                self.say(-values[-1])
            return values

        return search

    def seconds(self):
        with open(f"/proc/{self.process.pid}/stat") as f:
            user, system = f.read().rsplit(")")[1].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def holm(p):
    """Adjusted p-values, in the order given."""
    out, worst = [0.0] * len(p), 0.0
    for rank, i in enumerate(sorted(range(len(p)), key=lambda i: p[i])):
        worst = max(worst, min(1.0, (len(p) - rank) * p[i]))
        out[i] = worst
    return out


def regrets(search, function, seeds, batch):
    _, params, f, least = function
    return [min(search(params, f, seed, QUESTIONS, batch)) - least for seed in range(seeds)]


def spread(values):
    low, middle, high = statistics.quantiles(values, n=4)
    return f"{middle:.3g} ({low:.3g} to {high:.3g})"


def compare(title, ours, theirs, floors):
    """A table of median regrets, ours / theirs."""
    from scipy.stats import mannwhitneyu

    names = list(ours)
    worse = holm([mannwhitneyu(ours[n], theirs[n], alternative="greater").pvalue for n in names])
    better = holm([mannwhitneyu(ours[n], theirs[n], alternative="less").pvalue for n in names])
    ratios = [max(statistics.median(ours[n]), floors[n]) / max(statistics.median(theirs[n]), floors[n]) for n in names]
    print(f"\n## {title}\n")
    print("| function | floor | assay | peer | ratio | without floor | p worse | p better |")
    print("|---|---|---|---|---|---|---|---|")
    raw = [statistics.median(ours[n]) / statistics.median(theirs[n]) for n in names]
    for n, ratio, bare, w, b in zip(names, ratios, raw, worse, better):
        print(f"| {n} | {floors[n]:.2g} | {spread(ours[n])} | {spread(theirs[n])} | {ratio:.2f} | {bare:.2f} | {w:.2g} | {b:.2g} |")
    mean = lambda values: math.exp(statistics.fmean(map(math.log, values)))
    text = f"\nGeometric mean of the ratios: **{mean(ratios):.2f}**"
    if "training" in names:
        text += f"; without training {mean([r for n, r in zip(names, ratios) if n != 'training']):.2f}"
    lost = [n for n, w in zip(names, worse) if w < 0.05]
    won = [n for n, b in zip(names, better) if b < 0.05]
    print(f"{text}; without floors {mean(raw):.2f}. Significantly worse: {', '.join(lost) or 'none'}; better: {', '.join(won) or 'none'}.", flush=True)


def evenness(asker, seeds):
    """Centred discrepancies of scrambled points, and whether raw ones are SciPy's."""
    import numpy
    from scipy.stats import qmc

    params = [{"name": f"x{i}", "min": 0, "max": 1} for i in range(5)]
    print("\n## Sobol points\n")
    print("| points in 5 dimensions | assay, scrambled (Owen) | SciPy, scrambled | random |")
    print("|---|---|---|---|")
    for n in (64, 128, 256):
        rows = [[], [], []]
        for seed in range(seeds):
            points = []
            asker.search("sobol")(params, lambda c: points.append([c[p["name"]] for p in params]) or 0.0, seed, n, 1)
            rows[0].append(qmc.discrepancy(numpy.clip(points, 0, 1)))
            rows[1].append(qmc.discrepancy(qmc.Sobol(5, rng=seed).random(n)))
            rows[2].append(qmc.discrepancy(numpy.random.default_rng(seed).random((n, 5))))
        print(f"| {n} | {' | '.join(spread(r) for r in rows)} |")
    warned = "in all 128 dimensions"
    with open(os.path.join(root, "framework/internal/search/testdata/sobol.txt")) as f:
        lines = [list(map(int, line.split())) for line in f if not line.startswith("#")]
    raw = qmc.Sobol(128, scramble=False).random(2**17)
    for i, *row in lines:
        if row != [int(v * 2**30) for v in raw[i]]:
            warned = f"NOT at point {i}"
    test = subprocess.run(["go", "test", "-count=1", "-run", "TestSobolIsSciPys", "./framework/internal/search"], cwd=root, capture_output=True, text=True)
    equal = "passes" if test.returncode == 0 else "FAILS"
    print(f"\nCentred discrepancies, smaller is more even. The raw points in testdata/sobol.txt are those of SciPy {warned}; TestSobolIsSciPys, which compares ours with them, {equal}.")


def timed(asker, label, search, function, seeds, batch):
    began, theirs = time.process_time(), asker.seconds()
    out = regrets(search, function, seeds, batch)
    used = asker.seconds() - theirs if label == "assay" else time.process_time() - began
    cost.setdefault(label if label == "assay" else search.__name__, []).append(used / seeds / QUESTIONS * 1e3)
    return out


cost = {}


def main():
    in_environment()
    sys.path.insert(0, here)
    import peers
    from functions import FUNCTIONS

    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    asker = Asker()
    with open("/proc/cpuinfo") as f:
        cpu = next((line.split(":")[1].strip() for line in f if line.startswith("model name")), platform.processor())
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, cwd=root).stdout.strip()
    print("# Searches beside Optuna and pycma, Sobol points beside SciPy\n")
    print(f"Measured by `python bench/search/run.py {seeds}` at {commit}: {', '.join(PACKAGES)}, {cpu}, load average at the start {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores.")
    print(f"{seeds} seeds, {QUESTIONS} questions each; the functions are in functions.py, shifted where that says so. Cells are the median and the quartiles of the regret (least value found − least value).")
    print("Ratios are of medians, each at least the floor, 1e-3 of the range of the function; p-values are of one-sided Mann-Whitney tests after Holm over the functions.")
    floors = {}
    for name, params, f, least in FUNCTIONS:
        floors[name] = 1e-3 * (max(asker.search("sobol")(params, f, 0, 4096, 1)) - least)
    numeric = [f for f in FUNCTIONS if f[0] != "training"]
    for batch in (1, 8):
        ours = {f[0]: timed(asker, "assay", asker.search("tpe"), f, seeds, batch) for f in FUNCTIONS}
        theirs = {f[0]: timed(asker, "tpe", peers.optuna_tpe, f, seeds, batch) for f in FUNCTIONS}
        compare(f"tpe beside Optuna 5's default, batch {batch}", ours, theirs, floors)
        if batch == 1:
            for strategy in ("random", "sobol"):
                weak = {f[0]: regrets(asker.search(strategy), f, seeds, 1) for f in FUNCTIONS}
                print(f"\n{strategy}: " + ", ".join(f"{n} {statistics.median(v):.3g}" for n, v in weak.items()) + ".")
    for batch in (1, 8):
        ours = {f[0]: regrets(asker.search("cmaes"), f, seeds, batch) for f in numeric}
        compare(f"cmaes beside Optuna's CmaEsSampler, batch {batch}", ours, {f[0]: regrets(peers.optuna_cmaes, f, seeds, batch) for f in numeric}, floors)
        if batch == 1:
            compare("cmaes beside pycma", ours, {f[0]: regrets(peers.pycma, f, seeds, 1) for f in numeric}, floors)
    evenness(asker, 20)
    asker.close()
    times = [statistics.fmean(cost["assay"]), statistics.fmean(cost["search"])]
    print(f"\nProcessor time of a question of tpe, mean over functions: assay {times[0]:.2f} ms (with the pipe), Optuna {times[1]:.2f} ms.")


main()
