"""A shop and a branch, their sources, and people who decide."""

import pytest

from tests.stewardship.scene import ask, make_source, stranger, task_of
from tests.support.people import make_domain, make_user


@pytest.fixture
def retail(db):
    return make_domain("retail")


@pytest.fixture
def branch(db):
    return make_domain("branch")


@pytest.fixture
def crm(retail):
    return make_source(retail, "crm", trust=80)


@pytest.fixture
def shop(retail):
    return make_source(retail, "shop", trust=40)


@pytest.fixture
def kiosk(branch):
    return make_source(branch, "kiosk")


@pytest.fixture
def marta(retail):
    return make_user("steward", domain=retail, name="marta")


@pytest.fixture
def jonas(retail):
    return make_user("steward", domain=retail, name="jonas")


@pytest.fixture
def outsider(branch):
    return make_user("steward", domain=branch, name="outsider")


@pytest.fixture
def pair(crm, shop):
    """Two records of two customers."""
    return stranger(crm, 1), stranger(shop, 2)


@pytest.fixture
def candidate(pair):
    return ask(*pair)


@pytest.fixture
def task(candidate):
    return task_of(candidate)
