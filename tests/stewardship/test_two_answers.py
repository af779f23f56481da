"""Two pairs of eyes: a second person answers before anything is done; who disagree leave it to a lead."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse

from cmdm import clock
from cmdm.actions import Refused, action
from cmdm.models import system_user
from customers.models import Customer
from matching.models import Verdict
from stewardship.actions import policies, tasks
from stewardship.models import Answer, Task
from tests.stewardship.scene import answer, ask, seen, stranger, task_of
from tests.support.people import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def policy(retail):
    return policies.add_policy(actor=system_user(), domain=retail, fields={"name": "All of them"})


@pytest.fixture
def first(policy, task, marta):
    return answer(task, marta, "same")


@pytest.fixture
def lena(retail):
    return make_user("lead", domain=retail, name="lena")


def owners(pair):
    return {Customer.objects.get(records=record).pk for record in pair}


def waiting(user):
    return list(Task.objects.visible_to(user).open().free_for(user, clock.now()))


def shown(client, user, task):
    client.force_login(user)
    return client.get(reverse("stewardship:task", args=[task.pk])).text


@action
def write_answer(task, actor):
    """Past the refusals."""
    Answer.objects.create(task=task, round=task.round, by=actor, decision="same", role="second", acts=True)


class TestTheFirst:
    def test_his_answer_is_kept_and_does_nothing(self, first, task, pair, marta):
        task.refresh_from_db()
        assert (first.role, first.acts, task.status, task.stage, task.taken_by) == (
            "first",
            False,
            "open",
            "second",
            None,
        )
        assert len(owners(pair)) == 2
        assert not Verdict.objects.exists()

    def test_he_cannot_decide_alone(self, first, task, marta):
        with pytest.raises(Refused, match="You have answered this"):
            answer(task, marta, "same")
        with pytest.raises(Refused, match="You have answered this"):
            tasks.take(task, actor=marta)
        assert waiting(marta) == []

    def test_the_database_holds_that_too(self, first, task, marta):
        with pytest.raises(IntegrityError, match="one_answer_a_person_and_round"), transaction.atomic():
            write_answer(task, marta)
        with pytest.raises(IntegrityError, match="first_of_two_never_acts"), transaction.atomic():
            Answer.objects.filter(pk=first.pk).update(acts=True)

    def test_he_takes_it_back_and_it_is_asked_from_the_beginning(self, first, task, marta):
        again = tasks.undo(first, actor=marta)

        assert (again.stage, again.round, again.taken_by) == ("first", 1, marta)
        assert answer(again, marta, "different").role == "first"

    def test_what_comes_up_meanwhile_waits_for_the_second(self, first, task, pair, crm, jonas):
        late = task_of(ask(pair[0], stranger(crm, 9)))

        assert late.waits_for == task
        assert waiting(jonas) == [task]

    def test_without_a_policy_one_person_decides(self, task, marta):
        assert answer(task, marta, "same").role == "decision"

    def test_his_card_says_so_and_offers_no_answer(self, client, first, task, marta, jonas):
        text = shown(client, marta, task)
        assert "You have answered this. Somebody else answers it now." in text
        assert 'id="decision"' not in text and "A second answer." not in text
        assert reverse("stewardship:take", args=[task.pk]) not in text

        text = shown(client, jonas, task)
        assert "A second answer." in text and 'id="decision"' in text


class TestTheSecond:
    def test_who_agrees_acts(self, first, task, pair, jonas):
        given = answer(task, jonas, "same")

        assert (given.role, given.acts) == ("second", True)
        assert len(owners(pair)) == 1
        task.refresh_from_db()
        assert (task.status, task.stage) == ("done", "first")

    def test_with_him_both_answers_are_taken_back(self, first, task, pair, marta, jonas):
        again = tasks.undo(answer(task, jonas, "same"), actor=jonas)

        assert (again.status, again.round, again.stage) == ("open", 2, "first")
        assert not Answer.objects.filter(withdrawn_at__isnull=True).exists()
        assert len(owners(pair)) == 2

    def test_the_first_answer_is_no_longer_his_to_take_back(self, first, task, marta, jonas):
        answer(task, jonas, "different")

        with pytest.raises(Refused, match="somebody else since"):
            tasks.undo(first, actor=marta)


class TestTheLead:
    @pytest.fixture
    def disputed(self, first, task, jonas):
        answer(task, jonas, "different")
        task.refresh_from_db()
        return task

    def test_a_dispute_goes_to_the_lead(self, disputed, pair, jonas, lena):
        assert (disputed.status, disputed.stage) == ("open", "lead")
        assert len(owners(pair)) == 2
        assert (waiting(jonas), waiting(lena)) == ([], [disputed])

    def test_nobody_else_decides_it(self, disputed, retail):
        with pytest.raises(PermissionDenied):
            answer(disputed, make_user("steward", domain=retail), "same")

    def test_only_his_card_offers_answers(self, client, disputed, retail, marta, lena):
        other = make_user("steward", domain=retail)
        offered = {user: 'id="decision"' in shown(client, user, disputed) for user in (marta, other, lena)}

        assert offered == {marta: False, other: False, lena: True}
        assert "Two answers differ. A lead decides." in shown(client, other, disputed)

    def test_his_answer_acts(self, disputed, pair, lena):
        given = answer(disputed, lena, "different")

        assert (given.role, given.acts) == ("lead", True)
        assert Verdict.objects.in_force().get().decided_by == lena

    def test_a_lead_who_answered_first_is_not_the_one_who_decides(self, policy, task, lena, jonas):
        answer(task, lena, "same")
        answer(task, jonas, "different")

        with pytest.raises(Refused, match="You have answered this"):
            answer(task, lena, "same")


class TestReasons:
    def test_where_policy_wants_one_it_is_given(self, task, retail, marta):
        fields = {"name": "Why", "second_person": False, "reason_required": True}
        policies.add_policy(actor=system_user(), domain=retail, fields=fields)
        versions = seen(task)

        with pytest.raises(Refused, match="needs a reason") as refusal:
            tasks.decide(task, actor=marta, decision="same", seen=versions, reason="  ")
        assert refusal.value.code == "reason"
        assert answer(task, marta, "same", reason="asked her").acts
