"""Fixtures for every test; see `tests/support/`."""

pytest_plugins = ["tests.support.fixtures", "tests.support.browser"]
