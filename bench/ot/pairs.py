"""HiWA on all pairs that the reach recordings make: how often clusters are matched
rightly, with and without a warning, and the velocity that is read, beside the
authors' release on the same recordings.

usage: python bench/ot/pairs.py [--choices 12] [--seeds 3] [--methods isomap,components]
           [--hiwa path/to/PyHiWA] [--results DIR] [--assay PATH] [--write pairs.csv]
       python bench/ot/pairs.py --read pairs.csv

An ordered pair of sessions and four of the eight directions make a dataset: 6 x 70
of them. --choices takes so many of the 70, the first ones of an order that was drawn
once, so that more of them add to fewer. --hiwa adds the release, run by this Python
(numpy, scikit-learn, grpcio, protobuf). Finished trials are kept in the results and
are not run again. --write keeps a line for every fit, --read takes them from there.
Prints Markdown.
"""
import argparse
import csv
import itertools
import json
import os
import random
import re
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
    "components": f"{common}, projection: linear, embedding: pca, mu: 0.02",
    "no projection": f"{common}, mu: 0.02",
    "isomap, one start": f"{common}, projection: linear, restarts: 1",
}
kept = ("matched", "swap_margin", "match_gap", "velocity_r2")


def sweep(options, folder):
    choices = list(itertools.combinations(range(8), 4))
    random.Random(1).shuffle(choices)
    choices = sorted(choices[: options.choices or None])
    lines = ["version: 2", "name: pairs", "datasets:"]
    for a, b in itertools.permutations(sessions, 2):
        for c in choices:
            keep = f"keep: {{direction: {list(c)}}}"
            lines.append(f"  {a}-to-{b}-{''.join(map(str, c))}:")
            lines.append(f"    roles: {{source: {{source: catalogue/{a}-moving, {keep}}}, target: {{source: catalogue/{b}-moving, {keep}}}}}")
    lines.append("methods:")
    for name in options.methods.split(",") if options.methods else ours:
        settings = ours[{key(n): n for n in ours}[key(name)]]
        lines.append(f"  {key(name)}: {{plugin: hiwa, settings: {{{settings}}}}}")
    if options.hiwa:
        plugin = os.path.join(folder, "hiwa-release")
        os.makedirs(plugin)
        shutil.copy(os.path.join(here, "release.py"), plugin)
        shutil.copytree(os.path.join(root, "plugins", "python", "assay_plugin"), os.path.join(plugin, "assay_plugin"))
        with open(os.path.join(plugin, "plugin.yaml"), "w") as f:
            json.dump({"version": 1, "python": sys.executable, "args": ["release.py"], "env": {"HIWA_RELEASE": os.path.abspath(options.hiwa)}}, f)
        for solver in ("randomized", "lapack"):
            lines.append(f"  release-{solver}: {{plugin: {plugin}, settings: {{solver: {solver}}}, allow: {{read: [{os.path.abspath(options.hiwa)}]}}}}")
    lines += [f"seeds: {options.seeds}", "limits: {timeout: 30m, memory: 4GiB, threads: 1}"]
    path = os.path.join(folder, "pairs.yaml")
    with open(path, "w") as f:
        f.write("\n".join(lines) + "\n")
    return path


def key(name):
    return name.replace(",", "").replace(" ", "-")


def row(label, fits):
    """A line of the table. Shares are of the fits that did not fail."""
    done = [{k: float(f[k]) for k in kept if f.get(k)} for f in fits if f["status"] == "succeeded"]
    cells = [label, str(len(fits)), str(len(fits) - len(done))]
    if not done:
        return "| " + " | ".join(cells + [""] * 6) + " |"
    right = [f["matched"] > 0.999 for f in done]
    r2 = sorted(f["velocity_r2"] for f in done)
    quartiles = statistics.quantiles(r2, n=4, method="inclusive") if len(r2) > 1 else r2 * 3
    cells.append(f"{sum(right) / len(right):.2f}")
    if all("swap_margin" in f for f in done):
        for warned in (False, True):
            those = [r for r, f in zip(right, done) if (f["swap_margin"] < 0) == warned]
            cells.append(f"{sum(those)} of {len(those)}")
        close = [f.get("match_gap", 1) < 0.05 for f in done]
        cells.append(f"{sum(close) / len(close):.2f}")
    else:
        cells += ["", "", ""]
    cells.append(f"{quartiles[1]:.2f} [{quartiles[0]:.2f}, {quartiles[2]:.2f}]")
    good = [f["velocity_r2"] for f, r in zip(done, right) if r]
    cells.append(f"{statistics.median(good):.2f}" if good else "")
    return "| " + " | ".join(cells) + " |"


def run(options):
    """Fits what is not fitted yet, and gives a dictionary for every fit."""
    with tempfile.TemporaryDirectory() as folder:
        results = options.results or folder
        file = sweep(options, folder)
        assay = options.assay
        if not assay:
            assay = os.path.join(folder, "assay")
            subprocess.run(["go", "build", "-o", assay, "."], cwd=root, check=True)
        ended = subprocess.run([assay, "run", file, "--results", results, "--jobs", str(options.jobs)], stdout=subprocess.DEVNULL)
        if ended.returncode not in (0, 3):  # 3: some trials failed
            sys.exit(ended.returncode)
        fits = []
        with open(os.path.join(results, "pairs", "records.jsonl")) as f:
            for line in f:
                r = json.loads(line)
                source, target, directions = re.fullmatch(r"(.+)-to-(.+)-(\d+)", r["dataset_id"]).groups()
                fit = {"method": r["method_id"], "source": source, "target": target, "directions": directions, "seed": r["spec"]["seed"], "status": r["status"]}
                if r["status"] == "succeeded":
                    fit.update((m["name"], f"{m['value']:.6g}") for m in r["metrics"] if m["name"] in kept)
                fits.append(fit)
        return fits


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--choices", type=int, default=0)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--methods", default="")
    parser.add_argument("--hiwa", default="")
    parser.add_argument("--results", default="")
    parser.add_argument("--assay", default="")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--write", default="")
    parser.add_argument("--read", default="")
    options = parser.parse_args()
    if options.read:
        with open(options.read) as f:
            fits = list(csv.DictReader(f))
    else:
        fits = run(options)
    if options.write:
        with open(options.write, "w", newline="") as f:
            w = csv.DictWriter(f, ("method", "source", "target", "directions", "seed", "status") + kept, lineterminator="\n")
            w.writeheader()
            w.writerows(fits)
    print("| method | fits | failed | share right | right without warning | right with warning | close second | velocity R2 | R2 where right |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|--:|")
    for method in dict.fromkeys(f["method"] for f in fits):
        those = [f for f in fits if f["method"] == method]
        print(row(method, those))
        for a, b in itertools.permutations(sessions, 2):
            some = [f for f in those if (f["source"], f["target"]) == (a, b)]
            if some:
                print(row(f"... {a} to {b}", some))


main()
