"""What is doubtful inside a customer is found where it is, and nowhere else."""

from itertools import combinations

import pytest

from cmdm.models import AuditEntry, system_user
from customers.models import Customer, SourceRecord
from matching.actions import inspecting, ledger, matching, told
from matching.engine.defaults import person_model
from matching.engine.features import Party, prepare
from matching.models import Candidate, MatchModel
from matching.queries.models import models_in_force
from matching.queries.origins import came_about
from matching.queries.proposals import proposed
from matching.queries.reasons import ledger_lines, why_here
from stewardship.actions import tasks
from stewardship.models import Task
from tests.support.records import person, seen, stored, take

OTTO = person("Otto", "Grünwald", "1961-05-09", "otto@grunwald.example")
NINA = person("Nina", "Castellano", "1992-11-23", "nina@castellano.example")


def owners(records):
    rows = SourceRecord.objects.filter(pk__in=[record.pk for record in records]).values_list("customer", flat=True)
    return sorted(set(rows))


def join(*records, by_machine=True, actor=None):
    customers = list(Customer.objects.filter(pk__in=owners(records)))
    versions = {one.pk: one.version for one in customers}
    return ledger.merge(customers, actor=actor or system_user(), seen=versions, by_machine=by_machine)


def doubts():
    return list(Candidate.objects.open().filter(kind="over_merge").values_list("reason", flat=True))


@pytest.fixture
def both(scene):
    """Two people of two records each."""
    rows = [stored(source, key, who) for source, key, who in (
        (scene.crm, "1", OTTO), (scene.shop, "2", OTTO), (scene.crm, "3", NINA), (scene.shop, "4", NINA))]  # fmt: skip
    assert len(owners(rows)) == 2
    return rows


class TestFinding:
    def test_two_people_that_a_machine_took_for_one_are_a_doubt_that_proposes_the_split(self, both, scene):
        customer = join(*both)
        inspecting.inspect([customer.pk], actor=system_user())

        assert doubts() == ["weak bridge"]
        found = proposed(Candidate.objects.select_related("left", "right").get(state="open"))
        halves = [{row.pk for row in both[:2]}, {row.pk for row in both[2:]}]
        assert {frozenset(found.leaving), frozenset(found.staying)} == {frozenset(half) for half in halves}
        task = Task.objects.get(status="open")
        assert (task.queue, task.why) == ("over_merge", "thread")
        assert AuditEntry.objects.filter(deed="candidates.opened").exists()

    def test_different_takes_them_apart_along_it(self, both, scene):
        customer = join(*both)
        inspecting.inspect([customer.pk], actor=system_user())
        task = Task.objects.get(status="open")
        tasks.decide(task, actor=scene.marta, decision="different", seen=seen(*both))

        assert len(owners(both[:2])) == len(owners(both[2:])) == 1
        assert len(owners(both)) == 2
        assert doubts() == []

    def test_taken_back_nobody_is_said_to_have_called_them_the_same(self, both, scene):
        customer = join(*both)
        inspecting.inspect([customer.pk], actor=system_user())
        task = Task.objects.get(status="open")
        answer = tasks.decide(task, actor=scene.marta, decision="different", seen=seen(*both))
        tasks.undo(answer, actor=scene.marta)

        assert len(owners(both)) == 1
        told = set(why_here([record.pk for record in both], scene.marta).values())
        assert any("a separation was undone by Marta" in words for words in told)
        assert not any("said" in words for words in told)
        steps = came_about(Customer.objects.get(pk=owners(both)[0]), scene.marta)
        assert "a separation was undone" in steps[-1].words
        assert "came back from" in ledger_lines(Customer.objects.get(pk=owners(both)[0]), scene.otto)[0].words

    def test_what_a_person_joined_is_no_doubt(self, both, scene):
        customer = join(*both, by_machine=False, actor=scene.marta)
        inspecting.inspect([customer.pk], actor=system_user())

        assert doubts() == []

    def test_it_is_asked_once(self, both, scene):
        customer = join(*both)
        inspecting.inspect([customer.pk], actor=system_user())
        tasks.decide(Task.objects.get(), actor=scene.marta, decision="same", seen=seen(*both))
        inspecting.inspect([customer.pk], actor=system_user())

        assert doubts() == []

    def test_a_doubt_closes_when_its_ground_is_gone(self, both, scene):
        customer = join(*both)
        inspecting.inspect([customer.pk], actor=system_user())
        for key in ("3", "4"):
            take(scene.crm if key == "3" else scene.shop, key, OTTO)

        assert doubts() == []

    def test_identifiers_that_exclude_each_other_are_a_doubt(self, scene):
        strict("ssn")
        numbers = ("736400912", "118273645")
        rows = [
            stored(scene.crm, str(key), {**OTTO, "identifier": [number_of(number)]})
            for key, number in enumerate(numbers)
        ]
        customer = join(*rows)
        inspecting.inspect([customer.pk], actor=system_user())

        assert doubts() == ["identifiers"]


