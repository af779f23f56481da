"""A batch whose pairs are looked at, or compared in arrays, comes to exactly what comparing them all comes to."""

import random

import numpy as np
import pytest
from django.db import transaction

from cmdm.models import system_user
from customers.actions.received import Received
from customers.actions.records import take_in
from customers.models import SourceRecord
from matching.actions import placing, scoring, scoring_many
from matching.engine.bulk import fast, fused
from matching.engine.bulk.columns import of_features
from matching.engine.bulk.scoring import Scorer
from matching.engine.defaults import person_model
from matching.engine.features import Party, prepare
from matching.engine.model import Model
from matching.models import Candidate, LedgerEntry, MatchKey, MatchModel, OversizedBlock
from tests.support.records import person

MODEL = person_model()
GIVEN = ("Anna", "Anne", "Karl", "Carl", "Bob", "Robert", "Maria", "Mia")
FAMILY = ("Bergström", "Bergstrom", "Lindqvist", "Lindquist", "Huber", "Lopez Garcia")


def townspeople(count, seed):
    """People of one town: families, namesakes and the same people again, some with a shared mailbox or number."""
    chance = random.Random(seed)
    made = []
    for _number in range(count):
        given, family, home = chance.choice(GIVEN), chance.choice(FAMILY), chance.randrange(25)
        values = person(given, family, f"19{50 + home}-0{1 + home % 3}-1{chance.randrange(2)}")
        if chance.random() < 0.6:
            mail = f"{given}.{family}{home}".lower().replace(" ", "").replace("ö", "o")
            values["email"] = [{"value": f"{mail if chance.random() < 0.7 else family.split()[0]}@post.example"}]
        if chance.random() < 0.4:
            values["phone"] = [{"value": f"+4930123{1000 + home}"}]
        if chance.random() < 0.3:
            scheme = {"scheme": "national", "value": f"7364{home:02d}{len(given)}", "verified": True}
            values["identifier"] = [scheme]
        values["address"] = [{"line1": f"Main Street {home}", "city": "Ulm", "postal_code": f"89{home % 4:03d}"}]
        made.append(values)
    return made


def took_in(scene, prefix, people):
    batch = [Received(key=f"{prefix}{n}", values=values, party_type="person") for n, values in enumerate(people)]
    return take_in(scene.crm, batch, actor=system_user())


def plain(evidence, key_of):
    """Evidence with keys in the place of ids, which no two runs share."""
    told = {**evidence}
    if "record" in told:
        told["record"] = key_of[told["record"]]
    if "versions" in told:
        told["versions"] = {key_of[int(pk)]: version for pk, version in told["versions"].items()}
    return told


def outcome(scene, *batches):
    """What batches came to: answers, candidates, ledger, keys; they are taken back afterwards."""
    with transaction.atomic():
        answers = [one for n, people in enumerate(batches) for one in took_in(scene, f"b{n}-", people)]
        key_of = dict(SourceRecord.objects.values_list("pk", "key"))
        groups = {}
        for key, customer in SourceRecord.objects.order_by("key").values_list("key", "customer"):
            groups.setdefault(customer, []).append(key)
        found = {
            "groups": sorted(groups.values()),
            "answers": [
                (
                    one.received.key,
                    one.placement.decision,
                    one.placement.rule,
                    one.placement.probability,
                    one.placement.levels,
                    len(one.placement.candidates),
                )
                for one in answers
            ],
            "candidates": sorted(
                (
                    sorted((row.left.key, row.right.key)),
                    row.kind,
                    row.reason,
                    row.probability,
                    str(plain(row.evidence, key_of)),
                )
                for row in Candidate.objects.open().select_related("left", "right")
            ),
            "ledger": [
                (row.deed, row.rule, row.probability, [key_of[pk] for pk in row.records], plain(row.evidence, key_of))
                for row in LedgerEntry.objects.order_by("pk")
            ],
            "keys": set(MatchKey.objects.values_list("record__key", "key", "rule", "finer")),
            "large": set(OversizedBlock.objects.values_list("key", "records")),
        }
        transaction.set_rollback(True)
    return found


