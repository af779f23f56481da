"""Deciding a group: who belongs together, who is related, who is different."""

from datetime import date

import pytest

from cmdm.actions import Refused
from cmdm.errors import Invalid, Stale
from cmdm.models import AuditEntry
from customers.models import Customer, Pin, Relation, SourceRecord
from matching.models import Candidate, LedgerEntry, Verdict
from stewardship.actions import tasks
from stewardship.models import Answer, Task
from stewardship.queries import questions
from tests.stewardship.scene import answer, ask, seen, stranger, task_of
from tests.system.digest import digest

pytestmark = pytest.mark.django_db


@pytest.fixture
def four(crm, shop):
    """Records of four customers in a ring of questions."""
    rows = [stranger(source, number) for number, source in enumerate((crm, shop, crm, shop), start=20)]
    for one, other in ((0, 1), (1, 2), (2, 3), (0, 3)):
        ask(rows[one], rows[other], probability=0.5 + one / 10)
    return rows


@pytest.fixture
def group(four):
    return Task.objects.get(status="open")


def owners(records):
    return [SourceRecord.objects.get(pk=record.pk).customer_id for record in records]


def parted(group, actor, *parts, **more):
    """The customers of the group by their places, as groups."""
    return answer(
        group, actor, "partition", groups=[[group.customers[place] for place in part] for part in parts], **more
    )


def test_of_a_part_too_large_only_so_much_is_read(four, monkeypatch):
    someone = owners(four)[:1]
    assert questions._reached(someone)[0] == set(owners(four))
    monkeypatch.setattr(questions, "WALKED", 2 - 10 * len(someone))
    assert len(questions._reached(someone)[0]) == 2


class TestParting:
    def test_who_belongs_together_is_joined_and_the_others_are_kept_apart(self, group, four, marta):
        given = parted(group, marta, [0, 1], [2, 3])

        a, b, c, d = owners(four)
        assert (a, c) == (b, d)
        assert a != c
        assert LedgerEntry.objects.filter(deed="merge", change=given.change).count() == 2
        said = Verdict.objects.in_force().filter(change=given.change, derived=False)
        assert sorted(said.values_list("answer", flat=True)) == ["different", "same", "same"]
        assert not Candidate.objects.open().exists()
        assert not Task.objects.open().exists()
        assert AuditEntry.objects.filter(change=given.change).count() == 1

    def test_no_task_is_made_on_the_way(self, group, marta):
        before = Task.objects.count()
        parted(group, marta, [0, 1], [2, 3])

        assert Task.objects.count() == before

    def test_who_is_not_named_stands_alone(self, group, four, marta):
        parted(group, marta, [0, 1, 2])

        assert len(set(owners(four))) == 2
        assert Answer.objects.get().partition["groups"] == [group.customers[:3], group.customers[3:]]

    def test_relations_are_made_between_groups(self, group, four, marta):
        given = parted(group, marta, [0, 1], related=[[group.customers[1], group.customers[2], "employer"]])

        assert list(Relation.objects.values_list("kind", flat=True)) == ["employer"]
        assert Verdict.objects.in_force().filter(change=given.change, answer="related").count() == 1

    def test_the_simple_answers_act_on_everybody(self, group, four, marta):
        answer(group, marta, "same")

        assert len(set(owners(four))) == 1

    def test_different_leaves_no_question_and_says_nothing_of_whom_nobody_asked_about(self, group, four, marta):
        answer(group, marta, "different")

        assert len(set(owners(four))) == 4
        assert Verdict.objects.in_force().filter(answer="different", derived=False).count() == 4
        assert not Candidate.objects.open().exists()

    def test_a_chosen_value_is_pinned_to_its_last_day(self, group, four, marta):
        from_second = {"given_name": four[1].pk, "family_name": four[1].pk, "birth_date": four[1].pk}
        parted(group, marta, [0, 1], choices=from_second, pins_until={"given_name": date(2031, 1, 1)})

        customer = Customer.objects.get(records=four[0])
        assert customer.values["given_name"] == four[1].values["given_name"]
        assert str(Pin.objects.in_force().get(attribute="given_name").until) == "2031-01-01"

    @pytest.mark.parametrize(
        ("field", "said"),
        [
            ("groups", lambda c: {"groups": [[c[0], c[1]], [c[1], c[2]]]}),
            ("groups", lambda c: {"groups": [[c[0], 0]]}),
            ("related", lambda c: {"groups": [[c[0], c[1]]], "related": [[c[0], c[1], "household"]]}),
        ],
    )
    def test_what_contradicts_itself_is_refused_and_nothing_is_written(self, group, marta, field, said):
        with pytest.raises(Invalid) as fault:
            answer(group, marta, "partition", **said(group.customers))

        assert list(fault.value.errors) == [field]
        assert not Answer.objects.exists()

    def test_a_customer_that_joined_since_it_was_seen_makes_it_stale(self, group, four, crm, marta):
        versions = seen(group)
        ask(four[0], stranger(crm, 27))

        with pytest.raises(Stale, match=r"other customers|changed"):
            tasks.decide(group, actor=marta, decision="same", seen=versions)


class TestTakingBack:
    @pytest.mark.parametrize("said", ["same", "different", "related", "unsure", "partition"])
    def test_everything_is_as_it_was_but_the_round(self, group, four, marta, said):
        tasks.take(group, actor=marta)
        before = digest()
        parts = [[0, 1], [2, 3]] if said == "partition" else []
        kin = [[group.customers[0], group.customers[2], "household"]] if said == "partition" else []
        given = parted(group, marta, *parts, related=kin) if parts else answer(group, marta, said)
        again = tasks.undo(given, actor=marta)

        assert (again.pk, again.round, len(again.customers)) == (group.pk, 2, 4)
        Task.objects.filter(pk=again.pk).update(round=1)
        after = digest()
        relations = after.pop("relations"), before.pop("relations")
        assert after == before
        assert not Relation.objects.filter(ended_at__isnull=True).exists(), relations

    def test_the_last_ten_are_taken_back_across_cards_in_any_order(self, crm, shop, marta):
        given = []
        for number in range(30, 50, 2):
            task = task_of(ask(stranger(crm, number), stranger(shop, number + 1)))
            given.append(answer(task, marta, ("same", "different", "related", "unsure")[number // 2 % 4]))
        for one in [*given[::2], *given[1::2]]:
            tasks.undo(one, actor=marta)

        assert Answer.objects.filter(withdrawn_at__isnull=True).count() == 0
        assert Task.objects.open().count() == 10
        assert AuditEntry.objects.filter(deed="task.undone").count() == 10

    def test_not_when_it_was_undone_elsewhere(self, group, marta):
        given = answer(group, marta, "same")
        tasks.undo(given, actor=marta)

        with pytest.raises(Refused, match="taken back already"):
            tasks.undo(given, actor=marta)
