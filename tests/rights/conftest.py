"""The hub that the tests of rights look at; one for each module."""

import pytest

from tests.rights.world import World
from tests.support import databases


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker, template_database):
    """A hub of this module's own; what it shows is committed."""
    with (
        databases.clone(template_database) as database,
        django_db_blocker.unblock(),
        databases.connected_to(database),
    ):
        yield World()
