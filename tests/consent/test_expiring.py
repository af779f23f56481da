"""Time passes: consents lapse, wards come of age, and people are reminded before."""

from datetime import timedelta

import pytest

from cmdm import clock
from cmdm.models import OutboxEvent, system_user
from consent.actions import guardians
from consent.actions.expiring import expire_due, remind
from consent.models import ConsentEvent
from tests.consent.test_recording import Scene, told
from tests.support.records import make_source, person, stored

pytestmark = pytest.mark.django_db


def later(days):
    return clock.at(clock.now() + timedelta(days=days))


def test_a_lapsed_consent_permits_nothing_and_is_written_down_once():
    scene = Scene(expires_after_days=100)
    (row,) = scene.grant()
    assert row.expires_at == row.effective_at + timedelta(days=100)
    with later(101):
        assert scene.may(scene.karl).why == "expired"
        assert expire_due(actor=system_user()) == 1
        assert expire_due(actor=system_user()) == 0
    assert ConsentEvent.objects.get(act="expired").names == row
    assert told("expiry") == [(scene.karl.customer_id, scene.contact.pk, False)]


def test_a_denial_stands_when_the_consent_before_it_lapses():
    scene = Scene(expires_after_days=100)
    scene.grant()
    scene.deny()
    with later(101):
        assert expire_due(actor=system_user()) == 1
        assert scene.may(scene.karl).why == "denied"
    assert told("expiry") == []


def test_a_reminder_comes_once_and_never_after_a_withdrawal():
    scene = Scene(expires_after_days=100)
    scene.grant()
    scene.grant(scene.nora)
    scene.deny(scene.nora)
    with later(80):
        assert remind(actor=system_user()) == 1
        assert remind(actor=system_user()) == 0
    with later(82):
        assert remind(actor=system_user()) == 0
    reminded = OutboxEvent.objects.filter(topic="consent.expiring")
    assert [row.subject for row in reminded] == [scene.karl.customer_id]


def test_what_a_guardian_allowed_ends_when_his_ward_comes_of_age():
    scene = Scene(minimum_age=16)
    child = stored(make_source(scene.domain), "3", person("Mia", "Berg", "2015-05-05"))
    guardians.appoint(child, scene.karl, actor=scene.lead, evidence=scene.proof)
    scene.grant(child, whose="guardian")
    with later(100):
        assert expire_due(actor=system_user()) == 0
    with later(6 * 366):
        assert expire_due(actor=system_user()) == 1
        assert scene.may(child).why == "expired"
