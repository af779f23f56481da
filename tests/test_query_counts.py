"""How many SQL queries each list page and payload makes: the same for one row and for many."""

import pytest
from django.urls import reverse

from tests.stewardship.scene import ask, make_source, stranger, task_of
from tests.support.people import make_domain, make_user

pytestmark = pytest.mark.django_db

QUEUE = 11
CARD = 18


@pytest.fixture
def reviewed():
    """Five questions, and somebody who decides them."""
    retail = make_domain("retail")
    crm, shop = make_source(retail, "crm"), make_source(retail, "shop")
    tasks = [task_of(ask(stranger(crm, number), stranger(shop, number + 1))) for number in range(1, 11, 2)]
    return tasks, make_user("steward", domain=retail)


def test_the_queue(client, reviewed, django_assert_num_queries):
    _tasks, steward = reviewed
    client.force_login(steward)
    client.get(reverse("stewardship:queue"))
    with django_assert_num_queries(QUEUE):
        client.get(reverse("stewardship:queue"))


def test_the_review_card(client, reviewed, django_assert_num_queries):
    tasks, steward = reviewed
    client.force_login(steward)
    client.get(reverse("stewardship:queue"))
    with django_assert_num_queries(CARD):
        client.get(reverse("stewardship:task", args=[tasks[0].pk]))
