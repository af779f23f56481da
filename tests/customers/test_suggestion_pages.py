"""The pages of suggestions: the customer's own, the list, a whole page at once, and the API."""

import pytest
from django.urls import reverse

from cmdm.models import Job, system_user
from customers.actions.suggesting import counting, taking
from customers.models import Customer, Fillable, SourceRecord, SuggestionAnswer
from customers.queries.suggesting import worklist as worklist_module
from customers.queries.suggesting.suggestions import suggestions_of
from customers.queries.suggesting.worklist import waiting, worklist
from tests.api.conftest import client_of
from tests.customers.suggesting import counted, lacking, neighbours, several, suggested
from tests.support.people import make_domain, make_user
from tests.support.records import make_source, stored

pytestmark = pytest.mark.django_db


@pytest.fixture
def vera(source):
    neighbours(source)
    record = lacking(source)
    counted()
    return record


@pytest.fixture
def signed_in(client, stefan):
    client.force_login(stefan)
    return client


def answering(client, record, mark, answer="take", **more):
    address = reverse("customers:suggestion_answer", args=[record.customer.key])
    return client.post(address, {"mark": mark, "answer": answer}, **more)


def mark_of(record, user):
    return suggested(record.customer, user)[0].mark


class TestCustomerPage:
    def test_what_is_not_given_is_suggested_there_with_its_numbers(self, signed_in, vera):
        page = signed_in.get(reverse("customers:detail", args=[vera.customer.key])).content.decode()
        assert "6 of 6 customers with an address in “DE 10115” have “Berlin”." in page
        assert 'value="dismiss"' in page

    def test_a_reader_sees_nothing_of_it_and_may_not_answer(self, client, vera, stefan, retail):
        reader = make_user("reader", domain=retail)
        client.force_login(reader)
        assert "6 of 6" not in client.get(reverse("customers:detail", args=[vera.customer.key])).content.decode()
        assert answering(client, vera, mark_of(vera, stefan)).status_code == 403
        assert not SuggestionAnswer.objects.exists()

    def test_a_stranger_finds_nobody(self, client, vera, stefan):
        client.force_login(make_user("steward", domain=make_domain("south")))
        assert answering(client, vera, mark_of(vera, stefan)).status_code == 404

    def test_taken_it_stands_with_rule_count_and_name_and_is_taken_back_from_there(self, signed_in, vera, stefan):
        answer = answering(signed_in, vera, mark_of(vera, stefan), follow=True)
        page = answer.content.decode()
        assert "City by postal code, 6 of 6" in page
        assert "Stefan" in page
        (made,) = SuggestionAnswer.objects.all()
        undo = reverse("customers:suggestion_undo", args=[vera.customer.key, made.pk])
        assert undo in page
        signed_in.post(undo)
        made.refresh_from_db()
        assert made.ended_at is not None
        assert Customer.objects.get(pk=vera.customer_id).values["address"][0].get("city") is None

    def test_on_an_earlier_day_nothing_is_suggested(self, signed_in, vera):
        page = signed_in.get(reverse("customers:detail", args=[vera.customer.key]) + "?as_of=2020-01-01")
        assert "6 of 6" not in page.content.decode()

    def test_what_was_filled_meanwhile_is_said_in_a_sentence(self, signed_in, vera, stefan):
        mark = mark_of(vera, stefan)
        answering(signed_in, vera, mark)
        page = answering(signed_in, vera, mark, follow=True).content.decode()
        assert "This suggestion stands no longer" in page

    @pytest.mark.parametrize("mark", ["", "1", "1.address.xyz", "1.address." + "0" * 33, "x.address." + "0" * 32])
    def test_a_damaged_mark_is_no_page(self, signed_in, vera, mark):
        assert answering(signed_in, vera, mark).status_code == 404

    def test_the_form_of_a_correction_offers_it_too(self, signed_in, vera):
        page = signed_in.get(reverse("customers:correct", args=[vera.customer.key]) + "?attribute=address")
        assert "6 of 6 customers" in page.content.decode()


