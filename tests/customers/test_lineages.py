"""A customer's lineage reads the same whether it was stored whole, as it once was, or in short."""

import json

import pytest
from django.db import connection
from django.utils import timezone

from cmdm import clock
from cmdm.actions import action
from cmdm.models import system_user
from customers.actions import golden
from customers.models import Customer
from customers.queries import verifying
from customers.queries.catalogue import catalogue
from customers.queries.past import moment_of
from customers.rules.lineages import shortened

pytestmark = pytest.mark.django_db


def stored(model) -> str:
    """The last lineage of a table, as it lies there."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT lineage::text FROM {model._meta.db_table} ORDER BY {model._meta.pk.column} DESC LIMIT 1"
        )
        return json.loads(cursor.fetchone()[0])


def store_whole(customer: Customer) -> dict:
    """Its lineages as they were stored before there was a short form."""
    past = Customer.history.model
    with connection.cursor() as cursor:
        for model in (Customer, past):
            cursor.execute(
                f"UPDATE {model._meta.db_table} SET lineage = %s::jsonb WHERE id = %s",
                [json.dumps(customer.lineage), customer.pk],
            )
    return customer.lineage


def read(customer: Customer) -> list:
    """The lineage as readers get it: the row's, that of its last version, and a day's."""
    row = Customer.objects.get(pk=customer.pk)
    moment = moment_of(row, timezone.localdate(clock.now()), catalogue(), [1])
    past = Customer.history.filter(id=customer.pk).order_by("-version").first()
    [value] = Customer.objects.filter(pk=customer.pk).values_list("lineage", flat=True)
    return [row.lineage, past.lineage, moment.lineage, value]


def test_it_is_stored_in_short_with_its_history(ann):
    made = Customer.objects.get(pk=ann.pk).lineage

    assert made["given_name"].keys() == {"record", "version", "rule", "others"}
    assert stored(Customer) == stored(Customer.history.model) == shortened(made)
    assert isinstance(stored(Customer), str)


def test_both_forms_are_read_alike_and_hold(ann):
    short = read(ann)

    ann.refresh_from_db()
    whole = store_whole(ann)

    assert stored(Customer) == whole
    assert read(ann) == short == [whole] * 4
    assert verifying._goldens()[1] == 0


def test_it_becomes_short_when_it_is_derived_anew_and_when_it_is_saved(ann):
    ann.refresh_from_db()
    store_whole(ann)
    action(golden.rebuild_many)([ann.pk], "customer.changed", actor=system_user())
    assert isinstance(stored(Customer), str)

    store_whole(ann)
    Customer.objects.get(pk=ann.pk).save(update_fields=["lineage"])
    assert isinstance(stored(Customer), str)
