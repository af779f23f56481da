"""After `match --all` the same records lie in the same groups, in whatever order they came."""

import random

from django.db import transaction

from cmdm.models import system_user
from customers.models import SourceRecord
from matching.actions import matching
from tests.support.records import person, take

PEOPLE = [
    person("Anna", "Bergström", "1980-02-03", "anna@bergstrom.example"),
    person("Anna", "Bergstrom", "1980-02-03", "anna@bergstrom.example"),
    person("Ana", "Bergström", "1980-02-03", "anna.b@elsewhere.example"),
    person("Anna", "Lindqvist", "1980-02-03", "anna@bergstrom.example"),
    person("Karl", "Bergström", "1978-05-06", "karl@bergstrom.example"),
    person("Karl", "Bergstrom", "1978-06-05", "karl@bergstrom.example"),
    person("Carl", "Bergström", "2004-05-06", "karl@bergstrom.example"),
    person("Bob", "Bergström", "1978-05-06"),
]


def groups():
    found = {}
    for key, customer in SourceRecord.objects.order_by("key").values_list("key", "customer"):
        found.setdefault(customer, []).append(key)
    return sorted(found.values())


def groups_after(scene, seed):
    """What comes of this order of arrival; it is taken back afterwards."""
    numbered = list(enumerate(PEOPLE))
    random.Random(seed).shuffle(numbered)
    with transaction.atomic():
        for number, values in numbered:
            take(scene.crm, str(number), values)
        for _time in range(2):
            matching.run(actor=system_user(), everything=True)
        found = groups()
        transaction.set_rollback(True)
    return found


def test_the_order_of_arrival_leaves_no_trace_in_the_groups(scene):
    first = groups_after(scene, 1)
    assert any(len(group) > 1 for group in first)
    assert [groups_after(scene, seed) for seed in (2, 3)] == [first, first]
