"""Unmerging names records: they go back to whom they came from, or to a customer of their own."""

import pytest
from django.core.exceptions import PermissionDenied

from cmdm.actions import Refused, Stale
from cmdm.models import AuditEntry
from customers.actions import corrections
from customers.models import Customer, SourceRecord
from matching.actions import ledger
from matching.models import Candidate, LedgerEntry, Verdict
from tests.matching.actions.test_merge import merged
from tests.support.records import ANNA, ANNA_AGAIN, ANNE, KARL, now, person, seen, stored, take


def unmerge(*records, actor, **more):
    return ledger.unmerge([now(one) for one in records], actor=actor, seen=seen(*records), **more)


class TestUnmerge:
    def test_it_gives_each_customer_its_own_records_back(self, scene):
        anna, karl = stored(scene.crm, "1", ANNA), stored(scene.crm, "2", KARL)
        merged(anna, karl, actor=scene.marta)
        left, back = unmerge(karl, actor=scene.marta)
        assert (left, back) == (anna.customer, karl.customer)
        assert (now(anna).customer, now(karl).customer) == (anna.customer, karl.customer)
        assert Customer.objects.get(pk=back.pk).values["given_name"] == "Karl"

    def test_a_part_of_what_was_brought_founds_a_new_customer(self, scene):
        anna, karl = stored(scene.crm, "1", ANNA), stored(scene.crm, "2", KARL)
        stored(scene.shop, "1", ANNA_AGAIN)
        again = stored(scene.shop, "2", {**KARL, "gender": "male"})
        assert again.customer == karl.customer
        merged(anna, karl, actor=scene.marta)
        _left, made = unmerge(again, actor=scene.marta)
        assert made.pk not in (anna.customer_id, karl.customer_id)
        split = Customer.objects.get(pk=karl.customer_id)
        assert (split.status, split.merged_into) == ("retired", None)

    def test_it_works_after_the_customer_was_merged_on(self, scene):
        anna, karl = stored(scene.crm, "1", ANNA), stored(scene.crm, "2", KARL)
        nora = stored(scene.crm, "3", person("Nora", "Aalto", "1971-01-01"))
        stored(scene.shop, "3", person("Nora", "Aalto", "1971-01-01", gender="female"))
        stored(scene.desk, "3", person("Nora", "Aalto", "1971-01-01", gender="female"))
        merged(anna, karl, actor=scene.otto)
        assert merged(anna, nora, actor=scene.otto) == nora.customer
        left, back = unmerge(karl, actor=scene.otto)
        assert (left, back) == (nora.customer, karl.customer)
        assert now(anna).customer == nora.customer

    def test_each_scored_pair_across_gets_the_word_different(self, scene):
        anna, again, anne = (
            stored(scene.crm, "1", ANNA),
            stored(scene.shop, "1", ANNA_AGAIN),
            stored(scene.desk, "7", ANNE),
        )
        merged(anna, anne, actor=scene.otto)
        unmerge(anne, actor=scene.otto)
        pairs = {(row.left_id, row.right_id) for row in Verdict.objects.in_force().filter(answer="different")}
        assert pairs == {(anna.pk, anne.pk), (again.pk, anne.pk)}
        assert not Verdict.objects.in_force().filter(answer="same").exists()

    def test_unticked_pairs_get_none(self, scene):
        anna, anne = stored(scene.crm, "1", ANNA), stored(scene.shop, "7", ANNE)
        merged(anna, anne, actor=scene.marta)
        unmerge(anne, actor=scene.marta, different=())
        assert not Verdict.objects.in_force().exists()

    def test_without_a_word_on_who_they_are_the_question_comes_back(self, scene):
        anna, anne = stored(scene.crm, "1", ANNA), stored(scene.shop, "7", ANNE)
        asked = Candidate.objects.open().get()
        merged(anna, anne, actor=scene.marta)
        assert not Candidate.objects.open().exists()
        unmerge(anne, actor=scene.marta, different=())
        assert Candidate.objects.open().get() == asked

    def test_a_correction_goes_with_the_record_that_it_is_about(self, scene):
        anna, karl = stored(scene.crm, "1", ANNA), stored(scene.crm, "2", KARL)
        merged(anna, karl, actor=scene.marta)
        corrections.correct(
            now(karl).customer, actor=scene.marta, attribute="given_name", value="Carl", about=now(karl)
        )
        unmerge(karl, actor=scene.marta)
        about = SourceRecord.objects.get(about=karl)
        assert about.customer == now(karl).customer
        assert Customer.objects.get(pk=about.customer_id).values["given_name"] == "Carl"
        assert Customer.objects.get(pk=anna.customer_id).values["given_name"] == "Anna"

    def test_records_that_the_machine_linked_by_a_leaving_one_follow_it(self, scene):
        anna, karl = stored(scene.crm, "1", ANNA), stored(scene.crm, "2", KARL)
        merged(anna, karl, actor=scene.marta)
        later = stored(scene.shop, "9", {**KARL, "gender": "male"})
        assert later.customer == anna.customer
        unmerge(karl, actor=scene.marta)
        assert now(later).customer == now(karl).customer

    def test_it_settles_the_doubt_that_asked_for_it(self, scene):
        anna, twin = stored(scene.crm, "1", ANNA), stored(scene.shop, "1", ANNA_AGAIN)
        take(scene.shop, "1", KARL)
        assert Candidate.objects.open().get().kind == "over_merge"
        unmerge(twin, actor=scene.marta)
        assert not Candidate.objects.open().exists()
        assert now(twin).customer != now(anna).customer

    def test_it_leaves_its_audit_entry_and_its_entry_in_the_ledger(self, scene):
        anna, karl = stored(scene.crm, "1", ANNA), stored(scene.crm, "2", KARL)
        merged(anna, karl, actor=scene.marta)
        unmerge(karl, actor=scene.marta, reason="two people")
        entry = LedgerEntry.objects.get(deed="unmerge")
        assert (entry.records, entry.source_customer, entry.customer) == ([karl.pk], anna.customer, karl.customer)
        assert AuditEntry.objects.get(deed="customer.unmerged").change == entry.change


class TestRefusals:
    def test_some_record_must_stay(self, scene):
        anna = stored(scene.crm, "1", ANNA)
        with pytest.raises(Refused):
            unmerge(anna, actor=scene.marta)

    def test_records_of_two_customers_are_refused(self, scene):
        anna, karl = stored(scene.crm, "1", ANNA), stored(scene.crm, "2", KARL)
        with pytest.raises(Refused):
            unmerge(anna, karl, actor=scene.marta)

    def test_who_does_not_decide_there_is_refused(self, scene):
        anna = stored(scene.desk, "1", ANNA)
        stored(scene.desk, "2", ANNA_AGAIN)
        with pytest.raises(PermissionDenied):
            unmerge(anna, actor=scene.marta)

    def test_what_changed_since_it_was_seen_is_stale(self, scene):
        anna, karl = stored(scene.crm, "1", ANNA), stored(scene.crm, "2", KARL)
        merged(anna, karl, actor=scene.marta)
        before = seen(anna)
        stored(scene.shop, "1", ANNA_AGAIN)
        with pytest.raises(Stale):
            ledger.unmerge([now(karl)], actor=scene.marta, seen=before)
