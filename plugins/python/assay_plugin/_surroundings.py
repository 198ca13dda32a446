"""What a trial may change in the process around it, for processes that serve many."""

import os
import threading
from collections import Counter
from typing import List, Optional

import numpy as np

LEFT_BEHIND = "left behind: "  # begins a line of the log that the conformance suite looks for


class Surroundings:
    """Puts back what a training changes around itself, and says what stays."""

    def __init__(self) -> None:
        self._first_threads: Optional[int] = None
        self._first_files: "Counter[str]" = Counter()

    def before(self) -> None:
        self._folder = os.getcwd()
        self._environment = dict(os.environ)
        self._numpy = np.geterr()

    def after(self, dataset: str) -> List[str]:
        """Restores working folder, environment and NumPy's treatment of errors.
        Threads and open files cannot be taken back: those beyond what the first
        training has set up are named; the files of the dataset are the SDK's."""
        os.chdir(self._folder)
        for name in set(os.environ) - set(self._environment):
            del os.environ[name]
        for name, value in self._environment.items():
            if os.environ.get(name) != value:
                os.environ[name] = value
        np.seterr(**self._numpy)
        threads, files = threading.enumerate(), Counter(path for path in _open_files() if os.path.dirname(path) != os.path.realpath(dataset))
        others = [t for t in threads if not _ours(t)]
        if self._first_threads is None:
            self._first_threads, self._first_files = len(others), files
            return []
        left = [f"{path} is still open" for path in (files - self._first_files)]
        if len(others) > self._first_threads:
            left.append(f"{len(others)} threads, {self._first_threads} after the first training: {', '.join(t.name for t in others)}")
        return left


def _ours(thread: threading.Thread) -> bool:
    """The main thread, gRPC's, and the SDK's own."""
    return thread is threading.main_thread() or thread.name.startswith("assay-") or type(thread).__name__ == "_DummyThread"


def _open_files() -> List[str]:
    """Regular files that this process has open, where the system shows them."""
    out = []
    try:
        numbers = os.listdir("/proc/self/fd")
    except OSError:
        return []
    for n in numbers:
        try:
            path = os.readlink(f"/proc/self/fd/{n}")
        except OSError:
            continue  # that of the list itself
        if path.startswith("/") and not path.startswith(("/dev/", "/proc/", "/memfd:")):
            out.append(path)
    return out
