import os
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent


def test_generated_code_is_fresh(tmp_path):
    """The messages are what the pinned generator makes of the .proto files of framework/internal/wire."""
    pytest.importorskip("grpc_tools", reason="install assay-plugin[test], which has grpcio-tools")
    subprocess.run([PACKAGE / "generate", tmp_path], check=True, env={**os.environ, "PYTHON": sys.executable})
    made = sorted(p.name for p in (tmp_path / "assay_plugin" / "wire").iterdir())
    assert made == [f"{part}_pb2.{ending}" for part in ("importer", "method", "strategy") for ending in ("py", "pyi")]
    for name in made:
        committed = PACKAGE / "assay_plugin" / "wire" / name
        assert committed.read_text() == (tmp_path / "assay_plugin" / "wire" / name).read_text(), "stale: run plugins/python/generate"
