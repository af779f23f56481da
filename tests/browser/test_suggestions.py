"""Filling in what is missing, by keys alone."""

import pytest
from playwright.sync_api import expect

from customers.models import SourceRecord, SuggestionAnswer
from tests.browser.test_journeys import is_sound, sign_in
from tests.customers.suggesting import counted, neighbours, several
from tests.support.people import make_domain, make_user
from tests.support.records import make_source

pytestmark = pytest.mark.browser


@pytest.fixture
def stefan(site, request):
    with site.orm():
        # The site is kept for all tests: people of another space are nobody's doubles.
        domain = make_domain(match_space=request.node.name[-30:])
        source = make_source(domain, country="DE")
        neighbours(source)
        several(source, 3)
        counted()
        return make_user("steward", domain=domain)


def test_a_list_is_worked_through_by_keys_and_one_answer_taken_back(open_page, site, stefan, faults):
    page = open_page()
    sign_in(page, stefan)
    page.goto("/customers/missing/?rule=city_by_postcode")
    rows = page.locator("#missing-rows [data-row]")
    expect(rows).to_have_count(3)
    expect(rows.first).to_contain_text("6 of 6 customers")
    is_sound(page, faults)

    page.keyboard.press("j")
    expect(rows.first).to_have_class("is-current")
    page.keyboard.press("t")
    expect(rows.first).to_contain_text("Filled in:")
    is_sound(page, faults)
    page.keyboard.press("j")
    expect(rows.nth(1)).to_have_class("is-current")
    page.keyboard.press("d")
    expect(rows.nth(1)).to_contain_text("Dismissed:")
    with site.orm():
        assert sorted(SuggestionAnswer.objects.filter(by=stefan).values_list("answer", flat=True)) == [
            "dismissed",
            "taken",
        ]
        filled = SourceRecord.objects.filter(about__isnull=False).latest("pk")
        assert filled.values["address"][0]["city"] == "Berlin"

    rows.nth(1).get_by_role("button", name="Undo").click()
    expect(rows).to_have_count(2)
    expect(page.get_by_text("Taken back.", exact=True)).to_be_visible()

    page.get_by_role("link", name="All of this page…").click()
    expect(page.get_by_role("checkbox")).to_have_count(2)
    is_sound(page, faults)
    page.get_by_role("button", name="Fill in what is ticked").click()
    expect(page.get_by_role("heading", name="2 values filled in: City by postal code")).to_be_visible()
    is_sound(page, faults)
    page.keyboard.press("u")
    expect(page.get_by_text("2 values taken back.")).to_be_visible()


def test_on_the_customers_page_the_first_suggestion_is_taken_by_a_key(open_page, site, stefan, faults):
    page = open_page()
    sign_in(page, stefan)
    with site.orm():
        key = SourceRecord.objects.select_related("customer").filter(key="l0").latest("pk").customer.key
    page.goto(f"/customers/{key}/")
    expect(page.locator("tr.suggested")).to_contain_text("Berlin")
    is_sound(page, faults)
    page.keyboard.press("t")
    expect(page.get_by_text("Filled in. It stands beneath every word of a source")).to_be_visible()
    expect(page.locator("#values")).to_contain_text("City by postal code, 6 of 6")
    is_sound(page, faults)
