"""Databases as fixtures: `db` rolls back, `committing` is a database to oneself."""

import pytest

from tests.support import databases


@pytest.fixture(scope="session")
def template_database():
    """The migrated and installed database that others are cloned from."""
    return databases.template()


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_blocker, template_database):
    """Each process of the tests has a clone; what a test does there is rolled back."""
    with (
        databases.clone(template_database) as database,
        django_db_blocker.unblock(),
        databases.connected_to(database),
        django_db_blocker.block(),
    ):
        yield database


@pytest.fixture
def committing(request, django_db_setup, django_db_blocker, template_database):
    """A database of the test's own, in which everything really commits; gone afterwards."""
    if "db" in request.fixturenames or request.node.get_closest_marker("django_db"):
        pytest.fail("A committing test has a database of its own: take away `db` or the mark `django_db`.")
    with (
        databases.clone(template_database) as database,
        django_db_blocker.unblock(),
        databases.connected_to(database),
    ):
        yield database
