"""The house in order: what no linter checks."""

import ast
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
APPS = ("customers", "matching", "consent", "stewardship")
PACKAGES = ("cmdm", *APPS)
TEMPLATES = sorted((ROOT / "templates").rglob("*.html")) + sorted(ROOT.glob("*/templates/**/*.html"))

LONGEST_FILE, LONGEST_FUNCTION, LONGEST_PAGE, LONGEST_FRAGMENT, LONGEST_SETTINGS = 400, 60, 120, 60, 250

TOP = {
    *PACKAGES, "static", "templates", "locale", "tests", "docs", "manage.py", "pyproject.toml", "requirements.lock",
    "requirements-dev.lock", "Makefile", "LICENSE", "README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md",
    "AGENTS.md", "CLAUDE.md", "Dockerfile", "compose.yaml",
    "benchmarks",
}  # fmt: skip
KINDS = {
    "urls", "api_urls", "portal_urls", "views", "api", "admin", "resources", "forms", "jobs", "handlers", "actions",
    "queries", "models", "rules", "engine", "types", "ports", "registrations", "sealing", "panels", "apps",
    "migrations", "templatetags",
}  # fmt: skip
NOBODYS_NAMES = {"utils", "util", "helpers", "helper", "common", "services", "service", "manager", "process", "misc"}
WRITES = {"save", "create", "bulk_create", "update", "bulk_update", "delete", "get_or_create", "update_or_create"}
QUESTIONS = {
    "objects",
    "filter",
    "exclude",
    "visible_to",
    "select_for_update",
    "locked",
    "order_by",
    "all",
    "_base_manager",
}
SQL_WRITE = re.compile(r"\s*(INSERT INTO|UPDATE \w+ SET|DELETE FROM|TRUNCATE|COPY \w+)\b", re.IGNORECASE)


