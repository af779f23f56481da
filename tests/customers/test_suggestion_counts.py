"""The daily count: when it begins, what it reads, and that it passes nobody over."""

from datetime import timedelta

import pytest
from django.core.management import call_command

from cmdm import clock, ids
from cmdm.actions import Refused
from cmdm.models import Job, system_user
from customers.actions.received import Received
from customers.actions.records import take_in
from customers.actions.relations import relate
from customers.actions.suggesting import counting
from customers.models import Agreement, Customer, Fillable, Load, SourceRecord
from customers.queries.catalogue import catalogue
from customers.queries.suggesting.lacking import lacking as lacking_of
from customers.queries.suggesting.names import names_in
from customers.queries.suggesting.suggestions import suggestions_of
from customers.queries.suggesting.witnesses import Reader
from customers.rules.suggesting import gathering
from customers.rules.suggesting.shapes import Said
from tests.customers.suggesting import NAMES, address, counted, lacking, neighbours
from tests.support.people import make_user
from tests.support.records import make_source, person, stored

pytestmark = pytest.mark.django_db


LONG = "京都市" * 40  # of 120 letters, and far more than 200 once it is folded


def jobs():
    return Job.objects.filter(name="customers.suggest")


def firms(source, count, name, **more):
    return [
        stored(
            source,
            f"{name}{number}",
            {"organisation_name": name, "email": [{"value": f"t{number}@{name.split()[0].lower()}.example"}], **more},
            party="organisation",
        )
        for number in range(count)
    ]


class TestWhen:
    def test_the_relay_asks_for_it_once_a_day(self, source):
        neighbours(source)
        for _time in range(2):
            call_command("relay", once=True)
        assert jobs().count() == 1
        jobs().update(state=Job.State.DONE, created_at=clock.now() - timedelta(hours=25))
        call_command("relay", once=True)
        assert jobs().count() == 2

    def test_a_failed_one_is_not_begun_again_and_again(self, source):
        neighbours(source)
        counting.ask_to_count(actor=system_user())
        jobs().update(state=Job.State.FAILED)
        assert counting.ask_to_count(actor=system_user()) is None

    def test_it_does_not_begin_beside_a_load_unless_somebody_asks(self, source, stefan):
        neighbours(source)
        load = Load.objects.create(
            source=source, domain=source.domain, state=Load.State.RUNNING, started_by=stefan, change=ids.uuid7()
        )
        assert counting.ask_to_count(actor=system_user()) is None
        Load.objects.filter(pk=load.pk).update(state=Load.State.DONE)
        assert counting.ask_to_count(actor=system_user()) is not None

    def test_an_empty_hub_counts_nothing(self):
        assert counting.ask_to_count(actor=system_user()) is None

    def test_who_may_not_correct_anywhere_is_refused(self, source, retail):
        neighbours(source)
        with pytest.raises(Refused):
            counting.ask_to_count(actor=make_user("reader", domain=retail), anew=True)
        assert not jobs().exists()


