"""Two sources of one domain, two of another, and who decides there."""

from dataclasses import dataclass

import pytest

from cmdm.models import Domain, User
from customers.models import Source
from tests.support.people import make_domain, make_user
from tests.support.records import make_source


@dataclass(frozen=True)
class Scene:
    """`crm` and `shop` are in the domain `north`, `desk` in `south`; Marta decides in the north, Otto in both."""

    north: Domain
    south: Domain
    crm: Source
    shop: Source
    desk: Source
    marta: User
    otto: User


@pytest.fixture
def scene(db):
    north, south = make_domain(), make_domain()
    return Scene(
        north,
        south,
        make_source(north, trust=80),
        make_source(north, trust=40),
        make_source(south, trust=50),
        make_user("steward", domain=north, name="marta"),
        make_user("steward", domains=(north, south), name="otto"),
    )
