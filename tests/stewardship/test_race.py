"""Several people at one card at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from time import sleep

import pytest
from django.db import connection
from django.db.models import Q

from cmdm import verifying
from cmdm.actions import Refused, action
from cmdm.models import system_user
from customers.models import Customer
from matching.models import Candidate, LedgerEntry, Verdict
from stewardship.actions import policies, tasks
from stewardship.models import Answer, Task, TaskCandidate
from tests.stewardship.scene import ask, make_source, seen, stranger, task_of, told
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


def three(desk, turn):
    """A group of three customers, and its task."""
    crm, shop, _people = desk
    a, b, c = stranger(crm, 3 * turn), stranger(shop, 3 * turn + 1), stranger(crm, 3 * turn + 2)
    ask(a, b, probability=0.6)
    return (a, b, c), task_of(ask(b, c))


def holds():
    """What must be true of links, tasks and answers."""
    names = [check.name for check in verifying.checks if check.invariant in ("I7", "I8", "I10", "I11", "I12")]
    return verifying.broken(names) == []


def test_one_answer_about_a_group_counts_and_is_whole(desk):
    people = desk[2]
    for turn in range(scaled(3, 50)):
        _records, task = three(desk, turn)
        versions, (a, b, c) = seen(task), task.customers
        said = (
            {"decision": "same"},
            {"decision": "different"},
            {"decision": "partition", "groups": [[a, b]], "related": [[b, c, "household"]]},
            {"decision": "partition", "groups": [[b, c]]},
        )
        deeds = [
            partial(tasks.decide, task, actor=person, seen=versions, **one)
            for person, one in zip(people, said, strict=True)
        ]
        heard = at_once(deeds)

        [given] = [one for one in heard if isinstance(one, Answer)]
        refusals = [str(one.sentence) for one in heard if isinstance(one, Refused)]
        assert len(refusals) == len(people) - 1
        assert all("was not recorded" in sentence or "Look at it again" in sentence for sentence in refusals)
        left = Customer.objects.active().filter(pk__in=task.customers).count()
        assert left == len(given.partition["groups"])
        assert holds()


def test_a_question_that_comes_up_while_its_group_is_decided_is_not_lost(desk):
    crm, _shop, people = desk
    for turn in range(scaled(3, 50)):
        (a, _b, _c), task = three(desk, turn)
        late, versions = stranger(crm, 60 + turn), seen(task)
        at_once([
            partial(tasks.decide, task, actor=people[0], decision="different", seen=versions),
            partial(ask, a, late),
            partial(tasks.take_next, Task.objects.order_by("-priority"), actor=people[1]),
        ])  # fmt: skip

        asked = Candidate.objects.open().filter(Q(left=late) | Q(right=late)).get()
        assert TaskCandidate.objects.filter(candidate=asked, open=True, task__status="open").count() == 1
        assert holds()


@action
def holding(task, meanwhile, then, *, actor):
    """Do something while another process waits for this task."""
    list(Task.objects.filter(pk=task.pk).locked())
    meanwhile()
    for _ in range(1_000):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted AND pid <> pg_backend_pid()")
            if cursor.fetchone()[0]:
                return then()
        sleep(0.01)
    raise AssertionError("Nobody waits.")


def test_what_comes_up_while_one_waits_for_a_task_is_in_it(desk):
    crm, shop, _people = desk
    left, right, late = stranger(crm, 1), stranger(shop, 2), stranger(crm, 3)
    task = task_of(ask(left, right))

    def again():
        told(left)
        connection.close()

    with ThreadPoolExecutor(1) as pool:
        waiting = []
        deed = partial(ask, right, late)
        holding(task, lambda: waiting.append(pool.submit(again)), deed, actor=system_user())
        waiting[0].result()

    task.refresh_from_db()
    assert len(task.customers) == 3
    assert TaskCandidate.objects.filter(task=task, open=True).count() == 2
    assert holds()


def test_two_seconds_answer_one_first_once(desk):
    crm, shop, people = desk
    policies.add_policy(actor=system_user(), domain=crm.domain, fields={"name": "All"})
    task = task_of(ask(stranger(crm, 1), stranger(shop, 2)))
    versions = seen(task)
    tasks.decide(task, actor=people[0], decision="same", seen=versions)

    heard = at_once([partial(tasks.decide, task, actor=one, decision="same", seen=versions) for one in people])

    assert sum(isinstance(one, Answer) for one in heard) == 1
    assert sorted(Answer.objects.values_list("role", flat=True)) == ["first", "second"]
    assert LedgerEntry.objects.filter(deed="merge").count() == 1
