"""Clients, sources and customers for tests of the API."""

import pytest
from rest_framework.test import APIClient

from cmdm.actions.users import issue_token
from cmdm.models import system_user
from customers.actions.sources import add_source
from customers.models import Source, SourceRecord
from tests.support.people import make_domain, make_user

ANN = {
    "given_name": "Annegret",
    "family_name": "Wiesental",
    "birth_date": "1954-03-17",
    "email": [{"value": "annegret.wiesental@mail.example", "kind": "home"}],
    "phone": [{"value": "+498342550170", "kind": "mobile"}],
    "address": [{"kind": "home", "line1": "Lindenweg 4", "city": "Kempten", "postal_code": "87435", "country": "DE"}],
    "identifier": [{"scheme": "ssn", "value": "7364009"}],
}
BOB = {
    "given_name": "Torvald",
    "family_name": "Okonjo",
    "birth_date": "1981-11-02",
    "email": [{"value": "torvald@okonjo.example", "kind": "work"}],
}


class Client(APIClient):
    """A client whose address is always under the API."""

    def at(self, path, **query):
        return self.get(f"/api/v1/{path}", query)

    def send(self, path, body, **headers):
        return self.post(f"/api/v1/{path}", body, format="json", headers=headers)


def client_of(user):
    """A client that signs itself with a token of the user."""
    client = Client(enforce_csrf_checks=True)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {issue_token(actor=system_user(), user=user)}")
    return client


def make_source(domain, key, **fields) -> Source:
    return add_source(actor=system_user(), domain=domain, key=key, fields={"name": key.title(), **fields})


def record(source, key, values, **rest):
    return {"source": source, "key": key, "values": values, **rest}


def customer_of(source, key):
    return SourceRecord.objects.select_related("customer").get(source__key=source, key=key).customer


@pytest.fixture
def north(db):
    """A domain with two sources, a shop that sends and a CRM."""
    domain = make_domain("north")
    make_source(domain, "shop", country="DE", trust=40)
    make_source(domain, "crm", country="DE", trust=80)
    return domain


@pytest.fixture
def south(db):
    """Another domain, compared with the first, with a source of its own."""
    domain = make_domain("south")
    make_source(domain, "till", country="DE", trust=90)
    return domain


@pytest.fixture
def owner(north):
    """Sends and sees the north's data, by token."""
    return client_of(make_user("data owner", domain=north))


@pytest.fixture
def southerner(south):
    return client_of(make_user("data owner", domain=south))


@pytest.fixture
def steward(north):
    return client_of(make_user("steward", domain=north))


@pytest.fixture
def consumer(north):
    return client_of(make_user("consumer", domain=north))


@pytest.fixture
def ann(owner):
    """A customer of the north, known to the shop as A1."""
    assert owner.send("records/", record("shop", "A1", ANN)).status_code == 200
    return customer_of("shop", "A1")
