"""Days at the hub, from sign-in to sign-out, in a real browser: nothing breaks the policy or shuts anybody out."""

import csv
import io

import pytest
from playwright.sync_api import expect

from customers.jobs import run
from customers.models import Customer, Load, SourceRecord
from stewardship.models import Task
from tests.stewardship.scene import put
from tests.support.browser import assert_accessible, assert_fits, press
from tests.support.people import PASSWORD, make_domain, make_user
from tests.support.records import make_source, now

pytestmark = pytest.mark.browser

FILE = """id,first_name,last_name,email,birth_date,country
1,Nadia,Brennwald,nadia@brennwald.example,1983-04-12,DE
2,Tomas,Eklund,tomas@eklund.example,1971-13-40,SE
3,Ines,Quintela,ines@quintela.example,1990-07-01,Atlantis
4,Wim,Oosterhuis,wim@oosterhuis.example,1966-09-30,NL
"""
HOUSE = [{"kind": "home", "line1": "Am Kirchplatz 4", "postal_code": "87616", "city": "Marktoberdorf", "country": "DE"}]
LANDLINE = [{"value": "+49834255017", "kind": "home"}]
SENIOR = {"given_name": "Karl", "family_name": "Oberländer", "birth_date": "1954-03-17", "address": HOUSE}
JUNIOR = {"given_name": "Karl", "family_name": "Oberlaender", "birth_date": "1985-11-02", "address": HOUSE}


