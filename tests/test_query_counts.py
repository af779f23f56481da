"""How many SQL queries each list page and payload makes: the same for one row and for many."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cmdm.models import system_user
from customers.actions import unusual_values
from tests.api.conftest import ANN, BOB, client_of, record
from tests.stewardship.scene import answer, ask, make_source, seen, stranger, task_of
from tests.support.people import make_domain, make_user
from tests.support.records import person, stored

pytestmark = pytest.mark.django_db

QUEUE = 16
CARD = 21
AROUND = 9
# With the next card ready on the page: two deeds, each of five statements more than on its own, as they are nested in
# the test's transaction.
ANSWER = {"different": 43, "same": 59}
CUSTOMERS = 6
CUSTOMER = 29
RECORDS = 18
HISTORY = 19
TIMELINE = 20
SEARCH = 11
SOURCES = 5
IMPORTS = 4
UNUSUAL = 10
MERGE = 18
# In production five fewer: nested in the transaction of the test, a change begins and ends with a savepoint of its own
# and has its deferred checks made at once. Two say how the others are planned; nobody waits for their answer.
RECORD = {"new": 31, "link": 39, "changed": 41, "unchanged": 17}
QUALITY = {"dashboard": 19, "answers": 4, "sample": 4, "policies": 6, "practice": 4}


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


def test_the_review_card(client, reviewed):
    tasks, steward = reviewed
    assert queries_of(client, steward, reverse("stewardship:task", args=[tasks[0].pk])) == CARD


def test_the_review_card_of_a_group_asks_no_more_than_that_of_a_pair(client, reviewed):
    (first, second, *_more), steward = reviewed
    left, right = (task.members.get().candidate.left for task in (first, second))
    ask(left, right)
    first.refresh_from_db()
    assert len(first.customers) == 4
    assert queries_of(client, steward, reverse("stewardship:task", args=[first.pk])) <= CARD


def test_what_stands_around_a_card(client, reviewed):
    tasks, steward = reviewed
    assert queries_of(client, steward, reverse("stewardship:around", args=[tasks[0].pk])) == AROUND


@pytest.mark.parametrize("decision", ANSWER)
def test_an_answer_with_the_next_card_ready(client, reviewed, decision):
    (first, second, third, *_more), steward = reviewed
    client.force_login(steward)
    htmx = {"HX-Request": "true"}
    for task, coming in ((first, second), (second, third)):
        mark = client.get(reverse("stewardship:ahead", args=[coming.pk])).headers["X-Card"]
        shown = ",".join(f"{pk}:{version}" for pk, version in seen(task).items())
        fields = {"decision": decision, "seen": shown, "ahead": mark}
        with CaptureQueriesContext(connection) as asked:
            response = client.post(reverse("stewardship:decide", args=[task.pk]), fields, headers=htmx)
        assert response.headers["X-Card"] == mark
    assert len(asked) == ANSWER[decision]


@pytest.fixture
def held():
    """Six customers of two sources, one of them of several records, and somebody with every right on pages."""
    retail = make_domain("retail")
    crm, shop = make_source(retail, "crm"), make_source(retail, "shop")
    records = [stranger(source, number) for number, source in enumerate((crm, shop, crm, shop, crm), start=1)]
    return records, make_user("lead", "data owner", domain=retail)


def test_the_list_of_unusual_values_asks_the_same_for_one_and_for_many(client):
    retail = make_domain("retail")
    crm, owner = make_source(retail, "crm"), make_user("data owner", domain=retail)
    asked = []
    for names in (["Asdfgh"], ["Xxxx", "Qwertz", "12345", "Unknown"]):
        for name in names:
            stored(crm, name, person(name, f"Berg {name}", "1980-02-03"))
        for covered, look in unusual_values.STEPS:
            unusual_values.settle(covered, look(), actor=system_user(), hold=lambda: None)
        address = reverse("customers:unusual_values") + "?ignored=1"
        asked.append(queries_of(client, owner, address))
        assert client.get(address).text.count("data-row data-href") >= len(names)
    assert asked == [UNUSUAL, UNUSUAL]


def queries_of(client, user, address, **posted):
    """How many queries a page takes once everything that is read once has been read."""
    client.force_login(user)
    ask = client.post if posted else client.get
    ask(address, posted)
    with CaptureQueriesContext(connection) as asked:
        answer = ask(address, posted)
    assert answer.status_code == 200
    return len(asked)


@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("customers:list", CUSTOMERS),
        ("customers:sources", SOURCES),
        ("customers:imports", IMPORTS),
    ],
)
def test_the_lists_of_customers(client, held, name, most):
    _records, user = held
    assert queries_of(client, user, reverse(name)) == most


@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("customers:detail", CUSTOMER),
        ("customers:records", RECORDS),
        ("customers:history", HISTORY),
        ("customers:timeline", TIMELINE),
    ],
)
def test_one_customer(client, held, name, most):
    records, user = held
    assert queries_of(client, user, reverse(name, args=[records[0].customer.key])) == most


def test_finding_a_customer(client, held):
    _records, user = held
    assert queries_of(client, user, reverse("customers:search"), term="mail") == SEARCH


def test_the_preview_of_a_merge(client, held):
    records, user = held
    keys = [record.customer.key for record in records[:2]]
    assert queries_of(client, user, reverse("matching:merge_preview", args=keys)) == MERGE


@pytest.mark.parametrize("name", QUALITY)
def test_the_pages_of_quality(client, reviewed, name):
    (first, second, *_more), steward = reviewed
    address = reverse(f"stewardship:{name}")
    answer(first, steward, "different")
    asked = queries_of(client, steward, address)
    answer(second, steward, "different")
    assert queries_of(client, steward, address) == asked == QUALITY[name]


@pytest.mark.parametrize("outcome", RECORD)
def test_one_record_that_is_sent(outcome):
    retail = make_domain("retail")
    make_source(retail, "crm")
    client = client_of(make_user("data owner", domain=retail))
    for key, values in (("A1", ANN), ("B1", BOB), ("A2", ANN), ("B1", BOB | {"gender": "male"})):
        client.send("records/", record("crm", key, values))
    sent = {
        "new": record("crm", "C1", {"given_name": "Ilse", "family_name": "Quade", "birth_date": "1960-05-05"}),
        "link": record("crm", "A3", ANN),
        "changed": record("crm", "B1", BOB),
        "unchanged": record("crm", "A1", ANN),
    }
    with CaptureQueriesContext(connection) as asked:
        told = client.send("records/", sent[outcome]).json()
    assert outcome in (told["outcome"], told["decision"])
    assert len(asked) == RECORD[outcome]
