"""Standard output belongs to the host: its one line is the handshake.

Importing this module in a process that the host started moves file descriptor
1 away and puts standard error in its place, so that neither a print nor a
library written in C can break the handshake. The host logs what it reads.
"""

import fcntl
import os
import sys
import termios
import time
from typing import Optional

from .wire import COOKIE_KEY, COOKIE_VALUE

# Children of this process inherit its environment, but no host started them.
started_by_host = os.environ.pop(COOKIE_KEY, None) == COOKIE_VALUE

_handshake: Optional[int] = None  # the real standard output

if started_by_host:
    sys.stdout.flush()
    _handshake = os.dup(1)
    os.dup2(2, 1)
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]


def shake_hands(line: str) -> None:
    """Prints the one line that the host reads, and closes the door."""
    global _handshake
    assert _handshake is not None
    os.write(_handshake, (line + "\n").encode())
    os.close(_handshake)
    _handshake = None


def wait_until_read() -> None:
    """Returns when the host has read what was printed: the answer to a call goes
    another way, and what belongs to a trial should not come after it."""
    sys.stdout.flush()
    sys.stderr.flush()
    end = time.monotonic() + 0.1
    try:
        while int.from_bytes(fcntl.ioctl(2, termios.FIONREAD, bytes(4)), sys.byteorder) and time.monotonic() < end:
            time.sleep(0.0005)
    except OSError:
        pass  # not a pipe
