"""Every face of the hub shows to every role exactly what the grants allow: an independent oracle says what that is."""

import uuid

import pytest

from customers.models import Customer
from matching.models import Candidate
from stewardship.models import Task
from tests.rights import oracle
from tests.rights.world import WHO, shown


def by_address(path):
    """Whether what lies there opens."""
    return lambda eyes, one: eyes.text(path.format(one.key))


def by_search(path, term):
    """Whether the customer is among what is found."""
    return lambda eyes, one: str(one.key) in eyes.text(path, term(one))


FACES = {
    "list": lambda eyes, one: one.number in eyes.text("/customers/"),
    "search by number": by_search("/customers/search/", lambda one: one.number),
    "search by name": by_search("/customers/search/", lambda one: one.values["given_name"]),
    "page": by_address("/customers/{}/"),
    "page of records": by_address("/customers/{}/records/"),
    "page of history": by_address("/customers/{}/history/"),
    "page of the timeline": by_address("/customers/{}/timeline/"),
    "API list": lambda eyes, one: one.number in eyes.text("/api/v1/customers/"),
    "API detail": by_address("/api/v1/customers/{}/"),
    "API records": by_address("/api/v1/customers/{}/records/"),
    "API history": by_address("/api/v1/customers/{}/history/"),
    "API search": by_search("/api/v1/customers/search/", lambda one: one.values["given_name"]),
}


def told(world, ask):
    return {name: bool(ask(customer)) for name, customer in world.customers.items()}


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("who", WHO)
def test_a_face_shows_what_the_grants_allow_and_nothing_else(world, who, face):
    user, eyes = world.users[who], world.eyes[who]
    reached = face.startswith("API") or oracle.opens_pages(user)
    allowed = told(world, lambda one: reached and oracle.sees(user, one))
    assert told(world, lambda one: FACES[face](eyes, one)) == allowed


@pytest.mark.parametrize("who", WHO)
def test_a_file_holds_what_may_be_exported(world, who):
    user = world.users[who]
    lines = shown(world.eyes[who].pages.post("/customers/export/", {"purpose": "quality"}))
    assert told(world, lambda one: one.number in lines) == told(world, lambda one: oracle.exports(user, one))


@pytest.mark.parametrize("who", WHO)
def test_a_question_is_shown_to_who_decides_on_one_of_its_sides(world, who):
    user, eyes = world.users[who], world.eyes[who]
    asked = {task: list(Customer.objects.filter(pk__in=task.customers)) for task in Task.objects.all()}
    assert len(asked) > 1
    seen = {task: bool(eyes.text(f"/review/{task.pk}/")) for task in asked}
    assert seen == {task: oracle.decides(user, *sides) for task, sides in asked.items()}


@pytest.mark.parametrize("who", WHO)
def test_a_pair_is_given_by_the_api_where_both_sides_are_seen(world, who):
    user, listed = world.users[who], world.eyes[who].text("/api/v1/candidates/")
    pairs = {row: [row.left.customer, row.right.customer] for row in Candidate.objects.open()}
    given = {row: all(one.key_text in listed for one in sides) for row, sides in pairs.items()}
    assert given == {row: all(oracle.sees(user, one) for one in sides) for row, sides in pairs.items()}


@pytest.mark.parametrize("path", ["customers/{}/", "customers/{}/records/", "customers/{}/history/"])
def test_what_is_foreign_is_answered_as_what_is_absent(world, path):
    eyes, foreign, absent = world.eyes["steward"], world.customers["karl"].key, uuid.uuid4()
    there, nowhere = (
        [eyes.pages.get(f"/{path.format(key)}"), eyes.api.get(f"/api/v1/{path.format(key)}")]
        for key in (foreign, absent)
    )
    assert {answer.status_code for answer in (*there, *nowhere)} == {404}
    assert [body(answer, foreign) for answer in there] == [body(answer, absent) for answer in nowhere]


def body(answer, key):
    """What was answered, without the key that was asked for and what differs from answer to answer."""
    kept = answer.content.decode().replace(str(key), "KEY")
    return [line for line in kept.splitlines() if "csrf" not in line.lower()]
