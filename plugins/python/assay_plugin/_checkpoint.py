"""Checkpoints: a kill at any moment leaves the old one or the new one, whole."""

import os
import shutil
import tempfile
import time
from typing import Any, Tuple

from . import _tree
from ._errors import Cancelled, Failure
from ._sink import Sink

_PREFIX = "checkpoint-"  # what is still being written has another name
_EVERY = 30.0  # seconds: how much work a kill may cost


class Checkpoint:
    """Lets training go on after its process was killed, or to more of its budget.

        done, state = run.checkpoint.resume()          # (0, None) at the first attempt
        if state:
            restore(net, state)
        for epoch in range(done, run.end(epochs)):
            ...
            if run.checkpoint.due(epoch + 1):
                run.checkpoint.save(epoch + 1, state_of(net))

    Training that goes on must give the model of training that never stopped: the
    state needs the optimiser's moments and the places of random generators
    (``rng.bit_generator.state``) too. Work is counted in units of the budget.
    """

    def __init__(self, folder: str, until: int, sink: Sink):
        self._folder, self._until, self._sink = folder, until, sink
        self._saved = time.monotonic()

    def due(self, done: int) -> bool:
        """Whether it is time for ``save`` after done units of work: half a minute after
        the last one, and where training ends early with them."""
        return bool(self._folder) and (done == self._until or time.monotonic() - self._saved >= _EVERY)

    def save(self, done: int, state: Any) -> None:
        """Keeps what training needs to go on after done units of work: a dictionary
        of NumPy arrays, numbers and texts. Only the last is kept. Does nothing where
        no checkpoints are wanted."""
        if self._sink.cancelled():
            raise Cancelled()
        if self._folder and _save(self._folder, done, state):
            self._sink.checkpoint(done, False)
            self._saved = time.monotonic()

    def resume(self) -> Tuple[int, Any]:
        """Returns how much work is done, and the state that was kept: (0, None) where
        there is none. One that cannot be read is an error, not a fresh start."""
        done, state = _load(self._folder) if self._folder else (0, None)
        if self._until and done > self._until:
            raise Failure(f"the checkpoint holds {done} units of work, but only {self._until} are asked for")
        if state is not None:
            self._sink.checkpoint(done, True)
        return done, state

    # The first edition's name for save: run.checkpoint(done, state).
    __call__ = save


def _save(folder: str, done: int, state: Any) -> bool:
    """Replaces the checkpoint; False where there is one of as much work already."""
    old, old_done = _last(folder)
    if old and done <= old_done:
        return False  # equal work, equal state
    new = tempfile.mkdtemp(prefix="tmp-", dir=folder)
    try:
        _tree.write(state, "the state", new, {})
        os.rename(new, os.path.join(folder, f"{_PREFIX}{done}"))
    finally:
        shutil.rmtree(new, ignore_errors=True)  # after the rename there is nothing under this name
    if old:
        shutil.rmtree(old)
    return True


def _load(folder: str) -> Tuple[int, Any]:
    path, done = _last(folder)
    if not path:
        return 0, None
    try:
        return done, _tree.read(path)[0]
    except (OSError, ValueError, KeyError) as e:
        raise Failure(f"checkpoint {path}: {e}") from e


def _last(folder: str) -> Tuple[str, int]:
    numbers = [int(n[len(_PREFIX):]) for n in os.listdir(folder) if n.startswith(_PREFIX) and n[len(_PREFIX):].isdigit()]
    return (os.path.join(folder, f"{_PREFIX}{max(numbers)}"), max(numbers)) if numbers else ("", 0)
