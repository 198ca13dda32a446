"""Models as JSON and .npy files, without pickle: loading one executes nothing."""

import dataclasses
import json
import os
from typing import TYPE_CHECKING, Any, List

import numpy as np

from ._errors import Failure

if TYPE_CHECKING:
    from ._method import Method

NAME = "model.json"
_ARRAY = "$array"


def save(method: "Method[Any, Any]", model: Any, folder: str) -> None:
    arrays: List[np.ndarray] = []
    tree = _pack(model, "the model", arrays)
    for i, a in enumerate(arrays):
        np.save(os.path.join(folder, f"{i}.npy"), a, allow_pickle=False)
    with open(os.path.join(folder, NAME), "w", encoding="utf-8") as f:
        json.dump({"method": method.name, "version": method.version, "model": tree}, f)


def load(method: "Method[Any, Any]", folder: str) -> Any:
    path = os.path.join(folder, NAME)
    try:
        with open(path, encoding="utf-8") as f:
            about = json.load(f)
        if about["method"] != method.name or about["version"] != method.version:
            raise ValueError(f"it was saved by {about['method']} {about['version']}, this is {method.name} {method.version}")
        tree = _unpack(about["model"], folder)
        return tree if method.model is None else method.model(**tree)
    except (OSError, ValueError, KeyError, TypeError) as e:
        raise Failure(f"no model: {path}: {e}") from e


def _pack(value: Any, where: str, arrays: List[np.ndarray]) -> Any:
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
