"""Every face of the hub shows to every role exactly what the grants allow: an independent oracle says what that is."""

import uuid

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.test.client import MULTIPART_CONTENT as MULTIPART

from cmdm.actions.users import issue_token
from cmdm.models import DomainUserPermission, system_user
from customers.models import Customer
from matching.models import Candidate
from stewardship.models import Task
from tests.rights import oracle
from tests.support import databases
from tests.support.people import make_domain, make_user
from tests.support.records import ANNA, ANNE, KARL, make_source, person, stored

ROLES = ("reader", "steward", "lead", "data owner", "privacy officer", "auditor", "administrator", "consumer")
OTHERS = ("nobody", "superuser", "switched off", "model-wide", "one verb", "both", "far")

WHO = (*ROLES, *OTHERS)


class World:
    """Anna and Anne in the north, Karl in the south, Nora in both; a question in the north and one across."""

    def __init__(self) -> None:
        north, south = make_domain("north"), make_domain("south")
        crm, till = make_source(north, "crm"), make_source(south, "till")
        nora = person("Nora", "Aalto", "1971-01-01", "nora@aalto.example")
        anna, anne = stored(crm, "1", ANNA), stored(crm, "2", ANNE)
        karl = stored(till, "1", KARL)
        both = stored(crm, "3", nora)
        assert stored(till, "3", {**nora, "gender": "female"}).customer == both.customer
        across = stored(till, "4", person("Anna", "Lindqvist", "1980-02-03"))
        self.customers = {
            name: Customer.objects.get(pk=record.customer_id)
            for name, record in {"anna": anna, "anne": anne, "karl": karl, "nora": both, "across": across}.items()
        }
        self.domains = (north, south)
        self.users = {role: make_user(role, domain=north) for role in ROLES}
        self.users |= {name: self.other(name) for name in OTHERS}
        self.users = {name: type(user).objects.get(pk=user.pk) for name, user in self.users.items()}
        self.eyes = {name: Eyes(user) for name, user in self.users.items()}

    def other(self, name):
        north, south = self.domains
        if name in ("both", "far"):
            return make_user("lead", domains=self.domains) if name == "both" else make_user("steward", domain=south)
        user = make_user("lead", domain=north) if name == "switched off" else make_user(name=name.replace(" ", "-"))
        view = Permission.objects.get(codename="view", content_type__app_label="cmdm", content_type__model="domain")
        if name == "superuser":
            type(user).objects.filter(pk=user.pk).update(is_superuser=True, is_staff=True)
        if name == "switched off":
            type(user).objects.filter(pk=user.pk).update(is_active=False)
        if name == "model-wide":
            user.user_permissions.add(view)
        if name == "one verb":
            DomainUserPermission.objects.create(user=user, permission=view, content_object=south)
        return user


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker, template_database):
    """A hub of this module's own; what it shows is committed."""
    with (
        databases.clone(template_database) as database,
        django_db_blocker.unblock(),
        databases.connected_to(database),
    ):
        yield World()


class Eyes:
    """What one user is shown, by a browser and by a token; each address is asked once."""

    def __init__(self, user):
        self.pages, self.api = Client(), Client()
        self.pages.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        if user.is_active:
            token = issue_token(actor=system_user(), user=user)
            self.api = Client(headers={"authorization": f"Bearer {token}"})
        self.read: dict[tuple, str] = {}

    def text(self, path, term=None):
        """What stands there; nothing where the answer is a refusal."""
        if (path, term) not in self.read:
            self.read[path, term] = shown(self.ask(path, term))
        return self.read[path, term]

    def ask(self, path, term):
        client = self.api if path.startswith("/api/") else self.pages
        if term is None:
            return client.get(path)
        return client.post(path, {"term": term}, content_type="application/json" if client is self.api else MULTIPART)


def shown(answer):
    if answer.status_code != 200:
        return ""
    return b"".join(answer.streaming_content).decode() if answer.streaming else answer.content.decode()


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
