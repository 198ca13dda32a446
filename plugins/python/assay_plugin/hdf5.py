"""Reads HDF5, NWB and MATLAB 7.3, and Parquet and Feather, for the host:

    python -m assay_plugin.hdf5

The first three are HDF5, and h5py reads them. NWB is read by the rules of its schema
(tables with ragged columns, series with their times) and not through PyNWB, which
takes longer to import than to read a file and refuses extensions that it does not
know; the tests compare with PyNWB.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from typing import Any, Iterator, List, Optional, Sequence, Tuple

from ._errors import Refuse
from ._importer import Contents, Extract, Format, Importer
from ._serve import serve

_MAGIC = b"\x89HDF\r\n\x1a\n"


class HDF5(Importer):
    name, version, summary = "hdf5", "1", "HDF5, NWB and MATLAB 7.3, through h5py; Parquet and Feather, through pyarrow"

    def __init__(self) -> None:
        self._last: Tuple[Any, Any] = (None, None)

    def formats(self) -> Sequence[Format]:
        missing, arrow = _missing("h5py"), _missing("pyarrow")
        return [Format("nwb", [".nwb"], _MAGIC, missing), Format("hdf5", [".h5", ".hdf5"], _MAGIC, missing), Format("matlab", [".mat"], b"", missing),
                Format("parquet", [".parquet", ".feather"], b"", arrow)]

    def inspect(self, path: str, format: str) -> Contents:
        contents: Contents = self._open(path).contents()
        return contents

    def extract(self, path: str, format: str, items: Sequence[str]) -> Iterator[Tuple[str, Extract]]:
        opened = self._open(path)
        for name in items:
            try:
                yield name, opened.entries[name].read()
            except OSError as e:
                raise Refuse(f"{os.path.basename(path)}: {name} cannot be read: {e}", self._filters(str(e))) from e

    def _filters(self, message: str) -> str:
        if "filter" in message or "plugin" in message:
            return f"it is packed with a filter that HDF5 does not bring: {sys.executable} -m pip install hdf5plugin"
        return ""

    def _open(self, path: str) -> Any:
        if path.lower().endswith((".parquet", ".feather")):
            return _table(path)
        try:
            import h5py
        except ImportError as e:
            raise Refuse(f"{sys.executable} has no module h5py", f"run: {sys.executable} -m pip install h5py") from e
        try:
            import hdf5plugin  # noqa: F401  # more filters, where it is there
        except ImportError:
            pass
        stamp = (path, os.stat(path).st_mtime_ns, os.stat(path).st_size)
        if self._last[0] != stamp:
            try:
                file = h5py.File(path, "r")
            except OSError as e:
                raise Refuse(f"{os.path.basename(path)} is no HDF5 file, or it is damaged: {e}") from e
            self._last = (stamp, _reader(file))
        return self._last[1]


def _missing(module: str) -> str:
    if importlib.util.find_spec(module) is not None:
        return ""
    return f"{sys.executable} has no module {module}: {sys.executable} -m pip install {module}"


def _table(path: str) -> Any:
    if _missing("pyarrow"):
        raise Refuse(f"{sys.executable} has no module pyarrow", f"run: {sys.executable} -m pip install pyarrow")
    import pyarrow

    from . import _parquet

    try:
        return _parquet.Columns(path)
    except (pyarrow.ArrowException, OSError) as e:
        raise Refuse(f"{os.path.basename(path)} is no Parquet or Feather file, or it is damaged: {e}") from e


def _reader(file: Any) -> Any:
    from . import _hdf5, _matlab, _nwb

    if "nwb_version" in file.attrs:
        return _nwb.NWB(file)
    if file.userblock_size and any("MATLAB_class" in x.attrs for x in file.values()):
        return _matlab.Matlab(file)
    return _hdf5.Tree(file)


def main(argv: Optional[List[str]] = None) -> None:
    serve(HDF5())


if __name__ == "__main__":
    main()
