import ast
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest


def test_the_package_is_typed():
    pytest.importorskip("mypy", reason="install assay-plugin[test], which has mypy")
    r = subprocess.run([sys.executable, "-m", "mypy"], cwd=Path(__file__).parent.parent, capture_output=True, text=True)
    assert r.returncode == 0, r.stdout

def test_imports_point_one_way():
    """No module of the package imports one that imports it, not even for type checkers."""
    folder = Path(__file__).parent.parent / "assay_plugin"
    needs = {}
    for path in folder.glob("*.py"):
        found = set()
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.level == 1:
                found |= {node.module} if node.module else {a.name for a in node.names}
        needs[path.stem] = {m for m in found if (folder / f"{m}.py").exists()} - {"__init__"}
    assert tuple(TopologicalSorter(needs).static_order())  # raises CycleError
