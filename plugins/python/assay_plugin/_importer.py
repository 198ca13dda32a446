"""The contract between a reader of recordings and the host."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any, ClassVar, Iterator, List, Mapping, Sequence, Tuple, Union

from numpy.typing import NDArray

from ._blocks import Blocks


@dataclass(frozen=True)
class Format:
    """A kind of file."""

    name: str  # "nwb"
    endings: Sequence[str]  # of file names, with the dot
    magic: bytes = b""  # first bytes of every such file
    missing: str = ""  # why it cannot be read here, and the command that helps


@dataclass(frozen=True)
class Item:
    """One thing in a file: an array, texts, or a ragged list of numbers per row."""

    name: str  # path in the file: "units/spike_times"
    kind: str  # array, text or ragged
    type: str = ""  # of the values, as NumPy writes it: "<f8"
    shape: Sequence[int] = ()  # of a ragged item: (rows,)
    values: int = 0  # of a ragged item: in all rows together
    unit: str = ""
    doc: str = ""
    table: str = ""  # that it is a column of
    times: str = ""  # name of the item with the time of each row, in seconds
    rate: float = 0.0  # rows per second, where they are evenly spaced
    start: float = 0.0  # time of the first row, in seconds
    refers: str = ""  # table whose rows the values are numbers of


@dataclass(frozen=True)
class Contents:
    """What a file holds."""

    format: str
    items: List[Item]
    about: Mapping[str, str] = field(default_factory=dict)  # subject, session, ...
    notes: Sequence[str] = ()  # what was left out, and why


@dataclass(frozen=True)
class Ragged:
    """Rows of different lengths: row i is values[offsets[i]:offsets[i + 1]]."""

    values: Union[NDArray[Any], Blocks]
    offsets: NDArray[Any]


Extract = Union[NDArray[Any], Blocks, Ragged, Sequence[str]]


class Importer(ABC):
    """Opens files that the host cannot read itself and hands over what they hold,
    under the names that the file has for it. It decides nothing."""

    name: ClassVar[str]  # short and lower case: "hdf5"
    version: ClassVar[str]  # change it whenever equal requests may give other arrays
    summary: ClassVar[str] = ""

    @abstractmethod
    def formats(self) -> Sequence[Format]:
        """What it reads, or would read where a library were there."""

    @abstractmethod
    def inspect(self, path: str, format: str) -> Contents:
        """Lists what a file holds without reading the values; format may be empty."""

    @abstractmethod
    def extract(self, path: str, format: str, items: Sequence[str]) -> Iterator[Tuple[str, Extract]]:
        """Reads items by name, one after another."""
