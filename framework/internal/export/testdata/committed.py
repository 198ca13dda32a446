"""Compares the tables of exported frames with their JSON forms.

Arguments: pairs of a folder of frames and a file {"tables": [...]}, which is one
line of "assay table --format json". Every key of every cell and comparison must be
there with the same value, bit by bit; what JSON leaves out or has as null is missing.
Prints how many cells and values were compared.
"""
import json
import math
import sys

import pandas as pd

cells = values = pairs = 0


def same(got, want, where):
    if want is None or want == "" and missing(got):
        assert missing(got), f"{where}: {got!r}, want nothing"
        return
    if isinstance(want, float) or isinstance(got, float):
        assert not missing(got) and float(got) == float(want), f"{where}: {got!r}, want {want!r}"
        return
    assert got == want, f"{where}: {got!r}, want {want!r}"


def missing(v):
    return v is None or v is pd.NA or isinstance(v, float) and math.isnan(v)


# Lists of a cell stand a row each in values.parquet.
LISTS = {"values", "seeds", "trials", "folds", "failures", "settings"}


def flat(d, prefix=""):
    for k, v in d.items():
        if isinstance(v, dict):
            yield from flat(v, prefix + k + ".")
        else:
            yield prefix + k, v


def compare(folder, tables):
    global cells, values, pairs
    frame = {n: pd.read_parquet(f"{folder}/{n}.parquet") for n in ("tables", "cells", "values", "pairs")}
    assert list(frame["tables"].table) == [t["name"] for t in tables], folder
    for t, (_, head) in zip(tables, frame["tables"].iterrows()):
        same(head.caption, t["caption"], folder)
        for key in ("rows", "cols", "spec", "across", "selection"):
            assert json.loads(head[key]) == t[key], (folder, t["name"], key)
        mine = frame["cells"][frame["cells"].table == t["name"]]
        assert len(mine) == len(t["cells"]), (folder, t["name"])
        behind = frame["values"][frame["values"].table == t["name"]].to_dict("records")
        at = 0
        for want, got in zip(t["cells"], mine.to_dict("records")):
            where = f"{folder} {t['name']} {want['row']} {want['col']} {want['metric']}"
            for key, v in flat(want):
                if key not in LISTS and not (key in ("interval", "compare") and v is None):
                    same(got[key], v, f"{where} {key}")
            if not want.get("interval"):
                assert missing(got["interval.lo"]), where
            if not want.get("compare"):
                assert missing(got["compare.diff"]), where
            cells += 1
            for i, v in enumerate(want["values"]):
                row = behind[at]
                assert (row["row"], row["col"], row["metric"], row["status"]) == (want["row"], want["col"], want["metric"], "succeeded"), where
                same(row["value"], v, where)
                same(row["seed"], want["seeds"][i], where)
                same(row["trial"], want["trials"][i], where)
                same(row["fold"], want["folds"][i] if "folds" in want else "", where)
                at, values = at + 1, values + 1
            for f in want.get("failures") or []:
                row = behind[at]
                assert row["status"] == "failed" and missing(row["value"]) and row["trial"] == f["trial"] and row["seed"] == f["seed"], where
                at += 1
        assert at == len(behind), (folder, t["name"])
        of = frame["pairs"][frame["pairs"].table == t["name"]].to_dict("records")
        assert len(of) == len(t["pairs"] or []), (folder, t["name"])
        for want, got in zip(t["pairs"] or [], of):
            for key, v in want.items():
                same(got[key], v, f"{folder} {t['name']} {want['a']} {want['b']} {key}")
            pairs += 1


for folder, file in zip(sys.argv[1::2], sys.argv[2::2]):
    with open(file) as f:
        compare(folder, json.load(f)["tables"])
print(cells, values, pairs)
