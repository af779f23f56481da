"""Suggestions for missing values: who gets which, on what count, and what becomes of an answer."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from cmdm.actions import Refused
from cmdm.models import AuditEntry, OutboxEvent, system_user
from customers.actions import corrections, pins
from customers.actions.catalogue import change_attribute
from customers.actions.received import Received
from customers.actions.records import close, take_in
from customers.actions.relations import relate
from customers.actions.suggesting import counting, taking
from customers.models import Agreement, Attribute, Customer, Fillable, SourceRecord, SuggestionAnswer, Tally
from customers.queries.catalogue import catalogue
from customers.queries.suggesting.witnesses import Reader
from customers.sealing import open_raw, open_values
from tests.customers.suggesting import BERLIN, address, counted, lacking, neighbours, suggested
from tests.support.people import make_domain, make_user
from tests.support.records import make_source, now, person, stored, take

pytestmark = pytest.mark.django_db


@pytest.fixture
def vera(source):
    """Her address lacks its city; six neighbours of the same postcode have one, and were counted."""
    neighbours(source)
    record = lacking(source)
    counted()
    return record


def one(record, user):
    (found,) = suggested(record.customer, user)
    return found


class TestCounting:
    def test_customers_are_counted_each_once_and_single_ones_leave_nothing_behind(self, source, stefan):
        neighbours(source, 6)
        run = counted()
        kept = {(row.rule, row.given): (row.value, row.agreeing, row.total) for row in Agreement.objects.all()}
        assert kept["city_by_postcode", "de|10115"] == ("Berlin", 6, 6)
        assert kept["country_by_city", "berlin"] == ("DE", 6, 6)
        assert not Tally.objects.exists()
        assert (run.state, run.customers) == ("done", 6)

    def test_four_are_too_few_and_leave_no_row(self, source):
        neighbours(source, 4)
        counted()
        assert not Agreement.objects.exists()

    def test_two_records_of_a_customer_are_one_customer(self, retail, source):
        neighbours(source, 4)
        other = make_source(retail, "other")
        first = SourceRecord.objects.get(key="n0")
        take(other, "again", first.values)
        counted()
        assert not Agreement.objects.exists()

    def test_what_was_filled_in_witnesses_nothing(self, source, vera, stefan):
        taking.take(vera.customer, one(vera, stefan).mark, actor=stefan)
        counted()
        assert Agreement.objects.get(rule="city_by_postcode").total == 6

    def test_a_restricted_customer_is_not_counted(self, source):
        neighbours(source, 5)
        Customer.objects.filter(records__key="n0").update(restricted=True)
        counted()
        assert not Agreement.objects.exists()

    def test_sealed_attributes_are_not_counted(self, source, olga):
        row = Attribute.objects.get(name="address")
        change_attribute(row, actor=olga, fields={"sensitivity": "sensitive"})
        neighbours(source)
        counted()
        assert not Agreement.objects.filter(rule__contains="city").exists()

    def test_the_list_names_places_and_no_values(self, vera):
        assert {(row.record_id, row.attribute, row.rule) for row in Fillable.objects.all()} == {
            (vera.pk, "address", "city_by_postcode")
        }

    def test_cut_off_it_goes_on_and_counts_nobody_twice(self, source, monkeypatch):
        neighbours(source, 8)
        monkeypatch.setattr(counting, "SLICE", 3)
        run = counting.begin(actor=system_user(), hold=lambda: None)
        counting.count_next(run, actor=system_user(), hold=lambda: None, reader=Reader(catalogue()))
        counted()
        assert Agreement.objects.get(rule="city_by_postcode").total == 8

    def test_fewer_than_five_cannot_be_stored(self, retail):
        with pytest.raises(IntegrityError), transaction.atomic():
            Agreement.objects.create(domain=retail, rule="r", given="g", value="v", agreeing=4, total=4)


class TestSuggesting:
    def test_the_city_is_suggested_with_its_plain_numbers(self, vera, stefan):
        found = one(vera, stefan)
        assert found.value["city"] == "Berlin"
        assert (found.agreeing, found.total) == (6, 6)
        assert found.evidence == "6 of 6 customers with an address in “DE 10115” have “Berlin”."

    def test_who_may_not_correct_is_shown_nothing(self, vera, retail):
        assert suggested(vera.customer, make_user("reader", domain=retail)) == []
        assert suggested(vera.customer, make_user("auditor", domain=retail)) == []

    def test_another_domains_count_is_not_used(self, vera, retail):
        north = make_domain("north")
        far = stored(
            make_source(north, "far"), "1", person("Olaf", "Nord", "1970-01-01", address=address("Weg 1", city=""))
        )
        both = make_user("steward", domains=(retail, north))
        assert suggested(far.customer, both) == []

    def test_a_restricted_customer_and_a_merged_one_get_none(self, vera, stefan):
        Customer.objects.filter(pk=vera.customer_id).update(restricted=True)
        assert suggested(vera.customer, stefan) == []

    def test_nothing_is_suggested_where_the_attribute_was_set_aside(self, vera, stefan):
        pins.ignore(vera, "address", actor=stefan)
        assert suggested(vera.customer, stefan) == []

    def test_what_the_source_took_away_does_not_come_back(self, source, stefan):
        neighbours(source)
        lacking(source, address=address("Invalidenstr. 7"))
        record = lacking(source)
        counted()
        assert now(record).version == 2
        assert suggested(record.customer, stefan) == []

    def test_a_corrected_value_that_was_withdrawn_does_not_come_back(self, vera, stefan):
        value = [{**address("Invalidenstr. 7")[0]}]
        made = corrections.correct(vera.customer, actor=stefan, attribute="address", value=value, about=vera)
        corrections.withdraw(made, "address", actor=stefan)
        assert suggested(vera.customer, stefan) == []

    def test_what_a_closed_record_said_does_not_come_back(self, retail, vera, stefan):
        shop = make_source(retail, "shop")
        again = {**vera.values, "address": address("Invalidenstr. 7")}
        other = stored(shop, "1", again)
        assert other.customer_id == vera.customer_id
        close(shop, ["1"], actor=system_user())
        assert suggested(vera.customer, stefan) == []

    def test_another_record_of_the_customer_that_says_it_is_enough(self, retail, vera, stefan):
        stored(make_source(retail, "shop"), "1", {**vera.values, "address": address("Invalidenstr. 7")})
        assert suggested(vera.customer, stefan) == []

    def test_a_national_number_gets_the_country_of_the_address(self, retail, stefan):
        plain = make_source(retail, "plain")
        values = person("Ida", "Holm", "1977-05-05", address=address("Weg 3"), phone=[{"value": "030 12345678"}])
        record = stored(plain, "1", values)
        found = one(record, stefan)
        assert (found.rule, found.value["value"]) == ("phone_country", "+493012345678")
        taking.take(record.customer, found.mark, actor=stefan)
        record.customer.refresh_from_db()
        assert [each["value"] for each in record.customer.values["phone"]] == ["+493012345678"]

    def test_a_refused_country_is_mended(self, retail, stefan):
        shop = make_source(retail, "shop")
        parts = {"line1": "Weg 1", "city": "Köln", "postal_code": "50667", "country": "Germny"}
        values = person("Eva", "Krug", "1966-06-06", address=[parts])
        take_in(shop, [Received("1", values, lenient=True)], actor=system_user())
        record = SourceRecord.objects.select_related("customer").get(source=shop)
        found = one(record, stefan)
        assert (found.rule, found.value["country"]) == ("mended", "DE")
        assert "Germny" in found.evidence

    def test_a_household_shares_its_address_and_landline(self, source, stefan):
        homely = [{"value": "+493012345678"}, {"value": "+491701234567"}]
        karl = stored(source, "k", person("Karl", "Brandt", "1950-01-01", address=address("Weg 9"), phone=homely))
        lena = stored(source, "l", person("Lena", "Vogt", "1988-01-01"))
        relate(karl, lena, actor=stefan, kind="household")
        found = suggested(lena.customer, stefan)
        assert {each.rule for each in found} == {"household_address", "household_landline"}
        assert all("Karl Brandt" in each.evidence for each in found)

    def test_what_somebody_set_aside_of_a_relative_is_not_suggested(self, source, stefan):
        homely = [{"value": "+493012345678"}]
        karl = stored(source, "k", person("Karl", "Brandt", "1950-01-01", address=address("Weg 9"), phone=homely))
        lena = stored(source, "l", person("Lena", "Vogt", "1988-01-01"))
        relate(karl, lena, actor=stefan, kind="household")
        pins.ignore(karl, "address", actor=stefan)
        assert {each.rule for each in suggested(lena.customer, stefan)} == {"household_landline"}

    def test_a_member_whom_the_reader_may_not_see_gives_nothing(self, source, retail, stefan):
        south = make_domain("south")
        karl = stored(make_source(south, "s"), "k", person("Karl", "Brandt", "1950-01-01", address=address("Weg 9")))
        lena = stored(source, "l", person("Lena", "Vogt", "1988-01-01"))
        relate(karl, lena, actor=make_user("steward", domains=(retail, south)), kind="household")
        assert suggested(lena.customer, stefan) == []

    def test_a_website_comes_from_what_many_records_of_the_domain_say(self, source, stefan):
        def firm(key, name, **more):
            return stored(source, key, {"organisation_name": name, **more}, party="organisation")

        for number in range(5):
            mail = [{"value": f"team{number}@acme.example"}]
            firm(
                f"a{number}",
                "Acme Tools GmbH",
                email=mail,
                website="https://acme.example",
                account_number=[{"value": f"{number}"}],
            )
        bare = firm("bare", "Acme Spares GmbH", email=[{"value": "spares@acme.example"}])
        counted()
        found = {each.rule: each for each in suggested(bare.customer, stefan)}
        assert found["legal_form_in_name"].value == "GmbH"
        assert found["website_by_mail"].value.startswith("https://acme.example")
        assert found["website_by_mail"].total == 5

    def test_nothing_is_inferred_from_a_name(self, vera, stefan):
        assert {each.attribute for each in suggested(vera.customer, stefan)} == {"address"}


class TestTaking:
    def test_it_is_filled_in_beneath_every_word_of_a_source_and_named_in_the_lineage(self, vera, stefan, retail):
        before = vera.customer.version
        made = taking.take(vera.customer, one(vera, stefan).mark, actor=stefan)
        customer = Customer.objects.get(pk=vera.customer_id)
        assert customer.values["address"] == [address("Invalidenstr. 7")[0]]
        filled = SourceRecord.objects.select_related("source").get(pk=customer.lineage["address"][0]["record"])
        assert (filled.source.role, filled.about_id) == ("derived", vera.pk)
        assert customer.lineage["address"][0]["rule"] == "derived"
        assert customer.version == before + 1
        assert (made.answer, made.by, made.agreeing, made.total) == ("taken", stefan, 6, 6)
        assert now(vera).corrected is None  # what was filled in is not compared
        assert suggested(vera.customer, stefan) == []
        assert not Fillable.objects.exists()

    def test_all_of_it_is_one_change_with_one_entry_and_one_event(self, vera, stefan):
        mark = one(vera, stefan).mark
        made = taking.take(vera.customer, mark, actor=stefan)
        (entry,) = AuditEntry.objects.filter(deed="suggestion.taken")
        assert (entry.attributes, entry.actor) == (["address"], stefan)
        assert "Berlin" not in repr((entry.counts, entry.thing, entry.thing_id))
        assert made.change == entry.change
        assert OutboxEvent.objects.filter(change=entry.change, version__isnull=False).count() == 1
        assert AuditEntry.objects.filter(change=entry.change).count() == 1

    def test_a_source_that_says_it_later_wins(self, vera, stefan):
        taking.take(vera.customer, one(vera, stefan).mark, actor=stefan)
        lacking(vera.source, address=[{"line1": "Invalidenstr. 7", **BERLIN, "city": "Berlin-Mitte"}])
        customer = Customer.objects.get(pk=vera.customer_id)
        assert customer.values["address"][0]["city"] == "Berlin-Mitte"

    def test_undone_everything_is_as_it_was_and_it_is_not_suggested_again(self, vera, stefan):
        before = Customer.objects.get(pk=vera.customer_id)
        made = taking.take(vera.customer, one(vera, stefan).mark, actor=stefan)
        taking.undo(made, actor=stefan)
        after = Customer.objects.get(pk=vera.customer_id)
        assert (after.values, after.lineage) == (before.values, before.lineage)
        assert bytes(after.golden_hash) == bytes(before.golden_hash)
        assert suggested(vera.customer, stefan) == []
        with pytest.raises(Refused):
            taking.undo(made, actor=stefan)

    def test_withdrawn_as_a_correction_its_answer_ends_too(self, vera, stefan):
        made = taking.take(vera.customer, one(vera, stefan).mark, actor=stefan)
        filled = SourceRecord.objects.select_related("source").get(about=vera)
        corrections.withdraw(filled, "address", actor=stefan)
        made.refresh_from_db()
        assert made.ended_at is not None

    def test_an_old_address_does_not_become_the_newest_by_being_completed(self, retail, vera, stefan):
        moved = {**vera.values, "address": address("Torstr. 1")}
        stored(make_source(retail, "shop"), "1", moved)
        found = next(each for each in suggested(vera.customer, stefan) if each.part == "city")
        taking.take(vera.customer, found.mark, actor=stefan)
        customer = Customer.objects.get(pk=vera.customer_id)
        assert [each["line1"] for each in customer.values["address"]] == ["Torstr. 1", "Invalidenstr. 7"]

    def test_filled_meanwhile_it_is_refused_in_a_sentence(self, vera, stefan):
        mark = one(vera, stefan).mark
        corrections.correct(
            vera.customer, actor=stefan, attribute="address", value=address("Invalidenstr. 7"), about=vera
        )
        with pytest.raises(Refused, match="stands no longer"):
            taking.take(vera.customer, mark, actor=stefan)
        assert not SuggestionAnswer.objects.exists()

    def test_who_may_only_look_is_refused(self, vera, stefan, retail):
        mark = one(vera, stefan).mark
        for role in ("reader", "auditor"):
            with pytest.raises(PermissionDenied):
                taking.take(vera.customer, mark, actor=make_user(role, domain=retail))

    def test_a_record_of_another_customer_is_refused(self, vera, stefan, source):
        other = SourceRecord.objects.select_related("customer").get(key="n0").customer
        with pytest.raises(Refused):
            taking.take(other, one(vera, stefan).mark, actor=stefan)
        with pytest.raises(Refused):
            taking.take(other, "x.y.z", actor=stefan)

    @pytest.mark.parametrize("severity", ["hold", "refuse"])
    def test_what_the_rules_of_quality_do_not_let_in_is_refused_in_a_sentence(self, vera, stefan, olga, severity):
        mark = one(vera, stefan).mark
        quality = {"pattern": "Hamburg", "part": "city", "severity": severity}
        change_attribute(Attribute.objects.get(name="address"), actor=olga, fields={"quality": quality})
        with pytest.raises(Refused, match="quality"):
            taking.take(vera.customer, mark, actor=stefan)
        assert not SuggestionAnswer.objects.exists() and len(suggested(vera.customer, stefan)) == 1

    def test_who_reads_why_it_was_filled_in_learns_nothing_of_relatives(self, source, stefan):
        karl = stored(source, "k", person("Karl", "Brandt", "1950-01-01", address=address("Weg 9")))
        lena = stored(source, "l", person("Lena", "Vogt", "1988-01-01"))
        relate(karl, lena, actor=stefan, kind="household")
        taking.take(lena.customer, one(lena, stefan).mark, actor=stefan)
        why = open_raw(bytes(SourceRecord.objects.get(about=lena).raw))["why"]["address"]["reason"]
        assert why.startswith("household_address") and "Brandt" not in why and karl.customer.number not in why


class TestDismissing:
    def test_it_is_remembered_and_noted(self, vera, stefan):
        made = taking.dismiss(vera.customer, one(vera, stefan).mark, actor=stefan)
        assert suggested(vera.customer, stefan) == []
        assert AuditEntry.objects.filter(deed="suggestion.dismissed").count() == 1
        assert SourceRecord.objects.filter(about__isnull=False).count() == 0
        counted()
        assert suggested(vera.customer, stefan) == []
        assert not Fillable.objects.exists()
        taking.undo(made, actor=stefan)
        assert len(suggested(vera.customer, stefan)) == 1
        assert Fillable.objects.count() == 1

    def test_another_value_is_suggested_although_this_one_was_dismissed(self, vera, stefan):
        taking.dismiss(vera.customer, one(vera, stefan).mark, actor=stefan)
        Agreement.objects.filter(rule="city_by_postcode").update(value="Berlin Mitte")
        assert one(vera, stefan).value["city"] == "Berlin Mitte"

    def test_one_answer_stands_for_a_value(self, vera, stefan):
        made = taking.dismiss(vera.customer, one(vera, stefan).mark, actor=stefan)
        made.pk = None
        with pytest.raises(IntegrityError), transaction.atomic():
            made.save(force_insert=True)


def test_what_was_filled_in_is_sealed_where_its_attribute_is(vera, stefan):
    taking.take(vera.customer, one(vera, stefan).mark, actor=stefan)
    filled = SourceRecord.objects.get(about=vera)
    assert open_values(filled.values)["address"][0]["city"] == "Berlin"
    assert bytes(filled.raw).find(b"Berlin") == -1
