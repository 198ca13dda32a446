"""Errors that cross the boundary: what is wrong, and what to do about it."""

import os
import sys
import traceback
from types import TracebackType
from typing import Optional, Tuple


class _Hinted(Exception):
    def __init__(self, fact: str, hint: str = ""):
        super().__init__(fact)
        self.hint = hint


class Refuse(_Hinted):
    """Settings or data that the method cannot take. The fact says what is wrong,
    with the numbers in it; the hint says what to do."""


class Failure(_Hinted):
    """Anything else that went wrong, with advice."""


class Cancelled(BaseException):
    """The host no longer wants the result. It ends ``train`` wherever it is; like
    KeyboardInterrupt it passes through ``except Exception``. Let it pass."""


def explain(error: BaseException) -> Tuple[str, str]:
    """Returns message and hint for an exception of the method."""
    if isinstance(error, _Hinted):
        return str(error), error.hint
    text = f"{type(error).__name__}: {error}".rstrip(": ")
    place = _author_line(error.__traceback__)
    if place:
        text += f" ({place})"
    if isinstance(error, ModuleNotFoundError) and error.name:
        package = error.name.partition(".")[0]
        return text, f"{sys.executable} has no module {package}: {sys.executable} -m pip install {package}, or the name of its package where that differs"
    return text, ""


_HERE = os.path.dirname(__file__)


def report(error: BaseException) -> None:
    """Writes the traceback into the log, from the author's first line on; there is
    none where the SDK itself found fault with what a call returned."""
    tb = error.__traceback__
    while tb and tb.tb_frame.f_code.co_filename.startswith(_HERE):
        tb = tb.tb_next
    if tb is None and isinstance(error, _Hinted):
        return
    traceback.print_exception(type(error), error, tb, file=sys.stderr)


def _author_line(tb: Optional[TracebackType]) -> str:
    """The innermost line that is neither the SDK's nor an installed package's."""
    elsewhere = (_HERE, sys.base_prefix, "<")
    for frame in reversed(traceback.extract_tb(tb)):
        if "-packages" not in frame.filename and not frame.filename.startswith(elsewhere):
            return f"{os.path.basename(frame.filename)}:{frame.lineno}"
    return ""
