import subprocess
import sys
from pathlib import Path

import pytest


def test_the_package_is_typed():
    pytest.importorskip("mypy", reason="install assay-plugin[test], which has mypy")
    r = subprocess.run([sys.executable, "-m", "mypy"], cwd=Path(__file__).parent.parent, capture_output=True, text=True)
    assert r.returncode == 0, r.stdout
