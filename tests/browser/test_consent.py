"""Two days with consent: an officer publishes what is asked, a steward keys in what was said."""

import pytest
from playwright.sync_api import expect

from tests.consent.scene import WORDS
from tests.support.browser import PHONE, assert_accessible, assert_fits
from tests.support.people import make_domain, make_user
from tests.support.records import KARL, make_source, stored

pytestmark = pytest.mark.browser
NAMES = {"controller": "Controller", "withdrawal": "How to withdraw", "recipients": "Recipients"}


@pytest.fixture
def people(site):
    """An officer who publishes in every domain there is, a steward, and the customer."""
    with site.orm():
        from cmdm.models import Domain

        home = make_domain(match_space="consent-journey")
        karl = stored(make_source(home, country="DE"), "1", KARL)
        officer = make_user("privacy officer", domains=tuple(Domain.objects.all()), name="petra-publishes")
        return officer, make_user("steward", domain=home), f"/customers/{karl.customer.key}/"


def confirm(page, name):
    page.get_by_role("button", name=name, exact=True).first.click()
    page.locator("dialog[open]").get_by_role("button", name=name.split()[-1].capitalize()).click()


def test_an_officer_publishes_and_a_steward_records(open_page, people):
    officer, steward, customer = people
    page = open_page("/consent/purposes/new/", user=officer)
    page.get_by_label("Key", exact=True).fill("journey-news")
    page.get_by_label("Name", exact=True).fill("Journey news")
    page.get_by_label("E-mail", exact=True).check()
    page.get_by_role("button", name="Save the draft").click()
    confirm(page, "Publish")
    page.get_by_text("A published purpose keeps its terms").wait_for()

    for version, text in ((1, "We write at most once a week."), (2, "We write at most twice a week.")):
        page.goto("/consent/notices/new/?key=journey-news&language=en")
        page.get_by_role("button", name="Begin a draft").click()
        page.get_by_label("Text", exact=True).fill(text)
        page.get_by_label("Journey news", exact=True).check()
        for name, label in NAMES.items():
            page.get_by_label(label, exact=True).fill(WORDS[name])
        page.get_by_role("button", name="Save and preview").click()
        expect(page.locator(".notice-shown")).to_contain_text(text)
        confirm(page, "Save and publish")
        page.get_by_text(f"version {version}", exact=True).first.wait_for()
        page.get_by_text("Published. It is shown from now on.").wait_for()
    page.get_by_role("link", name="Compare", exact=True).click()
    expect(page.locator("del")).to_have_text(["once"])
    expect(page.locator("ins")).to_have_text(["twice"])
    assert_accessible(page)

    page = open_page(f"{customer}consents/record/", user=steward, size=PHONE, colours="dark")
    page.get_by_label("Purpose", exact=True).select_option("journey-news")
    page.get_by_label("Yes, agrees", exact=True).check()
    page.get_by_label("Channel", exact=True).select_option("email")
    page.get_by_label("Address or number", exact=True).select_option(label="karl@lindqvist.example")
    page.get_by_label("What proves it", exact=True).fill("Call 17")
    assert_fits(page)
    page.get_by_role("button", name="Record it").click()
    page.get_by_text("Recorded. It counts at once.").wait_for()
    page.goto(customer)
    panel = page.locator("#consents")
    assert "Granted" in panel.inner_text() and "karl@lindqvist.example" in panel.inner_text()
    panel.get_by_role("link", name="Proof and receipts").click()
    page.wait_for_url("**/consents/")
    page.get_by_role("link", name="Receipt", exact=True).first.click()
    expect(page.locator("#receipt-body")).to_contain_text("version 2")
    assert_accessible(page)


def test_an_officer_retires_what_is_asked_no_longer(open_page, site):
    with site.orm():
        from cmdm.models import Domain
        from tests.consent.scene import make_notice, make_purpose

        notice = make_notice(make_purpose())
        officer = make_user("privacy officer", domains=tuple(Domain.objects.all()))
    page = open_page(f"/consent/notices/{notice.pk}/", user=officer)
    confirm(page, "Retire")
    page.get_by_text("It is shown no longer").wait_for()
    expect(page.get_by_role("button", name="Retire")).to_have_count(0)
