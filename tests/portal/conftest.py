"""Two sources of one domain, and a visitor of the portal."""

import pytest

from tests.portal.visitor import Visitor
from tests.support.people import make_domain
from tests.support.records import make_source


@pytest.fixture
def retail(db, settings):
    domain = make_domain("portal-retail", match_space="portal")
    settings.PORTAL_DOMAIN = domain.key
    return domain


@pytest.fixture
def crm(retail):
    return make_source(retail, trust=80)


@pytest.fixture
def shop(retail):
    return make_source(retail, trust=40)


@pytest.fixture
def visitor(db):
    return Visitor()
