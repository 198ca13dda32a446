"""Recordings for a sweep, written from what Python users have in memory."""

from __future__ import annotations

import os
from typing import Any, Dict, List, Mapping, Optional, Tuple, Union

import numpy as np
from numpy.typing import NDArray

Path = Union[str, "os.PathLike[str]"]
_TAKEN = ("samples", "counts", "trial", "bin_seconds", "subject", "session")


def write_recording(path: Path, samples: Any, *, trials: Any = None, targets: Optional[Mapping[str, Any]] = None, bin_seconds: Optional[float] = None,
                    scale: Optional[str] = None, subject: Optional[str] = None, session: Optional[str] = None) -> None:
    """Writes an .npz that a sweep reads without any ``read:``.

    samples: [time, channels] of NumPy or pandas; [trials, time, channels]; a list of
    [time, channels], one for each trial; an xarray.DataArray, whose dimensions may have any
    order and are told by their names; a Tsd, TsdFrame or TsGroup of pynapple; of neo an
    AnalogSignal, a list of SpikeTrains, a Segment with some, or a Block, whose segments
    are trials. Spikes are counted in bins of bin_seconds.

    trials: the number or name of each sample's trial; or intervals (an IntervalSet of
    pynapple, a DataFrame with start and end) where the samples have times: samples in
    none of them are left out.

    targets: for each name an array with a row for each sample or for each trial: whole
    numbers and text are classes, floats are continuous. Series of pynapple are brought
    onto the samples' times in a straight line.

    scale: "counts" are divided by bin_seconds when they are read, "rates" (default: of
    spikes counts, else rates) stay as they are. bin_seconds: default: what the samples say.
    """
    if not os.fspath(path).endswith(".npz"):
        raise ValueError(f"a recording is written as an .npz, not as {os.fspath(path)}")
    got = _Samples(samples, bin_seconds)
    if scale not in (None, "counts", "rates"):
        raise ValueError(f'scale is "counts" or "rates", not {scale!r}')
    counts = got.counted if scale is None else scale == "counts"
    if counts and not got.bin_seconds:
        raise ValueError("counts need bin_seconds: how wide is a bin?")
    of, keep = got.trials(trials)
    arrays: Dict[str, Any] = {"counts" if counts else "samples": got.values[keep], "trial": of[keep]}
    if got.bin_seconds:
        arrays["bin_seconds"] = np.array(got.bin_seconds)
    for name, text in (("subject", subject), ("session", session)):
        if text is not None:
            arrays[name] = np.array(str(text))
    for name, target in (targets or {}).items():
        if name in _TAKEN or "/" in name:
            raise ValueError(f"{name!r} is no name for a target")
        arrays[name] = got.target(name, target, of, keep)
    np.savez_compressed(path, **arrays)


