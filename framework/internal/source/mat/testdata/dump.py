"""Prints what SciPy reads in MATLAB files, as JSON: the oracle of mat_test.go.

    dump.py corpus           SciPy's own test files
    dump.py written FOLDER   files that scipy.io.savemat writes into the folder
"""
import json
import os
import re
import sys
import warnings

import numpy as np
import scipy.io
from scipy import sparse
from scipy.io import matlab

warnings.simplefilter("ignore")


def numbers(a):
    return [repr(float(x)) for x in a.ravel(order="F")]


def dump(v, narrow):
    """v is a value in MATLAB's own type, narrow the same as it lies in the file: SciPy
    drops the imaginary parts when it widens."""
    if v is None or isinstance(v, (matlab.MatlabFunction, matlab.MatlabObject, matlab.MatlabOpaque)):
        return {"class": "opaque"}
    if sparse.issparse(v):
        v = v.toarray()
        return {"class": "sparse", "shape": list(v.shape), "real": numbers(v.real)}
    if v.dtype.names is not None or v.dtype.kind == "V":
        fields = list(v.dtype.names or [])
        names = [re.sub(r"^_\d+_", "", f) for f in fields]  # SciPy numbers fields of one name
        return {"class": "struct", "shape": list(v.shape), "fields": names,
                "items": [dump(e[f], n[f]) for e, n in zip(v.ravel(order="F"), narrow.ravel(order="F")) for f in fields]}
    if v.dtype == object and v.size and all(x is None for x in v.flat):  # a struct without fields
        return {"class": "struct", "shape": list(v.shape)}
    if v.dtype == object:
        return {"class": "cell", "shape": list(v.shape), "items": [dump(x, n) for x, n in zip(v.ravel(order="F"), narrow.ravel(order="F"))]}
    if v.dtype.kind in "US":
        return {"class": "char", "texts": [str(x) for x in v.ravel(order="F")]}
    out = {"class": "number", "type": v.dtype.kind + str(v.dtype.itemsize), "shape": list(v.shape), "real": numbers(v.real)}
    if narrow.dtype.kind == "c":
        out["real"], out["imag"] = numbers(narrow.real), numbers(narrow.imag)
        if v.dtype.kind == "c":
            out["type"] = "f" + str(v.dtype.itemsize // 2)
    return out


def read(path):
    def load(wide):
        return scipy.io.loadmat(path, mat_dtype=wide, struct_as_record=True, squeeze_me=False, chars_as_strings=True)

    try:
        got, narrow = load(True), load(False)
    except Exception as e:
        return {"error": f"{type(e).__name__}: {e}"}
    return {"vars": {k: dump(v, narrow[k]) for k, v in got.items() if not k.startswith("__") and k != "None"}}


def corpus():
    folder = os.path.join(os.path.dirname(matlab.__file__), "tests", "data")
    return [os.path.join(folder, f) for f in sorted(os.listdir(folder)) if f.endswith(".mat")]


def written(folder):
    rng = np.random.default_rng(1)
    cell = np.empty((2, 3), object)
    for i in range(6):
        cell.flat[i] = rng.normal(size=(i, 2)) if i % 2 else "text %d" % i
    cell[1, 2] = {"deep": np.arange(3.0), "deeper": {"x": 1}}
    structs = np.zeros((1, 3), dtype=[("spikes", object), ("name", object)])
    for i in range(3):
        structs[0, i] = (rng.integers(0, 9, (4 + i, 2)), "trial %d" % i)
    variables = {
        "doubles": rng.normal(size=(3, 4)), "row": np.arange(5.0), "scalar": 2.5, "empty": np.zeros((0, 3)), "three": np.arange(24.0).reshape(2, 3, 4),
        "special": np.array([np.nan, np.inf, -np.inf, -0.0, 5e-324, 1.7e308]), "truth": np.array([[True, False], [False, True]]),
        "plane": rng.normal(size=(2, 2)) + 1j * rng.normal(size=(2, 2)), "text": "reach to the left", "umlaut": "Überträge – ½ λ 日本",
        "lines": np.array(["one", "two", "three"]), "sparse": sparse.random(7, 5, 0.3, random_state=2).tocsc(), "sparse_truth": sparse.csc_matrix(np.eye(3, dtype=bool)),
        "sparse_empty": sparse.csc_matrix((4, 3)), "cell": cell, "trials": structs, "day": {"animal": "M", "bin": 0.05, "unit": {"id": np.arange(4)}},
        "a_name_as_long_as_matlab_permits": np.float32([1.5, 2.5]),
    }
    for t in "i1 i2 i4 i8 u1 u2 u4 u8 f4 f8".split():
        variables[t] = np.array([0, 1, 2, 100, 3, 4], t).reshape(2, 3)
    flat = {k: v for k, v in variables.items() if k not in ("cell", "trials", "day", "three", "truth", "umlaut", "lines", "i1", "i8", "u4", "u8", "sparse_truth")}
    out = []
    for name, values, options in [("plain", variables, {}), ("packed", variables, {"do_compression": True}), ("columns", variables, {"oned_as": "column"}), ("four", flat, {"format": "4"})]:
        path = os.path.join(folder, name + ".mat")
        scipy.io.savemat(path, values, **options)
        out.append(path)
    return out


paths = corpus() if sys.argv[1] == "corpus" else written(sys.argv[2])
json.dump({path: read(path) for path in paths}, sys.stdout)
