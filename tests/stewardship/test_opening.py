"""Tasks open and close as customers change."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from django.db import connection
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL
from django.test.utils import CaptureQueriesContext

from cmdm import clock
from cmdm.actions import Refused
from cmdm.models import system_user
from customers.actions import pins
from customers.models import Customer
from matching.actions import ledger
from stewardship.actions import tasks
from stewardship.models import Task
from stewardship.models.task import OFFERED
from tests.stewardship.scene import answer, ask, ask_quietly, close, put, reopen, stranger, task_of, told

pytestmark = pytest.mark.django_db


class TestOpening:
    def test_a_candidate_becomes_a_task_that_names_both_customers_and_their_domains(self, pair, retail, candidate):
        task = task_of(candidate)

        assert task.status == "open"
        assert task.customers == sorted(record.customer_id for record in pair)
        assert task.domains == [retail.pk]
        assert (task.queue, task.score, task.differs) == ("possible", 0.5, ["birth_date"])

    def test_all_candidates_between_two_customers_make_one_task(self, crm, shop, pair, candidate):
        third = stranger(crm, 9)
        ledger_merge(pair[0], third)
        second = ask(third, pair[1], probability=0.9)

        assert task_of(second) == task_of(candidate)
        assert task_of(second).score == 0.9

    def test_customers_that_hang_together_make_one_task(self, crm, pair, candidate, task):
        third = stranger(crm, 3)
        other = ask(pair[0], third, probability=0.7)

        assert task_of(other) == task
        task.refresh_from_db()
        assert task.customers == sorted({record.customer_id for record in (*pair, third)})
        assert (task.score, task.beyond) == (0.7, 0)

    def test_a_part_of_seven_is_cut_and_says_how_many_were_cut_off(self, crm):
        chain = [stranger(crm, number) for number in range(10, 17)]
        asked = [ask(one, other) for one, other in pairwise(chain)]

        found = {task_of(one) for one in asked}
        assert sorted((len(task.customers), task.beyond) for task in found) == [(2, 5), (6, 1)]

    def test_it_lies_in_the_queue_of_its_most_serious_candidate(self, pair):
        assert task_of(ask(*pair, kind="conflict")).queue == "conflict"

    def test_a_pair_inside_one_customer_is_asked_only_when_it_may_be_an_over_merge(self, pair):
        ledger_merge(*pair)

        ask(*pair, kind="possible")
        assert not Task.objects.exists()

        first = ask(pair[0], stranger(pair[0].source, 7))
        ledger_merge(pair[0], first.right)
        assert task_of(ask(pair[0], first.right, kind="over_merge")).queue == "over_merge"

    def test_the_first_version_of_a_task_is_kept(self, task):
        assert [row.history_type for row in Task.history.filter(id=task.pk).order_by("history_id")] == ["+", "~"]

    def test_a_fixed_number_of_queries_does_for_any_number_of_customers(self, crm, shop):
        few = [stranger(crm, 10), stranger(shop, 11)]
        many = [(stranger(crm, number), stranger(shop, number + 1)) for number in range(20, 32, 2)]
        ask_quietly([tuple(few)])
        with CaptureQueriesContext(
            connection,
        ) as one:
            told(*few)
        ask_quietly(many)
        with CaptureQueriesContext(connection) as six:
            told(*[record for both in many for record in both])

        assert Task.objects.count() == 7
        assert len(six) == len(one)


class TestClosing:
    def test_a_task_closes_with_its_last_candidate(self, candidate, task):
        close(candidate)

        task.refresh_from_db()
        assert (task.status, task.taken_by) == ("closed", None)

    def test_a_question_that_comes_back_goes_to_its_old_task(self, candidate, task, pair):
        opened = task.opened_at
        close(candidate)
        again = reopen(candidate)

        assert task_of(again).pk == task.pk
        assert task_of(again).opened_at == opened


class TestFollowing:
    def test_after_a_merge_the_questions_about_a_third_customer_are_one_task(self, crm, shop, pair, candidate):
        third = stranger(crm, 5)
        with_first, with_second = ask(pair[0], third), ask(pair[1], third)
        ledger_merge(*pair)

        kept = task_of(with_first)
        assert task_of(with_second) == kept
        assert len(kept.customers) == 2
        assert not Task.objects.open().exclude(pk=kept.pk).exists()

    def test_undoing_the_merge_gives_each_question_its_own_task_back(self, crm, pair, candidate):
        third = stranger(crm, 5)
        with_first, with_second = ask(pair[0], third), ask(pair[1], third)
        before = [task_of(one).pk for one in (candidate, with_first, with_second)]
        ledger_merge(*pair)

        ledger.undo(ledger_change(), actor=system_user())

        assert [task_of(one).pk for one in (candidate, with_first, with_second)] == before
        assert set(Task.objects.open().values_list("pk", flat=True)) == set(before)


class TestInSomebodysHands:
    @pytest.fixture
    def late(self, task, crm, pair, marta):
        """A task about one more customer of a group that Marta holds."""
        tasks.take(task, actor=marta)
        return task_of(ask(pair[0], stranger(crm, 3)))

    def test_what_comes_up_waits_and_the_group_stays_as_it_is(self, task, late, jonas):
        task.refresh_from_db()
        assert (late.waits_for, len(task.customers), len(late.customers)) == (task, 2, 2)
        assert not Task.objects.offered(clock.now()).filter(pk=late.pk).exists()
        in_sql = RawSQL(OFFERED.replace("%(now)s", "%s"), [clock.now()], output_field=BooleanField())
        assert set(Task.objects.filter(in_sql)) == {task}
        assert tasks.take_next(Task.objects.visible_to(jonas), actor=jonas) is None

    def test_nobody_takes_or_answers_it_meanwhile(self, late, marta, jonas):
        with pytest.raises(Refused, match="somebody else is deciding"):
            tasks.take(late, actor=jonas)
        with pytest.raises(Refused, match="a card that you hold"):
            answer(late, marta, "same")

    def test_it_joins_the_group_when_that_is_given_back(self, task, late, marta):
        tasks.release(task, actor=marta)

        task.refresh_from_db()
        late.refresh_from_db()
        assert (len(task.customers), late.status) == (3, "closed")

    def test_and_when_the_hold_has_ended(self, task, late, jonas):
        with clock.at(clock.now() + timedelta(minutes=16)):
            taken = tasks.take_next(Task.objects.visible_to(jonas), actor=jonas)

        assert (taken, len(taken.customers)) == (task, 3)

    def test_it_is_offered_when_the_group_was_decided(self, task, late, marta, jonas):
        answer(task, marta, "different")

        late.refresh_from_db()
        assert late.waits_for is None
        assert tasks.take_next(Task.objects.visible_to(jonas), actor=jonas) == late


class TestLapsedPins:
    def test_a_choice_that_no_longer_holds_becomes_a_task(self, crm, shop, marta):
        record = put(crm, "P", given_name="Ann", family_name="Berg", birth_date="1980-01-02")
        pins.pin(record, "given_name", actor=marta, until=date(2030, 1, 1), reason="she told me")

        put(crm, "P", "2024-06-01", given_name="Anne", family_name="Berg", birth_date="1980-01-02")

        task = Task.objects.get()
        assert (task.queue, task.differs, task.customers) == ("pin", ["given_name"], [record.customer_id])

    def test_it_is_told_once(self, crm, marta):
        record = put(crm, "P", given_name="Ann", family_name="Berg", birth_date="1980-01-02")
        pins.pin(record, "given_name", actor=marta)
        for name in ("Anne", "Anna"):
            put(crm, "P", "2024-06-01", given_name=name, family_name="Berg", birth_date="1980-01-02")

        assert Task.objects.count() == 1


class TestOrder:
    def test_the_older_of_two_alike_comes_first(self, crm, shop):
        with clock.at(clock.now() - timedelta(days=3)):
            older = task_of(ask(stranger(crm, 1), stranger(shop, 2)))
        newer = task_of(ask(stranger(crm, 3), stranger(shop, 4)))

        assert older.priority > newer.priority


def ledger_merge(*records):
    customers = list(Customer.objects.filter(records__in=records).distinct())
    return ledger.merge(customers, actor=system_user(), seen={one.pk: one.version for one in customers})


def ledger_change():
    return ledger.LedgerEntry.objects.filter(deed="merge").latest("pk").change
