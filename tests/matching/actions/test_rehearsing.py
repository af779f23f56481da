"""Rehearsal: what a version would do is told beforehand, and nothing live is written for it."""

from dataclasses import replace

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import translation

from cmdm import clock, jobs
from cmdm.actions import Refused
from cmdm.models import AuditEntry, Job
from consent.queries.groups import told_changing
from customers import ports
from customers.models import Customer, Source
from customers.ports import GroupEffect
from matching.actions import asking, labelling, ledger, matching, models, rehearsing, training, verdicts
from matching.engine.defaults import person_model
from matching.engine.model import Rule
from matching.models import Candidate, LedgerEntry, MatchModel
from matching.queries.rehearsed import effects, listed
from tests.support.people import make_user
from tests.support.records import ANNA, ANNA_AGAIN, ANNE, KARL, make_source, seen, stored

LAX = replace(person_model(), automatic=0.5, review=0.01)


def silently(done, total, phase):
    pass


@pytest.fixture
def owner(scene):
    return make_user("data owner", domains=(scene.north, scene.south))


@pytest.fixture
def questioned(scene):
    """Anna and Anne, about whom the machine asks, and Karl."""
    return stored(scene.crm, "1", ANNA), stored(scene.shop, "1", ANNE), stored(scene.desk, "1", KARL)


def rehearsed(model, owner):
    row = models.draft(model, actor=owner, origin="imported")
    return rehearsing.rehearse(row, actor=owner, report=silently)


def line_between(questioned):
    """A model that would join what the one in force asks about."""
    score = Candidate.objects.open().get().probability
    return replace(person_model(), automatic=score - 0.01, review=0.01)