class _Samples:
    values: NDArray[Any]  # [time, channels]
    times: Optional[NDArray[Any]] = None  # of each sample, in seconds
    own: Optional[NDArray[Any]] = None  # trial of each sample, where the samples say it
    counted = False
    intervals = 0  # where trials are some

    def __init__(self, x: Any, bin_seconds: Optional[float]):
        self.bin_seconds = bin_seconds
        kind = (type(x).__module__.partition(".")[0], type(x).__name__)
        if kind[0] == "neo" or isinstance(x, (list, tuple)) and len(x) and type(x[0]).__module__.startswith("neo."):
            self._neo(x, kind[1])
        elif kind[0] == "pynapple":
            self._pynapple(x, kind[1])
        elif kind[0] == "xarray":
            self._stack(_ordered(x))
            self._step(x)
        elif isinstance(x, (list, tuple)) and len(x) and np.ndim(x[0]) == 2:
            self._stack(x)
        else:
            self._stack(np.asarray(x))
        if self.values.ndim != 2 or not self.values.size or self.values.dtype.kind not in "buif":
            raise ValueError(f"samples must be numbers, [time, channels], got shape {self.values.shape} of {self.values.dtype}")

    def _stack(self, x: Any) -> None:
        if isinstance(x, np.ndarray) and x.ndim == 1:
            x = x[:, None]
        if isinstance(x, np.ndarray) and x.ndim == 2:
            self.values = x
            return
        parts = [np.asarray(p) for p in x]
        self.values = np.concatenate(parts)
        self.own = np.repeat(np.arange(len(parts)), [len(p) for p in parts])

    def _step(self, x: Any) -> None:
        for dim in ("time", "t", "bin"):
            if dim in x.coords and x.sizes[dim] > 1 and np.issubdtype(x.coords[dim].dtype, np.number):
                times = np.asarray(x.coords[dim], float)
                self.bin_seconds = self.bin_seconds or float(np.round(np.median(np.diff(times)), 9))
                if self.own is None:
                    self.times = times

    def _pynapple(self, x: Any, kind: str) -> None:
        if kind in ("TsGroup", "Ts"):
            if not self.bin_seconds:
                raise ValueError("spikes are counted in bins: how wide is bin_seconds?")
            x, self.counted = x.count(self.bin_seconds), True
        self._stack(np.asarray(x.values))
        self.times = np.asarray(x.times())
        if not self.bin_seconds and len(self.times) > 1:
            self.bin_seconds = float(np.round(np.median(np.diff(self.times)), 9))

    def _neo(self, x: Any, kind: str) -> None:
        segments = x.segments if kind == "Block" else [x]
        parts, times = [], []
        for s in segments:
            if hasattr(s, "sampling_period"):
                self.bin_seconds = self.bin_seconds or float(s.sampling_period.rescale("s").magnitude)
                parts.append(np.asarray(s.magnitude))
                times.append(np.asarray(s.times.rescale("s").magnitude))
                continue
            trains = s.spiketrains if hasattr(s, "spiketrains") else s
            if not len(trains):
                raise ValueError("there are no spike trains")
            counts, middle = _bins(trains, self.bin_seconds)
            parts.append(counts)
            times.append(middle)
            self.counted = True
        if kind == "Block":
            self._stack(parts)
        else:
            self.values, self.times = parts[0], times[0]

    def trials(self, x: Any) -> Tuple[NDArray[Any], NDArray[Any]]:
        """Returns the trial of each sample, and which samples stay."""
        n = len(self.values)
        if x is None:
            return (self.own if self.own is not None else np.zeros(n, int)), np.ones(n, bool)
        columns = [c for c in ("start", "end", "stop") if c in getattr(x, "columns", ())]
        if type(x).__name__ == "IntervalSet" or len(columns) == 2:
            if self.times is None:
                raise ValueError("trials are intervals, but the samples have no times")
            starts, ends = np.asarray(x["start"], float), np.asarray(x["end"] if "end" in x.columns else x["stop"], float)
            of, self.intervals = np.full(n, -1), len(starts)
            for i, (a, b) in enumerate(zip(starts, ends)):
                of[(self.times >= a) & (self.times < b)] = i
            if not (of >= 0).any():
                raise ValueError("no sample lies in a trial")
            return of, of >= 0
        of = np.asarray(x)
        if of.shape != (n,):
            raise ValueError(f"trials must name the trial of each of {n} samples, got shape {of.shape}")
        return of, np.ones(n, bool)

    def target(self, name: str, x: Any, of: NDArray[Any], keep: NDArray[Any]) -> NDArray[Any]:
        n = len(self.values)
        a: NDArray[Any]
        if type(x).__module__.startswith("pynapple") and self.times is not None and len(x) != n:
            values = np.asarray(x.values, float).reshape(len(x), -1)
            a = np.stack([np.interp(self.times, x.times(), v, left=np.nan, right=np.nan) for v in values.T], 1)
        else:
            a = np.asarray(x.values if hasattr(x, "values") and not callable(x.values) else x)
        if a.dtype == object or a.dtype.kind not in "buifUS":
            a = a.astype(str)
        rows: Any = keep
        if len(a) == n and a.ndim in (1, 2):
            out: NDArray[Any] = a[rows]
            return out
        names, first = np.unique(of[keep], return_index=True)
        order = names[np.argsort(first)]
        if self.intervals and len(a) == self.intervals:
            order = np.arange(self.intervals)  # in some of them no sample lies
        if len(a) == len(order) and a.ndim in (1, 2):
            place = {t: i for i, t in enumerate(order.tolist())}
            rows = [place[t] for t in of[keep].tolist()]
            out = a[rows]
            return out
        raise ValueError(f"target {name!r} must have a row for each of {n} samples or {len(order)} trials, got shape {a.shape}")


def _ordered(x: Any) -> Any:
    """An array of xarray's as [trials,] time, channels."""
    roles: List[str] = []
    for names in (("trial", "trials", "epoch"), ("time", "t", "bin", "sample"), ("unit", "units", "channel", "channels", "neuron", "neuroid", "cell")):
        found = [d for d in x.dims if str(d).lower() in names]
        if len(found) > 1:
            raise ValueError(f"which dimension is the {names[0]}? there are {', '.join(map(str, found))}")
        roles += found
    rest = [d for d in x.dims if d not in roles]
    if len(rest) > 1 or rest and len(roles) == x.ndim:
        raise ValueError(f"the dimensions {', '.join(map(str, x.dims))} must be called trial, time and unit")
    out: NDArray[Any] = np.asarray(x.transpose(*roles, *rest))
    return out


def _bins(trains: Any, bin_seconds: Optional[float]) -> Tuple[NDArray[Any], NDArray[Any]]:
    """Counts spikes of neo's trains, from their earliest start to their latest stop."""
    if not bin_seconds:
        raise ValueError("spikes are counted in bins: how wide is bin_seconds?")
    start = min(float(t.t_start.rescale("s").magnitude) for t in trains)
    stop = max(float(t.t_stop.rescale("s").magnitude) for t in trains)
    n = int(np.floor((stop - start) / bin_seconds + 1e-6))
    if n < 1:
        raise ValueError(f"{stop - start} s are less than a bin of {bin_seconds} s")
    out = np.zeros((n, len(trains)), np.int64)
    for j, t in enumerate(trains):
        # Times within half a nanosecond of an edge are on it.
        k = np.floor((np.asarray(t.rescale("s").magnitude, float) - start + 0.5e-9) / bin_seconds).astype(int)
        np.add.at(out[:, j], k[(k >= 0) & (k < n)], 1)
    return out, start + (np.arange(n) + 0.5) * bin_seconds