class TestList:
    def test_it_names_who_can_be_filled_in_and_why(self, signed_in, vera):
        page = signed_in.get(reverse("customers:missing")).content.decode()
        assert "Vera Zabel" in page
        assert "6 of 6 customers" in page

    def test_it_is_narrowed_by_attribute_and_rule(self, signed_in, vera):
        for query, there in (
            ("rule=city_by_postcode", True),
            ("rule=country_by_city", False),
            ("attribute=phone", False),
        ):
            page = signed_in.get(reverse("customers:missing") + "?" + query).content.decode()
            assert ("Vera Zabel" in page) is there

    def test_it_is_for_those_who_may_correct(self, client, vera, retail):
        client.force_login(make_user("reader", domain=retail))
        assert client.get(reverse("customers:missing")).status_code == 403
        south = make_user("steward", domain=make_domain("south"))
        client.force_login(south)
        assert "Vera Zabel" not in client.get(reverse("customers:missing")).content.decode()
        assert (waiting(south), waiting(make_user("reader", domain=retail))) == (0, None)

    def test_an_answer_comes_back_as_the_row(self, signed_in, vera, stefan):
        row = answering(signed_in, vera, mark_of(vera, stefan), headers={"HX-Request": "true"}).content.decode()
        assert row.strip().startswith("<tr") or "<tr" in row
        assert "Filled in:" in row
        assert reverse("customers:suggestion_undo", args=[vera.customer.key, SuggestionAnswer.objects.get().pk]) in row

    def test_it_goes_on_page_by_page_without_losing_or_repeating_a_line(self, source, stefan, monkeypatch):
        neighbours(source)
        several(source, 5)
        counted()
        monkeypatch.setattr(worklist_module, "SIZE", 2)
        seen, after = [], 0
        while after is not None:
            page = worklist(stefan, after=after)
            seen += [line.customer.number for line in page.lines]
            after = page.after
        assert len(seen) == len(set(seen)) == 5

    def test_what_was_filled_in_since_the_count_is_passed_over(self, vera, stefan):
        lacking(
            vera.source,
            address=[{"line1": "Invalidenstr. 7", "postal_code": "10115", "city": "Berlin", "country": "DE"}],
        )
        assert Fillable.objects.exists()
        assert not worklist(stefan).lines

    def test_to_look_at_it_starts_nothing_and_its_button_does(self, signed_in, source):
        neighbours(source)
        signed_in.get(reverse("customers:missing"))
        assert not Job.objects.exists()
        page = signed_in.post(reverse("customers:missing_count"), follow=True).content.decode()
        assert Job.objects.filter(name="customers.suggest").count() == 1
        assert "Being counted: it begins in a moment." in page
        assert reverse("customers:missing_progress") in page
        signed_in.post(reverse("customers:missing_count"))
        assert Job.objects.count() == 1

    def test_how_far_the_count_is_is_told_until_it_is_done(self, signed_in, source):
        neighbours(source)
        counting.ask_to_count(actor=system_user())
        counting.begin(actor=system_user(), hold=lambda: None)
        Job.objects.update(done=3, total=12)
        page = signed_in.get(reverse("customers:missing_progress")).content.decode()
        assert "3 of 12" in page and "every 2s" in page
        counted()
        Job.objects.update(state=Job.State.DONE)
        page = signed_in.get(reverse("customers:missing_progress")).content.decode()
        assert "over 6 customers" in page and "every 2s" not in page and "Show what was found" in page

    def test_it_is_narrowed_by_domain_among_those_where_the_reader_may_correct(self, client, source, retail):
        neighbours(source)
        lacking(source)
        counted()
        south = make_domain("south")
        client.force_login(make_user("steward", domains=(retail, south)))
        for domain, there in ((retail, True), (south, False), (make_domain("north"), True)):
            page = client.get(reverse("customers:missing") + f"?domain={domain.pk}").content.decode()
            assert ("Vera Zabel" in page) is there
            assert ("Places: 1" in page) is there

    def test_a_cursor_that_was_not_made_here_is_no_page(self, signed_in, vera):
        assert signed_in.get(reverse("customers:missing") + "?after=5").status_code == 404


