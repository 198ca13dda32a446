"""Arrays that are written piece by piece, so that they never lie in memory whole."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, BinaryIO, Callable, Iterator, Sequence, Tuple

import numpy as np
from numpy.typing import NDArray

_BYTES = 8 << 20  # of a piece


@dataclass(frozen=True)
class Blocks:
    """An array in C order whose pieces come one after another, along the first axis."""

    type: str  # of the values, as NumPy writes it: "<f8"
    shape: Tuple[int, ...]
    pieces: Callable[[], Iterator[NDArray[Any]]]

    def write(self, f: BinaryIO) -> None:
        """Writes a .npy file of version 1.0."""
        dtype = np.dtype(self.type).newbyteorder("<")
        np.lib.format.write_array_header_1_0(f, {"descr": np.lib.format.dtype_to_descr(dtype), "fortran_order": False, "shape": self.shape})
        left = math.prod(self.shape)
        for piece in self.pieces():
            f.write(np.ascontiguousarray(piece, dtype).tobytes())
            left -= piece.size
        if left:
            raise ValueError(f"{left} of {math.prod(self.shape)} values are missing")


def blocks(source: Any, type: str, rows: Sequence[int] = ()) -> Blocks:
    """Reads anything that can be sliced, such as a dataset of h5py; rows are the
    first and the one behind the last (default: all)."""
    shape = tuple(int(n) for n in source.shape)
    first, end = (rows[0], rows[1]) if rows else (0, shape[0] if shape else 1)
    if not shape:
        return Blocks(type, (), lambda: iter([np.asarray(source[()])]))
    # Along the chunks of the file, where it has some: none is unpacked twice.
    chunks = getattr(source, "chunks", None)
    step = max(1, _BYTES // max(1, 8 * math.prod(shape[1:])))
    if chunks:
        step = max(1, step // chunks[0]) * chunks[0]

    def pieces() -> Iterator[NDArray[Any]]:
        for at in range(first, end, step):
            yield np.asarray(source[at:min(end, at + step)])

    return Blocks(type, (end - first, *shape[1:]), pieces)
