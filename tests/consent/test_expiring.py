"""Time passes: consents lapse, wards come of age, and people are reminded before."""

from datetime import timedelta

import pytest

from cmdm import clock
from cmdm.actions import Refused
from cmdm.models import OutboxEvent, system_user
from consent.actions import guardians, prolonging, voiding
from consent.actions.expiring import expire_due, remind
from consent.models import ConsentEvent
from tests.consent.scene import make_purpose
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


def test_a_consent_that_counts_from_the_last_activity_goes_on_while_its_person_is_heard_of():
    scene = Scene(expires_after_days=100, expires_from="activity")
    (row,) = scene.grant()
    scene.grant(scene.nora)
    with later(5):
        assert prolonging.seen({scene.karl.pk: clock.now()}, actor=system_user(), method="api") == 0, "not yet worth it"
    with later(90):
        scene.deny(purpose=make_purpose(), method="portal")
    longer = ConsentEvent.objects.get(act="prolonged")
    assert (longer.names, longer.contact, longer.actor_kind) == (row, scene.contact, "person")
    with later(110):
        assert (scene.may(scene.karl).allowed, scene.may(scene.nora).why) == (True, "expired")
        assert expire_due(actor=system_user()) == 1
        assert prolonging.seen({scene.nora.pk: clock.now()}, actor=system_user(), method="api") == 0, "it lapsed before"
    with later(191):
        assert scene.may(scene.karl).why == "expired"
        assert expire_due(actor=system_user()) == 1
        assert told("expiry")[-1] == (scene.karl.customer_id, scene.contact.pk, False)


def test_being_seen_moves_no_end_that_counts_from_the_consent_and_lifts_no_denial():
    scene = Scene(expires_after_days=100, expires_from="activity", rules={"AT": {"expires_from": "given"}})
    for record in (scene.karl, scene.nora):
        scene.grant(record)
    scene.deny()
    with later(50):
        when = dict.fromkeys((scene.karl.pk, scene.nora.pk), clock.now())
        assert prolonging.seen(when, actor=system_user(), method="api") == 0
        assert scene.may(scene.karl).why == "denied"


def test_a_reminder_waits_for_the_end_that_activity_has_moved():
    scene = Scene(expires_after_days=100, expires_from="activity")
    scene.grant()
    with later(60):
        prolonging.seen({scene.karl.pk: clock.now()}, actor=system_user(), method="portal")
    with later(80):
        assert remind(actor=system_user()) == 0
    with later(140):
        assert remind(actor=system_user()) == 1
        with pytest.raises(Refused):
            voiding.invalidate(ConsentEvent.objects.get(act="prolonged"), actor=scene.lead, evidence=scene.proof)


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
