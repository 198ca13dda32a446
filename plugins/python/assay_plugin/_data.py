"""Recordings and datasets, mapped into memory: docs/data.md has the format."""

import functools
import json
import os
import re
from dataclasses import dataclass, field, replace
from typing import Any, Dict, List, Mapping, Optional, Tuple, Union

import numpy as np
from numpy.typing import NDArray

from ._errors import Failure, Refuse

CODES = {"train": 1, "val": 2, "test": 3}  # in a split array; 0 is in no part
_PLAIN_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*\Z")

_LEAST_BLOCK = 10  # samples, of a block that counts as a case

Rows = Union[slice, NDArray[np.intp]]


@dataclass(frozen=True)
class Target:
    """A quantity known for every sample: a class or a continuous value."""

    name: str
    values: NDArray[Any]  # classes: int32 [samples], labels 0 .. classes-1; else float32 [samples x dims]
    classes: int = 0  # number of classes; 0 of a continuous target
    unit: str = ""

    @property
    def is_class(self) -> bool:
        return self.classes > 0


@dataclass(frozen=True)
class Recording:
    """One matrix of samples with trials and targets. Its arrays are read-only and,
    where rows lie together, mapped from the file rather than copied."""

    samples: NDArray[np.float32]  # [samples x channels], in unit
    trial: NDArray[np.int32]  # [samples] trial of each sample; those of a trial lie one after another
    split: Optional[NDArray[np.uint8]] = None  # [samples] 1 train, 2 val, 3 test, 0 none; None: not divided
    targets: Mapping[str, Target] = field(default_factory=dict)
    unit: str = ""  # of the samples: "Hz"
    bin_seconds: float = 0.0  # duration of a sample; 0 where samples are not bins of time
    channels: Optional[List[str]] = None

    def __len__(self) -> int:
        return int(self.samples.shape[0])

    def target(self, name: str) -> Target:
        """The target of that name; refuses the recording where it has none."""
        if name not in self.targets:
            raise Refuse(f'the recording has no target "{name}"', "it has " + (", ".join(self.targets) or "none at all"))
        return self.targets[name]

    def on(self, split: str) -> "Recording":
        """The part that split names: train, val, test, or all."""
        if split == "all":
            return self
        if split not in CODES:
            raise Refuse(f'there is no split "{split}"', "train, val, test or all")
        rows = np.flatnonzero(self.split == CODES[split]) if self.split is not None else np.empty(0, np.intp)
        return self.rows(rows)

    def rows(self, rows: NDArray[np.intp]) -> "Recording":
        """The samples with these numbers, in that order."""
        at: Rows = rows
        if len(rows) and rows[-1] - rows[0] == len(rows) - 1 and bool((np.diff(rows) == 1).all()):
            at = slice(int(rows[0]), int(rows[-1]) + 1)  # no copy
        return replace(
            self, samples=self.samples[at], trial=self.trial[at], split=None if self.split is None else self.split[at],
            targets={name: replace(t, values=t.values[at]) for name, t in self.targets.items()},
        )

    def cases(self) -> Tuple[NDArray[np.intp], int]:
        """What inference counts: (the case of each sample, how many there are). Cases
        are trials, in order of first appearance. Where all samples belong to one
        trial they are 10 contiguous blocks of equal length, 9 or 8 where the samples
        do not suffice for 10 of 10 each; of fewer there are none."""
        n = len(self)
        of = np.cumsum(np.diff(self.trial, prepend=self.trial[:1]) != 0)
        if n and of[-1] > 0:
            return of, int(of[-1]) + 1
        blocks = min(n // _LEAST_BLOCK, 10)
        if blocks < 8:
            return np.zeros(n, np.intp), 0
        return np.arange(n) * blocks // n, blocks

    def train_part(self) -> "Recording":
        """What a method may learn from: the train split, or all where nothing is divided."""
        return self if self.split is None else self.on("train")


class Dataset:
    """One or more recordings in named roles."""

    def __init__(self, recordings: Mapping[str, Recording]):
        self.recordings = dict(recordings)

    def role(self, role: str) -> Recording:
        if role not in self.recordings:
            raise Refuse(f'the dataset has no recording in role "{role}"', "it has " + ", ".join(sorted(self.recordings)))
        return self.recordings[role]

    def train(self, role: str = "main") -> Recording:
        """What a method may learn from in that role."""
        return self.role(role).train_part()


    def several(self, role: str) -> List[Recording]:
        """The recordings in a role, one or more: ``role``, ``role-2``, ``role-3``."""
        out = [self.role(role)]
        while (name := f"{role}-{len(out) + 1}") in self.recordings:
            out.append(self.recordings[name])
        return out

    def train_several(self, role: str) -> List[Recording]:
        """What may be learned from in a role, of every recording in it."""
        return [r.train_part() for r in self.several(role)]


def open_dataset(folder: str) -> Dataset:
    """Maps the dataset in a folder into memory. What dataset.json claims of the
    files is checked, except hashes and values."""
    path = os.path.join(folder, "dataset.json")
    try:
        with open(path, encoding="utf-8") as f:
            about = json.load(f)
        if about.get("format") != "assay-dataset" or about.get("version") != 1:
            raise ValueError(f"format {about.get('format')!r} version {about.get('version')!r}, but this SDK reads 'assay-dataset' version 1")
        return Dataset({role: _recording(folder, r) for role, r in about["recordings"].items()})
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as e:
        raise Failure(f"no dataset: {path}: {e}") from e


def _recording(folder: str, about: Dict[str, Any]) -> Recording:
    load = functools.partial(_array, folder)
    targets = {}
    for t in about["targets"]:
        label = t["kind"] == "class"
        values = load(t["data"], "<i4" if label else "<f4", 1 if label else 2)
        targets[t["name"]] = Target(t["name"], values, t.get("classes", 0) if label else 0, t.get("unit", ""))
    r = Recording(
        samples=load(about["samples"], "<f4", 2), trial=load(about["trial"], "<i4", 1),
        split=load(about["split"], "|u1", 1) if about.get("split") else None, targets=targets,
        unit=about.get("unit", ""), bin_seconds=about.get("bin_seconds", 0.0), channels=about.get("channels"),
    )
    columns = [r.trial] + [t.values for t in targets.values()] + ([] if r.split is None else [r.split])
    if any(len(c) != len(r) for c in columns):
        raise ValueError(f"{len(r)} samples, but columns of {sorted({len(c) for c in columns})} rows")
    return r


def _array(folder: str, about: Dict[str, Any], kind: str, dims: int) -> NDArray[Any]:
    name = about["file"]
    if not _PLAIN_NAME.match(name):
        raise ValueError(f"file {name!r} is no plain name in the same folder")
    path = os.path.join(folder, name)
    empty = 0 in about["shape"]  # nothing to map
    a = np.asarray(np.load(path, mmap_mode=None if empty else "r", allow_pickle=False))
    if list(a.shape) != list(about["shape"]) or a.ndim != dims or a.dtype != np.dtype(kind):
        raise ValueError(f"{name} is {a.dtype.str} {list(a.shape)}, dataset.json says {about['type']} {about['shape']}")
    return a
