"""Several clients at once, on a database where everything commits."""

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from django.db import connection

from customers.models import Customer, SourceRecord
from tests.api.conftest import ANN, client_of, make_source, record
from tests.support.people import make_domain, make_user
from tests.support.scale import scaled

pytestmark = pytest.mark.race
THREADS = 8


@pytest.fixture
def sender(committing):
    """A user who sends for two sources of one domain."""
    domain = make_domain("north")
    make_source(domain, "shop", country="DE")
    make_source(domain, "crm", country="DE")
    return make_user("data owner", "consumer", domain=domain)


def at_once(*deeds):
    """Run the deeds in threads that start together; their answers."""
    start = threading.Barrier(len(deeds))

    def run(deed):
        try:
            start.wait(timeout=30)
            return deed()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(run, deeds))


def stranger(turn):
    """A person who resembles nobody of another turn."""
    luck = random.Random(turn)
    given, family = ("".join(luck.choices("bdfgklmnprstvz", k=3) + luck.choices("aeiou", k=3)) for _name in range(2))
    born = f"{luck.randrange(1930, 2000)}-{luck.randrange(1, 13):02}-{luck.randrange(1, 29):02}"
    mail = [{"value": f"{given}.{family}@mail.example"}]
    return {"given_name": given.title(), "family_name": family.title(), "birth_date": born, "email": mail}


def test_eight_threads_that_send_one_new_person_yield_one_customer(sender):
    clients = [client_of(sender) for _thread in range(THREADS)]
    for turn in range(scaled(3, 50)):
        person = stranger(turn)
        deeds = [
            partial(client.send, "records/", record(("shop", "crm")[n % 2], f"{turn}-{n}", person))
            for n, client in enumerate(clients)
        ]
        answers = at_once(*deeds)
        assert [one.status_code for one in answers] == [200] * THREADS
        assert len({one.json()["customer"] for one in answers}) == 1
    assert Customer.objects.count() == scaled(3, 50)


def test_eight_threads_that_send_one_key_write_its_versions_without_a_gap(sender):
    clients = [client_of(sender) for _thread in range(THREADS)]
    answers = at_once(
        *[
            lambda client=client, n=n: client.send("records/", record("shop", "1", {**ANN, "given_name": f"Ann{n}"}))
            for n, client in enumerate(clients)
        ]
    )
    assert [one.status_code for one in answers] == [200] * THREADS
    kept = SourceRecord.objects.get()
    past = SourceRecord.history.filter(id=kept.pk).values_list("version", flat=True)
    assert sorted([*past, kept.version]) == list(range(1, THREADS + 1))


def test_one_idempotency_key_sent_eight_times_at_once_has_one_effect(sender):
    clients = [client_of(sender) for _thread in range(THREADS)]
    answers = at_once(
        *[
            lambda client=client: client.send("records/", record("shop", "1", ANN), **{"Idempotency-Key": "one"})
            for client in clients
        ]
    )
    assert {one.status_code for one in answers} <= {200, 409}
    assert {one.json()["outcome"] for one in answers if one.status_code == 200} == {"new"}
    assert SourceRecord.objects.get().version == 1


def test_the_limit_of_identify_holds_for_parallel_requests(sender, settings):
    settings.IDENTIFY_PER_MINUTE = 5
    clients = [client_of(sender) for _thread in range(THREADS)]
    answers = at_once(*[lambda client=client: client.send("identify/", {"values": ANN}) for client in clients])
    assert sorted(one.status_code for one in answers) == [200] * 5 + [429] * 3
