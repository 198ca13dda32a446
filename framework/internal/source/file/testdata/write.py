"""Writes the files that NumPy, pandas and SciPy users have, and prints what is in them.

    write.py FOLDER
"""
import json
import os
import sys

import numpy as np
import pandas as pd
import scipy.io
from scipy import sparse

folder = sys.argv[1]
rng = np.random.default_rng(7)
counts = rng.poisson(2, (12, 3))
velocity = rng.normal(size=(12, 2)).astype("f4")
trial = np.repeat([4, 9, 2], [5, 4, 3])
side = np.array(["left", "right", "left"])[np.searchsorted([4, 9, 2], trial, sorter=[2, 0, 1]) % 3]
cue = np.array([45.0, 90.0, 0.0])[np.repeat([0, 1, 2], [5, 4, 3])]
units = {f"unit{i}": counts[:, i] for i in range(3)}
frame = pd.DataFrame(units | {"trial": trial, "side": side, "cue": cue, "vx": velocity[:, 0], "vy": velocity[:, 1]})
gaps = frame.copy()
gaps.loc[3, "vx"] = np.nan
gaps.loc[7, "side"] = np.nan

table = {"samples": ["unit*"], "classes": ["side", "cue"], "continuous": {"velocity": ["vx", "vy"]}}
named = {"samples": ["counts"], "classes": ["side", "cue"], "continuous": {"velocity": ["velocity"]}, "unit": "counts"}
files = {}


def add(name, read, rows=range(12)):
    rows = list(rows)
    files[os.path.join(folder, name)] = {
        "read": read, "samples": counts[rows].ravel().tolist(), "trial": trial[rows].tolist(), "side": side[rows].tolist(),
        "cue": [f"{c:g}" for c in cue[rows]], "velocity": velocity[rows].ravel().tolist()}


def path(name):
    return os.path.join(folder, name)


arrays = {"counts": counts, "velocity": velocity, "trial": trial, "side": side, "cue": cue}
np.savez(path("plain.npz"), **arrays)
add("plain.npz", named)
np.savez_compressed(path("packed.npz"), **arrays, animal="Momo", notes=np.array({"rig": 2}, dtype=object), table=np.zeros(3, [("a", "f4"), ("b", "i4")]), when=np.datetime64("2026-03-01"))
add("packed.npz", named)
np.savez(path("columns.npz"), **{k: np.asfortranarray(v).astype(v.dtype.newbyteorder(">")) for k, v in arrays.items()})
add("columns.npz", named)
np.savez(path("column-vectors.npz"), **{k: v if v.ndim == 2 else v[:, None] for k, v in arrays.items()})
add("column-vectors.npz", named)
np.savez(path("units-first.npz"), **(arrays | {"counts": counts.T, "velocity": velocity.T}))
add("units-first.npz", named | {"axes": ["units", "time"]})
np.savez(path("bytes.npz"), **(arrays | {"side": side.astype("S")}))
add("bytes.npz", named)

frame.to_csv(path("index.csv"))
add("index.csv", table)
frame.to_csv(path("plain.csv"), index=False)
add("plain.csv", table)
frame.to_csv(path("german.csv"), index=False, sep=";", decimal=",")
add("german.csv", table)
frame.to_csv(path("tabs.tsv"), index=False, sep="\t")
add("tabs.tsv", table)
frame.to_csv(path("packed.csv.gz"), index=False)
add("packed.csv.gz", table)
frame.to_csv(path("quoted.csv"), index=False, quoting=1, lineterminator="\r\n")
add("quoted.csv", table)
frame.to_csv(path("marked.csv"), index=False, encoding="utf-8-sig")
add("marked.csv", table)
gaps.to_csv(path("gaps.csv"), index=False)
add("gaps.csv", table | {"nan": "drop"}, [i for i in range(12) if i not in (3, 7)])
gaps.to_csv(path("gaps-na.csv"), index=False, na_rep="NA")
add("gaps-na.csv", table | {"nan": "drop"}, [i for i in range(12) if i not in (3, 7)])

cells = side.astype(object)
matlab = {"counts": counts.astype(float), "velocity": velocity, "trial": trial[:, None], "side": cells[:, None], "cue": cue[:, None]}
for name, options in {"v5.mat": {}, "packed.mat": {"do_compression": True}, "rows.mat": {"oned_as": "row"}}.items():
    scipy.io.savemat(path(name), matlab, **options)
    add(name, named)
scipy.io.savemat(path("session.mat"), {"day": {"neural": {"counts": sparse.csc_matrix(counts)}, "behaviour": {k: v for k, v in matlab.items() if k != "counts"}}})
where = lambda k: f"day.behaviour.{k}"
add("session.mat", {"samples": ["day.neural.counts"], "trial": where("trial"), "classes": [{"target": "side", "column": where("side")}, {"target": "cue", "column": where("cue")}],
                    "continuous": {"velocity": [where("velocity")]}})
bounds = np.cumsum([0, 5, 4, 3])
trials = np.zeros((1, 3), dtype=[(k, object) for k in ("counts", "velocity", "trial", "side", "cue")])
for i in range(3):
    rows = slice(bounds[i], bounds[i + 1])
    trials[0, i] = (counts[rows], velocity[rows], float(trial[rows][0]), side[rows][0], cue[rows][0])
scipy.io.savemat(path("trials.mat"), {"trials": trials})
at = lambda k: f"trials.{k}"
add("trials.mat", {"samples": [at("counts")], "trial": at("trial"), "classes": [{"target": "side", "column": at("side")}, {"target": "cue", "column": at("cue")}],
                   "continuous": {"velocity": [at("velocity")]}})

json.dump(files, sys.stdout)
