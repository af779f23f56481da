"""The frame of every page: it can be read by everybody, on every screen, under the strictest policy."""

import pytest
from playwright.sync_api import expect

from tests.support.browser import PHONE, WIDE, assert_accessible, assert_fits, shoot, wear
from tests.support.people import PASSWORD, make_domain, make_user

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def steward(site):
    with site.orm():
        return make_user("steward", domain=make_domain())


def test_signing_in_can_be_read_by_everybody(open_page):
    page = open_page("/")
    for size, colours in ((WIDE, "light"), (PHONE, "dark")):
        wear(page, size, colours)
        assert_accessible(page)
        assert_fits(page)
        shoot(page, f"sign-in-{colours}")


def test_a_steward_signs_in_and_is_at_the_start_page(open_page, steward, site):
    page = open_page("/")
    page.get_by_label("Username").fill(steward.username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{site.url}/")
    expect(page.get_by_text(steward.display_name).first).to_be_attached()


def test_a_page_that_does_not_exist_is_still_a_page(open_page, steward):
    page = open_page("/no-such-page", user=steward)
    assert_accessible(page)


def test_a_script_in_a_page_is_reported(open_page, faults):
    page = open_page("/")
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">styled</p>')")
    page.wait_for_timeout(200)
    assert any(fault.startswith("policy: style-src") for fault in faults)
    faults.clear()
