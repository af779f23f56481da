"""People and places of the tests of customers."""

import pytest

from tests.customers.ann import make_ann
from tests.customers.files import make_source
from tests.support.people import make_domain, make_user


@pytest.fixture
def retail(db):
    return make_domain("retail")


@pytest.fixture
def source(retail):
    return make_source(retail, country="DE")


@pytest.fixture
def olga(retail):
    """She owns the data of retail: imports and exports."""
    return make_user("data owner", domain=retail, name="olga")


@pytest.fixture
def stefan(retail):
    """He is a steward of retail."""
    return make_user("steward", domain=retail, name="stefan")


@pytest.fixture
def ann(retail):
    return make_ann(retail)
