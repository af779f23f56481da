"""Saying whether two households are one, by keys alone."""

import pytest
from playwright.sync_api import expect

from customers.actions.households import form
from customers.models import HouseholdPair
from tests.browser.test_journeys import is_sound, sign_in
from tests.customers.actions.test_household_pairs import TOLD
from tests.support.people import make_domain, make_user
from tests.support.records import make_source, stored

pytestmark = pytest.mark.browser


@pytest.fixture
def stefan(site, request):
    with site.orm():
        # The site is kept for all tests: people of another space are nobody's doubles.
        domain = make_domain(match_space=request.node.name[-30:])
        source = make_source(domain)
        anna, karl, lea, ida = (stored(source, str(n), one) for n, one in enumerate(TOLD))
        user = make_user("steward", domain=domain)
        form([anna, karl], actor=user), form([anna, lea], actor=user), form([lea, ida], actor=user)
        return user


def test_questions_are_answered_and_taken_back_by_keys(open_page, site, stefan, faults):
    page = open_page()
    sign_in(page, stefan)
    page.goto("/households/pairs/")
    rows = page.locator("#pair-rows [data-row]")
    expect(rows).to_have_count(2)
    page.keyboard.press("j")
    expect(rows.first).to_have_class("is-current")
    page.keyboard.press("Enter")
    expect(page.get_by_text("In both: Anna Bergström.")).to_be_visible()
    is_sound(page, faults)

    page.keyboard.press("t")
    expect(page.get_by_text("Kept as two.")).to_be_visible()
    is_sound(page, faults)
    page.keyboard.press("u")
    expect(page.get_by_text("Taken back.", exact=True)).to_be_visible()
    page.keyboard.press("o")
    expect(page.get_by_text("Joined: they are one household.")).to_be_visible()
    expect(page.get_by_text("Nobody belongs to it any more")).to_be_visible()
    is_sound(page, faults)
    with site.orm():
        assert HouseholdPair.objects.get(said_by=stefan).answer == "one"

    page.keyboard.press("n")
    expect(page.get_by_text("In both: Lea Tamm.")).to_be_visible()
