"""No plugin outlives its host."""

import os
import select
import signal
import threading

from .wire import LIFELINE_ENV


def watch() -> None:
    """Ends this process, and whatever it started in its process group, when the
    host is gone. The host holds the other end of the pipe open for its whole
    life, so end-of-file means that it has ended, be it by SIGKILL."""
    number = os.environ.pop(LIFELINE_ENV, "")
    if number.isdigit():
        os.set_inheritable(int(number), False)
        threading.Thread(target=_wait, name="assay-lifeline", args=(int(number),), daemon=True).start()


def _wait(pipe: int) -> None:
    try:
        while True:
            select.select([pipe], [], [])
            if os.read(pipe, 1) == b"":
                break
    except (OSError, ValueError):
        pass  # a pipe that cannot be read is no lifeline: rather end than stay
    if os.getpgrp() == os.getpid():  # the host starts every plugin as the leader of its own group
        os.killpg(os.getpid(), signal.SIGKILL)
    os._exit(1)
