"""Builds the wheel of assay-plugin (PEP 517 and 660): a zip of plain files."""

import base64
import hashlib
import os
import tarfile
import tomllib
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
PACKAGE = "assay_plugin"


def _project():
    with open(os.path.join(HERE, "pyproject.toml"), "rb") as f:
        return tomllib.load(f)["project"]


def _metadata(p):
    lines = ["Metadata-Version: 2.1", f"Name: {p['name']}", f"Version: {p['version']}", f"Summary: {p['description']}",
             f"Requires-Python: {p['requires-python']}", f"License: {p['license']['text']}"]
    lines += [f"Requires-Dist: {d}" for d in p["dependencies"]]
    for extra, dependencies in p["optional-dependencies"].items():
        lines += [f"Provides-Extra: {extra}"] + [f'Requires-Dist: {d}; extra == "{extra}"' for d in dependencies]
    return "\n".join(lines) + "\n"


def _sources():
    for folder, _, names in os.walk(os.path.join(HERE, PACKAGE)):
        for name in sorted(names):
            if name.endswith((".py", ".pyi", ".typed")):
                path = os.path.join(folder, name)
                yield os.path.relpath(path, HERE).replace(os.sep, "/"), path


def _wheel(folder, contents):
    p = _project()
    stem = f"{PACKAGE}-{p['version']}"
    info = f"{stem}.dist-info"
    contents = {**contents, f"{info}/METADATA": _metadata(p).encode(),
                f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: assay\nRoot-Is-Purelib: true\nTag: py3-none-any\n"}
    record = ""
    name = f"{stem}-py3-none-any.whl"
    with zipfile.ZipFile(os.path.join(folder, name), "w", zipfile.ZIP_DEFLATED) as z:
        for path, data in contents.items():
            z.writestr(path, data)
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            record += f"{path},sha256={digest},{len(data)}\n"
        z.writestr(f"{info}/RECORD", record + f"{info}/RECORD,,\n")
    return name


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    contents = {}
    for name, path in _sources():
        with open(path, "rb") as f:
            contents[name] = f.read()
    return _wheel(wheel_directory, contents)


def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    return _wheel(wheel_directory, {f"_{PACKAGE}.pth": (HERE + "\n").encode()})


def build_sdist(sdist_directory, config_settings=None):
    stem = f"{PACKAGE}-{_project()['version']}"
    with tarfile.open(os.path.join(sdist_directory, stem + ".tar.gz"), "w:gz") as t:
        for name in ("pyproject.toml", "backend.py", "README.md"):
            t.add(os.path.join(HERE, name), f"{stem}/{name}")
        for name, path in _sources():
            t.add(path, f"{stem}/{name}")
    return stem + ".tar.gz"
