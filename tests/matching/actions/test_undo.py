"""Undoing a merge: as if it had not been, and where something came in between, as near as the ledger allows."""

import pytest
from django.core.exceptions import PermissionDenied

from cmdm import verifying
from cmdm.actions import Refused
from cmdm.models import AuditEntry
from customers.models import Customer
from matching.actions import ledger, verdicts
from matching.models import Candidate, LedgerEntry, Verdict
from tests.matching.actions.test_merge import merged
from tests.matching.actions.test_unmerge import unmerge
from tests.support.records import ANNA, ANNA_AGAIN, ANNE, KARL, close, now, person, seen, stored, take


def last(deed="customer.merged"):
    return AuditEntry.objects.filter(deed=deed).latest("pk").change


class TestUndo:
    def test_customers_questions_and_verdicts_are_as_before(self, scene):
        anna, anne = stored(scene.crm, "1", ANNA), stored(scene.shop, "7", ANNE)
        merged(anna, anne, actor=scene.marta)
        ledger.undo(last(), actor=scene.marta)
        assert (now(anna).customer, now(anne).customer) == (anna.customer, anne.customer)
        assert Candidate.objects.open().count() == 1
        assert not Verdict.objects.in_force().exists()

    def test_a_different_that_the_merge_took_back_stands_again(self, scene):
        anna, anne = stored(scene.crm, "1", ANNA), stored(scene.shop, "7", ANNE)
        verdicts.keep_apart(anna, anne, actor=scene.marta, answer="different", seen=seen(anna, anne))
        merged(anna, anne, actor=scene.otto)
        ledger.undo(last(), actor=scene.otto)
        assert [row.answer for row in Verdict.objects.in_force()] == ["different"]
        assert not Candidate.objects.open().exists()

    def test_one_whose_facts_changed_meanwhile_stands_again_as_stale(self, scene):
        anna, anne = stored(scene.crm, "1", ANNA), stored(scene.shop, "7", ANNE)
        verdicts.keep_apart(anna, anne, actor=scene.marta, answer="different", seen=seen(anna, anne))
        merged(anna, anne, actor=scene.otto)
        take(scene.shop, "7", {**ANNE, "gender": "female"})
        ledger.undo(last(), actor=scene.otto)
        assert Verdict.objects.in_force().get().stale_since is not None

    def test_a_question_about_a_record_that_was_closed_meanwhile_stays_closed(self, scene):
        anna, anne = stored(scene.crm, "1", ANNA), stored(scene.shop, "7", ANNE)
        merged(anna, anne, actor=scene.marta)
        close(scene.shop, "7")
        ledger.undo(last(), actor=scene.marta)
        assert now(anne).customer.status == "retired"
        assert not Candidate.objects.open().exists()
        assert verifying.broken() == []

    def test_a_doubt_that_arose_meanwhile_is_settled_by_it(self, scene):
        anna, anne = stored(scene.crm, "1", ANNA), stored(scene.shop, "7", ANNE)
        merged(anna, anne, actor=scene.marta, candidate=None)
        verdicts.revoke(Verdict.objects.in_force().get(), actor=scene.marta)
        take(scene.shop, "7", KARL)
        assert Candidate.objects.open().get().kind == "over_merge"
        ledger.undo(last(), actor=scene.marta)
        assert not Candidate.objects.open().filter(kind="over_merge").exists()
        assert verifying.broken() == []

    def test_it_takes_the_records_out_of_whoever_has_them_by_now(self, scene):
        anna, karl = stored(scene.crm, "1", ANNA), stored(scene.crm, "2", KARL)
        nora = stored(scene.crm, "3", person("Nora", "Aalto", "1971-01-01"))
        merged(anna, karl, actor=scene.marta)
        change = last()
        stored(scene.shop, "3", person("Nora", "Aalto", "1971-01-01", gender="female"))
        stored(scene.desk, "3", person("Nora", "Aalto", "1971-01-01", gender="female"))
        assert merged(anna, nora, actor=scene.otto) == nora.customer
        ledger.undo(change, actor=scene.otto)
        assert now(karl).customer == karl.customer
        assert now(anna).customer == nora.customer

    def test_the_ledger_names_the_entry_that_it_reverses(self, scene):
        anna, karl = stored(scene.crm, "1", ANNA), stored(scene.crm, "2", KARL)
        merged(anna, karl, actor=scene.marta)
        ledger.undo(last(), actor=scene.marta)
        assert LedgerEntry.objects.get(deed="undo").reverses == LedgerEntry.objects.get(deed="merge")
        assert AuditEntry.objects.filter(deed="customer.merge_undone").count() == 1


class TestRefusals:
    def test_twice_is_refused(self, scene):
        anna, karl = stored(scene.crm, "1", ANNA), stored(scene.crm, "2", KARL)
        merged(anna, karl, actor=scene.marta)
        change = last()
        ledger.undo(change, actor=scene.marta)
        with pytest.raises(Refused):
            ledger.undo(change, actor=scene.marta)

    def test_records_that_no_longer_lie_together_are_refused(self, scene):
        anna, karl = stored(scene.crm, "1", ANNA), stored(scene.crm, "2", KARL)
        stored(scene.shop, "1", ANNA_AGAIN)
        again = stored(scene.shop, "2", {**KARL, "gender": "male"})
        merged(anna, karl, actor=scene.marta)
        change = last()
        unmerge(again, actor=scene.marta)
        with pytest.raises(Refused):
            ledger.undo(change, actor=scene.marta)

    def test_a_customer_that_was_retired_since_is_refused(self, scene):
        anna, karl = stored(scene.crm, "1", ANNA), stored(scene.crm, "2", KARL)
        merged(anna, karl, actor=scene.marta)
        change = last()
        close(scene.crm, "1")
        close(scene.crm, "2")
        with pytest.raises(Refused):
            ledger.undo(change, actor=scene.marta)

    def test_who_does_not_decide_in_all_domains_is_refused(self, scene):
        anna, karl = stored(scene.crm, "1", ANNA), stored(scene.desk, "2", KARL)
        merged(anna, karl, actor=scene.otto)
        with pytest.raises(PermissionDenied):
            ledger.undo(last(), actor=scene.marta)
        assert Customer.objects.active().count() == 1
