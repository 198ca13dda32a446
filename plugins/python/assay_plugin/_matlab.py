"""What a MATLAB 7.3 file holds, under the names that the host gives to the variables
of older ones: fields of structs by their path, day.units.fr; the parts of a cell as
day.trials{1}, {2}, ... Axes are in the order of HDF5, which is MATLAB's backwards."""

from __future__ import annotations

from typing import Any, Iterator, List

import h5py
import numpy as np
from numpy.typing import NDArray

from ._blocks import Blocks, blocks
from ._hdf5 import Entry, Tree, numeric, text
from ._importer import Extract, Item

_OPAQUE = {"function_handle": "it is a function", "table": "it is a table: save its variables", "string": "strings are objects: save char or cellstr"}


class Matlab(Tree):
    format = "matlab"

    def walk(self, group: "h5py.Group", path: str, above: Any) -> Iterator[Any]:
        return iter(())  # nothing but variables

    def __init__(self, file: "h5py.File"):
        super().__init__(file)
        for name in file:
            if not name.startswith("#"):  # where cells keep their parts
                self.value(name, file[name])

    def attributes(self) -> None:
        pass

    def enter(self, item: Item, read: Any) -> None:
        self.entries[item.name] = Entry(item, read)

    def value(self, path: str, x: Any) -> None:
        kind = text(x.attrs.get("MATLAB_class", b""))
        if isinstance(x, h5py.Group):
            if "MATLAB_sparse" in x.attrs:
                self.sparse(path, x)
                return
            for name in x:
                self.value(f"{path}.{name}", x[name])
        elif x.attrs.get("MATLAB_empty", 0) or x.shape is None:
            if kind == "char":
                self.enter(Item(path, "text", "text", (1,)), lambda: [""])
            else:
                self.left(path, "it is empty")
        elif "MATLAB_object_decode" in x.attrs and kind not in ("logical", "char"):
            self.left(path, _OPAQUE.get(kind, f"it is an object of class {kind}"))
        elif h5py.check_ref_dtype(x.dtype) is not None:
            self.parts(path, [self.file[r] for r in x[()].T.ravel(order="F")], x.shape)
        elif kind == "char":
            rows = x.shape[1] if x.ndim > 1 else 1
            self.enter(Item(path, "text", "text", (rows,)), lambda: chars(x[()]))
        else:
            e = self.entry(path, x)
            if isinstance(e, Entry):
                self.entries[path] = e
            else:
                self.left(path, e if isinstance(e, str) else "it is complex: save real(x) and imag(x)")

    def parts(self, path: str, parts: List[Any], shape: Any) -> None:
        """The parts of a cell, or one field of a struct array."""
        datasets = [p for p in parts if isinstance(p, h5py.Dataset) and h5py.check_ref_dtype(p.dtype) is None]
        kinds = {text(p.attrs.get("MATLAB_class", b"")) for p in parts}
        if len(datasets) == len(parts) and kinds == {"char"}:
            self.enter(Item(path, "text", "text", (len(parts),)), lambda: [("" if p.attrs.get("MATLAB_empty", 0) else "".join(chars(p[()]))) for p in parts])
        elif len(datasets) == len(parts) and all(p.size == 1 and numeric(p.dtype) and not p.attrs.get("MATLAB_empty", 0) for p in parts):
            kind = np.result_type(*{p.dtype for p in parts}).str
            self.enter(Item(path, "array", kind, (len(parts),)), lambda: np.array([p[()].ravel()[0] for p in parts], kind))
        else:
            for i, p in enumerate(parts):
                name = f"{path}{{{i + 1}}}"
                if isinstance(p, h5py.Dataset) and p.attrs.get("MATLAB_empty", 0) and numeric(p.dtype):
                    dims = tuple(int(n) for n in p[()].ravel()[::-1])  # an empty array is its own shape
                    self.enter(Item(name, "array", "<f8", dims), lambda dims=dims: np.zeros(dims))
                else:
                    self.value(name, p)

    def sparse(self, path: str, g: "h5py.Group") -> None:
        """Sparse matrices are stored by columns, and handed over dense."""
        rows, columns = int(g.attrs["MATLAB_sparse"]), len(g["jc"]) - 1

        def read() -> Extract:
            ends = g["jc"][:].astype(np.int64)

            def pieces() -> Iterator[NDArray[Any]]:
                for c in range(columns):
                    dense = np.zeros((1, rows))
                    if ends[c + 1] > ends[c]:
                        dense[0, g["ir"][ends[c]:ends[c + 1]].astype(np.int64)] = g["data"][ends[c]:ends[c + 1]]
                    yield dense

            return Blocks("<f8", (columns, rows), pieces)

        self.enter(Item(path, "array", "<f8", (columns, rows)), read)


def chars(codes: NDArray[Any]) -> List[str]:
    """Rows of UTF-16 code units, which lie in the columns of HDF5."""
    rows = codes.reshape(codes.shape[0], -1).T if codes.ndim > 1 else codes.reshape(1, -1)
    return [np.ascontiguousarray(r, "<u2").tobytes().decode("utf-16-le", "replace").rstrip(" \0") for r in rows]
