"""The assay that does the work: the one installed with this package, else the first
on the PATH. ``ASSAY`` names another."""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess
import sysconfig
from collections.abc import Sequence


class AssayError(Exception):
    """What assay says went wrong. ``code`` is its exit code (docs/agents.md): 1 an
    error, 2 a mistake in the sweep or the arguments, 3 some trials failed, 130
    interrupted."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


def binary() -> str:
    """The path of the assay that is called."""
    if named := os.environ.get("ASSAY"):
        return named
    beside = pathlib.Path(sysconfig.get_path("scripts")) / "assay"
    if beside.is_file():
        return str(beside)
    found = shutil.which("assay")
    if found is None:
        raise AssayError("there is no assay on the PATH: pip install assay, or name one in the variable ASSAY", 127)
    return found


def version() -> str:
    """The first line of ``assay --version``, without its beginning."""
    return call(["--version"]).splitlines()[0].removeprefix("assay version ")


def call(arguments: Sequence[str]) -> str:
    """Runs a command to its end and returns its standard output."""
    done = subprocess.run([binary(), *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise AssayError(message(done.stderr), done.returncode)
    return done.stdout


def message(talk: str) -> str:
    """The error and its hint in what a command said."""
    lines = [line.removeprefix("assay: ") for line in talk.splitlines() if line.startswith(("assay: error:", "assay: hint:"))]
    return "\n".join(lines) or talk.strip()
