"""What changes something by the API is done by whom the grants allow it, and by nobody else, whatever else he may."""

import json
import uuid

import pytest
from django.db import connection, transaction

from cmdm.models import AuditEntry
from customers.models import Customer, SourceRecord
from stewardship.models import Task
from tests.rights import oracle
from tests.rights.world import WHO

CHANGED = "SELECT (SELECT count(*) FROM cmdm_outboxevent), (SELECT count(*) FROM matching_ledgerentry)"


def seen(*customers):
    return [{"key": one.key_text, "version": one.version} for one in customers]


def new_record(world, source):
    return "post", "records/", {"source": source, "key": "new", "values": {"given_name": "Ida", "family_name": "Roth"}}


def merge(world, *names):
    return "post", "merges/", {"customers": seen(*[world.customers[name] for name in names])}


def unmerge(world, name):
    customer = world.customers[name]
    record = SourceRecord.objects.select_related("source").filter(customer=customer).order_by("pk").last()
    named = [{"source": record.source.key, "key": record.key}]
    return "post", "unmerges/", {"customer": seen(customer)[0], "records": named}


def decision(world, *names):
    asked = sorted(world.customers[name].pk for name in names)
    task = Task.objects.get(customers=asked)
    versions = {one.key_text: one.version for one in Customer.objects.filter(pk__in=asked)}
    return "post", "decisions/", {"task": task.pk, "decision": "different", "versions": versions}


def card(world, *names):
    return Task.objects.get(customers=sorted(world.customers[name].pk for name in names)).pk


def assigned(world, *names):
    return "post", f"tasks/{card(world, *names)}/assign/", {"to": world.users["steward"].username}


def referred(world, *names):
    asked = {"task": card(world, *names), "to": world.users["reader"].username, "question": "Is this she?"}
    return "post", "referrals/", asked


def leads(*names):
    def allowed(world, user):
        touched = set().union(*[oracle.domains(world.customers[name]) for name in names])
        return all(touched <= oracle.held(user, verb) for verb in ("decide", "reveal", "export"))

    return allowed


def imports(place):
    return lambda world, user: world.domains[place].pk in oracle.held(user, "import")


def decides(*names):
    return lambda world, user: oracle.may_decide_on(user, *[world.customers[name] for name in names])


DEEDS = {
    "a record for the north": (lambda world: new_record(world, "crm"), imports(0)),
    "a record for the south": (lambda world: new_record(world, "till"), imports(1)),
    "closing a record of the north": (lambda world: ("delete", "records/crm/1/", None), imports(0)),
    "closing a record of the south": (lambda world: ("delete", "records/till/1/", None), imports(1)),
    "a merge in the north": (lambda world: merge(world, "anna", "anne"), decides("anna", "anne")),
    "a merge across": (lambda world: merge(world, "anna", "karl"), decides("anna", "karl")),
    "an unmerge across": (lambda world: unmerge(world, "nora"), decides("nora")),
    "a decision in the north": (lambda world: decision(world, "anna", "anne"), decides("anna", "anne")),
    "giving somebody a card of the north": (lambda world: assigned(world, "anna", "anne"), leads("anna", "anne")),
    "asking about a card of the north": (lambda world: referred(world, "anna", "anne"), decides("anna", "anne")),
    "asking about a card across": (lambda world: referred(world, "anna", "across"), decides("anna", "across")),
    "a decision across": (lambda world: decision(world, "anna", "across"), decides("anna", "across")),
}


def state():
    with connection.cursor() as cursor:
        cursor.execute(CHANGED)
        return cursor.fetchone()


@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.parametrize("who", WHO)
def test_a_deed_is_done_by_whom_the_grants_allow_it(world, who, deed):
    asked, allowed = DEEDS[deed]
    with transaction.atomic():
        method, path, body = asked(world)
        expected, before = allowed(world, world.users[who]), state()
        content = json.dumps(body) if body is not None else ""
        answer = getattr(world.eyes[who].api, method)(f"/api/v1/{path}", content, content_type="application/json")
        done = state() != before
        transaction.set_rollback(True)
    assert (done, answer.status_code < 400) == (expected, expected), answer.content
    assert expected or answer.status_code in (401, 403, 404)


@pytest.mark.parametrize("face", ["pages", "api"])
@pytest.mark.parametrize("there", [True, False], ids=["foreign", "absent"])
def test_asking_in_vain_is_noted_with_the_key_alone(world, face, there):
    key = world.customers["karl"].key if there else uuid.uuid4()
    user, path = world.users["steward"], f"/customers/{key}/" if face == "pages" else f"/api/v1/customers/{key}/"
    with transaction.atomic():
        assert getattr(world.eyes["steward"], face).get(path).status_code == 404
        [noted] = AuditEntry.objects.filter(deed="access.denied", actor=user, thing_id=str(key))
        transaction.set_rollback(True)
    assert (noted.origin, noted.counts, noted.domains) == (face.rstrip("s"), {"status": 404}, [])
    assert noted.thing.endswith("customer" if face == "api" else "detail")


def test_a_key_of_a_source_is_not_noted(world):
    with transaction.atomic():
        assert world.eyes["reader"].api.delete("/api/v1/records/crm/ida@roth.example/").status_code in (403, 404)
        noted = AuditEntry.objects.filter(deed="access.denied", actor=world.users["reader"]).latest("pk")
        transaction.set_rollback(True)
    assert noted.thing_id == ""
