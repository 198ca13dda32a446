"""Prints some of what pandas finds in the frames of a folder."""
import sys

import pandas as pd


def read(name):
    return pd.read_parquet(f"{sys.argv[1]}/{name}.parquet")


trials = read("trials")
print("trials", len(trials), "failed", (trials.status == "failed").sum())
print("seed", trials.seed.dtype, trials.seed[0])
print("started", trials.started.dtype, trials.started[0])
print("settings.root", trials["settings.root"].dtype, trials["settings.root"][0])
print("settings.rate", trials["settings.rate"].dtype, "missing", trials["settings.rate"].isna().sum())
print("method", trials.method[1])
curves = read("curves")
print("curves", len(curves), sorted(curves.step.unique().tolist()))
print("cases", sorted(read("cases").id.unique().tolist()))
print("smallest", read("metrics").value.min())
