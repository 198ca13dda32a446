"""Checkpoints: a kill at any moment leaves the old one or the new one, whole."""

import os
import shutil
import tempfile
from typing import Any, Tuple

from . import _model
from ._errors import Failure

_PREFIX = "checkpoint-"  # what is still being written has another name


def save(folder: str, done: int, state: Any) -> bool:
    """Replaces the checkpoint; False where there is one of as much work already."""
    old, old_done = _last(folder)
    if old and done <= old_done:
        return False  # equal work, equal state
    new = tempfile.mkdtemp(prefix="tmp-", dir=folder)
    try:
        _model.write(state, "the state", new, {})
        os.rename(new, os.path.join(folder, f"{_PREFIX}{done}"))
    finally:
        shutil.rmtree(new, ignore_errors=True)  # after the rename there is nothing under this name
    if old:
        shutil.rmtree(old)
    return True


def load(folder: str) -> Tuple[int, Any]:
    """Reads the last checkpoint: (0, None) where there is none. One that cannot
    be read is an error, not a fresh start."""
    path, done = _last(folder)
    if not path:
        return 0, None
    try:
        return done, _model.read(path)[0]
    except (OSError, ValueError, KeyError) as e:
        raise Failure(f"checkpoint {path}: {e}") from e


def _last(folder: str) -> Tuple[str, int]:
    numbers = [int(n[len(_PREFIX):]) for n in os.listdir(folder) if n.startswith(_PREFIX) and n[len(_PREFIX):].isdigit()]
    return (os.path.join(folder, f"{_PREFIX}{max(numbers)}"), max(numbers)) if numbers else ("", 0)
