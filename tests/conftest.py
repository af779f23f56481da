"""Fixtures for every test; see `tests/support/`."""

from pathlib import Path

pytest_plugins = ["tests.support.fixtures", "tests.support.browser"]

SYSTEM = Path(__file__).parent / "system"


def pytest_collection_modifyitems(items):
    """The longest tests begin first, so that no process is left alone with them at the end."""
    items.sort(key=lambda item: SYSTEM not in item.path.parents)
