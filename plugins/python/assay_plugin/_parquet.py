"""What a Parquet or Feather file holds: a table, whose columns are items."""

from __future__ import annotations

from typing import Any, Callable, Dict, List

import numpy as np
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet

from ._hdf5 import Entry
from ._importer import Contents, Extract, Item, Ragged


class Columns:
    """Columns are read one by one, when they are asked for."""

    def __init__(self, path: str):
        self.path, self.feather = path, path.lower().endswith((".feather", ".arrow"))
        self.entries: Dict[str, Entry] = {}
        self.notes: List[str] = []
        if self.feather:
            with pa.memory_map(path) as source:
                reader = pa.ipc.open_file(source)
                schema = reader.schema
                rows = sum(reader.get_batch(i).num_rows for i in range(reader.num_record_batches))
        else:
            file = pyarrow.parquet.ParquetFile(path)
            schema, rows = file.schema_arrow, file.metadata.num_rows
        self.index = [c for c in (schema.pandas_metadata or {}).get("index_columns", []) if isinstance(c, str)]
        for field in schema:
            if field.name.startswith("__index_level_"):
                continue  # the index that pandas writes
            self._column(field.name, field.type, rows)

    def contents(self) -> Contents:
        return Contents("parquet", [e.item for e in self.entries.values()], {}, self.notes)

    def _column(self, name: str, kind: Any, rows: int) -> None:
        values = kind.value_type if pa.types.is_dictionary(kind) else kind
        if pa.types.is_string(values) or pa.types.is_large_string(values):
            item, read = Item(name, "text", "text", (rows,)), self._texts(name)
        elif pa.types.is_boolean(values) or pa.types.is_integer(values) or pa.types.is_floating(values):
            whole = not pa.types.is_floating(values) and not self._nulls(name)
            dtype = np.dtype(values.to_pandas_dtype()).newbyteorder("<").str if whole or pa.types.is_floating(values) else "<f8"
            item, read = Item(name, "array", dtype, (rows,)), self._numbers(name, dtype)
        elif (pa.types.is_list(kind) or pa.types.is_large_list(kind)) and (pa.types.is_floating(kind.value_type) or pa.types.is_integer(kind.value_type)):
            lists = self._read(name)
            item = Item(name, "ragged", np.dtype(kind.value_type.to_pandas_dtype()).str, (rows,), values=sum(len(x or ()) for x in lists.to_pylist()))
            read = self._lists(name)
        else:
            self.notes.append(f"{name} was left out: it holds {kind}")
            return
        self.entries[name] = Entry(item, read)

    def _read(self, name: str) -> Any:
        if self.feather:
            return pyarrow.feather.read_table(self.path, columns=[name]).column(0)
        return pyarrow.parquet.read_table(self.path, columns=[name]).column(0)

    def _nulls(self, name: str) -> bool:
        return bool(self._read(name).null_count)

    def _numbers(self, name: str, dtype: str) -> Callable[[], Extract]:
        return lambda: np.asarray(self._read(name).to_numpy(), dtype)

    def _texts(self, name: str) -> Callable[[], Extract]:
        return lambda: ["" if x is None else x for x in self._read(name).to_pylist()]

    def _lists(self, name: str) -> Callable[[], Extract]:
        def read() -> Extract:
            rows = [np.asarray(x if x is not None else [], float) for x in self._read(name).to_pylist()]
            return Ragged(np.concatenate(rows or [np.zeros(0)]), np.cumsum([0, *map(len, rows)]))

        return read
