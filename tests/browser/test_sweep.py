"""Every page of the hub, in both looks, and every role before every page, as an own table says.

A page that is in no table fails a test.
"""

import itertools
import re

import pytest
from django.contrib import admin
from django.urls import URLPattern, get_resolver

from tests.browser.pages import DEEDS, ELSEWHERE, EVERYBODY, OF_THE_ADMIN, PAGES, ROLES, SET_UP
from tests.browser.scene import Scene
from tests.support.browser import PHONE, WIDE, assert_accessible, assert_fits, new_page, wear
from tests.support.scale import SOAK

pytestmark = pytest.mark.browser
TABLET, SMALL = {"width": 768, "height": 1024}, {"width": 320, "height": 640}


@pytest.fixture(scope="module")
def scene(site):
    with site.orm():
        return Scene()


@pytest.fixture(scope="module")
def windows(site, browser, scene):
    """One page for each role, with what went wrong in it."""
    opened = {}

    def window(letter: str) -> tuple:
        if letter not in opened:
            faults: list[str] = []
            opened[letter] = new_page(browser, site, faults, user=scene.people[ROLES[letter]]), faults
        return opened[letter]

    yield window
    for page, _faults in opened.values():
        page.context.close()


@pytest.fixture(scope="module")
def visitors(site, browser, scene):
    """A session of each role that asks without showing."""
    contexts = {}
    for letter, name in ROLES.items():
        contexts[letter] = browser.new_context(base_url=site.url)
        contexts[letter].add_cookies(site.session_of(scene.people[name]))
    yield {letter: context.request for letter, context in contexts.items()}
    for context in contexts.values():
        context.close()


def names(patterns, prefix=""):
    """The names of all addresses, with their namespaces."""
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield f"{prefix}{pattern.name or ('None' if prefix else '')}"
        elif pattern.namespace != "api":
            yield from names(pattern.url_patterns, f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix)


def test_every_address_is_in_a_table():
    known = {page.name for page in (*PAGES, *SET_UP, *DEEDS)} | set(ELSEWHERE)
    missing = set(names(get_resolver().url_patterns)) - known
    # The customers' own pages have no roles of staff: test_portal walks them.
    missing = {name for name in missing if not name.startswith("my:")}
    assert not {name for name in missing if not (name.startswith("admin:") and name.endswith(OF_THE_ADMIN))}
    admin.autodiscover()
    assert len(admin.site._registry) == 7


LOOKS = [(WIDE, "light"), (PHONE, "dark")]
if SOAK:
    LOOKS += [(WIDE, "dark"), (PHONE, "light"), *itertools.product((TABLET, SMALL), ("light", "dark"))]


@pytest.mark.parametrize("shown", [*PAGES, *SET_UP], ids=str)
def test_a_page_can_be_read_and_used(windows, scene, shown):
    """Loaded once; looked at on a wide screen in the light and on a telephone in the dark; in the soak in all looks."""
    page, faults = windows(shown.opens[0])
    wear(page, WIDE, "light")
    faults.clear()
    answer = page.goto(shown.address(scene.keys))
    assert answer is not None and answer.status == 200
    assert page.title().split("·")[0].split("|")[0].strip()
    for size, colours in LOOKS:
        wear(page, size, colours)
        assert page.locator("h1:visible").count() == 1
        assert_fits(page)
        # Before axe, which sets styles of its own while it looks.
        assert not faults, "\n".join(faults)
        assert_accessible(page)
        assert_focus_is_seen(page)
        faults.clear()


# One page of every kind of layout: lists, forms, tabs, columns, tables, charts, the card and what stands beside it.
LAYOUTS = ("start", "audit", "customers:list", "customers:detail", "customers:history", "customers:import")
LAYOUTS += ("matching:merge_preview", "matching:model", "stewardship:queue", "stewardship:task", "consent:dashboard")
LAYOUTS += ("consent:customer", "consent:request", "customers:export")