def smaller_blocks(cap, shared):
    row = MatchModel.objects.in_force().get(party_type="person")
    content = {**row.definition, "block_cap": cap, "shared_limit": shared, "exclusive_schemes": ["national"]}
    row.definition = Model.from_dict(content).to_dict()
    row.digest = f"small-{cap}-{shared}"
    row.save(update_fields=["definition", "digest"])


@pytest.mark.parametrize("glanced", [10**9, 0], ids=["at a glance", "in arrays"])
@pytest.mark.parametrize("caps", [(500, 100), (12, 6)], ids=["whole blocks", "large blocks"])
def test_a_large_batch_leaves_what_one_by_one_leaves(scene, monkeypatch, caps, glanced):
    smaller_blocks(*caps)
    monkeypatch.setattr(scoring, "GLANCED", glanced)
    took_in(scene, "a", townspeople(30, 1))
    batch = townspeople(40, 2)
    monkeypatch.setattr(scoring, "MANY", 10**9)
    wanted = outcome(scene, batch)
    monkeypatch.setattr(scoring, "MANY", 0)
    assert any(deed == "link" for deed, *_rest in wanted["ledger"])
    assert {kind for _ends, kind, *_rest in wanted["candidates"]} >= {"possible", "conflict"}
    monkeypatch.setattr(scoring_many, "AT_ONCE", 300)
    assert outcome(scene, batch) == wanted


def test_what_a_large_batch_needs_is_read_while_it_is_written(scene, monkeypatch):
    monkeypatch.setattr(placing, "TOGETHER", 3)
    monkeypatch.setattr(scoring._looked_at, "pairs", 0)
    scoring.get_ready.cache_clear()
    took_in(scene, "a", townspeople(2, 1))
    took_in(scene, "further", townspeople(3, 1))
    assert scoring.get_ready.cache_info().currsize == 0
    monkeypatch.setattr(scoring, "GLANCED", 0)
    took_in(scene, "b", townspeople(3, 2))
    took_in(scene, "c", townspeople(3, 3))
    assert scoring.get_ready.cache_info().misses == 1
    scoring.get_ready().join()


@pytest.mark.skipif(not fast.AVAILABLE, reason="numba is not installed")
def test_the_kernel_that_it_needs_is_then_there():
    scoring_many.get_ready()
    [one] = fused._run.made().signatures
    people = [prepare(MODEL, Party(n, "person", values)) for n, values in enumerate(townspeople(20, 5))]
    Scorer(MODEL, of_features(MODEL, people)).score(np.arange(10), np.arange(10, 20), floor=MODEL.review)
    assert fused._run.made().signatures == [one]


def test_arrays_are_for_whoever_has_looked_at_enough_without(scene, monkeypatch):
    monkeypatch.setattr(scoring, "MANY", 0)
    monkeypatch.setattr(scoring._looked_at, "pairs", 0)
    assert not scoring.in_arrays(scoring.GLANCED)
    assert scoring.in_arrays(scoring.GLANCED + 1)
    took_in(scene, "a", townspeople(20, 1))
    assert scoring.in_arrays(scoring.GLANCED)


@pytest.mark.parametrize("glanced", [10**9, 0], ids=["at a glance", "in arrays"])
def test_so_do_records_that_come_alone(scene, monkeypatch, glanced):
    """Of a customer that one pair leads to the relatives count, too: then it is no automatic link."""
    took_in(scene, "a", townspeople(40, 1))
    alone = [[values] for values in townspeople(20, 4)[:4]]
    monkeypatch.setattr(scoring, "MANY", 10**9)
    wanted = outcome(scene, *alone)
    monkeypatch.setattr(scoring, "MANY", 0)
    monkeypatch.setattr(scoring, "GLANCED", glanced)
    assert {kind for _ends, kind, *_rest in wanted["candidates"]} >= {"possible", "conflict"}
    assert outcome(scene, *alone) == wanted
