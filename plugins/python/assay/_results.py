"""Results of a sweep as data frames."""

from __future__ import annotations

import functools
import pathlib
import tempfile
from typing import TYPE_CHECKING, Any

import numpy as np

from assay._binary import AssayError, call

if TYPE_CHECKING:
    import os

    import pandas as pd

#: Columns that are no numbers even where all that is in them looks like one.
_WORDS = ("trial", "variant", "fold", "fit", "parent", "id", "method_version", "code", "commit", "table", "row", "col", "a", "b", "column")


def load(folder: str | os.PathLike[str]) -> Results:
    """The results of one sweep, from its folder in a folder of results.

    ``folder`` is ``RESULTS/NAME``: ``assay-results/NAME`` after ``assay run`` of a sweep
    called NAME, or results that somebody has committed. It is read when it is first asked
    for something; load again after another run.
    """
    path = pathlib.Path(folder)
    if not (path / "records.jsonl").is_file():
        raise AssayError(f"{path} holds no records.jsonl: name a sweep's folder of results, such as assay-results/NAME", 2)
    return Results(path)


class Results:
    """What is recorded of a sweep. Frames are tidy and share the columns ``trial``,
    ``method``, ``variant``, ``dataset``, ``fold``, ``seed`` and ``role``; docs/export.md
    lists the others."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        self._exported: tempfile.TemporaryDirectory[str] | None = None

    def __repr__(self) -> str:
        return f"<results of {self.folder.resolve().name}>"

    @property
    def trials(self) -> pd.DataFrame:
        """A row for every trial: status, times in seconds, memory in bytes, versions,
        ``settings.NAME``."""
        return self._frame("trials")

    @property
    def metrics(self) -> pd.DataFrame:
        """A row for every metric of a trial on a part: ``metric``, ``split``, ``value``."""
        return self._frame("metrics")

    @property
    def curves(self) -> pd.DataFrame:
        """A row for every ``step`` of a metric in training; none of committed results."""
        return self._frame("curves")

    @property
    def cases(self) -> pd.DataFrame:
        """A row for every test case of a metric: a trial of the recording, a block, a sample."""
        return self._frame("cases")

    @property
    def pairs(self) -> pd.DataFrame:
        """A row for every comparison of two cells: difference, interval, p-values."""
        return self._frame("pairs")

    @functools.cached_property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The sweep's tables by name: a row for every cell, with mean, interval and marks.
        ``tables["main"].pivot(index="row", columns="col", values="mean")`` is the table."""
        cells = self._frame("cells")
        return {str(name): frame.drop(columns="table").reset_index(drop=True) for name, frame in cells.groupby("table", sort=False)}

    def embedding(self, trial: str, split: str = "test") -> np.ndarray[Any, np.dtype[np.float32]]:
        """The embedding of a part, [samples x dims]. ``trial`` is an id, or the beginning
        of one; sweeps keep embeddings within ``keep: {embeddings: SIZE}``."""
        path = self._kept(trial) / f"embedding-{split}.npy"
        if not path.is_file():
            there = sorted(p.stem.removeprefix("embedding-") for p in path.parent.glob("embedding-*.npy"))
            parts = f"; it has {', '.join(there)}" if there else ": keep: {embeddings: true} in the sweep keeps them"
            raise AssayError(f"trial {trial} has no embedding of {split} in {path.parent}{parts}", 1)
        array: np.ndarray[Any, np.dtype[np.float32]] = np.load(path, mmap_mode="r", allow_pickle=False)
        return array

    def model_dir(self, trial: str) -> pathlib.Path:
        """The folder of a trained model, in the method's own format."""
        path = self._kept(trial) / "model"
        if not path.is_dir():
            raise AssayError(f"no model of trial {trial} is kept: keep: {{models: true}} in the sweep keeps them", 1)
        return path

    def _kept(self, trial: str) -> pathlib.Path:
        frame = self.trials
        fits = frame.loc[frame.trial.str.startswith(trial), "fit"].dropna().unique()
        if len(fits) != 1:
            what = "belongs to no trial" if len(fits) == 0 else f"begins {len(fits)} trials"
            raise AssayError(f"{trial} {what} of {self.folder}", 2)
        return self.folder.resolve().parent / "kept" / str(fits[0])

    @functools.cache  # noqa: B019  a handful of frames, for as long as somebody looks at them
    def _frame(self, name: str) -> pd.DataFrame:
        try:
            import pandas as pd
        except ImportError as error:
            raise ImportError('data frames need pandas: pip install "assay[pandas]"') from error
        if self._exported is None:
            made = tempfile.TemporaryDirectory(prefix="assay-")
            call(["export", str(self.folder), "--format", "csv", "--out", made.name])
            self._exported = made
        words = {column: "string" for column in _WORDS} | {"seed": "UInt64"}
        return pd.read_csv(pathlib.Path(self._exported.name) / f"{name}.csv", dtype=words, float_precision="round_trip", low_memory=False)
