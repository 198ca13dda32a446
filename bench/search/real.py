"""Searches on real training: what they find at a quarter of a grid's training.

    go build -o assay . && python bench/search/real.py --assay ./assay --results DIR [--write]

Runs sweeps/search-grid.yaml whole, then random, tpe and asha over the same values,
five seeds each, into one folder of results: what the grid has trained is not trained
again. Prints a table in Markdown, or writes it to bench/search/REAL.md. Needs nothing
but Python.
"""

import argparse
import collections
import json
import math
import pathlib
import statistics
import subprocess

HERE = pathlib.Path(__file__).parent
SWEEP = HERE.parent.parent / "sweeps" / "search-grid.yaml"
METRIC = "probe/direction/accuracy"
REPEATS = 5
HEAD = """# Searches on real training, beside the whole grid

Made by `python bench/search/real.py`: Swap-VAE and MYOW on chewie-1, sweeps/search-grid.yaml. Every configuration has three seeds; what is selected
by the mean on val then runs with five fresh ones. A search may train a quarter of what the grid does: 16 configurations whole, or 48 of
which asha trains a third to a third of their budget and a ninth to the end. Cost is counted in whole trainings, rungs by their share."""
SEARCHES = {
    "random": ["search.strategy=random", "search.configurations=16"],
    "tpe": ["search.strategy=tpe", "search.configurations=16"],
    "asha": ["search.strategy=random", "search.configurations=48", "search.prune={strategy: asha, factor: 3, rungs: 3}"],
}


def run(args, name, sets):
    command = [args.assay, "run", str(SWEEP), "--results", args.results, "--jobs", str(args.jobs), "--set", f"name={name}"]
    for s in sets:
        command += ["--set", s]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    with open(pathlib.Path(args.results) / name / "records.jsonl") as lines:
        return [json.loads(line) for line in lines]


def value(row, split):
    return next((m["value"] for m in row.get("metrics") or [] if m["name"] == METRIC and m["split"] == split), None)


def budget(row):
    """The budget that the trial was trained to, as a share of the whole."""
    settings = row["spec"]["settings"]
    whole = settings["epochs"] if "epochs" in settings else settings["steps"]
    return (row["spec"].get("budget") or whole) / whole


def read(rows, method):
    """Configurations that were trained whole (val values by seed), the cost of the
    search in whole trainings, and what was selected with its values on test."""
    full, cost, chosen, test = collections.defaultdict(list), {}, None, []
    for row in rows:
        if row["method_id"] != method:
            continue
        search = row["spec"]["seed"] < 10  # the report's seeds are 11 to 15
        if not search:
            chosen, test = row["variant"], test + [value(row, "test")]
            continue
        at = (row["variant"], row["spec"]["seed"])
        cost[at] = max(cost.get(at, 0), budget(row))
        if budget(row) == 1 and value(row, "val") is not None:
            full[row["variant"]].append(value(row, "val"))
    return full, sum(cost.values()), chosen, test


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--assay", default="assay")
    parser.add_argument("--results", required=True)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()

    grid = run(args, "search-grid", [])
    out = [HEAD, ""]
    found = {name: [run(args, f"search-{name}-{k}", sets + [f"search.seed={k}"]) for k in range(1, REPEATS + 1)] for name, sets in SEARCHES.items()}
    for method in ("swapvae", "myow"):
        full, cost, chosen, test = read(grid, method)
        means = {c: statistics.mean(v) for c, v in full.items()}
        best = max(means, key=means.get)
        se = statistics.stdev(full[best]) / math.sqrt(len(full[best]))
        out += [f"## {method}", "",
                f"Grid: {len(means)} configurations, {cost:.0f} whole trainings; best on val {means[best]:.4f} ± {se:.4f} (standard error over {len(full[best])} seeds), "
                f"{sum(m >= means[best] - se for m in means.values())} configurations within it, median configuration {statistics.median(means.values()):.4f}; "
                f"the selected one on test {statistics.mean(test):.4f} ({len(test)} fresh seeds).", "",
                "| search | seed | trainings of the grid's | selected, val | below the grid's best | within one standard error | test, fresh seeds |", "|---|---|---|---|---|---|---|"]
        for name, repeats in found.items():
            hits = 0
            for k, rows in enumerate(repeats, 1):
                mine, spent, picked, test = read(rows, method)
                val = statistics.mean(mine[picked])
                hit = val >= means[best] - se
                hits += hit
                out.append(f"| {name} | {k} | {spent / cost:.0%} | {val:.4f} | {means[best] - val:.4f} | {'yes' if hit else 'no'} | {statistics.mean(test):.4f} |")
            out.append(f"| **{name}** | | | | | **{hits} of {REPEATS}** | |")
        out.append("")
    text = "\n".join(out).rstrip() + "\n"
    if args.write:
        (HERE / "REAL.md").write_text(text)
    print(text)


if __name__ == "__main__":
    main()
