"""For the tests of a method: a small recording, and training without a host.

    model, events = fit(MyMethod(), recording(), dims=3)
    assert MyMethod().embed(model, recording()).shape == (200, 3)

``assay plugin check`` then runs the conformance suite against the real process.
"""

import os
import tempfile
from dataclasses import dataclass, field
from typing import Any, Dict, List, Mapping, Tuple, Union

import numpy as np

from ._data import Dataset, Recording, Target
from ._method import Method, Training, embed_role
from ._settings import complete

__all__ = ["Events", "fit", "recording", "reloaded"]


@dataclass
class Events:
    """What training reported."""

    progress: List[Tuple[int, int, str]] = field(default_factory=list)
    metrics: Dict[str, List[Tuple[int, float]]] = field(default_factory=dict)
    lines: List[str] = field(default_factory=list)
    checkpoints: List[Tuple[int, bool]] = field(default_factory=list)  # units of work done, and whether training continued from it


class _List:
    def __init__(self, events: Events):
        self._events = events

    def progress(self, done: int, total: int, unit: str) -> None:
        self._events.progress.append((done, total, unit))

    def metric(self, name: str, step: int, value: float) -> None:
        self._events.metrics.setdefault(name, []).append((step, value))

    def log(self, line: str) -> None:
        self._events.lines.append(line)

    def checkpoint(self, done: int, resumed: bool) -> None:
        self._events.checkpoints.append((done, resumed))

    def cancelled(self) -> bool:
        return False


def recording(samples: int = 200, channels: int = 12, classes: int = 4, seed: int = 1) -> Recording:
    """Noisy points on a ring in channel space: target "direction" is the class of
    a sample, "angle" its place. Trials of ten; the last fifth is the test split."""
    rng = np.random.default_rng(seed)
    angle = rng.uniform(0, 2 * np.pi, samples)
    ring = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    x = (10 + ring @ rng.normal(size=(2, channels)) * 4 + rng.normal(size=(samples, channels)) * 0.5).clip(0)
    split = np.where(np.arange(samples) // 10 < samples // 10 * 0.8, 1, 3).astype(np.uint8)
    label = (angle / (2 * np.pi) * classes).astype(np.int32)
    targets = {"direction": Target("direction", label, classes), "angle": Target("angle", angle[:, None].astype(np.float32), unit="rad")}
    return Recording(x.astype(np.float32), (np.arange(samples) // 10).astype(np.int32), split, targets, "Hz", 0.1)


def fit(method: "Method[Any, Any]", data: Union[Recording, Mapping[str, Recording]], *, seed: int = 1, threads: int = 1,
        checkpoints: str = "", **settings: Any) -> Tuple[Any, Events]:
    """Trains as the host would and returns the model and what was reported.
    checkpoints is a folder to keep them in."""
    if isinstance(data, Recording):
        data = {embed_role(method): data}
    events = Events()
    with tempfile.TemporaryDirectory() as work:
        run: Training[Any] = Training(complete(method.settings, settings), Dataset(data), seed, threads, work, _List(events), checkpoints)
        return method.train(run), events


def reloaded(method: "Method[Any, Any]", model: Any) -> Any:
    """The model after save and load, as another process sees it."""
    with tempfile.TemporaryDirectory() as folder:
        inside = os.path.join(folder, "model")
        os.mkdir(inside)
        method.save(model, inside)
        return method.load(inside)
