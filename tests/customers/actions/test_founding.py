"""Founding many customers at once gives what founding one and deriving it gives."""

import json

import polars as pl
import pytest
from django.db import connection

from cmdm.actions import action
from cmdm.database.copying import drawn
from cmdm.errors import Refused, Stale
from cmdm.models import OutboxEvent, system_user
from customers.actions import composing_columns, golden, storing
from customers.actions.composing import compose
from customers.actions.founding import found_composed, found_many, link_many
from customers.actions.received import Received
from customers.actions.records import take_in
from customers.actions.sources import own_source
from customers.models import Customer, CustomerDomain, Source, SourceRecord
from customers.queries.catalogue import catalogue
from customers.queries.open_records import waiting as waiting_records
from customers.queries.waiting_columns import waiting_columns
from customers.rules.lineages import shortened
from tests.customers.files import text, upload

pytestmark = pytest.mark.django_db

SAID = {"given_name": "Ann", "family_name": "Berg", "identifier": [{"scheme": "ssn", "value": "7364009"}]}


@pytest.fixture
def waiting(source, olga):
    """Records that nobody has placed, as a large file leaves them."""
    load = upload(source, text(), actor=olga)
    received = [Received(str(n), {**SAID, "birth_date": f"1960-01-{n + 10}"}) for n in range(4)]
    storing.store(source, received, actor=olga, load=load)
    return storing.unplaced(source)


def correction_of(record, source) -> int:
    """A steward says another given name of a record (id); the correction's id."""
    own = own_source(source.domain, Source.Role.STEWARD, actor=system_user())
    said = Received(f"about {record}", {"given_name": "Corrected"}, party_type="person", about=record)
    [outcome] = take_in(own, [said], actor=system_user(), verb="correct")
    return outcome.stored.pk


def derived(customers) -> list[tuple]:
    """What a customer is made of, without what names it; its lineage as it is read and as it is stored."""
    rows = Customer.objects.filter(pk__in=customers).order_by("pk")
    stored = stored_lineages(customers)
    return [
        (bytes(row.golden_hash), row.values, row.lineage, row.status, row.party_type, stored[row.pk]) for row in rows
    ]


def stored_lineages(customers) -> dict[int, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, lineage::text FROM customers_customer WHERE id = ANY(%s)", [list(customers)])
        return dict(cursor.fetchall())


class TestFoundingMany:
    def test_gives_each_the_values_that_deriving_it_gives(self, waiting):
        made = found_many("person", [waiting[:1], waiting[1:3]], actor=system_user())

        founded = derived(made)
        action(golden.rebuild_many)(made, "customer.changed", actor=system_user())
        assert derived(made) == founded
        assert [one[1]["given_name"] for one in founded] == ["Ann", "Ann"]
        assert "sealed" in founded[0][1]["identifier"]

    def test_keeps_and_announces_their_first_version(self, waiting):
        made = found_many("person", [waiting[:1], waiting[1:3]], actor=system_user())

        assert Customer.history.filter(id__in=made, version=1, history_type="+").count() == 2
        assert CustomerDomain.objects.filter(customer__in=made).count() == 2
        told = OutboxEvent.objects.filter(subject__in=made, pending__isnull=False).order_by("id")
        assert list(told.values_list("topic", "subject", "version")) == [("customer.created", pk, 1) for pk in made]

    def test_links_records_to_a_customer_that_is_there(self, waiting):
        [customer] = found_many("person", [waiting[:1]], actor=system_user())

        @action
        def link():
            link_many(waiting[1:], [customer] * 3, actor=system_user())
            golden.rebuild_many([customer], "customer.changed", actor=system_user())

        link()

        assert SourceRecord.objects.filter(customer=customer, placed_at__isnull=False).count() == 4
        assert Customer.objects.get(pk=customer).version == 2

    def test_what_a_steward_corrected_of_a_waiting_record_goes_with_it(self, waiting, source):
        corrections = [correction_of(record, source) for record in waiting[:2]]
        [founded] = found_many("person", [waiting[:1]], actor=system_user())
        action(link_many)(waiting[1:2], [founded], actor=system_user())

        assert set(SourceRecord.objects.filter(pk__in=corrections).values_list("customer", flat=True)) == {founded}
        assert Customer.objects.get(pk=founded).values["given_name"] == "Corrected"

    def test_refuses_a_record_that_was_placed_meanwhile(self, waiting):
        found_many("person", [waiting[:1]], actor=system_user())

        with pytest.raises(Stale):
            found_many("person", [waiting[:2]], actor=system_user())

    def test_refuses_a_customer_of_nothing(self, waiting):
        with pytest.raises(Refused):
            found_many("person", [waiting[:1], []], actor=system_user())


SAYINGS = [
    SAID,
    {**SAID, "phone": [{"value": "+493012345678", "kind": "home"}, {"value": "+493087654321", "kind": "mobile"}]},
    {**SAID, "phone": [{"value": "+493012345678", "kind": "home"}, {"value": "+493012345678"}]},
    {
        "family_name": 'Back\\slash "quoted"',
        "email": [{"value": "ann@x.example"}],
        "address": [{"line1": 'The "Old" Mill', "city": "Ulm", "country": "DE"}],
    },
    {**SAID, "address": [{"country": "DE", "line1": "1 Main St", "postal_code": "10115"}, {"city": "Ulm"}]},
]


class TestFoundingWhatWasComposed:
    @pytest.fixture(params=["one by one", "in columns"])
    def composed(self, request, source, olga):
        """Customers of one record each, one of two and one of three, made without the database."""
        load = upload(source, text(), actor=olga)
        said = [*SAYINGS, *SAYINGS, *SAYINGS[:1]]
        storing.store(source, [Received(str(n), one) for n, one in enumerate(said)], actor=olga, load=load)
        ids = storing.unplaced(source)
        groups = [*[[pk] for pk in ids[:5]], ids[5:7], ids[7:11]]
        customers = drawn(Customer, len(groups))
        if request.param == "one by one":
            return compose("person", customers, groups, waiting_records(ids), catalogue())
        owned = pl.DataFrame({"record": groups, "customer": customers}).explode("record")
        return composing_columns.compose("person", customers, owned, waiting_columns(ids), catalogue())

    def test_gives_each_the_values_that_deriving_it_gives(self, composed):
        made = found_composed(composed, actor=system_user())

        founded = derived(made)
        action(golden.rebuild_many)(made, "customer.changed", actor=system_user())
        assert derived(made) == founded
        assert founded[3][1]["family_name"] == 'Back\\slash "quoted"'
        assert [json.loads(one[-1]) for one in founded] == [shortened(one[2]) for one in founded]
        assert len(founded[1][1]["phone"]) == 2

    def test_keeps_announces_and_shows_their_first_version(self, composed):
        made = found_composed(composed, actor=system_user())

        assert Customer.history.filter(id__in=made, version=1, history_type="+").count() == len(made)
        assert CustomerDomain.objects.filter(customer__in=made).count() == len(made)
        told = OutboxEvent.objects.filter(subject__in=made, pending__isnull=False).order_by("id")
        keys = Customer.objects.in_bulk(made)
        assert list(told.values_list("subject", "payload")) == [(pk, {"key": str(keys[pk].key)}) for pk in made]

    def test_refuses_a_record_that_is_not_as_it_was_read(self, composed):
        SourceRecord.objects.filter(pk=composed.records[0]).update(version=2, last_version=2)

        with pytest.raises(Stale):
            found_composed(composed, actor=system_user())
