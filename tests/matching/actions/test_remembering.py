"""What people said outlives reloads and new models; what has changed since comes back, and nothing else does."""

import random
import string
from dataclasses import replace

import pytest

from cmdm.actions import action
from cmdm.models import system_user
from customers.actions.received import Received
from customers.actions.records import take_in
from customers.models import Customer, SourceRecord
from matching.actions import candidates, matching, models, verdict_rows, verdicts
from matching.actions.verdict_rows import Say
from matching.models import Candidate, Verdict
from matching.queries.models import models_in_force
from tests.support.people import make_user
from tests.support.records import ANNA, ANNE, now, person, seen, stored, take
from tests.support.scale import scaled

PAIRS = scaled(300, 10_000)
ANSWERS = ("different", "related", "unsure")


def say(answer, left, right, actor, strength="advise"):
    return verdicts.keep_apart(
        now(left), now(right), actor=actor, answer=answer, seen=seen(left, right), strength=strength
    )


class TestFirmness:
    @pytest.fixture
    def pair(self, scene):
        return stored(scene.crm, "1", ANNA), stored(scene.shop, "7", ANNE)

    @pytest.mark.parametrize(("strength", "asked"), [("lock", 0), ("advise", 1), ("accept", 1)])
    def test_a_lock_is_never_asked_again_and_yet_known_as_stale(self, scene, pair, strength, asked):
        say("different", *pair, scene.marta, strength)
        take(scene.shop, "7", {**ANNE, "gender": "female"})
        matching.run(actor=system_user(), everything=True)

        assert Candidate.objects.open().count() == asked
        assert Verdict.objects.in_force().get().stale_since is not None

    @pytest.mark.parametrize(("strength", "joined"), [("lock", False), ("advise", False), ("accept", True)])
    def test_the_machine_joins_later_only_what_was_left_to_it(self, scene, pair, strength, joined):
        say("different", *pair, scene.marta, strength)
        matching.run(actor=system_user(), everything=True)
        assert now(pair[0]).customer != now(pair[1]).customer, "nothing has changed since"

        take(scene.shop, "7", ANNA)
        matching.run(actor=system_user(), everything=True)

        assert (now(pair[0]).customer == now(pair[1]).customer) == joined
        assert Verdict.objects.in_force().filter(answer="different").exists() != joined

    def test_an_answer_covers_other_records_of_both_until_something_new_is_heard(self, scene, pair):
        twin = stored(scene.desk, "2", ANNE)
        assert now(twin).customer == now(pair[1]).customer
        say("unsure", pair[0], pair[1], scene.otto)
        matching.run(actor=system_user(), everything=True)
        assert not Candidate.objects.open().exists()

        take(scene.desk, "2", {**ANNE, "gender": "female"})
        assert Candidate.objects.open().exists()


@action
def answer_all(pairs, actor):
    """What a person would say of each, one after the other."""
    for number, answer in enumerate(ANSWERS):
        mine = pairs[number :: len(ANSWERS)]
        verdict_rows.write(mine, Say(answer, actor), {}, shown=len(mine))
        candidates.close(list(Candidate.objects.open().filter(left__in=[one for one, _ in mine]).locked()), answer)


def people(count):
    """As many people, each twice and somewhat otherwise the second time; nobody is like another."""
    chance = random.Random(7)
    names = ["".join(chance.choices(string.ascii_lowercase, k=9)).title() for _ in range(2 * count)]
    for number in range(count):
        given, family = names[number], names[count + number]
        born = f"{1930 + number % 70}-{number % 12 + 1:02d}-0{number % 9 + 1}"
        other = f"{born[:-2]}1{born[-1]}"
        mails = f"{given}@{family}.example".lower(), f"{family}@{given[::-1]}.example".lower()
        yield person(given, family, born, mails[0]), person(f"{given[:-1]}q", family, other, mails[1])


def load(sources, files):
    """All rows of each, as many at once as are taken."""
    for source, rows in zip(sources, files, strict=True):
        for start in range(0, len(rows), 5_000):
            take_in(source, rows[start : start + 5_000], actor=system_user())


def test_answers_outlive_a_reload_and_a_new_model_and_a_changed_date_brings_exactly_its_pairs_back(scene):
    both = list(people(PAIRS))
    files = [[Received(key=str(number), values=pair[side]) for number, pair in enumerate(both)] for side in (0, 1)]
    sources = (scene.crm, scene.shop)
    load(sources, files)
    customers = Customer.objects.active().count()
    pairs = list(Candidate.objects.open().values_list("left", "right"))
    assert len(pairs) >= PAIRS * 0.9
    records = SourceRecord.objects.in_bulk({end for pair in pairs for end in pair})
    answer_all([(records[one], records[other]) for one, other in pairs], scene.marta)
    assert not Candidate.objects.open().exists()

    load(sources, files)
    owner = make_user("data owner", domains=(scene.north, scene.south))
    held = models_in_force()["person"]
    draft = models.draft(replace(held.model, review=held.model.review / 2), actor=owner, origin="adjusted")
    models.promote(models.keep_rehearsal(draft, {"against": held.version}, actor=owner), actor=owner)
    matching.run(actor=system_user(), everything=True)
    assert Candidate.objects.open().count() == 0
    assert Customer.objects.active().count() == customers

    chosen = records[pairs[5][0]]
    asked = Verdict.objects.in_force().filter(left=chosen.pk) | Verdict.objects.in_force().filter(right=chosen.pk)
    source = scene.crm if chosen.source_id == scene.crm.pk else scene.shop
    take(
        source,
        chosen.key,
        {**chosen.values, "birth_date": chosen.values["birth_date"][:-2] + "2" + chosen.values["birth_date"][-1]},
    )
    again = set(Candidate.objects.open().values_list("left", "right", "kind"))
    assert again == {(one.left_id, one.right_id, "stale") for one in asked}
