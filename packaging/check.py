#!/usr/bin/env python3
"""Installs the wheel of this platform into a virtual environment, as a user would, on
a machine without Go, and looks whether what README and docs/python-package.md say is so.

    python packaging/build.py --platform linux-amd64 --platform linux-arm64
    python packaging/check.py

Prints how long things took. Needs a network for pip, and qemu-aarch64 for the other
binary (it says so where there is none).
"""

import json
import os
import pathlib
import platform
import shutil
import subprocess
import sys
import tempfile
import time
import venv

HERE = pathlib.Path(__file__).parent
DIST = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parent / "dist"
MACHINE = {"x86_64": "x86_64", "aarch64": "aarch64", "arm64": "arm64"}[platform.machine()]

PACKAGE = """
import doctest, os, signal, subprocess, sys, threading, time
import numpy as np
import assay, assay._sweep, assay_plugin

assert doctest.testmod(assay._sweep).attempted > 0 and doctest.testmod(assay._sweep).failed == 0
assert assay.binary() == os.path.join(os.path.dirname(sys.executable), "assay"), assay.binary()

results = assay.load("assay-results/quickstart")
trials, metrics = results.trials, results.metrics
assert len(trials) == 33 and set(trials.status) == {"succeeded"}, trials.status
assert len(results.curves) > 1000 and len(results.cases) > 1000
table = results.tables["decoding"].set_index("row")
raw = metrics[(metrics.method == "raw") & (metrics.metric == table.metric.iloc[0]) & (metrics.split == "test")].value.mean()
assert abs(raw - table.loc["raw", "mean"]) < 1e-12, (raw, table)
one = trials[trials.method == "raw"].iloc[0]
embedding = results.embedding(one.trial[:12])
assert embedding.ndim == 2 and embedding.dtype == np.float32 and len(embedding) > 100
for wrong in (lambda: results.embedding(one.trial, "val"), lambda: results.embedding("ffffffffffff"), lambda: results.model_dir(one.trial), lambda: assay.load(".")):
    try:
        wrong()
    except assay.AssayError as error:
        assert error.code in (1, 2) and str(error), error
    else:
        raise AssertionError("nothing was wrong")

sweep = assay.sweep(
    "from-python",
    datasets={"population": {"source": "generate/swapvae-population", "params": {"per_cluster": np.int64(200)}, "split": {"train": 0.6, "val": 0.2, "test": 0.2}}},
    methods={"raw": {"plugin": "baseline"}, "vae": {"plugin": "swapvae", "settings": {"epochs": 2, "learning_rate": 1e-4}}},
    seeds=2,
    keep={"models": True},
    probes=[{"kind": "ridge", "target": "latent"}],
    tables=[{"name": "main", "cell": "probe/ridge/r2"}],
)
made = assay.run(sweep, progress=True)
assert set(made.tables["main"].row) == {"raw", "vae"}
vae = made.trials[made.trials.method == "vae"].iloc[0]
assert vae["settings.learning_rate"] == 1e-4 and any(made.model_dir(vae.trial).iterdir())
try:
    assay.run(sweep, set={"seeds": 0})
except assay.AssayError as error:
    assert error.code == 2 and "seeds" in str(error), error

# Interrupting is assay's first Ctrl-C: what has finished is recorded.
long = assay.sweep("long", **{k: v for k, v in sweep.content.items() if k in ("datasets", "probes")}, methods={"vae": {"plugin": "swapvae", "settings": {"epochs": 20}}}, seeds=200)
threading.Timer(6, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
try:
    assay.run(long, jobs=1)
except KeyboardInterrupt:
    pass
else:
    raise AssertionError("200 trials in six seconds?")
some = len(assay.load("assay-results/long").trials)
assert 0 < some < 200, some
assert subprocess.run(["pgrep", "-f", "serve swapvae"], capture_output=True).returncode != 0, "a plugin is left"
print(f"interrupted after {some} trials")
"""


