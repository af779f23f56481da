"""After `match --all` the same records lie in the same groups, in whatever order they came."""

import random

from django.db import transaction

from cmdm.models import system_user
from customers.models import SourceRecord
from matching.actions import ledger, matching
from tests.support.records import KARL, person, seen, stored, take

PHONE = [{"value": "+4930123456"}]
PEOPLE = [
    person("Anna", "Bergström", "1980-02-03", "anna@bergstrom.example"),
    person("Anna", "Bergstrom", "1980-02-03", "anna@bergstrom.example"),
    person("Ana", "Bergström", "1980-02-03", "anna.b@elsewhere.example"),
    person("Anna", "Lindqvist", "1980-02-03", "anna@bergstrom.example"),
    person("Karl", "Bergström", "1978-05-06", "karl@bergstrom.example"),
    person("Karl", "Bergstrom", "1978-06-05", "karl@bergstrom.example"),
    person("Carl", "Bergström", "2004-05-06", "karl@bergstrom.example"),
    person("Bob", "Bergström", "1978-05-06"),
    # The one in the middle is both, and they cannot be one: it belongs to the first, whoever came before.
    person("Jon", "Miller", "1970-01-11", "miller@home.example", phone=PHONE),
    person("J.", "Miller", "", "miller@home.example", phone=PHONE),
    person("Jane", "Miller", "1974-06-30", "miller@home.example"),
]


def groups():
    found = {}
    for key, customer in SourceRecord.objects.order_by("key").values_list("key", "customer"):
        found.setdefault(customer, []).append(key)
    return sorted(found.values())


def groups_after(scene, numbers):
    """What comes of this order of arrival, and how many customers were taken apart; it is taken back afterwards."""
    with transaction.atomic():
        for number in numbers:
            take(scene.crm, f"{number:02}", PEOPLE[number])
        parted = matching.run(actor=system_user(), everything=True).parted
        found = groups()
        transaction.set_rollback(True)
    return found, parted


def test_the_order_of_arrival_leaves_no_trace_in_the_groups(scene):
    forth = list(range(len(PEOPLE)))
    first, none_parted = groups_after(scene, forth)
    assert ["08", "09"] in first and none_parted == 0
    back, parted = groups_after(scene, forth[::-1])
    assert back == first and parted == 1
    assert groups_after(scene, random.Random(3).sample(forth, len(forth)))[0] == first


def test_a_person_is_not_overruled(scene):
    for number in (10, 9):
        take(scene.crm, f"{number:02}", PEOPLE[number])
    record = SourceRecord.objects.select_related("customer").get(key="09")
    other = stored(scene.shop, "1", KARL)
    ledger.merge([record.customer, other.customer], actor=scene.otto, seen=seen(record, other))
    take(scene.crm, "08", PEOPLE[8])
    assert matching.run(actor=system_user(), everything=True).parted == 0
    assert any({"09", "1", "10"} <= set(group) for group in groups())
