"""What an NWB file holds, by the rules of its schema (NWB 2, HDMF common): columns
of tables, ragged ones through their index, and series with the times of their rows."""

from __future__ import annotations

from typing import Any, Dict, Iterator

import h5py
import numpy as np

from ._blocks import blocks
from ._hdf5 import Entry, Tree, leads, numeric, text
from ._importer import Item, Ragged


class NWB(Tree):
    format = "nwb"

    def __init__(self, file: "h5py.File"):
        super().__init__(file)
        for path, group in self.groups():
            if "colnames" in group.attrs:
                self.table(path, group)
            elif "data" in group and isinstance(group["data"], h5py.Dataset):
                self.series(path, group)
        for path, e in list(self.entries.items()):  # what is about the file, and no data
            if path.startswith(("specifications/", "general/")) and e.item.table == "" or e.item.shape == () or path == "file_create_date":
                del self.entries[path]
        self.notes = [n for n in self.notes if not n.startswith(("specifications/", "general/")) and not n.endswith("it holds references")]

    def groups(self) -> Iterator[Any]:
        for path, x in self.walk(self.file, "", set()):
            if isinstance(x, h5py.Group) and not path.startswith("specifications"):
                yield path, x

    def attributes(self) -> None:
        for name, path in {"subject": "general/subject/subject_id", "session": "general/session_id", "identifier": "identifier",
                           "session_start": "session_start_time", "description": "session_description", "species": "general/subject/species",
                           "institution": "general/institution", "lab": "general/lab"}.items():
            x = self.file.get(path)
            if isinstance(x, h5py.Dataset) and x.shape == ():
                self.about[name] = text(x[()])

    def table(self, path: str, group: "h5py.Group") -> None:
        columns: Dict[str, Any] = {n: x for n, x in group.items() if isinstance(x, h5py.Dataset)}
        for name, d in columns.items():
            full = f"{path}/{name}"
            index = columns.get(name + "_index")
            e = self.entries.get(full)
            if index is not None:
                self.entries.pop(f"{full}_index", None)
                if name + "_index_index" in columns or not numeric(d.dtype) or d.ndim != 1:
                    self.entries.pop(full, None)
                    self.left(full, "it is a list of lists, of texts or of arrays for each row")
                    continue
                e = self.ragged(full, d, index)
            if e is None:
                continue
            target = leads(self.file, d.attrs.get("table"))
            self.entries[full] = e.but(table=path, doc=text(d.attrs.get("description", "")), refers=target.name.strip("/") if target is not None else "")

    def ragged(self, path: str, d: "h5py.Dataset", index: "h5py.Dataset") -> Entry:
        ends = index[:]
        kind, total = numeric(d.dtype), int(ends[-1]) if len(ends) else 0
        return Entry(Item(path, "ragged", kind, (len(ends),), values=total, unit=text(d.attrs.get("unit", ""))),
                     lambda: Ragged(blocks(d, kind, (0, total)), np.concatenate([[0], ends]).astype("<i8")))

    def series(self, path: str, group: "h5py.Group") -> None:
        full = f"{path}/data"
        e = self.entries.get(full)
        if e is None:
            return
        d = group["data"]
        unit, factor, offset = text(d.attrs.get("unit", "")), float(d.attrs.get("conversion", 1)), float(d.attrs.get("offset", 0))
        doc = text(group.attrs.get("description", ""))
        if unit and (factor != 1 or offset != 0):  # the values are handed over as they lie there
            doc, unit = f"{doc} (times {factor:g} plus {offset:g} it is in {unit})".strip(), ""
        e = e.but(unit=unit, doc=doc, table=path)
        start = group.get("starting_time")
        if f"{path}/timestamps" in self.entries:
            e = e.but(times=f"{path}/timestamps")
        elif isinstance(start, h5py.Dataset) and start.attrs.get("rate", 0) > 0:
            e = e.but(rate=float(start.attrs["rate"]), start=float(start[()]))
            self.entries.pop(f"{path}/starting_time", None)
        self.entries[full] = e
