"""Fixtures for every test; see `tests/support/`."""

import gc
from pathlib import Path

pytest_plugins = ["tests.support.fixtures", "tests.support.browser"]

SYSTEM = Path(__file__).parent / "system"
PLAIN = {"rules", "engine", "types"}


def pytest_collection_modifyitems(items):
    """What needs no database begins, while another process makes it; then the longest, so that none is left alone."""
    items.sort(key=lambda item: 0 if item.path.parent.name in PLAIN else 1 if SYSTEM in item.path.parents else 2)


def pytest_collection_finish():
    """All that was imported stays: the collector need not look through it again and again."""
    gc.collect()
    gc.freeze()
