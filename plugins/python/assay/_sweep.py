"""A sweep from a dict."""

from __future__ import annotations

import json
import math
import os
import pathlib
from collections.abc import Mapping
from typing import Any


class Sweep:
    """A sweep that was written in Python; see :func:`sweep`."""

    def __init__(self, content: Mapping[str, Any]) -> None:
        self.content = dict(content)

    @property
    def name(self) -> str:
        """The sweep's name, which its results lie under."""
        return str(self.content["name"])

    def __str__(self) -> str:
        """The sweep file: a key of the first two levels a line, the rest as JSON, which
        is YAML too."""
        lines = []
        for key, value in self.content.items():
            if isinstance(value, Mapping) and value:
                lines += [f"{key}:", *(f"  {_text(str(k))}: {_text(v)}" for k, v in value.items())]
            elif isinstance(value, (list, tuple)) and value and all(isinstance(v, Mapping) for v in value):
                lines += [f"{key}:", *(f"  - {_text(v)}" for v in value)]
            else:
                lines.append(f"{key}: {_text(value)}")
        return "\n".join(lines) + "\n"

    def save(self, path: str | os.PathLike[str] | None = None) -> pathlib.Path:
        """Writes the file, by default NAME.yaml in this folder, and returns where."""
        to = pathlib.Path(path) if path is not None else pathlib.Path(f"{self.name}.yaml")
        to.write_text(str(self), encoding="utf-8")
        return to


def sweep(
    name: str,
    *,
    datasets: Mapping[str, Mapping[str, Any]],
    methods: Mapping[str, Mapping[str, Any]],
    **more: Any,
) -> Sweep:
    """A sweep from dicts, with the keys of a sweep file (docs/sweep.md).

    >>> made = sweep(
    ...     "mine",
    ...     datasets={"population": {"source": "generate/swapvae-population"}},
    ...     methods={"raw": {"plugin": "baseline"}, "pca": {"plugin": "baseline", "settings": {"embedding": "pca", "dims": 8}}},
    ...     seeds=3,
    ...     probes=[{"kind": "logistic", "target": "direction"}],
    ...     tables=[{"name": "main", "cell": "probe/logistic/accuracy"}],
    ... )
    >>> print(made)
    version: 2
    name: "mine"
    datasets:
      "population": {"source": "generate/swapvae-population"}
    methods:
      "raw": {"plugin": "baseline"}
      "pca": {"plugin": "baseline", "settings": {"embedding": "pca", "dims": 8}}
    seeds: 3
    probes:
      - {"kind": "logistic", "target": "direction"}
    tables:
      - {"name": "main", "cell": "probe/logistic/accuracy"}
    <BLANKLINE>
    """
    return Sweep({"version": more.pop("version", 2), "name": name, "datasets": datasets, "methods": methods, **more})


def _text(value: Any) -> str:
    return json.dumps(_plain(value), ensure_ascii=False)


def _plain(value: Any) -> Any:
    """The value in what JSON has: NumPy's numbers and arrays, paths, tuples too."""
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    if hasattr(value, "tolist"):
        return _plain(value.tolist())
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"a sweep file has no number {value}")
    return value
