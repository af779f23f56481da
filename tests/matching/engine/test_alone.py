"""The engine can be taken out of the project: it needs Python, jellyfish and anyascii."""

import ast
import sys
from pathlib import Path

ENGINE = Path(__file__).parents[3] / "matching" / "engine"
ALLOWED = {"jellyfish", "anyascii", *sys.stdlib_module_names}


def imported(path: Path) -> set[str]:
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return plain | {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}


def test_the_engine_imports_nothing_of_the_project_and_no_framework():
    names = {name for path in ENGINE.rglob("*.py") for name in imported(path)}
    foreign = {name for name in names if not name.startswith("matching.engine") and name.split(".")[0] not in ALLOWED}
    assert "matching.engine.model" in names
    assert foreign == set()
