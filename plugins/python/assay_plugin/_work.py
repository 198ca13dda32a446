"""Calls run one after another on the main thread, where libraries expect to be
(signals, GUIs, thread pools bound to it), and can be interrupted there."""

import queue
import signal
import threading
from types import FrameType
from typing import Callable, Generic, NoReturn, Optional, TypeVar

from ._errors import Cancelled

T = TypeVar("T")

_AGAIN = 0.5  # seconds between interruptions of a call that swallows them, or is importing


class Call(Generic[T]):
    """One call of the host while it waits, runs, and has ended."""

    def __init__(self, function: Callable[[], T], after: Callable[[], None] = lambda: None):
        self.cancelled = threading.Event()
        self.ended = threading.Event()
        self.result: Optional[T] = None
        self.error: Optional[BaseException] = None
        self._function, self._after = function, after

    def run(self) -> None:
        try:
            if not self.cancelled.is_set():
                self.result = self._function()
        except BaseException as e:  # SystemExit too: a method must not end the process
            self.error = e
        del self._function  # and with it the request

    def end(self) -> None:
        self.ended.set()
        self._after()


def _importing(frame: Optional[FrameType]) -> bool:
    while frame is not None:
        if frame.f_code.co_filename == "<frozen importlib._bootstrap>":
            return True
        frame = frame.f_back
    return False


class MainThread:
    """A queue of calls that the main thread works off."""

    def __init__(self) -> None:
        self._calls: "queue.SimpleQueue[Call[object]]" = queue.SimpleQueue()
        self._current: Optional[Call[object]] = None

    def submit(self, call: "Call[T]") -> None:
        self._calls.put(call)  # type: ignore[arg-type]

    def work(self) -> NoReturn:
        """Works for ever; call it on the main thread."""
        signal.signal(signal.SIGUSR1, self._interrupted)
        while True:
            self._current = call = self._calls.get()
            try:
                call.run()
                self._current = None  # from here on nothing interrupts
            except Cancelled:
                self._current = None
            call.end()

    def _interrupted(self, _: int, frame: Optional[FrameType]) -> None:
        # The signal may come late, when another call has begun: only a call that
        # is cancelled itself ends. An import is left to its end, and asked again: a
        # module that is half there stays so for the life of the process.
        if self._current is not None and self._current.cancelled.is_set() and self._current.error is None and not _importing(frame):
            raise Cancelled()

    def cancel(self, call: "Call[T]") -> None:
        """Asks a call to end: it raises Cancelled wherever its Python code is,
        sleeping included. Code that swallows that is asked again."""
        if call.ended.is_set():
            return
        call.cancelled.set()
        threading.Thread(target=self._insist, name="assay-cancel", args=(call,), daemon=True).start()

    def _insist(self, call: "Call[T]") -> None:
        while not call.ended.is_set():
            if self._current is call:
                signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGUSR1)
            call.ended.wait(_AGAIN if self._current is call else 0.01)
