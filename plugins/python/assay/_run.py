"""Runs a sweep from Python."""

from __future__ import annotations

import json
import os
import pathlib
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from typing import Any

from assay._binary import AssayError, binary, message
from assay._results import Results, load
from assay._sweep import Sweep

_DONE = re.compile(r"^(\d+)/(\d+) (\w+)")


def run(
    sweep: str | os.PathLike[str] | Sweep,
    *,
    results: str | os.PathLike[str] = "assay-results",
    jobs: int | None = None,
    set: Mapping[str, Any] | None = None,  # noqa: A002  as the flag is called
    progress: bool = False,
    failures: bool = True,
) -> Results:
    """Runs what is new in a sweep, and returns its results.

    ``sweep`` is a file, the name of a sweep that assay brings (``"quickstart"``), or what
    :func:`sweep` made. ``set`` changes scalars of the file, ``{"seeds": 10}``. With
    ``progress`` a bar says how far it has come. Interrupting (Ctrl-C, or the notebook's
    button) is assay's first Ctrl-C: no further trial starts, running ones get a grace
    time, and what has finished is recorded; interrupting again ends them at once.

    Trials that failed raise an :class:`AssayError` (code 3) unless ``failures`` is false:
    everything else is recorded, and ``assay run`` again tries them once more.
    """
    file = sweep.save() if isinstance(sweep, Sweep) else sweep
    command = [binary(), "run", str(file), "--results", str(results), "--json"]
    if jobs is not None:
        command += ["--jobs", str(jobs)]
    for path, value in (set or {}).items():
        command += ["--set", f"{path}={json.dumps(value) if not isinstance(value, str) else value}"]
    out, talk, code = _watch(command, _bar if progress else lambda done, of: None)
    summary = json.loads(out.splitlines()[-1]) if out.strip() else None
    if summary is None or code not in (0, 3) or code == 3 and failures:
        raise AssayError(message(talk) or f"assay ended with {code}", code)
    return load(pathlib.Path(results) / summary["sweep"])


def _watch(command: list[str], tell: Callable[[int, int], None]) -> tuple[str, str, int]:
    """Follows a run to its end, through interrupts; tell hears how far it is."""
    lines: list[str] = []
    # In a session of its own: a terminal's Ctrl-C reaches assay through us, once.
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True) as child:
        assert child.stdout is not None and child.stderr is not None
        interrupted = False
        while True:
            try:
                for line in child.stderr:
                    lines.append(line)
                    if at := _DONE.match(line):
                        tell(int(at[1]), int(at[2]))
                out = child.stdout.read()
                code = child.wait()
                break
            except KeyboardInterrupt:
                interrupted = True
                child.send_signal(signal.SIGINT)
    if interrupted:
        raise KeyboardInterrupt
    return out, "".join(lines), code


def _bar(done: int, of: int) -> None:
    width = 30
    full = width * done // max(of, 1)
    end = "\n" if done >= of else ""
    print(f"\r[{'#' * full}{'.' * (width - full)}] {done}/{of} trials", end=end, file=sys.stderr, flush=True)
