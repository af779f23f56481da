"""The customers' pages behind the sign-in, by touch, by keyboard, with script and without."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from cmdm import clock
from cmdm.models import portal_user, system_user
from consent.actions import consents, contacts, evidence, subject_requests
from consent.models import ConsentEvent
from matching.actions import ledger
from tests.consent.people import MAIL, make_karl
from tests.consent.portal import cookies_of, make_account
from tests.consent.scene import make_notice, make_purpose
from tests.support.browser import PHONE, WIDE, assert_accessible, assert_fits, shoot
from tests.support.people import make_domain
from tests.support.records import make_source, seen, stored

pytestmark = pytest.mark.browser

PAGES = ("data", "consents", "requests", "history", "receipts", "account", "not_me")


# So unlike Karl that a person had to say that he is.
CALLED = {"given_name": "Carl", "family_name": "Overlander", "birth_date": "1958-04-20", "language": "de"}


@dataclass
class Scene:
    """Karl the younger, known to the shop and the service desk, who gave two answers about the newsletter."""

    cookies: list[dict[str, str]]
    hers: dict[str, str]
    purposes: dict[str, Any]


@pytest.fixture(scope="module")
def scene(site):
    with site.orm(), clock.at(datetime(2026, 10, 27, 9, tzinfo=UTC)):
        return make_scene(site)


def make_scene(site) -> Scene:
    domain = make_domain("portal", match_space="portal")
    shop = make_karl(domain)
    desk = make_source(domain, name="Service desk", trust=20)
    called = stored(desk, "77", CALLED)
    account = make_account(shop, called, address=MAIL)
    made = {key: make_purpose(f"portal-{key}", **words) for key, words in PURPOSES.items()}
    for key, purpose in made.items():
        make_notice(purpose, key=f"portal-{key}", text=PURPOSES[key]["description"])
    say(shop, made["newsletter"], "granted", "paper", datetime(2022, 4, 3, tzinfo=UTC))
    say(called, made["newsletter"], "refused", "phone", datetime(2024, 6, 14, tzinfo=UTC))
    ends = [shop.customer, called.customer]
    ledger.merge(ends, actor=system_user(), seen=seen(*ends), reason="Asked on the phone.")
    subject_requests.receive(account, actor=portal_user(), kind="access", text="", records=[shop, called])
    other = make_karl(make_domain(match_space="portal-other"), given_name="Nadia", email=[{"value": "n@b.example"}])
    hers = make_account(other, address="n@b.example")
    asked = subject_requests.receive(hers, actor=portal_user(), kind="erase", text="", records=[other])
    events = say(other, made["offers"], "granted", "paper", datetime(2025, 1, 9, tzinfo=UTC), address="n@b.example")
    theirs = {"request": str(asked.pk), "receipt": str(events[0].group)}
    with clock.at(datetime.now(UTC)):
        return Scene(cookies_of(site, account), theirs, made)


PURPOSES = {
    "newsletter": {"label": "Workshop news", "channels": ["email"], "description": "Stories from our workshop."},
    "offers": {
        "label": "Offers",
        "channels": ["email", "phone"],
        "description": "News and prices from Nordlicht, at most one a week.",
    },
    "partners": {
        "label": "Partners may use my data",
        "kind": "opt_out",
        "channels": [],
        "channel_bound": False,
        "description": "Three partners get your address.",
    },
    "orders": {
        "label": "Your orders",
        "kind": "contract",
        "channels": [],
        "channel_bound": False,
        "description": "We need your data to deliver what you buy.",
    },
}


def say(record, purpose, act, method, at, address=MAIL):
    """What somebody said to staff on an earlier day."""
    actor = system_user()
    contact = contacts.contact_point("email", address, actor=actor)
    with clock.at(at):
        kept = evidence.keep(actor=actor, kind="paper" if method == "paper" else "call")
        said = {"purpose": purpose, "channel": "email", "contact": contact, "act": act, "method": method}
        return consents.record([record], actor=actor, proved=[record], evidence=kept, **said)


@pytest.fixture
def opened(open_page, scene):
    """`opened(size=…, java_script_enabled=False)`: a page of Karl's own session."""

    def page(*args, **options):
        made = open_page(*args, **options)
        made.context.add_cookies(scene.cookies)
        return made

    return page


