"""What a plain HDF5 file holds: every dataset under its path."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Callable, Dict, Iterator, List, Optional, Set, Tuple

import h5py
import numpy as np

from ._blocks import blocks
from ._importer import Contents, Extract, Item, Ragged


@dataclass(frozen=True)
class Entry:
    item: Item
    read: Callable[[], Extract]

    def but(self, **changes: Any) -> "Entry":
        return Entry(replace(self.item, **changes), self.read)


class Tree:
    """Lists a file without reading values. What lies outside the file is left out:
    its bytes are not those whose digest the host has."""

    format = "hdf5"

    def __init__(self, file: "h5py.File"):
        self.file = file
        self.entries: Dict[str, Entry] = {}
        self.notes: List[str] = []
        self.about: Dict[str, str] = {}
        for path, x in self.walk(file, "", set()):
            if isinstance(x, h5py.Dataset):
                self.add(path, x)
        self.attributes()

    def contents(self) -> Contents:
        return Contents(self.format, [e.item for e in self.entries.values()], self.about, self.notes)

    def attributes(self) -> None:
        for name, value in self.file.attrs.items():
            if isinstance(value, (str, bytes)) or np.isscalar(value):
                self.about[name] = text(value)

    def left(self, path: str, why: str) -> None:
        self.notes.append(f"{path} was left out: {why}")

    def walk(self, group: "h5py.Group", path: str, above: Set[Any]) -> Iterator[Tuple[str, Any]]:
        """Gives groups and datasets in the order of the file, groups first."""
        here = h5py.h5o.get_info(group.id).addr
        if here in above:  # a link to a group that holds it
            return
        for name in group:
            full = f"{path}/{name}" if path else name
            link = group.get(name, getlink=True)
            if isinstance(link, h5py.ExternalLink):
                self.left(full, f"it lies in another file, {link.filename}")
                continue
            x = group.get(name)
            if x is None:
                self.left(full, "its link leads nowhere")
                continue
            yield full, x
            if isinstance(x, h5py.Group):
                yield from self.walk(x, full, above | {here})

    def add(self, path: str, d: "h5py.Dataset") -> None:
        e = self.entry(path, d)
        if isinstance(e, str):
            self.left(path, e)
        elif isinstance(e, Entry):
            self.entries[path] = e
        else:
            for one in e:
                self.entries[one.item.name] = one

    def entry(self, path: str, d: "h5py.Dataset") -> "Entry | List[Entry] | str":
        """Returns what a dataset is, or why it is left out."""
        if d.shape is None:
            return "it is empty"
        if d.external or d.is_virtual and any(s.file_name != "." for s in d.virtual_sources()):
            return "its values lie in another file"
        vlen = h5py.check_vlen_dtype(d.dtype)
        if h5py.check_string_dtype(d.dtype) is not None:
            return Entry(Item(path, "text", "text", d.shape), lambda: [text(x) for x in np.asarray(d[()], dtype=object).ravel()])
        if vlen is not None and isinstance(vlen, np.dtype) and numeric(vlen) and d.ndim == 1:
            return self.vlen(path, d, vlen)
        if d.dtype.names and d.ndim == 1:
            return self.columns(path, d)
        kind = numeric(d.dtype)
        if not kind:
            return f"it holds {described(d.dtype)}"
        return Entry(Item(path, "array", kind, d.shape, unit=text(d.attrs.get("unit", ""))), lambda: blocks(d, kind))

    def vlen(self, path: str, d: "h5py.Dataset", dtype: "np.dtype[Any]") -> Entry:
        lengths = [len(x) for x in d[:]]
        return Entry(Item(path, "ragged", numeric(dtype), (len(lengths),), values=sum(lengths)),
                     lambda: Ragged(np.concatenate([np.asarray(x, numeric(dtype)) for x in d[:]] or [np.zeros(0)]), np.cumsum([0, *lengths])))

    def columns(self, path: str, d: "h5py.Dataset") -> List[Entry]:
        """A table of rows: an item for every column."""
        out = []
        for name in d.dtype.names:
            t, full = d.dtype[name], f"{path}/{name}"
            kind = numeric(t.base)
            if h5py.check_string_dtype(t) is not None:
                out.append(Entry(Item(full, "text", "text", d.shape, table=path), self._column(d, name, "")))
            elif kind:
                out.append(Entry(Item(full, "array", kind, (*d.shape, *t.shape), table=path), self._column(d, name, kind)))
            else:
                self.left(full, f"it holds {described(t)}")
        return out

    def _column(self, d: "h5py.Dataset", name: str, kind: str) -> Callable[[], Extract]:
        def read() -> Extract:
            return np.asarray(d[name], kind) if kind else [text(x) for x in d[name]]

        return read


def numeric(dtype: "np.dtype[Any]") -> str:
    """The type under which values are handed over, or "" if they are no numbers."""
    if dtype.kind == "b" or dtype.kind in "iu" and dtype.itemsize <= 8:
        return str(dtype.newbyteorder("<").str)
    if dtype.kind == "f":
        return f"<f{min(dtype.itemsize, 8)}" if dtype.itemsize in (2, 4, 8, 12, 16) else ""
    return ""


def described(dtype: "np.dtype[Any]") -> str:
    if h5py.check_ref_dtype(dtype) is not None:
        return "references"
    if dtype.names:
        return "records in more than one axis"
    return {"c": "complex numbers", "V": "bytes without a type", "O": "lists of lists"}.get(dtype.kind, str(dtype))


def text(x: Any) -> str:
    if isinstance(x, bytes):
        return x.decode("utf-8", "replace")
    return str(x)


def same(a: Any, b: Any) -> bool:
    """Whether two objects of a file are one."""
    return bool(h5py.h5o.get_info(a.id).addr == h5py.h5o.get_info(b.id).addr)


def leads(file: "h5py.File", ref: Any) -> Optional[Any]:
    return file[ref] if isinstance(ref, h5py.Reference) and ref else None
