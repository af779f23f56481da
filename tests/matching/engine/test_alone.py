"""The engine can be taken out of the project: a pair needs Python, jellyfish and anyascii, learning and bulk arrays."""

import ast
import sys
from pathlib import Path

ENGINE = Path(__file__).parents[3] / "matching" / "engine"
PLAIN = {"jellyfish", "anyascii", *sys.stdlib_module_names}
ARRAYS = {*PLAIN, "numpy"}
BULK = {*ARRAYS, "polars", "rapidfuzz", "numba"}
ONE_PAIR = ("model", "features", "keys", "scoring", "deciding", "explaining", "clustering", "defaults")


def imported(path: Path) -> set[str]:
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return plain | {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}


def foreign(path: Path, allowed: set[str]) -> set[str]:
    names = imported(path)
    return {name for name in names if not name.startswith("matching.engine") and name.split(".")[0] not in allowed}


def test_the_engine_imports_nothing_of_the_project_and_no_framework():
    for path in ENGINE.rglob("*.py"):
        allowed = BULK if "bulk" in path.parts else ARRAYS
        assert foreign(path, allowed) == set(), path


def test_one_pair_needs_no_arrays():
    files = [ENGINE / f"{name}.py" for name in ONE_PAIR] + sorted((ENGINE / "comparing").glob("*.py"))
    assert {name for path in files for name in foreign(path, PLAIN)} == set()
