"""Several people at one card at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

import pytest
from django.db import connection

from cmdm.actions import Refused
from matching.models import LedgerEntry, Verdict
from stewardship.actions import tasks
from stewardship.models import Answer, Task
from tests.stewardship.scene import ask, make_source, seen, stranger, task_of
from tests.support.people import make_domain, make_user
from tests.support.scale import scaled

pytestmark = pytest.mark.race
PEOPLE = 4


def at_once(deeds):
    """All deeds begin together; what each returned, or its refusal."""
    start = Barrier(len(deeds))

    def run(deed):
        start.wait()
        try:
            return deed()
        except Refused as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(run, deeds))


@pytest.fixture
def desk(committing):
    domain = make_domain()
    crm, shop = make_source(domain, "crm"), make_source(domain, "shop")
    people = [make_user("steward", domain=domain) for _ in range(PEOPLE)]
    return crm, shop, people


def test_one_of_several_answers_counts_and_the_others_hear_whose(desk):
    crm, shop, people = desk
    for turn in range(scaled(3, 50)):
        task = task_of(ask(stranger(crm, 2 * turn), stranger(shop, 2 * turn + 1)))
        versions, decisions = seen(task), ("same", "different", "related", "unsure")

        deeds = [
            partial(tasks.decide, task, actor=person, decision=decision, seen=versions)
            for person, decision in zip(people, decisions, strict=True)
        ]
        heard = at_once(deeds)

        given = [one for one in heard if isinstance(one, Answer)]
        refusals = [one for one in heard if isinstance(one, Refused)]
        assert len(given) == 1
        assert all(refusal.code == "stale" for refusal in refusals)
        assert Answer.objects.filter(task=task).count() == 1
        acted = LedgerEntry.objects.filter(change=given[0].change, deed="merge").count()
        assert acted + Verdict.objects.filter(change=given[0].change, derived=False).exclude(answer="same").count() == 1


def test_everybody_gets_a_card_of_his_own(desk):
    crm, shop, people = desk
    for number in range(0, 2 * PEOPLE, 2):
        ask(stranger(crm, number), stranger(shop, number + 1))

    waiting = Task.objects.order_by("-priority")
    taken = at_once([partial(tasks.take_next, waiting, actor=person) for person in people])

    assert len({task.pk for task in taken}) == PEOPLE
