"""One domain with two sources, and who owns its data."""

from dataclasses import dataclass

import pytest

from cmdm.models import Domain, User
from customers.models import Source
from tests.support.people import make_domain, make_user
from tests.support.records import make_source


@dataclass(frozen=True)
class Place:
    """`crm` is trusted more than `shop`; Olga imports, Marta decides and corrects."""

    domain: Domain
    crm: Source
    shop: Source
    olga: User
    marta: User


@pytest.fixture
def place(db):
    domain = make_domain()
    return Place(
        domain,
        make_source(domain, trust=80),
        make_source(domain, trust=40),
        make_user("data owner", domain=domain, name="olga"),
        make_user("steward", domain=domain, name="marta"),
    )
