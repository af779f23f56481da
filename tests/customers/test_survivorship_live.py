"""The survivorship editor in a browser: what is typed is tried at once, and nothing comes into force unasked."""

import pytest
from playwright.sync_api import expect

from cmdm.models import Domain
from customers.models import Attribute
from tests.support.people import make_domain, make_user
from tests.support.records import make_source

pytestmark = pytest.mark.browser


@pytest.fixture
def editor(site, open_page):
    """The page of an attribute, for whoever may configure everywhere."""
    with site.orm():
        domain = make_domain()
        make_source(domain)
        owner = make_user("data owner", domains=tuple(Domain.objects.all()))
    page = open_page("/survivorship/occupation/", user=owner)
    sent: list[str] = []
    page.on(
        "request", lambda request: sent.append(request.url.rsplit("/", 2)[-2]) if request.method == "POST" else None
    )
    return page, sent


def test_what_is_typed_is_tried_at_once(editor):
    page, sent = editor
    page.get_by_label("Trust halves after (days)").fill("200")
    expect(page.locator("#rehearsal")).not_to_contain_text("Change something")
    assert set(sent) == {"preview"}


def test_nothing_comes_into_force_before_it_is_confirmed(editor, site):
    page, sent = editor
    page.get_by_label("Trust halves after (days)").fill("200")
    page.get_by_role("button", name="Put in force").click()
    expect(page.locator("#confirm")).to_contain_text("Put this draft in force?")
    page.wait_for_timeout(1_000)  # whatever the page sends late is sent by now
    assert "apply" not in sent
    page.get_by_role("button", name="Cancel").click()
    with site.orm():
        assert Attribute.objects.get(name="occupation").half_life == 0

    page.get_by_role("button", name="Put in force").click()
    page.locator("#confirm").get_by_role("button", name="Put in force").click()
    page.wait_for_url("**/jobs/**")
    with site.orm():
        assert Attribute.objects.get(name="occupation").half_life == 200
