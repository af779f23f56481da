"""What is keyed in for a customer, what his page says of it, whose answers differ, and what a merge would change."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cmdm import clock, crypto
from cmdm.actions import Invalid, Refused
from cmdm.models import AuditEntry, OutboxEvent
from consent import panels
from consent.actions import proof
from consent.actions.on_behalf import ask_customer, record_on_behalf
from consent.models import Attachment, ConsentEvent, Evidence
from consent.queries.conflicts import conflicts
from consent.queries.effects import effects
from consent.queries.panel import consents_of
from consent.queries.permitted import permitted
from consent.queries.portal_consents import topics
from consent.queries.portal_data import holdings
from matching.actions import ledger
from tests.consent.scene import make_notice, make_purpose
from tests.support.people import make_domain, make_user
from tests.support.records import KARL, make_source, now, person, seen, stored

pytestmark = pytest.mark.django_db
MAIL = ("email", {"value": "karl@lindqvist.example"})


class Scene:
    """Karl in the CRM, Nora in the shop, both of retail, a purpose with its notice, and who works there."""

    def __init__(self):
        self.retail = make_domain()
        self.karl = stored(make_source(self.retail, country="DE"), "1", KARL)
        self.nora = stored(make_source(self.retail, country="DE"), "2", person("Nora", "Aalto", "1971-01-01"))
        self.purpose = make_purpose("news", label="Newsletter")
        self.notice = make_notice(self.purpose)
        self.steward = make_user("steward", domain=self.retail)
        self.officer = make_user("privacy officer", domain=self.retail)

    def say(self, record, act="granted", **more):
        where = {"channel": "email", "contact": MAIL} if act == "granted" else {}
        said = {"actor": self.steward, "purpose": self.purpose, "act": act, "method": "phone", "note": "Call 17"}
        return record_on_behalf([record], **{**said, **where, **more})

    def merged(self):
        pair = [now(self.karl).customer, now(self.nora).customer]
        return ledger.merge(pair, actor=self.steward, seen=seen(*pair), reason="")


@pytest.fixture
def scene():
    return Scene()


class TestKeyingIn:
    def test_a_steward_records_what_a_caller_said_with_what_proves_it(self, scene):
        [event] = scene.say(scene.karl)
        assert (event.act, event.method, event.actor, event.notice) == ("granted", "phone", scene.steward, scene.notice)
        kept = Evidence.objects.get()
        assert (kept.kind, kept.keyed_by) == ("call", scene.steward)
        assert crypto.unseal_bytes(bytes(kept.sealed), "evidence") == b"Call 17"
        assert AuditEntry.objects.get(actor=scene.steward).deed == "consent.granted"

    def test_a_paper_comes_with_its_scan_sealed_and_opens_for_a_purpose_only(self, scene):
        [event] = scene.say(scene.karl, method="paper", scan=b"%PDF-1.4 Karl")
        scan = Attachment.objects.get()
        assert b"Karl" not in bytes(scan.sealed)
        asked = {"domain": scene.retail.pk, "purpose": "authority"}
        assert proof.open_scan(event.evidence, actor=scene.officer, **asked) == (scan, b"%PDF-1.4 Karl")
        assert AuditEntry.objects.get(deed="scan.opened").purpose == "authority"
        with pytest.raises(PermissionDenied):
            proof.open_scan(event.evidence, actor=scene.steward, **asked)
        with pytest.raises(Refused):
            proof.open_scan(event.evidence, actor=scene.officer, domain=scene.retail.pk, purpose="")

    def test_what_is_no_scan_and_what_proves_nothing_are_refused_whole(self, scene):
        for wrong in ({"scan": b"<script>"}, {"note": " "}):
            with pytest.raises(Invalid):
                scene.say(scene.karl, **wrong)
        with pytest.raises(Refused):
            scene.say(scene.karl, method="portal")
        assert not ConsentEvent.objects.exists() and not Evidence.objects.exists()

    def test_a_reader_may_not_and_nobody_for_a_foreign_customer(self, scene):
        for user in (make_user("reader", domain=scene.retail), make_user("steward", domain=make_domain())):
            with pytest.raises(PermissionDenied):
                scene.say(scene.karl, actor=user)


class TestThePanel:
    def rows(self, scene, record, **more):
        return {row.purpose.key: row for row in consents_of(now(record).customer, scene.steward, **more)}

    def test_recorded_and_effective_stand_apart(self, scene):
        scene.say(scene.karl)
        [said] = self.rows(scene, scene.karl)["news"].said
        assert (str(said.recorded.label), said.contact, said.allowed) == ("Granted", MAIL[1]["value"], True)
        customer = now(scene.karl).customer
        type(customer).objects.filter(pk=customer.pk).update(restricted=True)
        [said] = self.rows(scene, scene.karl)["news"].said
        assert (str(said.recorded.label), said.allowed) == ("Granted", False)

    def test_nobody_asked_and_other_grounds_say_so(self, scene):
        make_purpose("orders", kind="contract")
        make_purpose("profiling", kind="opt_out", channels=[])
        make_purpose("planned", published=False)
        rows = self.rows(scene, scene.karl)
        words = {key: str(row.badge.label) for key, row in rows.items()}
        assert words == {"news": "No answer", "orders": "Contract", "profiling": "Allowed"}

    def test_a_refusal_of_a_domain_that_one_may_not_see_counts_and_tells_nothing_else(self, scene):
        far = make_domain()
        hidden = stored(make_source(far, country="DE"), "9", person("Karl", "Lindqvist", "1955-11-30"))
        chief = make_user("lead", domains=(scene.retail, far))
        scene.say(scene.karl)
        pair = [now(scene.karl).customer, now(hidden).customer]
        if pair[0].pk != pair[1].pk:
            ledger.merge(pair, actor=chief, seen=seen(*pair), reason="")
        scene.say(hidden, "refused", actor=chief, note="Secret call")
        row = self.rows(scene, scene.karl)["news"]
        assert not any(one.allowed for one in row.said)
        assert "Secret" not in str(row)

    def test_an_expired_consent_is_shown_as_such(self, scene):
        brief = make_purpose("brief", expires_after_days=1)
        make_notice(brief)
        scene.say(scene.karl, purpose=brief)
        with clock.at(clock.now() + timedelta(days=2)):
            [said] = self.rows(scene, scene.karl)["brief"].said
        assert (str(said.recorded.label), said.allowed) == ("Expired", False)


class TestTwoAnswers:
    def test_a_merge_says_whose_consent_stops_and_shows_both_answers_after(self, scene):
        scene.say(scene.karl)
        scene.say(scene.nora, "refused")
        pair = [now(scene.karl).customer, now(scene.nora).customer]
        [fact] = effects(pair, scene.steward)
        assert (fact.headline, fact.count) == ("1 consent stops", 1)
        assert fact.detail == f"Newsletter to {MAIL[1]['value']}"
        assert effects(pair[:1], scene.steward) == []
        stranger = make_user("reader", domain=make_domain())
        assert effects(pair, stranger)[0].detail == "Newsletter", "no address of a domain that one may not see"
        assert conflicts(scene.steward) == ([], None)

        merged = scene.merged()
        [[conflict], following] = conflicts(scene.steward)
        [two] = conflict.rows
        assert (conflict.customer.number, following, two.asked) == (merged.number, None, None)
        row = two.row
        assert str(row.badge.label) == "Two answers"
        assert not any(one.allowed for one in row.said)
        assert conflicts(make_user("steward", domain=make_domain())) == ([], None)

    def test_a_steward_puts_it_to_the_customer_and_settles_nothing(self, scene):
        scene.say(scene.karl)
        scene.say(scene.nora, "refused")
        with pytest.raises(Refused):
            ask_customer(now(scene.karl).customer, actor=scene.steward, purpose=scene.purpose)
        merged, before = scene.merged(), ConsentEvent.objects.count()
        ask_customer(merged, actor=scene.steward, purpose=scene.purpose)
        assert ConsentEvent.objects.count() == before
        assert conflicts(scene.steward)[0][0].rows[0].asked.actor == scene.steward
        assert OutboxEvent.objects.get(topic="conflict.asked").payload == {"customer": merged.pk, "purpose": "news"}
        with pytest.raises(PermissionDenied):
            ask_customer(merged, actor=make_user("reader", domain=scene.retail), purpose=scene.purpose)

    def test_who_opted_out_in_california_is_left_alone_for_a_year(self, scene):
        partners = make_purpose("partners", kind="opt_out", sale_or_sharing=True, channels=[], channel_bound=False)
        make_notice(partners)
        there = {"address": [{"line1": "1 Main St", "city": "Fresno", "region": "CA", "country": "US"}]}
        scene.karl = stored(scene.karl.source, "1", {**KARL, **there})
        with clock.at(clock.now() - timedelta(days=200)):
            scene.say(scene.nora, "objected", purpose=partners)
            said = {"act": "granted", "method": "phone", "note": "Call 18"}
            record_on_behalf([scene.karl], actor=scene.steward, purpose=partners, **said)
        merged = scene.merged()
        with pytest.raises(Refused, match="a year"):
            ask_customer(merged, actor=scene.steward, purpose=partners)
        with clock.at(clock.now() + timedelta(days=170)):
            ask_customer(merged, actor=scene.steward, purpose=partners)

    def test_a_page_of_them_costs_the_same_for_one_as_for_many(self, scene, django_assert_max_num_queries):
        for record, act in ((scene.karl, "granted"), (scene.nora, "refused")):
            scene.say(record, act)
        merged = scene.merged()
        with CaptureQueriesContext(connection) as panel:
            assert panels.consents(merged, scene.steward)
        for number in range(3):
            scene.say(scene.karl, "withdrawn" if number % 2 else "granted")
        with django_assert_max_num_queries(len(panel)):
            assert panels.consents(merged, scene.steward)
        with CaptureQueriesContext(connection) as one:
            assert len(conflicts(scene.steward)[0]) == 1
        source = scene.karl.source
        for number in (3, 5):
            pair = [stored(source, str(number + step), person(f"Una {number + step}", f"Okonjo {number}"))
                    for step in (0, 1)]  # fmt: skip
            for record, act in zip(pair, ("granted", "refused"), strict=True):
                scene.say(record, act)
            customers = [now(record).customer for record in pair]
            if customers[0] != customers[1]:
                ledger.merge(customers, actor=scene.steward, seen=seen(*customers), reason="")
        with django_assert_max_num_queries(len(one)):
            assert len(conflicts(scene.steward)[0]) == 3


def test_no_to_the_whole_is_no_to_its_part_on_every_face_until_a_yes_to_the_part(scene):
    part = make_purpose("weekly", label="Weekly letter", parent=scene.purpose)
    make_notice(part)
    scene.say(scene.karl, purpose=part)
    customer = now(scene.karl).customer
    assert permitted([customer], "weekly", "email", clock.now())[customer.pk].allowed
    scene.say(scene.karl, "withdrawn")
    assert not permitted([customer], "weekly", "email", clock.now())[customer.pk].allowed
    told = OutboxEvent.objects.filter(topic="consent.changed", payload__purpose="weekly").order_by("pk").last()
    assert told.payload["permitted"] is False, "whoever listens for the part hears of it"
    row = next(row for row in consents_of(customer, scene.steward) if row.purpose == part)
    assert "refused as a part of “Newsletter”" in {one.why for one in row.said}
    topic = next(one for one in topics([scene.karl.pk], holdings([scene.karl.pk])) if one.purpose == part)
    assert not any(switch.on for switch in topic.switches)
    scene.say(scene.karl, purpose=part)
    assert permitted([customer], "weekly", "email", clock.now())[customer.pk].allowed
    assert not permitted([customer], "news", "email", clock.now())[customer.pk].allowed
