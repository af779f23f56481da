"""Deeds of the set-up in a real browser; how its pages read is told by the sweep."""

import re

import pytest
from playwright.sync_api import expect

from cmdm import clock, jobs
from cmdm.actions.domains import add_domain, grant_role
from cmdm.actions.users import add_user
from cmdm.models import Domain, Job, User, system_user
from customers.actions.sources import add_source
from tests.support.browser import assert_accessible

pytestmark = pytest.mark.browser
ROLES = ("administrator", "data owner", "auditor")


@pytest.fixture(scope="module")
def ada(site):
    """Somebody who sets everything up and reads the log."""
    with site.orm():
        hub = system_user()
        ada = add_user(actor=hub, username="ada", display_name="Ada Lang")
        domain = Domain.objects.filter(key="setup").first() or add_domain(actor=hub, key="setup", name="Set-up test")
        for one in Domain.objects.all():
            for role in ROLES:
                grant_role(actor=hub, user=ada, domain=one, role=role)
        add_source(actor=hub, domain=domain, key="setup-crm", fields={"name": "CRM of the test"})
        jobs.job("test.shown")(lambda running: None)
        jobs.enqueue("test.shown", actor=ada, domain=domain)
        return User.objects.get(pk=ada.pk)


def test_a_waiting_job_is_looked_at_and_stopped(ada, open_page):
    page = open_page("/jobs/", user=ada)
    page.click("text=test.shown")
    page.wait_for_selector("#job-progress")
    assert_accessible(page)
    page.click("text=Stop and keep what is done")
    page.wait_for_selector("text=Stopped")


def test_the_end_of_a_job_is_said_once_and_no_step_of_it(site, ada, open_page):
    with site.orm():
        job = jobs.enqueue("test.shown", actor=ada)
    page = open_page(f"/jobs/{job.pk}/", user=ada)
    expect(page.locator("#job-progress")).to_have_attribute("hx-trigger", "every 2s")
    with site.orm():
        Job.objects.filter(pk=job.pk).update(state="done", done=3, finished_at=clock.now())
    expect(page.locator("#live")).to_have_text(re.compile("^Progress. Done$"))
    expect(page.locator("#work [aria-live]")).to_have_count(0)


def test_a_source_is_changed_and_a_token_is_shown_once(site, ada, open_page):
    page = open_page("/admin/customers/source/", user=ada)
    page.click("text=CRM of the test")
    page.fill("input[name=trust]", "85")
    page.click("input[name=_save]")
    page.wait_for_selector("text=was changed successfully")
    page.goto("/admin/cmdm/apitoken/add/")
    page.select_option("select[name=user]", label="Ada Lang")
    page.click("input[name=_save]")
    token = page.inner_text("pre")
    assert token.startswith("cmdm_")
    page.goto("/admin/cmdm/apitoken/")
    assert token not in page.content()


def test_roles_are_ticked_at_the_user(site, ada, open_page):
    with site.orm():
        omar = add_user(actor=system_user(), username="omar")
    page = open_page(f"/admin/cmdm/user/{omar.pk}/change/", user=ada)
    page.check("input[value='setup: steward']")
    page.click("input[name=_save]")
    page.wait_for_selector("text=was changed successfully")
    with site.orm():
        assert User.objects.get(pk=omar.pk).groups.filter(name="setup: steward").exists()
