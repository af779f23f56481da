"""What a steward says of a pair: different, related, not sure; and taking it back."""

import pytest
from django.core.exceptions import PermissionDenied

from cmdm.actions import Refused, Stale
from cmdm.models import AuditEntry, OutboxEvent
from customers.models import Relation
from matching.actions import together, verdicts
from matching.models import Candidate, Verdict
from tests.matching.actions.test_merge import merged
from tests.support.records import ANNA, ANNA_AGAIN, ANNE, KARL, now, seen, stored, take


def say(answer, left, right, actor):
    return verdicts.keep_apart(now(left), now(right), actor=actor, answer=answer, seen=seen(left, right))


class TestKeepApart:
    def test_different_is_kept_for_every_pair_across_that_resembles(self, scene):
        anna, again = stored(scene.crm, "1", ANNA), stored(scene.shop, "1", ANNA_AGAIN)
        anne = stored(scene.crm, "7", ANNE)
        said = say("different", anna, anne, scene.marta)
        assert (said.left, said.right, said.derived) == (anna, anne, False)
        derived = Verdict.objects.get(derived=True)
        assert {derived.left, derived.right} == {again, anne}
        assert not Candidate.objects.open().exists()

    def test_related_makes_a_relation_and_leaves_no_question(self, scene):
        anna, anne = stored(scene.crm, "1", ANNA), stored(scene.shop, "7", ANNE)
        say("related", anna, anne, scene.marta)
        relation = Relation.objects.get()
        assert (relation.left, relation.right, relation.decided_by) == (anna, anne, scene.marta)
        assert not Candidate.objects.open().exists()

    def test_not_sure_closes_the_question_and_forbids_nothing(self, scene):
        anna, anne = stored(scene.crm, "1", ANNA), stored(scene.shop, "7", ANNE)
        say("unsure", anna, anne, scene.marta)
        assert not Candidate.objects.open().exists()
        assert merged(anna, anne, actor=scene.marta)

    def test_it_keeps_a_keyed_digest_of_what_was_seen_and_no_value(self, scene):
        anna, anne = stored(scene.crm, "1", ANNA), stored(scene.shop, "7", ANNE)
        kept = say("different", anna, anne, scene.marta).seen
        assert set(kept) == {str(anna.pk), str(anne.pk)}
        assert all(len(bytes.fromhex(digest)) == 32 for side in kept.values() for digest in side.values())

    def test_it_leaves_its_audit_entry_and_its_event(self, scene):
        anna, anne = stored(scene.crm, "1", ANNA), stored(scene.shop, "7", ANNE)
        said = say("different", anna, anne, scene.marta)
        assert AuditEntry.objects.get(deed="verdict.different").change == said.change
        assert OutboxEvent.objects.get(topic="verdict.different").payload["verdict"] == said.pk

    def test_records_of_one_customer_are_refused(self, scene):
        anna, again = stored(scene.crm, "1", ANNA), stored(scene.shop, "1", ANNA_AGAIN)
        with pytest.raises(Refused):
            say("different", anna, again, scene.marta)

    def test_what_changed_since_it_was_seen_is_stale(self, scene):
        anna, anne = stored(scene.crm, "1", ANNA), stored(scene.shop, "7", ANNE)
        before = seen(anna, anne)
        take(scene.shop, "7", {**ANNE, "gender": "female"})
        with pytest.raises(Stale):
            verdicts.keep_apart(anna, anne, actor=scene.marta, answer="different", seen=before)

    def test_who_decides_in_one_domain_only_is_refused(self, scene):
        anna, anne = stored(scene.crm, "1", ANNA), stored(scene.desk, "7", ANNE)
        with pytest.raises(PermissionDenied):
            say("different", anna, anne, scene.marta)


class TestStaleness:
    def test_a_changed_fact_makes_it_stale_and_asks_again(self, scene):
        anna, anne = stored(scene.crm, "1", ANNA), stored(scene.shop, "7", ANNE)
        say("different", anna, anne, scene.marta)
        take(scene.shop, "7", {**ANNE, "gender": "female"})
        assert Verdict.objects.in_force().get().stale_since is not None
        assert Candidate.objects.open().get().kind == "stale"

    def test_a_fact_that_is_not_compared_changes_nothing(self, scene):
        anna, anne = stored(scene.crm, "1", ANNA), stored(scene.shop, "7", ANNE)
        say("different", anna, anne, scene.marta)
        take(scene.shop, "7", {**ANNE, "occupation": "Baker"})
        assert Verdict.objects.in_force().get().stale_since is None
        assert not Candidate.objects.open().exists()


class TestTakingBack:
    def test_the_question_is_open_again_and_the_relation_ends(self, scene):
        anna, anne = stored(scene.crm, "1", ANNA), stored(scene.shop, "7", ANNE)
        said = say("related", anna, anne, scene.marta)
        verdicts.withdraw(said.change, actor=scene.marta)
        assert not Verdict.objects.in_force().exists()
        assert Relation.objects.get().ended_at is not None
        assert Candidate.objects.open().count() == 1

    def test_twice_is_refused(self, scene):
        anna, anne = stored(scene.crm, "1", ANNA), stored(scene.shop, "7", ANNE)
        said = say("different", anna, anne, scene.marta)
        verdicts.withdraw(said.change, actor=scene.marta)
        with pytest.raises(Refused):
            verdicts.withdraw(said.change, actor=scene.marta)

    def test_a_question_about_customers_that_were_merged_meanwhile_stays_closed(self, scene):
        anna, again = stored(scene.crm, "1", ANNA), stored(scene.shop, "1", ANNA_AGAIN)
        anne = stored(scene.crm, "7", ANNE)
        said = say("unsure", again, anne, scene.marta)
        merged(anna, anne, actor=scene.marta)
        verdicts.withdraw(said.change, actor=scene.marta)
        assert not Candidate.objects.open().exists()

    def test_a_forgotten_verdict_forbids_nothing(self, scene):
        anna, anne = stored(scene.crm, "1", ANNA), stored(scene.shop, "7", ANNE)
        verdicts.revoke(say("different", anna, anne, scene.marta), actor=scene.marta)
        take(scene.shop, "7", {**ANNE, "gender": "female"})
        assert Candidate.objects.open().get().kind == "possible"


class TestKeepTogether:
    def test_a_doubt_is_answered_by_same_and_not_raised_again(self, scene):
        anna, twin = stored(scene.crm, "1", ANNA), stored(scene.shop, "1", ANNA_AGAIN)
        take(scene.shop, "1", KARL)
        together.keep_together(Candidate.objects.open().get(), actor=scene.marta, seen=seen(anna))
        assert not Candidate.objects.open().exists()
        take(scene.shop, "1", {**KARL, "occupation": "Baker"})
        assert not Candidate.objects.open().exists()
        assert now(twin).customer == anna.customer

    def test_records_that_lie_apart_are_refused(self, scene):
        anna, anne = stored(scene.crm, "1", ANNA), stored(scene.shop, "7", ANNE)
        with pytest.raises(Refused):
            together.keep_together(Candidate.objects.get(), actor=scene.marta, seen=seen(anna, anne))
