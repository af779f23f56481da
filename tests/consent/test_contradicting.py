"""Who gives two answers is kept by every deed that can change it: acts, what ends and voids them, and moved records."""

from datetime import timedelta

import pytest

from cmdm import clock, jobs, verifying
from cmdm.models import AuditEntry, Job, system_user
from consent.actions import contradicting, prolonging, voiding
from consent.actions.expiring import expire_due
from consent.models import Contradiction
from consent.queries.conflicts import waiting
from customers.models import SourceRecord
from matching.actions import ledger, placing_bulk, placing_stored
from matching.models import MatchKey
from tests.consent.scene import make_notice, make_purpose
from tests.consent.test_recording import Scene
from tests.support.records import ANNA, ANNA_AGAIN, make_source, now, stored

pytestmark = pytest.mark.django_db
RIGHT = "who gives two answers is what the acts say"


def kept():
    """The list, which is right at every moment."""
    assert verifying.broken([RIGHT]) == []
    return sorted(Contradiction.objects.values_list("customer", "purpose__key", "until"))


@pytest.fixture
def scene():
    return Scene()


@pytest.fixture
def torn(scene):
    """Karl said yes and Nora no, before somebody took them for one person."""
    scene.grant()
    scene.deny(scene.nora)
    assert kept() == []
    return scene.merge()


class TestMovedRecords:
    def test_it_begins_with_the_merge_and_ends_with_its_undoing(self, scene, torn):
        assert kept() == [(torn.pk, scene.purpose.key, None)]
        assert waiting(scene.lead) == 1
        ledger.undo(AuditEntry.objects.get(deed="customer.merged").change, actor=scene.lead)
        assert kept() == []
        scene.merge()
        scene.unmerge()
        assert kept() == []

    @pytest.mark.parametrize("whole", [True, False])
    def test_it_begins_when_a_stored_record_that_somebody_spoke_at_finds_its_customer(self, scene, whole):
        anna, again = (stored(make_source(scene.domain, country="DE"), "9", one) for one in (ANNA, ANNA_AGAIN))
        assert anna.customer == again.customer
        MatchKey.objects.filter(record=again.pk).delete()
        SourceRecord.objects.filter(pk=again.pk).update(customer=None, placed_at=None)
        scene.grant(anna)
        scene.deny(now(again))
        assert kept() == []
        place = {"actor": system_user(), "hold": lambda: None}
        if whole:
            placing_bulk.place_all([again.pk], progress=lambda *_at: None, **place)
        else:
            placing_stored.place_slice([again.pk], **place)
        assert kept() == [(now(anna).customer_id, scene.purpose.key, None)]


class TestActs:
    def test_it_ends_when_the_person_who_said_no_says_yes(self, scene, torn):
        scene.grant(scene.nora)
        assert kept() == []
        scene.deny(scene.nora, proved=[scene.nora])
        assert kept() == [], "a no holds for both"
        scene.grant(scene.karl)
        assert len(kept()) == 1

    def test_it_ends_when_one_of_them_is_declared_void(self, scene):
        scene.grant()
        (mistake,) = scene.deny(scene.nora)
        scene.merge()
        assert len(kept()) == 1
        voiding.invalidate(mistake, actor=scene.lead, evidence=scene.proof)
        assert kept() == []

    def test_no_to_the_whole_contradicts_a_yes_to_its_part(self, scene):
        scene.grant()
        whole, scene.purpose = scene.purpose, make_purpose(parent=scene.purpose)
        make_notice(scene.purpose)
        scene.grant(scene.nora)
        merged = scene.merge()
        assert kept() == []
        scene.purpose, part = whole, scene.purpose
        scene.deny(scene.karl, proved=[scene.karl])
        assert kept() == []
        scene.purpose = part
        scene.grant(scene.nora)
        assert kept() == [(merged.pk, part.key, None)]


class TestTime:
    def test_it_is_over_when_the_yes_ends_by_itself_and_later_with_activity(self):
        scene = Scene(expires_after_days=30, expires_from="activity")
        (yes,) = scene.grant()
        scene.deny(scene.nora)
        merged = scene.merge()
        assert kept() == [(merged.pk, scene.purpose.key, yes.expires_at)]
        with clock.at(clock.now() + timedelta(days=20)):
            prolonging.seen({scene.karl.pk: clock.now()}, actor=system_user(), method="api")
            assert kept()[0][2] > yes.expires_at + timedelta(days=19)
        with clock.at(clock.now() + timedelta(days=40)):
            assert waiting(scene.lead) == 1
        with clock.at(clock.now() + timedelta(days=51)):
            assert waiting(scene.lead) == 0
            expire_due(actor=system_user())
            assert kept() == []


def test_what_was_said_before_there_was_a_list_is_looked_through_once(scene, torn, monkeypatch):
    assert contradicting.catch_up(actor=system_user()) is None
    before = kept()
    Contradiction.objects.all().delete()
    monkeypatch.setattr(contradicting, "KEPT", "contradictions.kept_again")
    asked = contradicting.catch_up(actor=system_user())
    assert contradicting.catch_up(actor=system_user()) is None, "it is on its way"
    jobs.run(str(asked.pk))
    assert Job.objects.get(pk=asked.pk).result == {"customers": 1}
    assert [one[:2] for one in kept()] == [one[:2] for one in before]
    assert contradicting.catch_up(actor=system_user()) is None
