"""Merging: one customer of several, by a person or by the machine."""

import pytest
from django.core.exceptions import PermissionDenied

from cmdm.actions import Refused, Stale
from cmdm.models import AuditEntry, OutboxEvent, system_user
from customers.models import Customer
from matching.actions import ledger, verdicts
from matching.models import Candidate, LedgerEntry, Verdict
from tests.support.records import ANNA, ANNA_AGAIN, ANNE, KARL, now, seen, stored


def merged(*records, actor, **more):
    customers = list({now(record).customer_id: now(record).customer for record in records}.values())
    return ledger.merge(customers, actor=actor, seen=seen(*records), **more)


class TestMerge:
    def test_the_customer_with_more_records_survives_and_gets_the_others(self, scene):
        anna, again, karl = (
            stored(scene.crm, "1", ANNA),
            stored(scene.shop, "1", ANNA_AGAIN),
            stored(scene.crm, "2", KARL),
        )
        survivor = merged(karl, anna, actor=scene.marta)
        assert survivor == anna.customer
        assert {now(row).customer for row in (anna, again, karl)} == {survivor}
        loser = Customer.objects.get(pk=karl.customer_id)
        assert (loser.status, loser.merged_into, loser.values) == ("merged", survivor, {})

    def test_of_equals_the_older_survives(self, scene):
        anna, karl = stored(scene.crm, "1", ANNA), stored(scene.crm, "2", KARL)
        assert merged(karl, anna, actor=scene.marta) == anna.customer

    def test_both_customers_get_a_version_and_an_announcement(self, scene):
        anna, karl = stored(scene.crm, "1", ANNA), stored(scene.crm, "2", KARL)
        merged(anna, karl, actor=scene.marta)
        told = OutboxEvent.objects.filter(topic="customer.merged").values_list("subject", "version")
        assert set(told) == {(anna.customer_id, 2), (karl.customer_id, 2)}

    def test_redirects_stay_one_hop_long(self, scene):
        anna, karl, anne = stored(scene.crm, "1", ANNA), stored(scene.crm, "2", KARL), stored(scene.crm, "3", ANNE)
        merged(karl, anne, actor=scene.marta)
        stored(scene.shop, "4", ANNA_AGAIN)
        stored(scene.shop, "5", ANNA)
        survivor = merged(anna, karl, actor=scene.marta)
        assert survivor == anna.customer
        assert set(Customer.objects.filter(status="merged").values_list("merged_into", flat=True)) == {survivor.pk}

    def test_it_settles_the_questions_between_them_and_says_same(self, scene):
        anna, anne = stored(scene.crm, "1", ANNA), stored(scene.shop, "7", ANNE)
        merged(anna, anne, actor=scene.marta, candidate=Candidate.objects.get())
        assert Candidate.objects.get().closed_because == "merged"
        said = Verdict.objects.get()
        assert (said.answer, said.decided_by, said.left, said.right) == ("same", scene.marta, anna, anne)

    def test_a_persons_same_takes_an_earlier_different_back(self, scene):
        anna, anne = stored(scene.crm, "1", ANNA), stored(scene.shop, "7", ANNE)
        verdicts.keep_apart(anna, anne, actor=scene.marta, answer="different", seen=seen(anna, anne))
        merged(anna, anne, actor=scene.otto)
        assert [row.answer for row in Verdict.objects.in_force()] == ["same"]
        assert Verdict.objects.filter(answer="different", revoked_at__isnull=False).exists()

    def test_the_machine_never_joins_what_a_person_kept_apart(self, scene):
        anna, anne = stored(scene.crm, "1", ANNA), stored(scene.shop, "7", ANNE)
        verdicts.keep_apart(anna, anne, actor=scene.marta, answer="different", seen=seen(anna, anne))
        with pytest.raises(Refused):
            merged(anna, anne, actor=system_user(), by_machine=True)
        assert now(anna).customer != now(anne).customer

    def test_it_leaves_its_audit_entry_and_its_reason_in_the_ledger(self, scene):
        anna, karl = stored(scene.crm, "1", ANNA), stored(scene.crm, "2", KARL)
        merged(anna, karl, actor=scene.marta, reason="told so on the phone")
        entry = LedgerEntry.objects.get(deed="merge")
        assert (entry.actor, entry.reason, entry.records) == (scene.marta, "told so on the phone", [karl.pk])
        audit = AuditEntry.objects.get(deed="customer.merged")
        assert (audit.actor, audit.change, audit.domains) == (scene.marta, entry.change, [scene.north.pk])


class TestRefusals:
    def test_who_decides_in_one_of_two_domains_is_refused(self, scene):
        anna, karl = stored(scene.crm, "1", ANNA), stored(scene.desk, "2", KARL)
        with pytest.raises(PermissionDenied):
            merged(anna, karl, actor=scene.marta)
        assert now(karl).customer == karl.customer
        assert merged(anna, karl, actor=scene.otto)

    def test_what_changed_since_it_was_seen_is_stale(self, scene):
        anna, karl = stored(scene.crm, "1", ANNA), stored(scene.crm, "2", KARL)
        before = seen(anna, karl)
        stored(scene.shop, "1", ANNA_AGAIN)
        with pytest.raises(Stale) as refusal:
            ledger.merge([anna.customer, karl.customer], actor=scene.marta, seen=before)
        assert refusal.value.facts["versions"][anna.customer.number] == 2

    def test_a_customer_is_not_merged_with_itself(self, scene):
        anna = stored(scene.crm, "1", ANNA)
        with pytest.raises(Refused):
            ledger.merge([anna.customer, anna.customer], actor=scene.marta, seen=seen(anna))

    def test_a_merged_customer_is_not_merged_again(self, scene):
        anna, karl, anne = stored(scene.crm, "1", ANNA), stored(scene.crm, "2", KARL), stored(scene.crm, "3", ANNE)
        merged(anna, karl, actor=scene.marta)
        gone = Customer.objects.get(pk=karl.customer_id)
        with pytest.raises(Refused):
            ledger.merge([gone, anne.customer], actor=scene.marta, seen=seen(gone, anne))

    def test_a_person_and_an_organisation_stay_apart(self, scene):
        anna = stored(scene.crm, "1", ANNA)
        firm = stored(scene.crm, "2", {"organisation_name": "Bergström AB"}, party="organisation")
        with pytest.raises(Refused):
            merged(anna, firm, actor=scene.marta)
