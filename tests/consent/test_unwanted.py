"""An address or number that somebody refused is suggested to nobody."""

import pytest

from cmdm.models import system_user
from consent.actions import consents, contacts
from customers import ports
from customers.actions.relations import relate
from tests.consent.scene import make_notice, make_purpose
from tests.customers.suggesting import counted, lacking, neighbours, suggested
from tests.support.people import make_domain, make_user
from tests.support.records import make_source, now, person, stored

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene():
    retail = make_domain("retail")
    source = make_source(retail, country="DE")
    neighbours(source)
    vera = lacking(source)
    counted()
    purpose = make_purpose(channels=["email", "phone", "post"])
    make_notice(purpose)
    return vera, purpose, make_user("lead", domain=retail)


def refuse(record, purpose, actor, kind, value, channel):
    point = contacts.contact_point(kind, value, actor=system_user())
    fields = {"purpose": purpose, "act": "withdrawn", "method": "phone", "channel": channel, "contact": point}
    consents.record([record], actor=actor, **fields)


def test_nothing_is_completed_that_somebody_refused(scene):
    vera, purpose, lead = scene
    assert len(suggested(vera.customer, lead)) == 1
    refuse(vera, purpose, lead, "post", now(vera).values["address"][0], "post")
    assert suggested(vera.customer, lead) == []


def test_a_landline_that_one_refused_is_brought_to_no_other_of_the_household(scene):
    vera, purpose, lead = scene
    home = [{"value": "+493012345678"}]
    karl = stored(vera.source, "k", person("Karl", "Brandt", "1950-01-01", phone=home))
    lena = stored(vera.source, "l", person("Lena", "Vogt", "1988-01-01"))
    relate(karl, lena, actor=lead, kind="household")
    assert {one.rule for one in suggested(lena.customer, lead)} == {"household_landline"}
    refuse(karl, purpose, lead, "phone", home[0], "phone")
    assert suggested(lena.customer, lead) == []


def test_whoever_refused_nothing_is_not_held_up():
    assert ports.unwanted({}) == frozenset()
    assert ports.unwanted({1: [("phone", {"value": "+493012345678"}), ("website", "x")]}) == frozenset()
