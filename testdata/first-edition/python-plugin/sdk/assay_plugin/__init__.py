"""Methods in Python for Assay.

Write a class with the calls of :class:`Method`, describe its settings as a
dataclass, and end the file with

    if __name__ == "__main__":
        assay_plugin.serve(MyMethod())

The host launches the file as a subprocess; gRPC and processes never show.
Settings are declared with :func:`setting`, data arrive as :class:`Recording`,
mistakes leave as :class:`Refuse`.
"""

from . import _output  # first of all: nothing may print before the handshake

from ._data import Dataset, Recording, Target
from ._errors import Cancelled, Failure, Refuse
from ._method import Method, Metric, Training
from ._serve import serve
from ._settings import setting

__all__ = [
    "Cancelled", "Dataset", "Failure", "Method", "Metric", "Recording", "Refuse", "Target", "Training", "serve", "setting",
]
__version__ = "0.1.0"

del _output
