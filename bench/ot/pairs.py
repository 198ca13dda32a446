"""HiWA on all pairs that the reach recordings make: how often clusters are matched
rightly, with and without a warning, and the velocity that is read, beside the
authors' release on the same recordings.

usage: python bench/ot/pairs.py [--choices 12] [--seeds 3] [--hiwa path/to/PyHiWA] [--results DIR]

An ordered pair of sessions and four of the eight directions make a dataset: 6 x 70
of them. --choices takes so many, drawn once, of the 70. --hiwa adds the release, run
by this Python (numpy, scikit-learn, grpcio, protobuf). Finished trials are kept in
the results and are not run again. Prints Markdown.
"""
import argparse
import itertools
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile

here = os.path.dirname(os.path.abspath(__file__))
root = os.path.dirname(os.path.dirname(here))
sessions = ("chewie-1", "chewie-2", "mihi-1")
common = "labels: direction, source_view: factors, target_view: velocity"
ours = {
    "isomap": f"{common}, projection: linear",
    "components": f"{common}, projection: linear, embedding: pca",
    "no projection": f"{common}, mu: 0.02",
    "isomap, one start": f"{common}, projection: linear, restarts: 1",
}


def sweep(options, folder):
    choices = list(itertools.combinations(range(8), 4))
    if options.choices:
        choices = sorted(random.Random(1).sample(choices, options.choices))
    lines = ["version: 1", "name: pairs", "datasets:"]
    for a, b in itertools.permutations(sessions, 2):
        for c in choices:
            keep = f"keep: {{direction: {list(c)}}}"
            lines.append(f"  {a}-to-{b}-{''.join(map(str, c))}:")
            lines.append(f"    roles: {{source: {{source: catalogue/{a}-moving, {keep}}}, target: {{source: catalogue/{b}-moving, {keep}}}}}")
    lines.append("methods:")
    for name, settings in ours.items():
        lines.append(f"  {key(name)}: {{plugin: hiwa, settings: {{{settings}}}}}")
    if options.hiwa:
        plugin = os.path.join(folder, "hiwa-release")
        os.makedirs(plugin)
        shutil.copy(os.path.join(here, "release.py"), plugin)
        shutil.copytree(os.path.join(root, "plugins", "python", "assay_plugin"), os.path.join(plugin, "assay_plugin"))
        with open(os.path.join(plugin, "plugin.yaml"), "w") as f:
            json.dump({"version": 1, "python": sys.executable, "args": ["release.py"], "env": {"HIWA_RELEASE": os.path.abspath(options.hiwa)}}, f)
        for solver in ("randomized", "lapack"):
            lines.append(f"  release-{solver}: {{plugin: {plugin}, settings: {{solver: {solver}}}}}")
    lines += [f"seeds: {options.seeds}", "limits: {timeout: 30m, memory: 4GiB, threads: 1}"]
    path = os.path.join(folder, "pairs.yaml")
    with open(path, "w") as f:
        f.write("\n".join(lines) + "\n")
    return path


def key(name):
    return name.replace(",", "").replace(" ", "-")


def row(label, trials):
    """A line of the table, of trials as dictionaries of metrics."""
    right = [t["matched"] > 0.999 for t in trials]
    r2 = sorted(t["velocity_r2"] for t in trials)
    quartiles = statistics.quantiles(r2, n=4, method="inclusive") if len(r2) > 1 else r2 * 3
    cells = [label, str(len(trials)), f"{sum(right) / len(right):.2f}"]
    if all("swap_margin" in t for t in trials):
        for warned in (False, True):
            those = [r for r, t in zip(right, trials) if (t["swap_margin"] < 0) == warned]
            cells.append(f"{sum(those)} of {len(those)}")
        close = [t.get("match_gap", 1) < 0.05 for t in trials]
        cells.append(f"{sum(close) / len(close):.2f}")
    else:
        cells += ["", "", ""]
    cells.append(f"{quartiles[1]:.2f} [{quartiles[0]:.2f}, {quartiles[2]:.2f}]")
    good = [t["velocity_r2"] for t, r in zip(trials, right) if r]
    cells.append(f"{statistics.median(good):.2f}" if good else "")
    return "| " + " | ".join(cells) + " |"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--choices", type=int, default=0)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--hiwa", default="")
    parser.add_argument("--results", default="")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        results = options.results or folder
        file = sweep(options, folder)
        assay = os.path.join(folder, "assay")
        subprocess.run(["go", "build", "-o", assay, "."], cwd=root, check=True)
        run = subprocess.run([assay, "run", file, "--results", results], stdout=subprocess.DEVNULL)
        if run.returncode not in (0, 3):  # 3: some trials failed
            sys.exit(run.returncode)
        trials, seen = {}, set()
        with open(os.path.join(results, "pairs", "records.jsonl")) as f:
            for line in f:
                r = json.loads(line)
                if r["status"] == "succeeded" and (r["method_id"], r["key"]) not in seen:
                    seen.add((r["method_id"], r["key"]))
                    metrics = {m["name"]: m["value"] for m in r["metrics"]}
                    trials.setdefault(r["method_id"], []).append((r["dataset_id"], metrics))
    print("| method | fits | share right | right without warning | right with warning | close second | velocity R2 | R2 where right |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|")
    names = {key(n): n for n in ours}
    for method, all_trials in trials.items():
        print(row(names.get(method, method), [t for _, t in all_trials]))
        for a, b in itertools.permutations(sessions, 2):
            some = [t for d, t in all_trials if d.startswith(f"{a}-to-{b}-")]
            if some:
                print(row(f"... {a} to {b}", some))


main()