class TestMany:
    ADDRESS = "?rule=city_by_postcode"

    @pytest.fixture
    def three(self, source):
        neighbours(source)
        made = several(source, 3)
        counted()
        return made

    def test_what_is_ticked_is_filled_in_and_all_of_it_taken_back(self, signed_in, three, stefan):
        address = reverse("customers:missing_many") + self.ADDRESS
        assert signed_in.get(address).content.decode().count('name="chosen"') == 3
        names = [line.name for line in worklist(stefan, rule="city_by_postcode").lines]
        page = signed_in.post(address, {"chosen": names[:2]}).content.decode()
        assert "2 values filled in" in page
        answers = list(SuggestionAnswer.objects.in_force())
        assert len(answers) == 2
        assert len({one.batch for one in answers}) == 1
        signed_in.post(reverse("customers:missing_undo_many", args=[answers[0].batch]))
        assert not SuggestionAnswer.objects.in_force().exists()
        assert not [one for one in Customer.objects.all() if "derived" in repr(one.lineage)]

    def test_one_that_was_answered_meanwhile_hinders_no_other(self, signed_in, three, stefan):
        address = reverse("customers:missing_many") + self.ADDRESS
        names = [line.name for line in worklist(stefan, rule="city_by_postcode").lines]
        taking.dismiss(three[0].customer, mark_of(three[0], stefan), actor=stefan)
        page = signed_in.post(address, {"chosen": names}).content.decode()
        assert "2 values filled in" in page
        assert "1 was not filled in" in page

    def test_nobody_takes_back_what_another_filled_in(self, client, signed_in, three, stefan, retail):
        names = [line.name for line in worklist(stefan, rule="city_by_postcode").lines]
        signed_in.post(reverse("customers:missing_many") + self.ADDRESS, {"chosen": names})
        batch = SuggestionAnswer.objects.first().batch
        client.force_login(make_user("steward", domain=retail))
        client.post(reverse("customers:missing_undo_many", args=[batch]))
        assert SuggestionAnswer.objects.in_force().count() == 3

    def test_without_a_rule_it_is_no_page(self, signed_in, three):
        assert signed_in.get(reverse("customers:missing_many")).status_code == 404


class TestApi:
    def test_it_tells_what_can_be_filled_in_and_changes_nothing(self, vera, stefan):
        address = f"/api/v1/customers/{vera.customer.key}/suggestions/"
        (one,) = client_of(stefan).get(address).json()["results"]
        assert one["value"]["city"] == "Berlin"
        assert (one["rule"], one["agreeing"], one["total"]) == ("city_by_postcode", 6, 6)
        assert not SourceRecord.objects.filter(about__isnull=False).exists()

    def test_a_reader_is_told_nothing_and_a_stranger_finds_nobody(self, vera, retail):
        address = f"/api/v1/customers/{vera.customer.key}/suggestions/"
        assert client_of(make_user("reader", domain=retail)).get(address).json()["results"] == []
        assert client_of(make_user("steward", domain=make_domain("south"))).get(address).status_code == 404


def test_many_customers_take_no_more_queries_than_one(source, stefan, django_assert_num_queries):
    neighbours(source)
    rows = several(source, 6)
    counted()
    customers = list(Customer.objects.filter(records__in=[row.pk for row in rows]))
    suggestions_of(customers, stefan)
    for some in (customers[:1], customers):
        with django_assert_num_queries(8):
            assert len(suggestions_of(some, stefan)) == len(some)


def test_other_records_of_other_sources_stay_as_they_were(retail, vera, stefan):
    shop = stored(make_source(retail, "shop2"), "1", {**vera.values})
    assert shop.customer_id == vera.customer_id
    found = suggested(vera.customer, stefan)
    assert len({one.record for one in found}) == len(found) == 1