def main():
    wheel = next(iter(sorted(DIST.glob(f"assay-*{MACHINE}*.whl"))), None)
    assert wheel is not None, f"no wheel for {MACHINE} in {DIST}: run packaging/build.py first"
    for path in DIST.glob("*.whl"):
        assert path.stat().st_size < 45e6, path
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        venv.create(folder / "venv", with_pip=True)
        scripts = folder / "venv" / "bin"
        # Neither Go nor another assay is to be found.
        environment = {"PATH": f"{scripts}:/usr/bin:/bin", "HOME": str(folder), "VIRTUAL_ENV": str(folder / "venv"), "LANG": "C.UTF-8", "TMPDIR": tempfile.gettempdir()}
        work = folder / "work"
        work.mkdir()

        def run(*command, cwd=work):
            began = time.monotonic()
            done = subprocess.run([str(c) for c in command], cwd=cwd, env=environment, text=True, capture_output=True)
            if done.returncode != 0:
                sys.exit(f"{' '.join(map(str, command))}: {done.returncode}\n{done.stdout}\n{done.stderr}")
            return done.stdout, time.monotonic() - began

        assert shutil.which("go", path=environment["PATH"]) is None, "Go is in the way"
        _, took = run(scripts / "pip", "install", "-q", f"{wheel}[pandas]")
        print(f"pip install: {took:.1f} s")
        binary = scripts / "assay"
        assert binary.read_bytes()[:4] == b"\x7fELF" or platform.system() == "Darwin", "assay is no binary"
        assert binary.stat().st_size < 45e6, binary.stat().st_size
        print(f"binary: {binary.stat().st_size / 1e6:.1f} MB")
        starts = sorted(run("assay", "--version")[1] for _ in range(20))
        print(f"assay --version: {1e3 * starts[10]:.0f} ms (median of 20)")

        _, took = run("assay", "run", "quickstart")
        print(f"assay run quickstart: {took:.0f} s")
        (work / "t.py").write_text(PACKAGE)
        out, took = run(scripts / "python", "t.py")
        print(f"import assay: {took:.0f} s; {out.strip().splitlines()[-1]}")

        # A method in Python, by the README that it comes with.
        began = time.monotonic()
        run("assay", "plugin", "new", "mine", "--lang", "python")
        mine = work / "mine"
        run(scripts / "python", "-m", "venv", ".venv", cwd=mine)
        run(mine / ".venv/bin/python", "-m", "pip", "install", "-q", "-r", "requirements.txt", cwd=mine)
        run("assay", "run", "sweep.yaml", cwd=mine)
        tables = list((mine / "assay-results").glob("*/tables/*.json"))
        assert tables and any("mine" in cell["row"] and cell["n"] > 0 for cell in json.loads(tables[0].read_text())["cells"]), tables
        print(f"a Python method from plugin new to a table: {time.monotonic() - began:.0f} s")

        # No wheel: a sentence, not a riddle.
        source = next(p for p in DIST.glob("assay-*.tar.gz") if "linux" not in p.name and "darwin" not in p.name)
        refused = subprocess.run([scripts / "pip", "install", "-q", source], env=environment, text=True, capture_output=True)
        assert refused.returncode != 0 and "WSL2" in refused.stderr, refused.stderr

    other = DIST / "build" / "linux-arm64" / "assay"
    emulator = shutil.which("qemu-aarch64-static") or shutil.which("qemu-aarch64")
    if other.is_file() and emulator and MACHINE == "x86_64":
        said = subprocess.run([emulator, other, "--version"], text=True, capture_output=True, check=True).stdout
        assert "linux/arm64" in said, said
        print(f"linux/arm64 under {os.path.basename(emulator)}: {said.splitlines()[0]}")
    else:
        print("linux/arm64: not started (no qemu-aarch64 here)")


if __name__ == "__main__":
    main()
