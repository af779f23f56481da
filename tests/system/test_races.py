"""Several at once, on one database in which everything commits: both effects, or one and a refusal, never half."""

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import connection

from cmdm import verifying
from cmdm.actions import Refused
from customers.models import Customer, SourceRecord
from matching.actions import ledger, verdicts
from matching.models import LedgerEntry, Verdict
from tests.support.people import make_domain, make_user
from tests.support.records import ANNE, make_source, now, person, seen, stored, take
from tests.support.scale import scaled

pytestmark = pytest.mark.race
RUNS = scaled(10, 500)
SURNAMES = ("Aalto", "Berg", "Costa", "Duval", "Eriksen", "Fontana", "Gruber", "Horvat", "Ivanov", "Jansen")


def at_once(*deeds: Callable[[], Any]) -> list[Any]:
    """Do all of them in threads that start together; what each gave, a refusal included."""
    start = threading.Barrier(len(deeds))
    answers: list[Any] = [None] * len(deeds)

    def run(place: int, deed: Callable[[], Any]) -> None:
        try:
            start.wait(timeout=20)
            answers[place] = deed()
        except Exception as answer:
            answers[place] = answer
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place, deed)) for place, deed in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    faults = [one for one in answers if isinstance(one, Exception) and not isinstance(one, Refused)]
    assert faults == []
    return answers


def refusals(answers: list[Any]) -> int:
    return sum(isinstance(one, Refused) for one in answers)


@pytest.fixture
def hub(committing):
    """A domain with a source and two stewards; everything holds at the end."""
    domain = make_domain()
    yield make_source(domain), make_user("steward", domain=domain), make_user("steward", domain=domain)
    assert verifying.broken() == []


def strangers(source, run, count):
    """So many people who have nothing in common."""
    names = ("Ana", "Bruno", "Carla")[:count]
    return [
        stored(source, f"{run}-{name}", person(name, f"{SURNAMES[run % 10]}{ends}", f"19{decade}-0{run % 9 + 1}-11"))
        for name, ends, decade in zip(names, ("xxx", "yyy", "zzz"), (51, 64, 87), strict=False)
    ]


def test_two_stewards_who_merge_the_same_pair_do_it_once(hub):
    source, marta, otto = hub
    for run in range(RUNS):
        pair = strangers(source, run, 2)
        customers, versions = [one.customer for one in pair], seen(*pair)
        answers = at_once(
            partial(ledger.merge, customers, actor=marta, seen=versions),
            partial(ledger.merge, customers, actor=otto, seen=versions),
        )
        assert refusals(answers) == 1
        assert LedgerEntry.objects.filter(deed="merge").count() == run + 1


def test_one_merges_while_another_keeps_apart_and_one_of_them_wins(hub):
    source, marta, otto = hub
    for run in range(RUNS):
        pair = strangers(source, run, 2)
        customers, versions = [one.customer for one in pair], seen(*pair)
        answers = at_once(
            partial(ledger.merge, customers, actor=marta, seen=versions),
            partial(verdicts.keep_apart, *pair, actor=otto, answer="different", seen=versions),
        )
        joined = now(pair[0]).customer_id == now(pair[1]).customer_id
        apart = Verdict.objects.in_force().filter(answer="different", left=pair[0]).exists()
        # Keeping apart changes no version: a merge that comes after it overrules it, in the name of its own steward.
        assert joined != apart
        assert refusals(answers) <= 1


def test_a_merge_and_an_update_of_its_record_are_both_done(hub):
    source, marta, _otto = hub
    for run in range(RUNS):
        pair = strangers(source, run, 2)
        customers, versions = [one.customer for one in pair], seen(*pair)
        told = {**pair[0].values, "occupation": f"Number {run}"}
        answers = at_once(
            partial(ledger.merge, customers, actor=marta, seen=versions),
            partial(take, source, pair[0].key, told),
        )
        if refusals(answers):
            ledger.merge(customers, actor=marta, seen=seen(*customers))
        survivor = now(pair[0]).customer
        assert survivor == now(pair[1]).customer
        assert survivor.values["occupation"] == f"Number {run}"


def test_two_merges_that_share_a_customer_follow_each_other(hub):
    source, marta, otto = hub
    for run in range(RUNS):
        a, b, c = strangers(source, run, 3)
        versions = seen(a, b, c)
        first, second = (a.customer, b.customer), (c.customer, a.customer)
        answers = at_once(
            partial(ledger.merge, first, actor=marta, seen=versions),
            partial(ledger.merge, second, actor=otto, seen=versions),
        )
        assert refusals(answers) == 1
        left = Customer.objects.active().filter(pk__in={now(one).customer_id for one in (a, b, c)})
        assert left.count() == 2


def test_a_new_record_and_a_merge_of_whom_it_belongs_to_are_both_done(hub):
    source, marta, _otto = hub
    for run in range(RUNS):
        pair = strangers(source, run, 2)
        customers, versions = [one.customer for one in pair], seen(*pair)
        again = {**pair[1].values, "gender": "female"}
        at_once(
            partial(ledger.merge, customers, actor=marta, seen=versions),
            partial(take, source, f"again-{run}", again),
        )
        arrived = SourceRecord.objects.get(key=f"again-{run}")
        assert arrived.customer_id == now(pair[1]).customer_id


def test_eight_threads_that_bring_one_new_person_make_one_customer(hub):
    source, _marta, _otto = hub
    for run in range(scaled(5, 500)):
        name = SURNAMES[run % 10] + "qvist" * (run // 10 + 1)
        values = person("Nora", name, "1971-01-01", f"nora{run}@mail.example")
        at_once(*[partial(take, source, f"{run}-{place}", values) for place in range(8)])
        records = SourceRecord.objects.filter(key__startswith=f"{run}-")
        assert records.count() == 8
        assert records.values("customer").distinct().count() == 1


def test_versions_of_one_key_that_arrive_at_once_are_numbered_without_a_gap(hub):
    source, _marta, _otto = hub
    for run in range(scaled(5, 500)):
        told = [{**ANNE, "occupation": f"Number {place}"} for place in range(6)]
        answers = at_once(*[partial(take, source, f"k{run}", values) for values in told])
        record = SourceRecord.objects.get(key=f"k{run}")
        assert refusals(answers) == 0
        assert record.last_version == 6
        assert record.customer is not None