def is_sound(page, faults):
    assert page.locator("h1:visible").count() == 1
    assert_fits(page)
    assert not faults, "\n".join(faults)
    assert_accessible(page)
    faults.clear()


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("phone", {"size": PHONE}),
        ("wide", {"size": WIDE, "colours": "dark"}),
    ],
)
def test_every_page_can_be_read_and_used(opened, faults, name, options):
    page = opened(**options)
    if name == "phone":
        # As it is without script; the checks themselves need it.
        page.route("**/portal.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    for place in PAGES:
        answer = page.goto(reverse(f"my:{place}"))
        assert answer.status == 200
        shoot(page, f"portal-{place}-{name}")
        is_sound(page, faults)
    for place in (reverse("my:correct", args=["address"]) + "?place=0", reverse("my:ask", args=["erase"])):
        page.goto(place)
        shoot(page, f"portal-{place.strip('/').replace('/', '-').split('?')[0]}-{name}")
        is_sound(page, faults)


def press(page, button):
    """Press it and see the page that answers; how many presses it took."""
    with page.expect_navigation():
        button.click()
    return 1


def topic(page, title):
    return page.locator("section.panel", has=page.get_by_role("heading", name=title, exact=True))


def test_without_script_no_takes_no_more_presses_than_yes(opened, scene):
    page = opened(size=PHONE, java_script_enabled=False)
    page.goto(reverse("my:consents"))
    asked = topic(page, "Offers by e-mail")
    assert page.locator("input:checked, option:checked:not([value=''])").count() <= 1, "nothing is chosen beforehand"
    before = asked.locator("button.turn").bounding_box()

    yes = press(page, asked.get_by_role("button", name="Allow"))
    assert page.get_by_role("status").inner_text().startswith("Allowed.")
    after = asked.locator("button.turn").bounding_box()
    no = press(page, asked.get_by_role("button", name="Stop"))

    assert (no, yes) == (1, 1)
    assert (before["width"], before["height"], before["x"]) == (after["width"], after["height"], after["x"])
    assert page.get_by_role("status").inner_text().startswith("Stopped.")
    page.get_by_role("status").get_by_role("link", name="Receipt").click()
    expect(page.locator("h1")).to_contain_text("Withdrawn")


def test_by_keyboard_a_switch_is_turned_where_it_stands(opened, scene, faults):
    page = opened(size=PHONE)
    page.goto(reverse("my:consents"))
    turned = topic(page, "Offers by phone").get_by_role("switch")
    for wanted in ("true", "false"):
        turned.focus()
        with page.expect_response("**/my/consents/"):
            page.keyboard.press("Space")
        page.wait_for_function("wanted => document.activeElement.getAttribute('aria-checked') === wanted", arg=wanted)
        assert turned.get_attribute("aria-checked") == wanted
    page.wait_for_function("() => document.querySelector('[role=status]').innerText.startsWith('Stopped.')")
    is_sound(page, faults)


def test_two_answers_are_put_to_the_person_whose_word_settles_it(opened, scene, site):
    page = opened(size=PHONE, java_script_enabled=False)
    page.goto(reverse("my:consents"))
    asked = page.locator(".panel-asks")
    assert "yes on paper on 3 April 2022 and no on the phone on 14 June 2024" in asked.inner_text()
    shoot(page, "portal-consents-two-answers")
    sizes = {(box["width"], box["height"]) for box in (one.bounding_box() for one in asked.get_by_role("button").all())}
    assert len(sizes) == 1, "both answers are of one size"
    press(page, asked.get_by_role("button", name="Yes, send it"))

    assert not page.locator(".panel-asks").count()
    assert topic(page, "Workshop news by e-mail").get_by_role("button", name="Stop").count() == 1
    press(page, page.get_by_role("button", name="Stop everything"))
    assert not page.get_by_role("button", name="Stop:").count()
    with site.orm():
        last = ConsentEvent.objects.filter(purpose=scene.purposes["newsletter"]).order_by("-pk").first()
    assert last.act == "withdrawn"


def test_a_correction_by_keyboard_alone(opened):
    page = opened(size=PHONE)
    page.goto(reverse("my:data"))
    page.get_by_role("link", name="Correct Birth date").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/my/data/birth_date/**")
    page.get_by_label("Birth date").fill("1985-11-03")
    page.get_by_label("Birth date").press("Enter")
    page.wait_for_url("**/my/data/")
    expect(page.locator(".note-accent")).to_contain_text("3 November 1985")
    expect(page.get_by_text("2 November 1985", exact=True), "until then it stays as it was").to_have_count(1)
    page.get_by_role("button", name="Take it back").press("Enter")
    expect(page.locator(".note-accent")).to_have_count(0)


def test_nothing_of_somebody_else_can_be_found(opened, scene):
    ask = opened("").context.request
    assert ask.get(reverse("my:receipt", args=[scene.hers["receipt"]])).status == 404
    token = ask.get(reverse("my:requests")).text().split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    posted = ask.post(reverse("my:request_back", args=[scene.hers["request"]]), form={"csrfmiddlewaretoken": token})
    assert posted.status == 404
    assert ask.get("/customers/").url.endswith("/sign-in/?next=/customers/"), "the portal opens no page of staff"