def test_pages_can_be_read_from_right_to_left(browser, site, scene):
    """In a language of that direction nothing sticks out and the rail stands at the right."""
    faults: list[str] = []
    page = new_page(browser, site, faults, user=scene.people["everything"], locale="ar")
    shown = {one.name: one for one in PAGES if one.name in LAYOUTS and not one.query}
    assert set(shown) == set(LAYOUTS)
    for one in shown.values():
        page.set_viewport_size(WIDE)
        page.goto(one.address(scene.keys))
        assert page.locator("html").get_attribute("dir") == "rtl"
        assert page.locator("h1:visible").bounding_box()["x"] > 0
        for size in (WIDE, TABLET, PHONE):
            page.set_viewport_size(size)
            assert_fits(page)
            assert page.evaluate(_BEYOND) == [], page.url
    page.goto("/")
    page.set_viewport_size(WIDE)
    rail = page.locator("#rail").bounding_box()
    assert rail["x"] + rail["width"] == WIDE["width"]
    page.context.close()
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("letter", ROLES, ids=ROLES.get)
def test_each_role_opens_its_own_pages_and_no_other(visitors, scene, letter):
    expected = {page.address(scene.keys): page.expected(letter) for page in (*PAGES, *SET_UP)}
    assert {address: visitors[letter].get(address).status for address in expected} == expected


def test_a_deed_is_done_by_posting_and_only_by_whom_it_belongs_to(visitors, scene):
    tokens = {letter: token_of(visitor) for letter, visitor in visitors.items()}
    found, expected = {}, {}
    for deed in DEEDS:
        address = deed.address(scene.keys)
        found[deed.name, "get"], expected[deed.name, "get"] = visitors["E"].get(address).status, 405
        for letter in set(EVERYBODY) - set(deed.opens):
            token = {"X-CSRFToken": tokens[letter]}
            answer = visitors[letter].post(address, headers=token, form={"purpose": "asked"})
            found[deed.name, letter], expected[deed.name, letter] = answer.status, deed.expected(letter)
    assert found == expected


def test_nobody_sees_anything_but_the_sign_in(browser, site, scene):
    context = browser.new_context(base_url=site.url)
    addresses = [page.address(scene.keys) for page in (*PAGES, *SET_UP)]
    answers = [context.request.get(address, max_redirects=0) for address in addresses]
    places = {(answer.status, answer.headers["location"].split("?")[0]) for answer in answers}
    assert places == {(302, "/sign-in/"), (302, "/admin/login/")}
    assert context.request.get("/admin/login/").url.removeprefix(site.url).startswith("/sign-in/")
    context.close()


def token_of(visitor) -> str:
    """The token against forged requests, as a page of this session sends it."""
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', visitor.get("/password/").text())
    assert found is not None
    return found[1]


# Words that are cut off at an edge of the window and cannot be scrolled into it.
_BEYOND = """() => {
    const scrolls = element => {
        for (let at = element; at; at = at.parentElement)
            if (['auto', 'scroll', 'hidden', 'clip'].includes(getComputedStyle(at).overflowX)) return true;
        return false;
    };
    return [...document.querySelectorAll('main *, header *, nav *')].filter(element => {
        const box = element.getBoundingClientRect();
        return box.width > 1 && element.checkVisibility() && (box.left < -1 || box.right > innerWidth + 1)
            && !scrolls(element);
    }).map(element => element.outerHTML.slice(0, 120));
}"""
_UNSEEN = """() => {
    const shown = element => element.checkVisibility({visibilityProperty: true}) && !element.disabled;
    const marked = element => {
        const style = getComputedStyle(element);
        return (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1) || style.boxShadow !== 'none';
    };
    const unseen = [];
    const stops = 'a[href], button, input, select, textarea, summary, [tabindex="0"]';
    for (const element of document.querySelectorAll(stops)) {
        if (!shown(element) || element.type === 'hidden') continue;
        element.focus();
        if (document.activeElement !== element) continue;
        const near = [element, element.nextElementSibling, element.parentElement, element.closest('label')];
        if (!near.some(one => one && marked(one))) unseen.push(element.outerHTML.slice(0, 160));
    }
    return unseen;
}"""


def assert_focus_is_seen(page) -> None:
    """After one press of Tab, every focus that follows is one of the keyboard's: each must show."""
    page.keyboard.press("Tab")
    unseen = page.evaluate(_UNSEEN)
    page.evaluate("document.activeElement.blur(), scrollTo(0, 0)")
    assert not unseen, f"{page.url}: focus cannot be seen on\n" + "\n".join(unseen[:8])
