"""Assay from Python: results as data frames, sweeps from a notebook.

>>> import assay
>>> results = assay.load("results/reach-direction")        # doctest: +SKIP
>>> results.metrics.groupby(["method", "dataset"]).value.mean()  # doctest: +SKIP

Methods in Python are written with ``assay_plugin``, which comes in the same package.
"""

from assay._binary import AssayError, binary, version
from assay._results import Results, load
from assay._run import run
from assay._sweep import Sweep, sweep

__all__ = ["AssayError", "Results", "Sweep", "binary", "load", "run", "sweep", "version"]
