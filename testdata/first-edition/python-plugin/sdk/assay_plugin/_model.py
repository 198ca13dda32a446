"""Models as JSON and .npy files, without pickle: loading one executes nothing."""

import dataclasses
import json
import os
from typing import TYPE_CHECKING, Any, Dict, List, Tuple

import numpy as np
from numpy.typing import NDArray

from ._errors import Failure

if TYPE_CHECKING:
    from ._method import Method

NAME = "tree.json"
_ARRAY = "$array"


def save(method: "Method[Any, Any]", model: Any, folder: str) -> None:
    write(model, "the model", folder, {"method": method.name, "version": method.version})


def load(method: "Method[Any, Any]", folder: str) -> Any:
    try:
        tree, about = read(folder)
        if about["method"] != method.name or about["version"] != method.version:
            raise ValueError(f"it was saved by {about['method']} {about['version']}, this is {method.name} {method.version}")
        return tree if method.model is None else method.model(**tree)
    except (OSError, ValueError, KeyError, TypeError) as e:
        raise Failure(f"no model: {folder}: {e}") from e


def write(value: Any, called: str, folder: str, about: Dict[str, str]) -> None:
    """Writes a tree of plain values and arrays."""
    arrays: List[NDArray[Any]] = []
    tree = _pack(value, called, arrays)
    for i, a in enumerate(arrays):
        np.save(os.path.join(folder, f"{i}.npy"), a, allow_pickle=False)
    with open(os.path.join(folder, NAME), "w", encoding="utf-8") as f:
        json.dump({**about, "tree": tree}, f)


def read(folder: str) -> Tuple[Any, Dict[str, str]]:
    with open(os.path.join(folder, NAME), encoding="utf-8") as f:
        about = json.load(f)
    return _unpack(about.pop("tree"), folder), about


def _pack(value: Any, where: str, arrays: List[NDArray[Any]]) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, np.ndarray) and not value.dtype.hasobject:
        arrays.append(value)
        return {_ARRAY: len(arrays) - 1}
    if isinstance(value, (list, tuple)):
        return [_pack(x, f"{where}[{i}]", arrays) for i, x in enumerate(value)]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        value = {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
    if isinstance(value, dict) and all(isinstance(k, str) for k in value) and _ARRAY not in value:
        return {k: _pack(x, f"{where}[{k!r}]", arrays) for k, x in value.items()}
    raise Failure(f"{where} is a {type(value).__module__}.{type(value).__qualname__}, which cannot be saved without pickle",
                  "return a dictionary or dataclass of NumPy arrays, numbers and texts from train, or override save and load")


def _unpack(tree: Any, folder: str) -> Any:
    if isinstance(tree, list):
        return [_unpack(x, folder) for x in tree]
    if isinstance(tree, dict):
        if set(tree) == {_ARRAY}:
            return np.load(os.path.join(folder, f"{int(tree[_ARRAY])}.npy"), allow_pickle=False)
        return {k: _unpack(x, folder) for k, x in tree.items()}
    return tree