def sign_in(page, user):
    page.goto("/")
    page.get_by_label("Username").fill(user.username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/")


def sign_out(page):
    page.locator(".menu-user summary").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in/**")


def is_sound(page, faults):
    """Everything on the page as it stands now; axe sets styles of its own, which are not the page's."""
    assert_fits(page)
    assert not faults, "\n".join(faults)
    assert_accessible(page)
    faults.clear()


class TestAFile:
    @pytest.fixture
    def olga(self, site):
        with site.orm():
            domain = make_domain(match_space="day")
            make_source(domain, name="Shop of the journey")
            return make_user("data owner", domain=domain)

    def test_from_sign_in_to_the_refused_rows(self, open_page, site, olga, faults):
        page = open_page()
        sign_in(page, olga)
        is_sound(page, faults)

        page.goto("/imports/")
        page.get_by_role("link", name="Import a file").first.click()
        page.get_by_label("Source").select_option(label="Shop of the journey")
        file = {"name": "people.csv", "mimeType": "text/csv", "buffer": FILE.encode()}
        page.get_by_label("File").set_input_files(file)
        is_sound(page, faults)
        page.get_by_role("button", name="Upload").click()

        # The columns are guessed; she calls one of them by another name, and sees what would happen.
        page.get_by_label("Attribute of birth_date").select_option("birth_date")
        page.get_by_role("button", name="Save the mapping").click()
        expect(page.locator("#would-happen dt:has-text('without a value') + dd")).to_contain_text("2")
        is_sound(page, faults)
        with site.orm():
            assert not SourceRecord.objects.filter(source__name="Shop of the journey").exists()

        page.get_by_role("button", name="Import 4 rows").click()
        page.get_by_text("It waits for a worker").wait_for()
        is_sound(page, faults)
        self.work(site, page)
        page.get_by_role("heading", name="It is done").wait_for()
        expect(page.locator(".faults dt")).to_have_count(2)
        is_sound(page, faults)

        page.get_by_role("link", name="All of them").click()
        expect(page.locator("input[name=rows]")).to_have_count(2)
        is_sound(page, faults)
        with page.expect_download() as coming:
            page.get_by_role("button", name="All as CSV").click()
        lines = list(csv.DictReader(io.StringIO(coming.value.path().read_text(encoding="utf-8-sig"))))
        assert [line["first_name"] for line in lines] == ["Tomas", "Ines"]
        sign_out(page)
        page.goto("/imports/")
        assert "/sign-in/" in page.url

    def work(self, site, page):
        """What a worker does, while the page stays open and asks how far it is."""
        with site.orm():
            load = Load.objects.get(pk=page.url.rstrip("/").split("/")[-1])
            run(load, actor=load.started_by, hold=lambda: None, progress=lambda *_args: None)


class TestACase:
    @pytest.fixture
    def case(self, site):
        """Father and son, of whom the machine cannot tell whether they are one; and who decides it."""
        with site.orm():
            domain = make_domain(match_space="case")
            crm, shop = make_source(domain, trust=80), make_source(domain, trust=40)
            father = put(crm, "40118", **SENIOR, phone=LANDLINE, email=[{"value": "karl@t-online.example"}])
            son = put(shop, "88203", **JUNIOR, phone=LANDLINE, email=[{"value": "k.oberlaender85@gmail.example"}])
            task = Task.objects.get(customers=[father.customer_id, son.customer_id])
            return father, son, task, make_user("steward", domain=domain)

    def test_found_decided_seen_taken_apart_and_taken_back(self, open_page, site, case, faults):
        father, son, task, marta = case
        page = open_page()
        sign_in(page, marta)

        self.finds_him_by_name(page, faults)
        self.decides_without_a_mouse(page, faults)
        survivor = self.is_one_customer(site, page, father, son, faults)
        self.sees_what_an_unmerge_would_do(page, survivor, faults)
        self.takes_her_answer_back(site, page, task, father, son, faults)
        sign_out(page)

    def finds_him_by_name(self, page, faults):
        page.keyboard.press("/")
        page.keyboard.type("Karl Oberl")
        page.keyboard.press("Enter")
        expect(page.locator("#hits [data-row]")).to_have_count(2)
        assert "Oberl" not in page.url
        is_sound(page, faults)

    def decides_without_a_mouse(self, page, faults):
        page.goto("/review/")
        is_sound(page, faults)
        page.keyboard.press("c")
        expect(page.get_by_role("button", name="Release")).to_have_count(1)
        page.keyboard.press("Enter")
        page.wait_for_url("**/review/*/**")
        is_sound(page, faults)
        self.leaves_no_choice_open(page)
        page.keyboard.press("c")
        page.keyboard.press("1")
        press(page, "s")
        page.locator(".case-toast, .notices").first.wait_for()

    def leaves_no_choice_open(self, page):
        undecided = page.locator("[data-undecided]:not(:has(input:checked))")
        for left in reversed(range(undecided.count())):
            page.keyboard.press("s")
            page.keyboard.press("1")
            expect(undecided).to_have_count(left)

    def is_one_customer(self, site, page, father, son, faults):
        with site.orm():
            survivor = now(father).customer
            assert now(son).customer == survivor
            assert Customer.objects.get(pk=survivor.pk).status == "active"
        page.goto(f"/customers/{survivor.key}/history/")
        expect(page.get_by_role("heading", name="Karl Oberl").first).to_be_visible()
        expect(page.locator("#ledger")).to_contain_text("Joined with")
        is_sound(page, faults)
        return survivor

    def sees_what_an_unmerge_would_do(self, page, survivor, faults):
        page.goto(f"/customers/{survivor.key}/unmerge/")
        page.get_by_role("checkbox").last.check()
        page.get_by_role("button", name="Show what goes where").click()
        expect(page.get_by_text("Goes back to its own number")).to_have_count(1)
        is_sound(page, faults)

    def takes_her_answer_back(self, site, page, task, father, son, faults):
        page.goto(f"/review/{task.pk}/")
        with page.expect_response(lambda answer: "/undo/" in answer.url):
            press(page, "u")
        page.wait_for_load_state()
        page.locator("h1").wait_for()
        is_sound(page, faults)
        with site.orm():
            assert now(father).customer_id != now(son).customer_id
            assert Task.objects.get(pk=task.pk).status == "open"
