"""The engine can be taken out of the project: a pair needs Python, jellyfish and anyascii, learning and bulk arrays."""

import ast
import subprocess
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


def undocumented(nodes: list[ast.stmt], within: str = "", *, inherits: bool = False) -> list[str]:
    """Public functions and classes that say nothing of themselves; a property is a name, and an override inherits."""
    found = []
    for node in nodes:
        if not isinstance(node, ast.FunctionDef | ast.ClassDef) or node.name.startswith("_"):
            continue
        marks = {each.id for each in node.decorator_list if isinstance(each, ast.Name)}
        if not (ast.get_docstring(node) or inherits or marks & {"property", "cached_property"}):
            found.append(f"{within}{node.name}")
        if isinstance(node, ast.ClassDef):
            bases = {each.id for each in node.bases if isinstance(each, ast.Name)} - {"NamedTuple"}
            found += undocumented(node.body, f"{within}{node.name}.", inherits=bool(bases))
    return found


def test_whatever_is_public_says_what_it_does():
    silent = {}
    for path in ENGINE.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        silent[path] = ([] if ast.get_docstring(tree) else [path.name]) + undocumented(tree.body)
    assert {path: names for path, names in silent.items() if names} == {}


def test_a_new_interpreter_imports_it_without_a_framework():
    modules = [".".join(path.relative_to(ENGINE.parents[1]).with_suffix("").parts) for path in ENGINE.rglob("*.py")]
    told = "import importlib, sys; [importlib.import_module(each) for each in sys.argv[1:]]; "
    told += "print(*{each.split('.')[0] for each in sys.modules} & {'django', 'customers', 'cmdm', 'psycopg'})"
    given = [each.removesuffix(".__init__") for each in modules]
    done = subprocess.run([sys.executable, "-c", told, *given], cwd=ENGINE.parents[1], capture_output=True, text=True)
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stderr
