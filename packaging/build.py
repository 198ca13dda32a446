#!/usr/bin/env python3
"""Makes what a release consists of, in dist/: a wheel and an archive for each
platform, a source distribution that says where assay runs, and SHA256SUMS.

    python packaging/build.py                            # all platforms
    python packaging/build.py --platform linux-amd64     # one
    python packaging/build.py --version 0.2.0            # a release; docs/releasing.md

Needs Go, and nothing that is not in Python's library. The same commit gives the same
bytes: times are the commit's, and binaries carry no path of this machine.
"""

import argparse
import base64
import gzip
import hashlib
import io
import os
import pathlib
import subprocess
import tarfile
import time
import tomllib
import zipfile

HERE = pathlib.Path(__file__).parent
TREE = HERE.parent
SDK = TREE / "plugins" / "python"
PACKAGES = ("assay", "assay_plugin")

REFUSAL = (
    "assay runs on Linux (x86-64, arm64) and macOS, and there is no wheel for this machine. On Windows install it inside WSL2 "
    "(https://learn.microsoft.com/windows/wsl/install), where \"pip install assay\" works; elsewhere \"go install github.com/assaylab/assay@latest\" builds it."
)


def git(*arguments):
    return subprocess.run(["git", *arguments], cwd=TREE, capture_output=True, text=True, check=True).stdout.strip()


class Release:
    def __init__(self, version, out):
        self.meta = tomllib.loads((HERE / "metadata.toml").read_text())
        sdk = tomllib.loads((SDK / "pyproject.toml").read_text())["project"]
        self.dependencies, self.requires = sdk["dependencies"], sdk["requires-python"]
        self.extras = {k: v for k, v in sdk["optional-dependencies"].items() if k != "test"} | self.meta["project"]["extras"]
        self.version = version or f"{sdk['version']}.dev0+g{git('rev-parse', '--short=12', 'HEAD')}"
        self.date = int(git("log", "-1", "--format=%ct"))
        self.out = pathlib.Path(out)
        self.out.mkdir(parents=True, exist_ok=True)
        self.made = []

    def binary(self, platform):
        """The host, stripped, without a C library."""
        system, machine = platform.split("-")
        to = self.out / "build" / platform / "assay"
        flags = "-s -w"
        environment = os.environ | {"CGO_ENABLED": "0", "GOOS": system, "GOARCH": machine}
        subprocess.run(["go", "build", "-trimpath", "-ldflags", flags, "-o", str(to), "."], cwd=TREE, env=environment, check=True)
        return to.read_bytes()

    def metadata(self):
        p = self.meta["project"]
        lines = ["Metadata-Version: 2.3", f"Name: {p['name']}", f"Version: {self.version}", f"Summary: {p['description']}", f"Requires-Python: {self.requires}",
                 "License: Apache-2.0", f"Keywords: {','.join(p['keywords'])}", *(f"Classifier: {c}" for c in p["classifiers"]),
                 *(f"Project-URL: {name}, {url}" for name, url in p["urls"].items()), *(f"Requires-Dist: {d}" for d in self.dependencies)]
        for extra, dependencies in sorted(self.extras.items()):
            lines += [f"Provides-Extra: {extra}", *(f'Requires-Dist: {d}; extra == "{extra}"' for d in dependencies)]
        lines += ["Description-Content-Type: text/markdown", "", (HERE / "README.md").read_text()]
        return "\n".join(lines).encode()

    def wheel(self, platform, binary):
        """One package: the binary becomes a script as it is, beside what Python imports."""
        stem = f"assay-{self.version}"
        tags = self.meta["platforms"][platform]
        wheel = "Wheel-Version: 1.0\nGenerator: assay\nRoot-Is-Purelib: false\n" + "".join(f"Tag: py3-none-{tag}\n" for tag in tags.split("."))
        files = [(f"{stem}.data/scripts/assay", binary, 0o755)]
        for package in PACKAGES:
            for path in sorted((SDK / package).rglob("*")):
                if path.suffix in (".py", ".pyi", ".typed"):
                    files.append((path.relative_to(SDK).as_posix(), path.read_bytes(), 0o644))
        info = f"{stem}.dist-info"
        files += [(f"{info}/METADATA", self.metadata(), 0o644), (f"{info}/WHEEL", wheel.encode(), 0o644),
                  (f"{info}/licenses/LICENSE", (TREE / "LICENSE").read_bytes(), 0o644)]
        record = "".join(f"{name},sha256={base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b'=').decode()},{len(data)}\n" for name, data, _ in files)
        files.append((f"{info}/RECORD", (record + f"{info}/RECORD,,\n").encode(), 0o644))
        to = self.out / f"{stem}-py3-none-{tags}.whl"
        with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as z:
            for name, data, mode in files:
                entry = zipfile.ZipInfo(name, time.gmtime(self.date)[:6])
                entry.external_attr, entry.compress_type = (0o100000 | mode) << 16, zipfile.ZIP_DEFLATED
                z.writestr(entry, data)
        self.made.append(to)

    def archive(self, name, files):
        to = self.out / name
        raw = io.BytesIO()
        with tarfile.open(fileobj=raw, mode="w", format=tarfile.PAX_FORMAT) as t:
            for path, data, mode in files:
                entry = tarfile.TarInfo(path)
                entry.size, entry.mode, entry.mtime = len(data), mode, self.date
                t.addfile(entry, io.BytesIO(data))
        to.write_bytes(gzip.compress(raw.getvalue(), mtime=self.date))
        self.made.append(to)

    def program(self, platform, binary):
        """For people without Python."""
        folder = f"assay-{self.version}-{platform}"
        texts = [(f"{folder}/{name}", (TREE / name).read_bytes(), 0o644) for name in ("LICENSE", "README.md", "CHANGELOG.md")]
        self.archive(f"{folder}.tar.gz", [(f"{folder}/assay", binary, 0o755), *texts])

    def source(self):
        """What pip finds where there is no wheel: a sentence instead of a riddle."""
        folder = f"assay-{self.version}"
        project = '[build-system]\nrequires = []\nbuild-backend = "refuse"\nbackend-path = ["."]\n'
        refuse = f"raise SystemExit({REFUSAL!r})\n"
        self.archive(f"{folder}.tar.gz", [(f"{folder}/PKG-INFO", self.metadata(), 0o644), (f"{folder}/pyproject.toml", project.encode(), 0o644),
                                          (f"{folder}/refuse.py", refuse.encode(), 0o644), (f"{folder}/LICENSE", (TREE / "LICENSE").read_bytes(), 0o644)])

    def sums(self):
        lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in sorted(self.made)]
        (self.out / "SHA256SUMS").write_text("".join(lines))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--version", help="of a release; else one made of the commit")
    parser.add_argument("--platform", action="append", help="linux-amd64, ... (repeatable; default: all)")
    parser.add_argument("--out", default=str(TREE / "dist"))
    given = parser.parse_args()
    release = Release(given.version, given.out)
    for platform in given.platform or release.meta["platforms"]:
        if platform not in release.meta["platforms"]:
            parser.error(f"there is no platform {platform}: {', '.join(release.meta['platforms'])}")
        binary = release.binary(platform)
        release.wheel(platform, binary)
        release.program(platform, binary)
    release.source()
    release.sums()
    for path in release.made:
        print(f"{path.stat().st_size / 1e6:6.1f} MB  {path}")


if __name__ == "__main__":
    main()
