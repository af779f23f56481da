"""Recording what people say: whom it covers, what is refused, and what it tells others."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cmdm import clock
from cmdm.actions import Refused
from cmdm.errors import Stale
from cmdm.models import AuditEntry, OutboxEvent, system_user
from consent.actions import confirming, consents, contacts, evidence, guardians, voiding
from consent.models import ConsentEvent
from consent.queries.permitted import permitted
from matching.actions import ledger
from tests.consent.scene import make_notice, make_purpose
from tests.support.people import make_domain, make_user
from tests.support.records import KARL, make_source, now, person, seen, stored

pytestmark = pytest.mark.django_db
MAIL = "karl@lindqvist.example"


class Scene:
    """Karl in the CRM, Nora in the shop of another domain, a purpose with its notice, and who records."""

    def __init__(self, **terms):
        self.domain, self.other = make_domain(), make_domain()
        self.karl = stored(make_source(self.domain, country="DE"), "1", KARL)
        self.nora = stored(make_source(self.other, country="AT"), "2", person("Nora", "Aalto", "1971-01-01"))
        self.purpose = make_purpose(**terms)
        self.notice = make_notice(self.purpose)
        self.contact = contacts.contact_point("email", MAIL, actor=system_user())
        self.proof = evidence.keep(actor=system_user(), kind="session")
        self.lead = make_user("lead", domains=(self.domain, self.other))

    def grant(self, *records, **more):
        proved = records or (self.karl,)
        fields = {"channel": "email", "contact": self.contact, "evidence": self.proof, "method": "portal", **more}
        named = {"actor": self.lead, "purpose": self.purpose, "act": "granted", "proved": proved}
        return consents.record(proved, **{**named, **fields})

    def deny(self, *records, **more):
        fields = {"actor": self.lead, "purpose": self.purpose, "act": "withdrawn", "method": "phone", **more}
        return consents.record(records or (self.karl,), **fields)

    def merge(self):
        pair = [now(self.karl).customer, now(self.nora).customer]
        return ledger.merge(pair, actor=self.lead, seen=seen(*pair))

    def unmerge(self):
        ledger.unmerge([now(self.nora)], actor=self.lead, seen=seen(now(self.nora)))

    def may(self, record, channel="email"):
        customer = now(record).customer
        return permitted([customer], self.purpose.key, channel, clock.now())[customer.pk]


@pytest.fixture
def scene(db):
    return Scene()


def told(cause):
    rows = OutboxEvent.objects.filter(topic="consent.changed", payload__cause=cause).order_by("pk")
    return [(row.subject, row.payload["contact"], row.payload["permitted"]) for row in rows]


class TestGrant:
    def test_it_holds_for_the_address_it_was_given_for_and_leaves_its_traces(self, scene):
        (row,) = scene.grant()
        answer = scene.may(scene.karl)
        assert (answer.allowed, answer.contacts) == (True, {scene.contact.pk})
        assert row.notice == scene.notice
        assert row.evidence == scene.proof
        assert row.jurisdiction == "DE"
        entry = AuditEntry.objects.get(change=row.change)
        assert (entry.deed, entry.purpose, entry.domains) == ("consent.granted", scene.purpose.key, [scene.domain.pk])
        assert told("act") == [(scene.karl.customer_id, scene.contact.pk, True)]
        with CaptureQueriesContext(connection) as asked:
            scene.may(scene.karl)
        assert len([one for one in asked if "consent_consentevent" in one["sql"]]) == 1

    def test_what_could_not_be_relied_on_is_refused(self, scene):
        with pytest.raises(Refused):
            consents.record(
                [scene.karl], actor=scene.lead, purpose=scene.purpose, act="granted", method="phone", channel="email",
                contact=scene.contact, evidence=scene.proof,
            )  # fmt: skip
        with pytest.raises(Refused):
            scene.grant(evidence=None)
        with pytest.raises(Refused):
            scene.grant(purpose=make_purpose(kind="contract"))
        with pytest.raises(PermissionDenied):
            scene.grant(actor=make_user("reader", domain=scene.domain))
        with pytest.raises(PermissionDenied):
            scene.grant(actor=make_user("lead", domain=scene.other))
        assert not ConsentEvent.objects.exists()

    def test_the_text_that_was_shown_must_be_the_one_in_force(self, scene):
        scene.grant(notice_shown=scene.notice.sha256)
        newer = make_notice(scene.purpose, key=scene.notice.key, recipients="Somebody else")
        with pytest.raises(Stale) as refusal:
            scene.grant(notice=scene.notice, notice_shown=scene.notice.sha256)
        assert refusal.value.facts["sha256"] == newer.sha256
        with pytest.raises(Refused):
            scene.grant(notice=make_notice(make_purpose()))

    def test_paper_counts_with_the_text_that_was_shown_when_it_was_signed(self, scene):
        with clock.at(clock.now() + timedelta(days=9)):
            make_notice(scene.purpose, key=scene.notice.key)
        with clock.at(clock.now() + timedelta(days=20)):
            (row,) = scene.grant(notice=scene.notice, method="paper", occurred_at=clock.now() - timedelta(days=15))
            assert row.notice == scene.notice
            with pytest.raises(Stale):
                scene.grant(notice=scene.notice, method="paper", occurred_at=clock.now() - timedelta(days=5))


class TestDenial:
    def test_it_holds_at_once_for_every_record_of_the_customer_and_on_both_sides_after_an_unmerge(self, scene):
        scene.grant()
        scene.merge()
        assert scene.may(scene.karl).allowed
        rows = scene.deny(scene.nora)
        assert {(row.record_id, row.carried) for row in rows} == {(scene.karl.pk, True), (scene.nora.pk, False)}
        assert scene.may(scene.karl).why == "denied"
        scene.unmerge()
        assert (scene.may(scene.karl).why, scene.may(scene.nora).why) == ("denied", "denied")

    def test_whoever_made_it_can_agree_again_and_what_it_carried_ends(self, scene):
        scene.grant()
        scene.merge()
        scene.deny(scene.nora)
        scene.grant(scene.nora)
        assert scene.may(scene.karl).allowed
        scene.unmerge()
        assert scene.may(scene.karl).allowed

    def test_a_denial_made_at_the_record_itself_stays_whoever_agrees_elsewhere(self, scene):
        scene.deny(scene.karl)
        scene.merge()
        scene.grant(scene.nora)
        assert scene.may(scene.karl).why == "denied"
        scene.unmerge()
        assert (scene.may(scene.karl).allowed, scene.may(scene.nora).allowed) == (False, True)

    def test_it_is_recorded_without_proof_and_counts_whatever_the_clock_says(self, scene):
        with clock.at(clock.now() + timedelta(hours=1)):
            scene.grant()
        scene.deny()
        assert scene.may(scene.karl).why == "denied"

    def test_the_same_claim_again_is_no_new_event(self, scene):
        assert len(scene.deny(claim=b"1" * 32)) == 1
        scene.grant()
        assert scene.deny(claim=b"1" * 32) == []
        assert scene.may(scene.karl).allowed

    def test_it_is_not_got_round_by_another_ground_for_the_same_use(self):
        scene = Scene(rules={"AT": {"kind": "contract"}})
        assert scene.may(scene.nora).why == "contract"
        scene.deny(scene.nora)
        assert scene.may(scene.nora).why == "denied"


class TestMerging:
    def test_it_writes_no_event_and_says_whose_answer_changed(self, scene):
        scene.grant()
        scene.deny(scene.nora, channel="email", contact=scene.contact)
        before = ConsentEvent.objects.count()
        survivor = scene.merge()
        assert told("merge") == [(survivor.pk, scene.contact.pk, False)]
        scene.unmerge()
        assert told("unmerge") == [(now(scene.karl).customer_id, scene.contact.pk, True)]
        assert ConsentEvent.objects.count() == before


class TestDoubleOptIn:
    @pytest.fixture
    def scene(self, db):
        return Scene(rules={"DE": {"double_opt_in": ["email"]}})

    def test_nothing_is_permitted_until_the_address_answers(self, scene):
        (row,) = scene.grant()
        assert row.act == "requested"
        assert scene.may(scene.karl).why == "pending"
        assert OutboxEvent.objects.filter(topic="consent.requested", payload__group=str(row.group)).count() == 1
        link = evidence.keep(actor=system_user(), kind="link", proof={"contact": scene.contact.pk})
        (confirmed,) = confirming.confirm(row.group, actor=scene.lead, evidence=link)
        assert (confirmed.act, confirmed.notice) == ("confirmed", scene.notice)
        assert scene.may(scene.karl).allowed
        assert confirming.confirm(row.group, actor=scene.lead, evidence=link) == []

    def test_the_link_lives_seven_days_and_ends_with_a_no(self, scene):
        (row,) = scene.grant()
        with clock.at(clock.now() + timedelta(days=8)), pytest.raises(Refused):
            confirming.confirm(row.group, actor=scene.lead, evidence=scene.proof)
        scene.deny()
        with pytest.raises(Refused):
            confirming.confirm(row.group, actor=scene.lead, evidence=scene.proof)

    def test_a_part_of_a_country_has_rules_of_its_own(self):
        scene = Scene(rules={"US-CA": {"kind": "opt_out"}})
        for key, region, allowed in (("ca", "ca", True), ("ny", "NY", False), ("far", "California", True)):
            live = {"address": [{"city": "Fresno", "region": region, "country": "US"}]}
            record = stored(scene.karl.source, key, person("Una", f"Okonjo {key}", **live))
            assert scene.may(record).allowed is allowed

    def test_another_place_does_not_ask_for_it(self, scene):
        (row,) = scene.grant(scene.nora)
        assert row.act == "granted"


class TestAge:
    def test_under_age_a_guardian_agrees_and_nobody_of_unknown_age_is_addressed(self, scene):
        scene = Scene(minimum_age=16)
        child = stored(make_source(scene.domain), "3", person("Mia", "Berg", "2015-05-05"))
        ageless = stored(make_source(scene.domain), "4", person("Ole", "Dahl"))
        assert scene.may(ageless).why == "age unknown"
        with pytest.raises(Refused):
            scene.grant(child)
        with pytest.raises(Refused):
            scene.grant(child, whose="guardian")
        guardians.appoint(child, scene.karl, actor=scene.lead, evidence=scene.proof)
        scene.grant(child, whose="guardian")
        assert scene.may(child).allowed
        with clock.at(clock.now() + timedelta(days=6 * 366)):
            assert scene.may(child).why == "came of age"
        scene.grant()
        assert scene.may(scene.karl).allowed


class TestVoid:
    def test_what_staff_entered_by_mistake_counts_for_nothing_and_what_was_before_stands(self, scene):
        scene.grant()
        (mistake,) = scene.deny(whose="staff")
        voiding.invalidate(mistake, actor=scene.lead, evidence=scene.proof)
        assert scene.may(scene.karl).allowed
        with pytest.raises(Refused):
            voiding.invalidate(mistake, actor=scene.lead, evidence=scene.proof)

    def test_what_the_person_said_himself_is_his(self, scene):
        (row,) = scene.deny(method="portal")
        with pytest.raises(Refused):
            voiding.invalidate(row, actor=scene.lead, evidence=scene.proof)

    def test_an_ended_consent_permits_no_more(self, scene):
        (row,) = scene.grant()
        voiding.terminate(row, actor=scene.lead)
        assert scene.may(scene.karl).why == "expired"
