"""The customers' pages behind the sign-in, by touch, by keyboard, with script and without."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from cmdm import clock
from cmdm.models import portal_user, system_user
from consent.actions import consents, contacts, evidence, portal_codes, subject_requests
from consent.models import ConsentEvent, PortalChange, PortalCode
from consent.queries import links
from matching.actions import ledger
from tests.consent.people import MAIL, make_karl
from tests.consent.portal import cookies_of, make_account
from tests.consent.scene import make_notice, make_purpose
from tests.support.browser import PHONE, SHOWN, WIDE, assert_accessible, assert_fits, shoot, wear
from tests.support.people import make_domain
from tests.support.records import make_source, person, seen, stored

pytestmark = pytest.mark.browser

NADIA, PETRA, STRANGER = "n@b.example", "petra@b.example", "new@b.example"
PAGES = ("data", "consents", "requests", "history", "receipts", "account", "not_me")


# So unlike Karl that a person had to say that he is.
CALLED = {"given_name": "Carl", "family_name": "Overlander", "birth_date": "1958-04-20", "language": "de"}


@dataclass
class Scene:
    """Karl the younger, known to the shop and the service desk, who gave two answers about the newsletter; Nadia, who
    gave one, and the links in her mails; Petra, whose address nobody verified.
    """

    cookies: list[dict[str, str]]
    receipt: str
    nadia: list[dict[str, str]]
    links: dict[str, str]
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
    yes = say(shop, made["newsletter"], "granted", "paper", datetime(2022, 4, 3, tzinfo=UTC))
    say(called, made["newsletter"], "refused", "phone", datetime(2024, 6, 14, tzinfo=UTC))
    ends = [shop.customer, called.customer]
    ledger.merge(ends, actor=system_user(), seen=seen(*ends), reason="Asked on the phone.")
    subject_requests.receive(account, actor=portal_user(), kind="access", text="", records=[shop, called])
    other = make_karl(make_domain(match_space="portal-other"), given_name="Nadia", email=[{"value": NADIA}])
    hers = make_account(other, address=NADIA)
    asked = subject_requests.receive(hers, actor=portal_user(), kind="erase", text="", records=[other])
    events = say(other, made["offers"], "granted", "paper", datetime(2025, 1, 9, tzinfo=UTC), address=NADIA)
    theirs = {"request": str(asked.pk), "receipt": str(events[0].group)}
    with clock.at(datetime.now(UTC)):
        stored(make_source(other.domain), "5", person("Petra", "Vogt", "1990-02-03", PETRA))
        receipt = reverse("my:receipt", args=[yes[0].group])
        return Scene(cookies_of(site, account), receipt, cookies_of(site, hers), links_to(other, made), theirs, made)


def links_to(record, purposes) -> dict[str, str]:
    """What works without signing in, as it stands in Nadia's mails."""
    contact = contacts.contact_point("email", NADIA, actor=system_user())
    said = {"channel": "email", "contact": contact, "act": "requested", "method": "portal"}
    asked = consents.record([record], actor=portal_user(), purpose=purposes["newsletter"], **said)
    return {
        "confirm_link": reverse("my:confirm_link", args=[links.confirm_token(asked[0].group)]),
        "which": reverse("my:which", args=[links.which_token(contact, purposes["newsletter"])]),
        "unsubscribe": reverse("unsubscribe", args=[links.stop_token(contact, purposes["offers"], record)]),
    }


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
def test_every_page_can_be_read_and_used(opened, scene, faults, name, options):
    page = opened(**options)
    if name == "phone":
        # As it is without script; the checks themselves need it.
        page.route("**/portal.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    for place in PAGES:
        answer = page.goto(reverse(f"my:{place}"))
        assert answer.status == 200
        shoot(page, f"portal-{place}-{name}")
        is_sound(page, faults)
    correction = reverse("my:correct", args=["address"]) + "?place=0"
    for place in (correction, reverse("my:ask", args=["erase"]), scene.receipt):
        page.goto(place)
        shoot(page, f"portal-{'-'.join(place.strip('/').split('?')[0].split('/')[:2])}-{name}")
        is_sound(page, faults)
    if name == "phone":
        page.goto(reverse("my:consents"))
        for code in ("es", "fr"):  # their words are the longest: none is broken in two, and nothing sticks out
            page.locator(".head summary").click()
            # Measured when the answer stands with its style sheets, not as soon as its first line is there.
            with page.expect_navigation():
                page.locator(f"button[name=language][value={code}]").click()
            assert page.locator("html").get_attribute("lang") == code
            assert page.locator(".nav a[aria-current] span").evaluate("one => one.offsetHeight") == 16
            assert_fits(page)


def code_to(site, address):
    """The code that the newest mail to an address holds."""
    with site.orm():
        rows = PortalCode.objects.filter(used_at__isnull=True, ended_at__isnull=True).order_by("-pk")
        row = next(one for one in rows if portal_codes.address_of(one) == address)
        return portal_codes.issue(row.pk, actor=portal_user())[2]


def typed(page, label, text):
    """Written into its field, and sent with the return key."""
    page.get_by_label(label).fill(text)
    with page.expect_navigation():
        page.get_by_label(label).press("Enter")


def test_who_is_not_in_yet_gets_in_by_keyboard_without_script_and_strangers_see_nothing(open_page, site, scene, faults):
    page = open_page(size=PHONE, colours="dark")
    page.route("**/portal.js", lambda route: route.fulfill(body="", content_type="text/javascript"))

    def looked_at(name):
        shoot(page, f"portal-{name}-phone")
        if SHOWN:
            wear(page, WIDE, "light")
            shoot(page, f"portal-{name}-wide")
            wear(page, PHONE, "dark")
        is_sound(page, faults)

    for name, link in scene.links.items():
        page.goto(link)
        looked_at(name)
    press(page, page.get_by_role("main").get_by_role("button").first)
    looked_at("unsubscribed")
    for way, address, then in (("register", STRANGER, "profile"), ("sign_in", PETRA, "prove")):
        page.goto(reverse(f"my:{way}"))
        looked_at(way)
        typed(page, "E-mail address", address)
        if way == "register":
            looked_at("code")
        typed(page, "Code", code_to(site, address))
        assert urlsplit(page.url).path == reverse(f"my:{then}")
        looked_at(then)
        if then == "prove":
            press(page, page.get_by_role("button", name="Ask us to confirm"))
            looked_at("claimed")
        page.context.clear_cookies()


def test_another_address_is_proved_by_both_and_taken_back_by_the_old_one(open_page, site, scene, faults):
    page = open_page(size=PHONE)
    page.context.add_cookies(scene.nadia)
    for place in ("step_up", "add_address", "change_contact"):
        page.goto(reverse(f"my:{place}"))
        shoot(page, f"portal-{place}-phone")
        is_sound(page, faults)
    typed(page, "New address", STRANGER)
    shoot(page, "portal-change_codes-phone")
    is_sound(page, faults)
    page.get_by_label("Code sent to the old address").fill(code_to(site, NADIA))
    typed(page, "Code sent to the new address", code_to(site, STRANGER))
    expect(page.locator(".note").first).to_contain_text("in a day")
    with site.orm():
        link = links.undo_token(PortalChange.objects.get())
    page.goto(reverse("my:undo_change", args=[link]))
    shoot(page, "portal-undo_change-phone")
    is_sound(page, faults)
    press(page, page.get_by_role("main").get_by_role("button").first)
    with site.orm():
        assert PortalChange.objects.get().state == PortalChange.State.UNDONE


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