class TestWitnesses:
    def test_what_the_database_leaves_over_tells_the_same_as_the_whole_record(self, source):
        neighbours(source, 3, region="BE")
        phones = [{"value": "+4930123456"}, {"value": "+33612345678"}, {"value": "0301234"}]
        two = [*address("Weg 1"), {"line1": "Rue 2", "city": "Lyon", "country": "FR", "kind": "work"}]
        stored(source, "p", person("Ida", "Holm", "1977-05-05", address=two, phone=phones))
        firms(source, 2, "Acme Tools GmbH", website="https://acme.example", phone=phones, address=address("Weg 3"))
        known = catalogue()
        names = names_in(known)
        records = list(SourceRecord.objects.order_by("pk"))
        told = {
            one.record: sorted(set(one.told), key=repr)
            for witnesses in Reader(known).witnesses([row.customer_id for row in records])
            for one in witnesses
        }
        plain = {
            row.pk: sorted(set(gathering.tellings(Said(row.pk, 0, row.party_type, row.values), names)), key=repr)
            for row in records
        }
        assert told == plain
        assert {one.rule for ones in told.values() for one in ones} >= {"country_by_phone", "website_by_mail"}

    def test_what_is_too_long_to_be_counted_is_refused_and_not_cut_off(self, source):
        firms(source, 5, "Acme Tools GmbH")
        firms(source, 5, "Beta " + LONG)
        neighbours(source, 6, city=LONG)
        counted()
        kept = set(Agreement.objects.filter(rule="name_by_mail").values_list("value", flat=True))
        assert kept == {"Acme Tools GmbH"}
        assert not Agreement.objects.filter(rule__in=["city_by_postcode", "country_by_city"]).exists()

    def test_whoever_says_something_too_long_still_speaks_against_the_others(self, source):
        firms(source, 6, "Acme Tools GmbH")
        other = {"organisation_name": f"Acme {LONG}", "email": [{"value": "x@acme.example"}]}
        stored(source, "long", other, party="organisation")
        counted()
        assert not Agreement.objects.filter(rule="name_by_mail").exists()  # 6 of 7 are too few


class TestNobodyIsPassedOver:
    @pytest.fixture
    def all_kinds(self, source, retail, stefan):
        """Customers who lack a part of an address, the country of a number, a legal form, a website, what a relative
        has, or what could not be read; and many who lack nothing."""
        neighbours(source, 12)
        for number, parts in enumerate(
            ({"city": ""}, {"country": ""}, {"postal_code": ""}, {"country": "", "city": ""})
        ):
            lacking(
                source, f"lack{number}", **person(f"Vera{number}", NAMES[number] * 2, address=address("A 1", **parts))
            )
        plain = make_source(retail, "plain")
        stored(
            plain, "n", person("Ida", "Holm", "1977-05-05", address=address("B 3"), phone=[{"value": "030 12345678"}])
        )
        firms(source, 5, "Acme Tools GmbH", website="https://acme.example")
        firms(source, 1, "Acmes Spare Parts GmbH")
        karl = stored(source, "k", person("Karl", "Brandt", "1950-01-01", address=address("Weg 9")))
        relate(karl, stored(source, "l", person("Lena", "Vogt", "1988-01-01")), actor=stefan, kind="household")
        parts = {"line1": "Weg 1", "city": "Köln", "postal_code": "50667", "country": "Germny"}
        values = person("Eva", "Krug", "1966-06-06", address=[parts])
        take_in(make_source(retail, "shop"), [Received("1", values, lenient=True)], actor=system_user())
        counted()

    def test_the_list_holds_exactly_what_the_pages_suggest(self, all_kinds, stefan):
        found = suggestions_of(list(Customer.objects.order_by("pk")), stefan)
        shown = {(one.record, one.attribute, one.rule) for ones in found.values() for one in ones}
        assert {rule for _record, _attribute, rule in shown} >= {
            "city_by_postcode",
            "country_by_city",
            "phone_country",
            "legal_form_in_name",
            "household_address",
            "mended",
        }
        assert set(Fillable.objects.values_list("record", "attribute", "rule")) == shown

    def test_who_lacks_nothing_is_not_even_read(self, all_kinds):
        customers = list(Customer.objects.filter(records__key__startswith="n").values_list("pk", flat=True))
        assert not lacking_of(customers[:12], catalogue()).records


def test_a_customer_with_several_values_counts_once_for_what_he_has_them_beside(retail, source):
    neighbours(source, 9)
    first = SourceRecord.objects.get(key="n0")
    again = {**first.values, "address": [*address("Weg 1", city="Berlin-Mitte"), *address("Weg 2")]}
    moved = stored(make_source(retail, "shop"), "1", again)
    assert moved.customer_id == first.customer_id
    counted()
    row = Agreement.objects.get(rule="city_by_postcode")
    assert (row.value, row.agreeing, row.total) == ("Berlin", 9, 9)
