"""Take, release, decide, take an answer back."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from cmdm import clock, verifying
from cmdm.actions import Refused
from cmdm.errors import Stale
from cmdm.models import AuditEntry, OutboxEvent, system_user
from customers.actions import pins
from customers.models import Customer, Pin, Relation, SourceRecord
from matching.actions import ledger, verdicts
from matching.models import Candidate, LedgerEntry, Verdict
from stewardship.actions import tasks
from stewardship.models import Answer, Task
from tests.stewardship.scene import answer, ask, close, put, seen, stranger, task_of
from tests.support.people import make_user

pytestmark = pytest.mark.django_db


class TestTaking:
    def test_a_steward_holds_it_for_a_quarter_of_an_hour(self, task, marta):
        before = clock.now()
        taken = tasks.take(task, actor=marta)

        assert taken.taken_by == marta
        assert timedelta(minutes=14) < taken.taken_until - before < timedelta(minutes=16)
        assert AuditEntry.objects.on("task", task.pk).filter(deed="task.taken", actor=marta).exists()

    def test_nobody_else_takes_it_meanwhile(self, task, marta, jonas):
        tasks.take(task, actor=marta)

        with pytest.raises(Refused, match="Marta has this card until"):
            tasks.take(task, actor=jonas)

    def test_a_hold_that_ended_is_free_for_others(self, task, marta, jonas):
        with clock.at(clock.now() - timedelta(minutes=16)):
            tasks.take(task, actor=marta)

        assert tasks.take(task, actor=jonas).taken_by == jonas

    def test_an_outsider_is_forbidden(self, task, outsider):
        with pytest.raises(PermissionDenied):
            tasks.take(task, actor=outsider)

    def test_a_settled_one_is_refused(self, task, candidate, marta):
        close(candidate)

        with pytest.raises(Stale, match="Nothing is left to decide"):
            tasks.take(task, actor=marta)


class TestTheNextOne:
    def test_two_stewards_never_get_the_same_card(self, task, crm, shop, marta, jonas):
        ask(stranger(crm, 5), stranger(shop, 6))
        mine = tasks.take_next(Task.objects.visible_to(marta).order_by("-priority"), actor=marta)
        his = tasks.take_next(Task.objects.visible_to(jonas).order_by("-priority"), actor=jonas)

        assert None not in (mine, his)
        assert mine != his

    def test_there_is_none_where_the_right_is_missing_on_one_side(self, crm, kiosk, marta):
        ask(stranger(crm, 5), stranger(kiosk, 6))

        assert tasks.take_next(Task.objects.visible_to(marta), actor=marta) is None


class TestReleasing:
    def test_it_is_free_again(self, task, marta, jonas):
        tasks.take(task, actor=marta)
        tasks.release(task, actor=marta)

        assert tasks.take(task, actor=jonas).taken_by == jonas
        assert AuditEntry.objects.on("task", task.pk).filter(deed="task.released").exists()

    def test_only_who_holds_it_gives_it_back(self, task, marta, jonas):
        tasks.take(task, actor=marta)

        with pytest.raises(Refused, match="do not hold"):
            tasks.release(task, actor=jonas)


class TestDeciding:
    def test_same_makes_one_customer_of_two(self, task, marta, pair):
        given = answer(task, marta, "same", reason="asked her")

        owners = {Customer.objects.get(records=record) for record in pair}
        task.refresh_from_db()
        assert len(owners) == 1
        assert (task.status, given.by, given.round) == ("done", marta, 1)
        assert LedgerEntry.objects.filter(deed="merge", change=given.change).count() == 1
        assert not Candidate.objects.open().exists()

    def test_the_answer_keeps_the_versions_that_were_seen(self, task, marta):
        versions = seen(task)

        assert answer(task, marta, "same").versions == {str(pk): version for pk, version in versions.items()}

    def test_different_keeps_them_apart(self, task, marta, pair):
        answer(task, marta, "different", strength="lock")

        verdict = Verdict.objects.in_force().get(derived=False)
        assert (verdict.answer, verdict.strength, verdict.decided_by) == ("different", "lock", marta)
        assert {verdict.left_id, verdict.right_id} == {record.pk for record in pair}

    def test_related_makes_a_relation(self, task, marta):
        answer(task, marta, "related")

        assert Relation.objects.filter(ended_at__isnull=True).count() == 1

    def test_not_sure_leaves_the_queue(self, task, marta):
        answer(task, marta, "unsure")

        assert not Task.objects.open().exists()

    def test_it_leaves_one_audit_entry_and_an_event(self, task, marta):
        given = answer(task, marta, "same")

        entry = AuditEntry.objects.get(change=given.change)
        assert (entry.deed, entry.actor, entry.thing_id) == ("task.decided", marta, str(task.pk))
        event = OutboxEvent.objects.get(topic="task.decided")
        assert event.payload == {"task": task.pk, "answer": given.pk, "decision": "same"}

    def test_a_chosen_value_is_pinned_where_the_rules_chose_another(self, task, marta, pair):
        answer(task, marta, "same", choices={"given_name": pair[1].pk, "family_name": pair[0].pk})

        customer = Customer.objects.get(records=pair[0])
        assert customer.values["given_name"] == pair[1].values["given_name"]
        assert list(Pin.objects.in_force().values_list("attribute", "record")) == [("given_name", pair[1].pk)]

    def test_an_outsider_is_forbidden_and_nothing_is_written(self, task, outsider):
        with pytest.raises(PermissionDenied):
            answer(task, outsider, "same")

        assert not Answer.objects.exists()

    def test_the_right_is_needed_on_both_sides(self, crm, kiosk, marta):
        task = task_of(ask(stranger(crm, 5), stranger(kiosk, 6)))

        with pytest.raises(PermissionDenied):
            answer(task, marta, "different")


class TestRefusals:
    def test_a_second_answer_names_the_first(self, task, marta, jonas):
        versions = seen(task)
        answer(task, jonas, "different")

        with pytest.raises(Stale, match=r"Jonas answered “Different” .* ago. Your answer was not recorded") as refusal:
            tasks.decide(task, actor=marta, decision="same", seen=versions)
        assert refusal.value.facts["decision"] == "different"
        assert Answer.objects.count() == 1

    def test_a_customer_that_changed_since_is_named_with_who_changed_it(self, task, marta, jonas, pair):
        versions = seen(task)
        pins.pin(pair[0], "given_name", actor=jonas)

        with pytest.raises(Stale, match=r"Jonas changed C-.* ago") as refusal:
            tasks.decide(task, actor=marta, decision="same", seen=versions)
        assert set(refusal.value.facts["versions"].values()) == {1, 2}

    def test_a_customer_that_was_not_shown_is_no_answer(self, task, marta):
        versions = seen(task)
        versions.popitem()

        with pytest.raises(Stale):
            tasks.decide(task, actor=marta, decision="same", seen=versions)

    def test_one_customer_too_many_is_no_answer(self, task, marta):
        with pytest.raises(Stale, match="other customers"):
            tasks.decide(task, actor=marta, decision="same", seen={**seen(task), 0: 1})

    def test_what_somebody_else_holds_is_his_to_answer(self, task, marta, jonas):
        tasks.take(task, actor=jonas)

        with pytest.raises(Refused, match="Jonas has this card"):
            answer(task, marta, "same")

    def test_a_task_that_was_settled_otherwise_says_so(self, task, candidate, marta):
        close(candidate)

        with pytest.raises(Stale, match="Nothing is left"):
            answer(task, marta, "same")


class TestTakingBack:
    @pytest.mark.parametrize("said", ["different", "related", "unsure"])
    def test_what_was_said_taken_back_elsewhere_takes_the_answer_back_too(self, task, marta, said):
        given = answer(task, marta, said)
        verdicts.withdraw(given.change, actor=marta)

        given.refresh_from_db()
        task.refresh_from_db()
        assert given.withdrawn_at is not None
        assert (task.status, task.round) == (Task.Status.OPEN, 2)

    def test_a_merge_is_undone_and_asked_again_in_a_new_round(self, task, marta, pair):
        before = {record.pk: record.customer_id for record in pair}
        given = answer(task, marta, "same")

        again = tasks.undo(given, actor=marta)

        given.refresh_from_db()
        after = {record.pk: Customer.objects.get(records=record).pk for record in pair}
        assert after == before
        assert given.withdrawn_at is not None
        assert (again.pk, again.status, again.round, again.taken_by) == (task.pk, "open", 2, marta)

    def test_it_is_his_card_again_and_what_he_took_back_before_is_not(self, task, marta, jonas, crm, shop):
        kept, *others = [task_of(ask(stranger(crm, n), stranger(shop, n + 1))) for n in (5, 7, 9)]
        tasks.take(kept, actor=marta)
        given = [answer(one, marta, "different") for one in (*others, task)]
        for one in reversed(given):
            tasks.undo(one, actor=marta)

        holders = dict(Task.objects.values_list("pk", "taken_by"))
        assert holders == {kept.pk: marta.pk, others[0].pk: marta.pk, others[1].pk: None, task.pk: None}
        tasks.take(task, actor=jonas)

    def test_a_merge_is_undone_by_whom_no_other_domain_is_open(self, task, marta, branch):
        assert tasks.undo(answer(task, marta, "same"), actor=marta).status == "open"

    @pytest.mark.parametrize("decision", ["different", "related", "unsure"])
    def test_any_other_answer_is_forgotten(self, task, marta, decision):
        again = tasks.undo(answer(task, marta, decision), actor=marta)

        assert (again.status, again.round) == ("open", 2)
        assert not Verdict.objects.in_force().exists()
        assert not Relation.objects.filter(ended_at__isnull=True).exists()

    def test_it_can_be_answered_again(self, task, marta):
        again = tasks.undo(answer(task, marta, "different"), actor=marta)

        assert answer(again, marta, "same").round == 2

    def test_choices_made_with_it_end(self, task, marta, pair):
        tasks.undo(answer(task, marta, "same", choices={"given_name": pair[1].pk}), actor=marta)

        assert not Pin.objects.in_force().exists()

    def test_it_is_recorded(self, task, marta):
        tasks.undo(answer(task, marta, "different"), actor=marta)

        assert AuditEntry.objects.on("task", task.pk).filter(deed="task.undone").exists()
        assert OutboxEvent.objects.filter(topic="task.undone").exists()

    def test_not_twice(self, task, marta):
        given = answer(task, marta, "different")
        tasks.undo(given, actor=marta)

        with pytest.raises(Refused, match="taken back already"):
            tasks.undo(given, actor=marta)

    def test_not_by_an_outsider(self, task, marta, outsider):
        given = answer(task, marta, "different")

        with pytest.raises(PermissionDenied):
            tasks.undo(given, actor=outsider)


class TestOverMerges:
    @pytest.fixture
    def inside(self, task, pair):
        customers = list(Customer.objects.filter(pk__in=task.customers))
        ledger.merge(customers, actor=system_user(), seen=seen(task), by_machine=True)
        return task_of(ask(*pair, kind="over_merge"))

    def test_belonging_together_is_kept_as_a_verdict(self, inside, marta):
        answer(inside, marta, "same")

        assert Verdict.objects.in_force().get().answer == "same"
        assert not Candidate.objects.open().exists()

    def test_different_takes_the_proposed_side_out(self, inside, marta, pair):
        customer, version = inside.customers[0], seen(inside)
        answer(inside, marta, "different")

        owners = [Customer.objects.get(records=record) for record in pair]
        assert owners[0] != owners[1]
        assert customer in {one.pk for one in owners}
        assert Verdict.objects.in_force().get().answer == "different"
        assert version != seen(inside)

    def test_or_the_records_that_were_chosen(self, inside, marta, pair):
        answer(inside, marta, "different", leaving=[pair[0].pk])

        assert LedgerEntry.objects.get(deed="unmerge").records == [pair[0].pk]

    def test_a_separation_is_taken_back_and_asked_again(self, inside, marta, pair):
        before = {record.pk: SourceRecord.objects.get(pk=record.pk).customer_id for record in pair}
        given = answer(inside, marta, "different")
        again = tasks.undo(given, actor=marta)

        assert {record.pk: SourceRecord.objects.get(pk=record.pk).customer_id for record in pair} == before
        assert (again.pk, again.status, again.round) == (inside.pk, "open", 2)
        assert not Verdict.objects.in_force().exists()
        assert verifying.broken([one.name for one in verifying.checks if one.invariant in ("I7", "I8", "I10")]) == []

    def test_it_may_be_left_open_who_is_who(self, inside, marta):
        answer(inside, marta, "unsure")

        assert Verdict.objects.in_force().get().answer == "unsure"

    def test_it_takes_no_relation(self, inside, marta):
        with pytest.raises(Refused, match="belong to one customer"):
            answer(inside, marta, "related")

    def test_it_is_taken_back_too(self, inside, marta):
        assert tasks.undo(answer(inside, marta, "same"), actor=marta).status == "open"


class TestLapsedChoices:
    @pytest.fixture
    def lapsed(self, crm, marta):
        record = put(crm, "P", given_name="Ann", family_name="Berg", birth_date="1980-01-02")
        pins.pin(record, "given_name", actor=marta)
        put(crm, "P", "2024-06-01", given_name="Anne", family_name="Berg", birth_date="1980-01-02")
        return Task.objects.get(queue="pin")

    def test_one_is_settled_by_having_been_seen(self, lapsed, marta):
        assert tasks.settle(lapsed, actor=marta).status == "done"
        assert AuditEntry.objects.on("task", lapsed.pk).filter(deed="task.settled").exists()

    def test_it_takes_no_answer_about_who_is_who(self, lapsed, marta):
        with pytest.raises(Refused):
            answer(lapsed, marta, "same")

    def test_a_question_is_not_settled_so(self, task, marta):
        with pytest.raises(Refused, match="needs an answer"):
            tasks.settle(task, actor=marta)

    def test_a_reader_is_forbidden(self, lapsed, retail):
        with pytest.raises(PermissionDenied):
            tasks.settle(lapsed, actor=make_user("reader", domain=retail))
