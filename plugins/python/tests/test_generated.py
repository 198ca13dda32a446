import os
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent


def test_generated_code_is_fresh(tmp_path):
    """method_pb2 is what the pinned generator makes of framework/internal/wire/method.proto."""
    pytest.importorskip("grpc_tools", reason="install assay-plugin[test], which has grpcio-tools")
    subprocess.run([PACKAGE / "generate", tmp_path], check=True, env={**os.environ, "PYTHON": sys.executable})
    for name in ("method_pb2.py", "method_pb2.pyi"):
        committed = PACKAGE / "assay_plugin" / "wire" / name
        assert committed.read_text() == (tmp_path / "assay_plugin" / "wire" / name).read_text(), "stale: run plugins/python/generate"
