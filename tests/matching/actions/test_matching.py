"""`match`: joining existing customers that are clearly the same, and asking about the rest."""

import csv
from io import StringIO

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cmdm.actions import action
from cmdm.models import AuditEntry, system_user
from customers.models import Customer
from matching.actions import candidates, customer_groups, exporting, matching, models, verdicts
from matching.models import Candidate, LedgerEntry
from matching.queries.models import models_in_force
from tests.support.records import ANNA, ANNA_AGAIN, ANNE, KARL, now, seen, stored, take


def run(**more):
    return matching.run(actor=system_user(), **more)


@action
def settle_elsewhere() -> None:
    candidates.close(list(Candidate.objects.open()), "test")


@pytest.fixture
def twins(scene):
    """Two customers of which the second has come to be clearly the first: placing only asks about them."""
    anna, other = stored(scene.crm, "1", ANNA), stored(scene.shop, "2", KARL)
    take(scene.shop, "2", ANNA_AGAIN)
    assert now(anna).customer != now(other).customer
    return anna, other


class TestJoining:
    def test_customers_that_are_clearly_the_same_are_joined(self, twins):
        made = run()
        assert (made.records, made.merged) == (2, 1)
        assert now(twins[0]).customer == now(twins[1]).customer
        assert not Candidate.objects.open().exists()

    def test_where_all_are_compared_a_shipped_model_is_first_made_one_for_so_many(self, twins, monkeypatch):
        monkeypatch.setattr(models, "FEWEST", 2)
        run()
        assert models_in_force()["person"].model.records == 100_000, "a few of them say nothing of the size"
        run(everything=True)
        assert models_in_force()["person"].model.records == 100

    def test_the_ledger_says_that_the_machine_did_it_and_on_what_evidence(self, twins):
        run()
        entry = LedgerEntry.objects.get(deed="merge")
        assert (entry.by_machine, entry.rule, entry.actor) == (True, "automatic", system_user())
        assert entry.evidence["pair"] == sorted(one.pk for one in twins)
        assert entry.evidence["levels"] and entry.probability > 0.9

    def test_the_run_leaves_its_account_in_the_log(self, twins):
        made = run()
        entry = AuditEntry.objects.get(deed="customers.matched")
        assert entry.counts == {"records": 2, "pairs": made.pairs, "merged": 1, "asked": made.asked, "parted": 0}

    def test_strangers_stay_apart(self, scene):
        stored(scene.crm, "1", ANNA), stored(scene.shop, "2", KARL)
        made = run()
        assert (made.merged, made.asked, Customer.objects.active().count()) == (0, 0, 2)

    def test_who_does_not_decide_everywhere_is_refused(self, scene, twins):
        with pytest.raises(PermissionDenied):
            matching.run(actor=scene.marta)
        assert now(twins[0]).customer != now(twins[1]).customer


class TestAsking:
    def test_what_may_be_the_same_is_asked_and_not_joined(self, scene):
        anna, anne = stored(scene.crm, "1", ANNA), stored(scene.shop, "7", ANNE)
        settle_elsewhere()
        made = run()
        assert (made.merged, made.asked) == (0, 1)
        question = Candidate.objects.open().get()
        assert ({question.left, question.right}, question.kind) == ({anna, anne}, "possible")

    def test_a_question_that_is_open_is_not_asked_twice(self, scene):
        stored(scene.crm, "1", ANNA), stored(scene.shop, "7", ANNE)
        run()
        assert Candidate.objects.open().count() == 1

    def test_what_a_person_kept_apart_is_never_joined_though_it_came_to_be_alike(self, scene):
        anna, other = stored(scene.crm, "1", ANNA), stored(scene.shop, "2", KARL)
        verdicts.keep_apart(now(anna), now(other), actor=scene.marta, answer="different", seen=seen(anna, other))
        take(scene.shop, "2", ANNA_AGAIN)
        for everything in (False, True):
            assert run(everything=everything).merged == 0
        assert now(anna).customer != now(other).customer

    def test_nor_are_they_joined_by_way_of_a_third(self, scene, twins):
        anna, other = twins
        verdicts.keep_apart(now(anna), now(other), actor=scene.marta, answer="different", seen=seen(anna, other))
        third = stored(scene.crm, "3", KARL)
        take(scene.crm, "3", ANNA)
        run()
        assert now(anna).customer != now(other).customer
        assert now(third).customer_id


class TestRunningAgain:
    def test_an_unchanged_second_run_has_nothing_to_do(self, twins):
        run()
        before = LedgerEntry.objects.count()
        again = run()
        assert (again.merged, again.asked, LedgerEntry.objects.count()) == (0, 0, before)
        assert run().records == 0

    def test_all_compares_everything_again(self, twins):
        for _time in range(3):
            run()
        assert run().records == 0
        made = run(everything=True)
        assert (made.records, made.merged) == (2, 0)

    @pytest.mark.parametrize("many", [1, 1_000])
    def test_few_look_for_those_who_share_a_key_many_read_all_and_both_join_the_same(self, twins, monkeypatch, many):
        monkeypatch.setattr(customer_groups, "MANY", many)
        with CaptureQueriesContext(connection) as asked:
            made = run()
        assert (made.records, made.merged) == (2, 1)
        looked = any("AS mine(key)" in one["sql"] for one in asked.captured_queries)
        assert looked == (many > 1)

    def test_the_command_says_what_was_done(self, twins):
        said = StringIO()
        call_command("match", "--all", stdout=said, stderr=said)
        assert "1 customers merged" in said.getvalue()

    def test_all_finds_what_no_key_of_theirs_does(self, scene):
        phone = {"phone": [{"value": "+46812345670"}]}
        anna = stored(scene.crm, "1", {"given_name": "Anna", "family_name": "Lindqvist", **phone})
        other = {"given_name": "Anna", "family_name": "Indqvist", "phone": [{"value": "+46812345671"}]}
        assert stored(scene.shop, "2", other).customer_id != anna.customer_id
        assert run().merged == 0
        assert run(everything=True).merged == 1


class TestTheFileOfPairs:
    def test_every_scored_pair_stands_in_it_with_its_probability(self, scene, tmp_path):
        stored(scene.crm, "1", ANNA), stored(scene.shop, "2", ANNA_AGAIN), stored(scene.shop, "7", ANNE)
        file = tmp_path / "pairs.csv"
        call_command("export", "pairs", str(file), "--floor", "0.3", stdout=StringIO())
        rows = list(csv.DictReader(file.open(encoding="utf-8")))
        assert {frozenset((row["key_l"], row["key_r"])) for row in rows} == {
            frozenset(pair) for pair in (("1", "2"), ("1", "7"), ("2", "7"))
        }
        assert all(0.3 <= float(row["probability"]) <= 1 for row in rows)
        assert {row["source_l"] for row in rows} <= {scene.crm.key, scene.shop.key}

    def test_it_is_noted_and_refused_to_whoever_may_not_export(self, scene, tmp_path):
        with pytest.raises(PermissionDenied):
            exporting.pairs_file(actor=scene.marta, purpose="quality", floor=0.5, report=lambda *_: None)
        assert not AuditEntry.objects.filter(deed="pairs.exported").exists()
        call_command("export", "pairs", str(tmp_path / "pairs.csv"), stdout=StringIO())
        assert AuditEntry.objects.filter(deed="pairs.exported").exists()
