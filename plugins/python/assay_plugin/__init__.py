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

from ._blocks import Blocks, blocks
from ._cases import Scores, jackknife, over_samples
from ._checkpoint import Checkpoint
from ._data import Dataset, Recording, Target
from ._errors import Cancelled, Failure, Refuse
from ._importer import Contents, Format, Importer, Item, Ragged
from ._method import Array, Method, Metric
from ._serve import serve
from ._settings import setting
from ._strategy import Answer, Parameter, Search, Strategy
from ._training import Training
from .recordings import write_recording

__all__ = [
    "Answer", "Array", "Blocks", "Cancelled", "Checkpoint", "Contents", "Dataset", "Failure", "Format", "Importer", "Item", "Method", "Metric", "Parameter",
    "Ragged", "Recording", "Refuse", "Scores", "Search", "Strategy", "Target", "Training", "blocks", "jackknife", "over_samples", "serve", "setting", "write_recording",
]
__version__ = "0.2.0"

del _output
