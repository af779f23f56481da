"""Fixtures for every test; see `tests/support/`."""

import gc
from pathlib import Path

from hypothesis import settings

# How long an example takes tells about the machine, not about the code.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

pytest_plugins = ["tests.support.fixtures", "tests.support.browser"]

SYSTEM = Path(__file__).parent / "system"
PLAIN = {"rules", "engine", "types"}


def pytest_collection_modifyitems(items):
    """One process begins with the browser and keeps it; the others with what needs no database, then the longest."""
    items.sort(key=_turn)


def _turn(item):
    if item.get_closest_marker("browser"):
        return 0
    return 1 if item.path.parent.name in PLAIN else 2 if SYSTEM in item.path.parents else 3


def pytest_collection_finish():
    """All that was imported stays: the collector need not look through it again and again."""
    gc.collect()
    gc.freeze()