def python(*folders: str) -> list[Path]:
    """Python of the project, without migrations."""
    found = (path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return sorted(path for path in found if "migrations" not in path.parts)


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


def told(path: Path, line: int = 1) -> str:
    return f"{path.relative_to(ROOT)}:{line}"


def none(faults: list[str]) -> None:
    assert not faults, "\n" + "\n".join(faults)


class TestSizes:
    def test_no_file_is_longer_than_a_reader_holds(self):
        sizes = {path: len(path.read_text().splitlines()) for path in [*python(*PACKAGES, "tests"), ROOT / "manage.py"]}
        none([f"{told(path)} has {size} lines" for path, size in sizes.items() if size > LONGEST_FILE])

    def test_no_function_is_longer_than_a_screen(self):
        faults = []
        for path in python(*PACKAGES, "tests"):
            for node in ast.walk(tree(path)):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                    size = (node.end_lineno or node.lineno) - node.lineno + 1
                    if size > LONGEST_FUNCTION:
                        faults.append(f"{told(path, node.lineno)} {node.name} has {size} lines")
        none(faults)

    def test_the_settings_are_short(self):
        assert len((ROOT / "cmdm" / "settings.py").read_text().splitlines()) <= LONGEST_SETTINGS

    def test_pages_and_fragments_are_short(self):
        faults = []
        for path in TEMPLATES:
            most = LONGEST_FRAGMENT if path.name.startswith("_") else LONGEST_PAGE
            size = len(path.read_text().splitlines())
            if size > most:
                faults.append(f"{told(path)} has {size} lines, at most {most}")
        none(faults)


class TestPlaces:
    def test_the_top_folder_holds_only_what_is_expected_there(self):
        ignored = {line.strip().strip("/") for line in (ROOT / ".gitignore").read_text().splitlines()}
        seen = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")}
        none(sorted(seen - TOP - ignored - {name for name in seen if name.endswith(".egg-info")}))

    @pytest.mark.parametrize("app", APPS)
    def test_an_app_holds_only_known_kinds(self, app):
        seen = {path.stem for path in (ROOT / app).iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
        none(sorted(seen - KINDS - {"__init__"}))

    def test_no_module_has_a_name_that_says_nothing(self):
        none([told(path) for path in python(*PACKAGES) if path.stem in NOBODYS_NAMES])

    def test_every_module_of_the_kit_is_in_a_layer(self):
        settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
        layers = next(one for one in settings["contracts"] if one["id"] == "apps")["layers"]
        listed = {name for layer in layers for name in re.findall(r"cmdm\.(\w+)", layer)}
        folder = ROOT / "cmdm"
        seen = {path.stem for path in folder.iterdir() if path.suffix == ".py" or any(path.glob("*.py"))}
        assert seen - {"__init__"} == listed


ARRAYS = {"numba", "numpy", "polars"}


class TestStarting:
    """A process starts without what only loads and training need: each command, page server and relay would pay."""

    @pytest.mark.parametrize(
        ("also", "heavy"),
        [
            ("django", {*ARRAYS, "structlog", "import_export.admin", "cmdm.urls"}),
            ("cmdm.urls", {"numba"}),
            ("cmdm.management.commands.ingest", ARRAYS),
            ("matching.actions.scoring_glanced", ARRAYS),
            ("matching.actions.matching", {"numba"}),
        ],
        ids=["any process", "the server of pages", "taking in", "placing", "comparing"],
    )
    def test_what_is_heavy_is_imported_where_it_is_used(self, also, heavy):
        begin = "import django, importlib, sys; django.setup(); importlib.import_module(sys.argv[1])"
        begin += "; from customers.types import all; all()"
        environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings", "PYTHONPATH": str(ROOT)}
        words = [sys.executable, "-c", f"{begin}; print(*sys.modules)", also]
        done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
        none(sorted(heavy & set(done.stdout.split())))


class TestWrites:
    def test_only_actions_and_the_kit_write(self):
        paths = [path for path in python(*APPS, "cmdm/management") if "actions" not in path.parts]
        none([told(path, line) + f" {what}" for path in paths for line, what in writes(tree(path))])

    def test_nobody_asks_guardian_but_access(self):
        asks = re.compile(r"\bhas_perm\(|get_objects_for_user|get_perms\(|ObjectPermissionChecker")
        paths = [path for path in python(*PACKAGES) if path != ROOT / "cmdm" / "access.py"]
        none([told(path) for path in paths if asks.search(path.read_text())])

    def test_no_test_empties_tables(self):
        faults = []
        for path in python("tests"):
            for node in ast.walk(tree(path)):
                if isinstance(node, ast.keyword) and node.arg == "transaction" and is_true(node.value):
                    faults.append(told(path, node.value.lineno))
                if isinstance(node, ast.arg) and node.arg == "transactional_db":
                    faults.append(told(path, node.lineno))
                if isinstance(node, ast.Name | ast.alias) and name_of(node) in (
                    "TransactionTestCase",
                    "LiveServerTestCase",
                ):
                    faults.append(told(path, node.lineno))
        none(faults)


class TestTemplates:
    def test_nothing_is_marked_safe(self):
        none(matches(r"\|\s*safe\b|\{%\s*autoescape off"))

    def test_no_style_and_no_script_stand_in_a_page(self):
        none(matches(r"\sstyle\s*=|<style\b|<script(?![^>]*\bsrc=)[^>]*>|\son[a-z]+\s*=|javascript:"))

    def test_htmx_runs_no_code_from_attributes(self):
        none(matches(r"\shx-on[:-]|hx-vals=['\"]js:|\bhx-vars\b"))

    def test_a_button_that_htmx_sends_asks_first_by_htmx(self):
        """Its click sends it before there is a submit that `data-confirm` could hold up."""
        none(matches(r"<(?:button|a|input)\b[^>]*\shx-(?:post|get|put|delete)=[^>]*\sdata-confirm="))

    def test_a_fragment_says_what_it_needs_and_extends_nothing(self):
        faults = []
        for path in TEMPLATES:
            text = path.read_text()
            if path.name.startswith("_"):
                first = text.splitlines()[0] if text else ""
                if not re.match(r"\{#.*\bneeds\b.*#\}", first, re.IGNORECASE):
                    faults.append(f"{told(path)} does not say on line 1 what it needs")
                if "{% extends" in text:
                    faults.append(f"{told(path)} is a fragment and extends a page")
        none(faults)


def is_true(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is True


def name_of(node: ast.Name | ast.alias) -> str:
    return node.id if isinstance(node, ast.Name) else node.name


def matches(pattern: str) -> list[str]:
    """Where a pattern stands in a template, comments left out."""
    found = []
    for path in TEMPLATES:
        text = re.sub(
            r"\{#.*?#\}|\{% comment.*?endcomment %\}",
            lambda one: "\n" * one[0].count("\n"),
            path.read_text(),
            flags=re.S,
        )
        found += [
            f"{told(path, text.count(chr(10), 0, one.start()) + 1)} {one[0].strip()}"
            for one in re.finditer(pattern, text)
        ]
    return found


def writes(module: ast.Module) -> Iterator[tuple[int, str]]:
    """Calls that write rows, through the ORM or in SQL."""
    for node in ast.walk(module):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and SQL_WRITE.match(node.value):
            yield node.lineno, "writes in SQL"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITES:
            asked = set(chain(node.func.value)) & QUESTIONS
            of_row = node.func.attr in ("save", "delete") and not node.args and isinstance(node.func.value, ast.Name)
            if asked or (of_row and set(chain(node.func.value)) != {"super"}):
                yield node.lineno, f".{node.func.attr}("


def chain(node: ast.expr) -> Iterator[str]:
    """The names along `a.b(…).c`, from the right."""
    while True:
        if isinstance(node, ast.Call):
            node = node.func
        elif isinstance(node, ast.Attribute):
            yield node.attr
            node = node.value
        else:
            if isinstance(node, ast.Name):
                yield node.id
            return