class TestMany:
    """A customer of many records is looked at, too: by a few pairs where those hold it together, else by all."""

    def records(self, *people, each):
        model = person_model()
        rows = [prepare(model, Party(number, "person", who)) for number, who in enumerate(people * each, 1)]
        return model, rows

    def test_of_too_many_the_latest_are_looked_at(self, both, monkeypatch):
        customer = join(*both)
        monkeypatch.setattr(inspecting, "LATEST", 3)
        found = inspecting._records([customer.pk], models_in_force())
        assert [record.pk for record in found[customer.pk]] == sorted(row.pk for row in both)[1:]

    def test_many_of_one_person_hang_on_nothing(self, monkeypatch):
        monkeypatch.setattr(inspecting, "IN_ARRAYS", "nowhere.at.all")
        assert inspecting._weak(*self.records(OTTO, each=70), set()) == ()

    def test_two_people_are_found_among_many(self):
        model, rows = self.records(OTTO, NINA, each=35)
        assert list(inspecting._weak(model, rows, set())) == [(1, 2)]
        assert inspecting._weak(model, rows, {(1, 2)}) == ()

    def test_one_by_one_and_in_arrays_say_the_same(self):
        model, rows = self.records(OTTO, NINA, {**OTTO, "given_name": "Ottilie", "birth_date": "1961-05-10"}, each=24)
        pairs = list(combinations([row.id for row in rows], 2))
        told = inspecting._probabilities(model, rows, pairs)
        one_by_one = {pair: one for pair in pairs for one in inspecting._probabilities(model, rows, [pair]).values()}
        assert len(pairs) >= inspecting.MANY
        assert told == {pair: one for pair, one in one_by_one.items() if one >= model.review}


class TestClean:
    def test_records_of_one_person_raise_nothing(self, scene):
        rows = [stored(source, str(key), OTTO) for key, source in enumerate((scene.crm, scene.shop) * 3)]
        assert len(owners(rows)) == 1
        matching.run(actor=system_user(), everything=True)
        inspecting.inspect(owners(rows), actor=system_user())

        assert doubts() == []

    def test_what_a_customer_says_is_not_settled_by_a_score(self, both, scene):
        told.ask_whether_apart(both[0].pk, actor=system_user())
        told.ask_whether_same(both[0].pk, both[2].pk, actor=system_user())
        take(scene.crm, "1", {**OTTO, "occupation": "Baker"})

        kinds = Candidate.objects.open().values_list("kind", flat=True)
        assert sorted(kinds) == ["over_merge", "raised"]
        assert set(Task.objects.open().values_list("queue", flat=True)) == {"raised"}


def number_of(value):
    return {"scheme": "ssn", "value": value, "verified": True}


def strict(scheme):
    row = MatchModel.objects.in_force().get(party_type="person")
    row.definition["exclusive_schemes"] = [scheme]
    MatchModel.objects.filter(pk=row.pk).update(definition=row.definition)