class TestRehearsal:
    def test_what_no_machine_may_join_it_would_ask_about(self, scene, owner):
        for values, number in ((ANNA, "7364009"), (ANNE, "5551234")):
            stored(scene.crm, number, {**values, "identifier": [{"scheme": "ssn", "value": number, "verified": True}]})
        lax = replace(LAX, automatic=0.02)
        assert rehearsed(lax, owner).rehearsal["merges"]["then"] == 1
        told = rehearsed(replace(lax, exclusive_schemes=("ssn",)), owner).rehearsal
        assert (told["merges"]["then"], told["queue"]["then"]) == (0, 1)

    def test_what_somebody_says_of_himself_it_would_ask_about(self, scene, owner):
        stored(scene.crm, "1", ANNA)
        said = {**ANNA, "email": [{"value": "thief@mail.example", "verified": True}]}
        portal = make_source(scene.south)
        Source.objects.filter(pk=portal.pk).update(role=Source.Role.PORTAL)
        stored(portal, "1", said)
        told = rehearsed(LAX, owner).rehearsal
        assert (told["merges"]["then"], told["queue"]["then"]) == (0, 1)

    def test_it_says_what_match_would_then_do_and_writes_nothing_live(self, questioned, owner):
        model = line_between(questioned)
        before = [Customer.objects.count(), LedgerEntry.objects.count(), Candidate.objects.count()]
        score = round(Candidate.objects.open().get().probability, 4)
        row = rehearsed(model, owner)
        told = row.rehearsal
        assert row.state == "rehearsed" and told["against"] == 1 and told["records"] == 3
        assert (told["merges"]["now"], told["merges"]["then"]) == (0, 1)
        assert told["gained"] == {"count": 1, "pairs": [[questioned[0].pk, questioned[1].pk, score, score]]}
        assert (told["queue"]["now"], told["queue"]["then"], told["queue"]["open"]) == (1, 0, 1)
        assert [Customer.objects.count(), LedgerEntry.objects.count(), Candidate.objects.count()] == before
        assert AuditEntry.objects.latest("pk").deed == "model.rehearsed"

        models.promote(row, actor=owner)
        assert matching.run(actor=owner_of_all(), everything=True).merged == 1

    def test_what_other_blocking_no_longer_compares_has_no_score(self, scene, owner):
        anna, again = stored(scene.crm, "1", ANNA), stored(scene.shop, "1", ANNA_AGAIN)
        blind = replace(person_model(), rules=(Rule("house", ("house", "city")),))
        [line] = rehearsed(blind, owner).rehearsal["lost"]["pairs"]
        assert line[:2] == [anna.pk, again.pk] and line[2] > 0.95 and line[3] is None

    def test_what_it_no_longer_compares_counts_against_its_recall(self, scene, owner):
        stored(scene.crm, "1", ANNA), stored(scene.shop, "2", ANNA_AGAIN)
        blind = replace(person_model(), rules=(Rule("identifier", ("identifier",)),))
        told = rehearsed(blind, owner).rehearsal
        assert (told["pairs"]["then"], told["lost"]["count"]) == (0, 1)
        assert told["missed"] == pytest.approx(1, abs=0.05)
        assert told["expected"]["recall"] == [0, 0, 0]
        assert {line["recall"][0] for line in told["curve"]} == {0}

    def test_pairs_worth_asking_about_are_asked_once(self, questioned, scene, owner):
        anna, anne, _karl = questioned
        row = rehearsed(LAX, owner)
        assert [line[:2] for line in row.rehearsal["informative"]] == [[anna.pk, anne.pk]]
        assert labelling.ask(row, actor=owner) == 0, "the machine asked already"
        Candidate.objects.open().update(state=Candidate.State.CLOSED, closed_at=clock.now())
        assert labelling.ask(row, actor=owner) == 1
        assert Candidate.objects.open().get().reason == labelling.TEACHES
        assert AuditEntry.objects.latest("pk").deed == "candidates.opened"
        with pytest.raises(PermissionDenied):
            labelling.ask(row, actor=scene.otto)

    def test_what_a_person_answered_is_not_worth_asking_about(self, questioned, scene, owner):
        anna, anne, _karl = questioned
        verdicts.keep_apart(anna, anne, actor=scene.otto, answer="different", seen=seen(anna, anne))
        assert rehearsed(LAX, owner).rehearsal["informative"] == []

    def test_it_never_joins_against_a_person(self, questioned, scene, owner):
        anna, anne, _karl = questioned
        model = line_between(questioned)
        verdicts.keep_apart(anna, anne, actor=scene.otto, answer="different", seen=seen(anna, anne))
        told = rehearsed(model, owner).rehearsal
        assert told["merges"]["then"] == 0 and told["queue"]["then"] == 0
        assert told["answers"] == 1 and told["against_people"] == 1
        assert told["labelled"]["precision"][0] == 0
        assert [line[:2] for line in told["disputed"]["pairs"]] == [[anna.pk, anne.pk]]

    def test_what_it_sees_other_than_people_is_named_with_the_customers_it_lies_in(self, questioned, scene, owner):
        anna, anne, karl = questioned
        verdicts.keep_apart(anna, anne, actor=scene.otto, answer="different", seen=seen(anna, anne))
        ledger.merge([anna.customer, karl.customer], actor=scene.otto, seen=seen(anna, karl))
        row = rehearsed(replace(person_model(), automatic=0.02, review=0.01), owner)

        joins, asks_not = listed(row, "disputed", owner).pairs
        assert ({end.record for end in joins.ends}, joins.said) == ({anna.pk, anne.pk}, "different")
        assert ({end.record for end in asks_not.ends}, asks_not.said) == ({anna.pk, karl.pk}, "same")
        number = Customer.objects.get(records=anna.pk).number
        assert {end.customer.number for end in asks_not.ends} == {number}
        strict = rehearsed(replace(person_model(), automatic=0.999, review=0.01), owner)
        assert [one.said for one in listed(strict, "disputed", owner).pairs] == ["same"]

    def test_it_says_how_large_customers_would_be(self, questioned, owner):
        shape = rehearsed(line_between(questioned), owner).rehearsal["shape"]
        assert shape["now"] == {"customers": 3, "several": 0, "largest": 1}
        assert shape["then"] == {"customers": 2, "several": 1, "largest": 2}

    def test_a_customer_whose_evidence_would_go_is_doubted(self, scene, owner):
        anna, again = stored(scene.crm, "1", ANNA), stored(scene.shop, "1", ANNA_AGAIN)
        assert anna.customer_id == again.customer_id
        told = rehearsed(replace(person_model(), prior=-45), owner).rehearsal
        assert told["splits"] == {"count": 1, "customers": [anna.customer_id]}
        assert told["lost"]["count"] == 1

    def test_what_other_apps_say_of_the_merges_is_kept(self, questioned, owner, monkeypatch):
        told = []
        monkeypatch.setattr(ports.group_effects, "_things", {})
        found = lambda groups, user, leaving: told.append(groups) or {"stop": 2}  # noqa: E731
        ports.group_effects.add("tests", GroupEffect(found, told_changing))
        row = rehearsed(line_between(questioned), owner)
        assert row.rehearsal["effects"] == [{"effect": "tests", "found": {"stop": 2}}]
        assert told == [[(questioned[0].customer_id, questioned[1].customer_id)]]

    def test_what_it_would_touch_is_told_in_the_language_of_whoever_reads(self, questioned, owner, monkeypatch):
        monkeypatch.setattr(ports.group_effects, "_things", {})
        ports.group_effects.add("tests", GroupEffect(lambda *_given: {"stop": 2}, told_changing))
        with translation.override("de"):
            told = rehearsed(line_between(questioned), owner).rehearsal
        with translation.override("fr"):
            [fact] = effects(told)
            assert (fact.headline, fact.count) == ("Consentements qui prennent fin", 2)
        [earlier] = effects({"effects": [{"headline": "Zuvor", "detail": "wer", "count": 3}]})
        assert (earlier.headline, earlier.detail, earlier.count) == ("Zuvor", "wer", 3), "as it was kept"

    def test_it_needs_the_right_everywhere_and_an_open_version(self, scene, owner):
        row = models.draft(LAX, actor=owner, origin="imported")
        with pytest.raises(PermissionDenied):
            rehearsing.rehearse(row, actor=make_user("data owner", domain=scene.north), report=silently)
        models.drop(row, actor=owner)
        with pytest.raises(Refused):
            rehearsing.rehearse(MatchModel.objects.get(pk=row.pk), actor=owner, report=silently)

    def test_in_the_background_it_is_done_once_at_a_time(self, questioned, owner):
        row = models.draft(LAX, actor=owner, origin="imported")
        job = asking.rehearsal(row, actor=owner)
        with pytest.raises(Refused):
            asking.rehearsal(row, actor=owner)
        jobs.run(str(job.pk))
        job.refresh_from_db()
        assert (job.state, job.result) == ("done", {"model": "person:2"}), job.error


class TestTraining:
    def test_with_too_little_to_learn_from_the_draft_says_so(self, questioned, owner):
        job = asking.training("person", actor=owner)
        jobs.run(str(job.pk))
        row = MatchModel.objects.get(party_type="person", version=2)
        assert (row.state, row.origin) == ("draft", "trained")
        assert row.definition["trained"]["diagnostics"][0]["fault"] == "few_pairs"
        assert row.note.startswith("nothing could be learned from")
        assert Job.objects.get(pk=job.pk).result == {"model": "person:2"}

    def test_it_needs_the_right_everywhere(self, scene):
        partly = make_user("data owner", domain=scene.north)
        for deed in (asking.training, lambda party, actor: training.train(party, actor=actor, report=silently)):
            with pytest.raises(PermissionDenied):
                deed("person", actor=partly)

    def test_without_records_there_is_nothing_to_learn_from(self, owner):
        with pytest.raises(Refused):
            training.train("person", actor=owner, report=silently)


def owner_of_all():
    from cmdm.models import system_user

    return system_user()
