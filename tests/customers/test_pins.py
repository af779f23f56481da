"""Pins: a person's choice of a claim, and golden values that follow it."""

from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import PermissionDenied

from cmdm import clock
from cmdm.actions import Refused
from cmdm.models import AuditEntry, system_user
from customers.actions import pins
from customers.actions.received import Received
from customers.actions.records import take_in
from customers.models import Customer, Pin
from tests.customers.ann import ANN, MAIL, golden, of
from tests.support.people import make_domain, make_user

pytestmark = pytest.mark.django_db


class TestPinning:
    def test_the_pinned_claim_wins_and_names_its_reason_in_the_lineage(self, ann, stefan):
        version = ann.version
        pins.pin(of("shop"), "given_name", actor=stefan, reason="She says so")

        assert golden(ann)["given_name"] == "Anette"
        assert ann.lineage["given_name"]["rule"] == "pinned"
        assert ann.version == version + 1

    def test_taking_it_back_gives_the_rule_its_say_again(self, ann, stefan):
        pinned = pins.pin(of("shop"), "given_name", actor=stefan)

        pins.end(pinned, actor=stefan)

        assert golden(ann)["given_name"] == "Annette"
        with pytest.raises(Refused, match="ended already"):
            pins.end(pinned, actor=stefan)

    def test_a_second_choice_takes_the_place_of_the_first(self, ann, stefan):
        pins.pin(of("shop"), "given_name", actor=stefan)
        pins.pin(of("crm"), "given_name", actor=stefan)

        assert golden(ann)["given_name"] == "Annette"
        assert Pin.objects.in_force().get().record == of("crm")

    def test_it_lapses_when_its_record_says_something_else(self, ann, stefan):
        pins.pin(of("shop"), "given_name", actor=stefan)

        changed = {**ANN, **MAIL, "given_name": "Anni"}
        take_in(of("shop").source, [Received("1", changed)], actor=system_user())

        assert golden(ann)["given_name"] == "Annette"
        assert Pin.objects.get().ended_because == "lapsed"

    def test_it_ends_after_its_last_day(self, ann, stefan):
        with clock.at(datetime(2026, 5, 1, 9, tzinfo=UTC)):
            pins.pin(of("shop"), "given_name", actor=stefan, until=date(2026, 5, 31))
        with clock.at(datetime(2026, 5, 31, 23, tzinfo=UTC)):
            assert pins.end_due(actor=system_user()) == 0
        assert golden(ann)["given_name"] == "Anette"

        with clock.at(datetime(2026, 6, 1, 0, tzinfo=UTC)):
            assert pins.end_due(actor=system_user()) == 1
        assert golden(ann)["given_name"] == "Annette"
        assert AuditEntry.objects.get(deed="pins.ended").counts == {"pins": 1}

    def test_a_claim_that_is_not_made_cannot_be_pinned_and_none_twice(self, ann, stefan):
        with pytest.raises(Refused, match="says nothing"):
            pins.pin(of("shop"), "gender", actor=stefan)
        pins.pin(of("shop"), "given_name", actor=stefan)
        with pytest.raises(Refused, match="pinned already"):
            pins.pin(of("shop"), "given_name", actor=stefan)

    def test_it_leaves_its_audit_entry_and_its_history(self, ann, stefan):
        made = pins.pin(of("shop"), "given_name", actor=stefan, reason="She says so")

        entry = AuditEntry.objects.on("pin", made.pk).get()
        assert (entry.deed, entry.attributes, entry.domains) == (
            "claim.pinned",
            ["given_name"],
            [of("shop").domain_id],
        )
        assert Pin.history.filter(id=made.pk).get().change == entry.change


class TestIgnoring:
    def test_the_claim_is_left_out_of_the_golden_values(self, ann, stefan):
        pins.ignore(of("crm"), "given_name", actor=stefan)
        assert golden(ann)["given_name"] == "Anette"

    def test_it_ends_a_pin_on_the_same_claim(self, ann, stefan):
        pins.pin(of("shop"), "given_name", actor=stefan)
        pins.ignore(of("shop"), "given_name", actor=stefan)
        assert golden(ann)["given_name"] == "Annette"
        assert Pin.objects.in_force().get().kind == "ignore"


class TestRights:
    def test_who_may_only_look_is_refused(self, ann, retail):
        with pytest.raises(PermissionDenied):
            pins.pin(of("shop"), "given_name", actor=make_user("reader", domain=retail))

    def test_steward_of_another_domain_is_refused(self, ann):
        with pytest.raises(PermissionDenied):
            pins.pin(of("shop"), "given_name", actor=make_user("steward", domain=make_domain("south")))

    def test_a_restricted_customer_is_changed_by_nobody(self, ann, stefan):
        Customer.objects.update(restricted=True)
        with pytest.raises(Refused, match="cannot be changed"):
            pins.pin(of("shop"), "given_name", actor=stefan)
