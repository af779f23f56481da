"""The workload: who holds, was given and decided how much, in the domains of a lead and in no other."""

from datetime import timedelta

import pytest
from django.urls import reverse

from cmdm import clock
from cmdm.actions import action, change_id
from stewardship.actions import tasks
from stewardship.models import Task
from stewardship.queries.workload import workload
from tests.stewardship.scene import answer, ask, stranger, task_of
from tests.support.people import make_user

pytestmark = pytest.mark.django_db
PAGE = reverse("stewardship:workload")


@action
def given(task, to):
    Task.objects.filter(pk=task.pk).update(assigned_to=to, change=change_id())


@pytest.fixture
def cards(crm, shop, marta, jonas):
    """Marta holds one, decided one and took one back; Jonas was given one."""
    held, decided, undone, assigned = [
        task_of(ask(stranger(crm, number), stranger(shop, number + 1))) for number in (1, 3, 5, 7)
    ]
    tasks.take(held, actor=marta)
    answer(decided, marta, "different")
    taken_back = tasks.undo(answer(undone, marta, "different"), actor=marta)
    tasks.release(taken_back, actor=marta)
    given(assigned, jonas)
    return held, assigned


def of(found, user):
    return next(load for load in found.loads if load.user.pk == user.pk)


def test_each_has_what_he_holds_was_given_decided_and_took_back(cards, retail, marta, jonas):
    found = workload({retail.pk})

    hers, his = of(found, marta), of(found, jonas)
    assert (hers.held, hers.assigned, hers.today, hers.week, hers.undone_share) == (1, 0, 2, 2, 0.5)
    assert (his.held, his.assigned, his.week, his.undone_share) == (0, 1, 0, None)
    with clock.at(clock.now() + timedelta(days=8)):
        later = of(workload({retail.pk}), marta)
    assert (later.held, later.today, later.week) == (0, 0, 0)


def test_another_domain_is_not_counted(cards, branch, outsider):
    found = workload({branch.pk})

    assert [load.user.pk for load in found.loads] == [outsider.pk]
    assert of(found, outsider).held == 0


def test_the_page_is_for_leads_and_leads_to_the_cards(client, cards, retail, marta, jonas):
    client.force_login(make_user("lead", domain=retail))
    text = client.get(PAGE, {"who": jonas.pk}).text
    assert "Jonas" in text and "Marta" in text
    assert reverse("stewardship:task", args=[cards[1].pk]) in text
    assert reverse("stewardship:task", args=[cards[0].pk]) not in text

    client.force_login(marta)
    assert client.get(PAGE).status_code == 403


def test_the_number_of_queries_does_not_grow(cards, retail, django_assert_num_queries):
    with django_assert_num_queries(5):
        workload({retail.pk})
