"""Keeping a card, giving it back with a word, giving it to somebody, asking somebody about it."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from cmdm import clock
from cmdm.actions import Refused
from cmdm.models import AuditEntry, OutboxEvent
from stewardship.actions import referrals, tasks
from stewardship.models import Note, Referral, Task
from stewardship.queries.referrals import asked_about, words
from tests.stewardship.scene import answer, make_source
from tests.support.people import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def lena(retail):
    return make_user("lead", domain=retail, name="lena")


def following(user):
    return tasks.take_next(Task.objects.visible_to(user).order_by("-priority"), actor=user)


class TestKeeping:
    def test_it_is_held_for_another_quarter_of_an_hour(self, task, marta):
        with clock.at(clock.now() - timedelta(minutes=10)):
            before = tasks.take(task, actor=marta).taken_until

        assert tasks.renew(task, actor=marta).taken_until > before + timedelta(minutes=9)

    def test_a_hold_that_ended_is_renewed_as_long_as_nobody_took_it(self, task, marta, jonas):
        with clock.at(clock.now() - timedelta(hours=1)):
            tasks.take(task, actor=marta)
        assert tasks.renew(task, actor=marta).taken_by == marta

        with clock.at(clock.now() - timedelta(hours=1)):
            tasks.renew(task, actor=marta)
        tasks.take(task, actor=jonas)
        with pytest.raises(Refused, match="Jonas has this card"):
            tasks.renew(task, actor=marta)

    def test_what_was_never_taken_is_not_kept(self, task, marta):
        with pytest.raises(Refused, match="do not hold"):
            tasks.renew(task, actor=marta)


class TestGivingBack:
    def test_a_word_to_the_next_one_stays_with_the_card_and_is_sealed(self, task, marta):
        tasks.take(task, actor=marta)
        tasks.release(task, actor=marta, comment="Her mother, I believe")

        note = Note.objects.get(task=task)
        assert (note.about, note.by) == ("task", marta)
        assert b"mother" not in bytes(note.sealed)


class TestAssigning:
    def test_only_who_it_was_given_to_gets_it_next(self, task, lena, marta, jonas):
        tasks.take(task, actor=marta)
        given = tasks.assign(task, actor=lena, to=jonas)

        assert (given.assigned_to, given.taken_by) == (jonas, None)
        assert following(marta) is None
        assert following(jonas) == task
        assert OutboxEvent.objects.filter(topic="task.assigned", payload={"task": task.pk, "to": jonas.pk}).exists()
        assert AuditEntry.objects.on("task", task.pk).filter(deed="task.assigned", actor=lena).exists()

    def test_it_is_everybodys_again(self, task, lena, marta, jonas):
        tasks.assign(task, actor=lena, to=jonas)
        tasks.assign(task, actor=lena, to=None)

        assert following(marta) == task

    def test_a_steward_gives_nothing_to_others(self, task, marta, jonas):
        with pytest.raises(PermissionDenied):
            tasks.assign(task, actor=marta, to=jonas)

    def test_nobody_gets_what_he_may_not_decide(self, task, lena, outsider):
        with pytest.raises(Refused, match="may not decide"):
            tasks.assign(task, actor=lena, to=outsider)


class TestAsking:
    def test_an_expert_is_asked_and_his_answer_comes_back(self, task, marta, jonas):
        asked = referrals.refer(task, actor=marta, to=jonas, question="Is this her maiden name?")

        assert following(marta) is None
        assert following(jonas) == task
        tasks.release(task, actor=jonas)
        referrals.reply(asked, actor=jonas, answer="Yes, it is")
        asked.refresh_from_db()
        assert (words(asked).question, words(asked).answer) == ("Is this her maiden name?", "Yes, it is")
        assert b"maiden" not in bytes(asked.question)
        assert b"Yes" not in bytes(asked.answer)
        assert following(marta) == task
        assert [one.to for one in asked_about(task.pk)] == ["Jonas"]

    def test_the_owner_of_a_source_is_asked_who_needs_not_decide(self, task, retail, marta):
        owner = make_user("data owner", domain=retail)
        asked = referrals.refer(task, actor=marta, source=make_source(retail, "erp", owner=owner), question="Whose?")

        assert asked.to == owner
        assert referrals.reply(asked, actor=owner, answer="Hers").answered_at

    @pytest.mark.parametrize(
        ("whom", "question", "why"),
        [
            ("outsider", "Who?", "may see none"),
            ("marta", "Who?", "somebody else than yourself"),
            ("jonas", "  ", "in words"),
            ("nobody", "Who?", "nobody to ask"),
        ],
    )
    def test_whom_and_what_one_may_ask(self, task, marta, jonas, outsider, whom, question, why):
        people = {"outsider": outsider, "marta": marta, "jonas": jonas, "nobody": None}

        with pytest.raises(Refused, match=why):
            referrals.refer(task, actor=marta, to=people[whom], question=question)
        assert not Referral.objects.exists()

    def test_one_question_at_a_time_and_it_may_be_taken_back(self, task, marta, jonas, lena):
        asked = referrals.refer(task, actor=marta, to=jonas, question="Who?")
        with pytest.raises(Refused, match="already"):
            referrals.refer(task, actor=marta, to=lena, question="Who?")

        referrals.withdraw(asked, actor=marta)
        task.refresh_from_db()
        assert task.referred_to is None
        with pytest.raises(Refused, match="no longer asked"):
            referrals.reply(asked, actor=jonas, answer="Late")

    def test_only_who_was_asked_answers(self, task, marta, jonas, lena):
        asked = referrals.refer(task, actor=marta, to=jonas, question="Who?")

        with pytest.raises(Refused, match="Somebody else was asked"):
            referrals.reply(asked, actor=lena, answer="Me")

    def test_a_decision_ends_the_question(self, task, marta, jonas):
        asked = referrals.refer(task, actor=marta, to=jonas, question="Who?")
        answer(task, marta, "different")

        asked.refresh_from_db()
        assert asked.withdrawn_at is not None

    def test_an_outsider_asks_nobody(self, task, outsider, jonas):
        with pytest.raises(PermissionDenied):
            referrals.refer(task, actor=outsider, to=jonas, question="Who?")
