"""Every page of the hub, in both looks, and every role before every page, as an own table says.

A page that is in no table fails a test.
"""

import re
from dataclasses import dataclass

import pytest
from django.contrib import admin
from django.urls import URLPattern, get_resolver, reverse

from tests.browser.scene import Scene
from tests.support.browser import PHONE, WIDE, assert_accessible, assert_fits, new_page, wear

pytestmark = pytest.mark.browser

ROLES = {
    "R": "reader",
    "S": "steward",
    "L": "lead",
    "O": "data owner",
    "P": "privacy officer",
    "A": "auditor",
    "D": "administrator",
    "N": "nothing",
    "X": "stranger",
    "E": "everything",
}
EVERYBODY = "".join(ROLES)
VIEW = "RSLOPE"


@dataclass(frozen=True)
class Page:
    """An address, who opens it, and who learns that he may not; all others learn nothing (404)."""

    name: str
    opens: str
    refused: str = ""
    keys: tuple[str, ...] = ()
    query: str = ""

    def address(self, keys: dict) -> str:
        return reverse(self.name, args=[keys.get(key, key) for key in self.keys]) + self.query.format(**keys)

    def expected(self, letter: str) -> int:
        return 200 if letter in self.opens else 403 if letter in self.refused else 404

    def __str__(self) -> str:
        return f"{self.name}{'?' * bool(self.query)}"


def whole(name: str, opens: str, **more: str) -> Page:
    """A page of no thing in particular: whoever may not open it is told so."""
    return Page(name, opens, "".join(letter for letter in EVERYBODY if letter not in opens), **more)


def one(name: str, opens: str, *keys: str, refused: str = "", query: str = "") -> Page:
    """The page of a thing: whoever may not see the thing finds nothing."""
    return Page(name, opens, refused, keys, query)


PAGES = [
    whole("start", EVERYBODY),
    whole("password_change", EVERYBODY),
    whole("jobs", EVERYBODY),
    whole("audit", "AXE"),
    whole("audit", "AXE", query="?thing=user"),
    whole("audit", "AXE", query="?deed=no.such"),
    one("job", "LOPDE", "job"),
    whole("customers:list", VIEW + "X"),
    whole("customers:search", VIEW + "X"),
    whole("customers:export", "LOPXE"),
    one("customers:export_file", "O", "export"),
    one("customers:detail", VIEW, "karl"),
    one("customers:detail", VIEW, "karl", query="?as_of=2020-01-01"),
    one("customers:records", VIEW, "merged"),
    one("customers:history", VIEW, "merged"),
    one("customers:correct", "SLPE", "karl", refused="RO"),
    one("customers:correct", "SLPE", "karl", refused="RO", query="?attribute=birth_date"),
    one("customers:pin", "SLPE", "karl", refused="RO", query="?attribute=birth_date&record={record}&kind=pin"),
    one("customers:reveal", "LPE", "karl", refused="RSO", query="?attribute=identifier"),
    one("customers:record", VIEW, "record"),
    whole("customers:sources", EVERYBODY),
    one("customers:source", VIEW + "D", "source"),
    whole("customers:imports", "OXE"),
    whole("customers:import_new", "OXE"),
    one("customers:import", "OE", "waiting"),
    one("customers:import", "OE", "done", query="?"),
    one("customers:import_rejects", "OE", "done"),
    one("matching:merge", "SLE", "karl", refused="ROP"),
    one("matching:merge_preview", VIEW, "karl", "son"),
    one("matching:unmerge", "SLE", "merged", refused="ROP"),
    one("matching:unmerge", "SLE", "merged", refused="ROP", query="?records={away}"),
    whole("matching:model", "SLODXE"),
    whole("matching:model_of", "SLODXE", keys=("organisation",)),
    whole("matching:blocks", "E"),
    one("matching:why", VIEW, query="?left={record}&right={record}"),
    whole("stewardship:queue", "SLXE"),
    one("stewardship:task", "SLE", "task"),
    one("stewardship:task", "SLE", "task", query="?rows=all&script=1"),
    whole("consent:dashboard", VIEW + "X"),
    whole("consent:acts", VIEW + "X"),
    whole("consent:conflicts", VIEW + "X"),
    whole("consent:purposes", VIEW + "X"),
    whole("consent:purpose", VIEW + "X", keys=("purpose",)),
    whole("consent:purpose_new", "E"),
    whole("consent:notices", VIEW + "X"),
    whole("consent:notice", VIEW + "X", keys=("notice",)),
    whole("consent:notice", "E" + VIEW.replace("E", "") + "X", keys=("draft",), query="?"),
    whole("consent:notice_new", "E"),
    whole("consent:notice_compare", VIEW + "X", keys=("notice", "draft")),
    whole("consent:proofs", "LOPXE"),
    one("consent:proof", "P", "proof"),
    one("consent:receipt", VIEW, "event"),
    whole("consent:imports", "OXE"),
    one("consent:import", "O", "upload", refused="RSLPADN"),
    one("consent:import_account", "LOPDE", "consent_job"),
    one("consent:customer", VIEW, "karl"),
    one("consent:record", "SLPE", "karl", refused="RO"),
    whole("consent:claims", VIEW + "X"),
    one("consent:claim", "SLPE", "claim", refused="ADN"),
    whole("consent:requests", "LOPXE"),
    whole("consent:requests", "LOPXE", query="?state=closed"),
    one("consent:request", "LOPE", "request"),
    whole("consent:proposals", "SLPXE"),
]

CONFIGURE, GRANT = "ODXE", "DXE"
SET_UP = [
    whole("admin:index", CONFIGURE),
    whole("admin:cmdm_domain_changelist", CONFIGURE),
    whole("admin:cmdm_domain_add", "E"),
    whole("admin:cmdm_domain_import", "E"),
    whole("admin:cmdm_user_changelist", GRANT),
    whole("admin:cmdm_user_add", GRANT),
    whole("admin:cmdm_user_change", GRANT, keys=("user",)),
    whole("admin:cmdm_user_import", GRANT),
    whole("admin:auth_group_changelist", GRANT),
    whole("admin:auth_group_change", GRANT, keys=("group",)),
    whole("admin:cmdm_apitoken_changelist", GRANT),
    whole("admin:cmdm_apitoken_add", GRANT),
    whole("admin:customers_source_changelist", CONFIGURE),
    whole("admin:customers_source_add", CONFIGURE),
    whole("admin:customers_source_import", CONFIGURE),
    whole("admin:customers_attribute_changelist", CONFIGURE),
    whole("admin:customers_attribute_add", "E"),
    whole("admin:customers_attribute_change", CONFIGURE, keys=("1",)),
    whole("admin:customers_attribute_import", "E"),
    whole("admin:matching_matchmodel_changelist", CONFIGURE),
    whole("admin:matching_matchmodel_change", CONFIGURE, keys=("1",)),
]

# What is posted: who is turned away with 403, all others of those who may not with 404.
DEEDS = [
    one("customers:export_fetch", "O", "export"),
    one("customers:end_pin", "SLPE", "karl", "pin", refused="RO"),
    one("customers:withdraw", "SLPE", "karl", "correction", refused="RO"),
    one("customers:end_relation", "SLE", "merged", "relation", refused="RPO"),
    one("customers:reveal_raw", "LPE", "record", refused="RSO"),
    one("customers:import_mapping", "OE", "waiting"),
    one("customers:import_start", "OE", "waiting"),
    one("customers:import_stop", "OE", "done"),
    one("customers:import_discard", "OE", "waiting"),
    one("customers:import_settle", "OE", "done"),
    one("customers:import_again", "OE", "done"),
    one("customers:import_rejects_file", "OE", "done"),
    one("matching:undo", "SLE", "merged", "change", refused="ROP"),
    one("matching:withdraw", "SLE", "apart", "verdict", refused="RPO"),
    *[whole(f"matching:{deed}", "E", keys=("person",)) for deed in ("train", "learn")],
    *[whole(f"matching:{deed}", "E", keys=("1",)) for deed in ("rehearse", "promote", "drop", "adjust")],
    one("stewardship:take", "SLE", "task"),
    one("stewardship:release", "SLE", "task"),
    one("stewardship:decide", "SLE", "task"),
    one("stewardship:settle", "SLE", "task"),
    one("stewardship:undo", "SLE", "answer"),
    one("job_stop", "LOPDE", "job"),
    *[whole(f"consent:purpose_{deed}", "E", keys=("purpose",)) for deed in ("publish", "retire")],
    *[whole(f"consent:notice_{deed}", "E", keys=("draft",)) for deed in ("retire", "discard")],
    one("consent:proof_fetch", "P", "proof"),
    one("consent:ask", "SLPE", "karl", "purpose", refused="RO"),
    one("consent:scan", "LPE", "karl", "event", refused="RSO"),
    one("consent:request_take_up", "LOPE", "request"),
    one("consent:proposal_decide", "SLPE", "proposal"),
]
ELSEWHERE = {
    "login": "test_frame",
    "logout": "test_journeys",
    "alive": "no page",
    "ready": "no page",
    "customers:import_progress": "a fragment; test_journeys",
    "customers:export_progress": "a fragment; test_export_files",
    "stewardship:next": "test_keyboard",
    "matching:export": "a file; test_model_page",
    "consent:keys": "public; test_pages of consent",
    "consent:proof_progress": "a fragment; test_proof",
    "consent:receipt_signed": "a file; test_pages of consent",
    "consent:receipt_json": "a file; test_pages of consent",
    "unsubscribe": "tests of the portal",
    "gpc": "tests of the portal",
    "": "/admin/login/ leads to the hub's own",
}
# Of Django and django-import-export: answers of forms, redirects, and what nobody may do.
OF_THE_ADMIN = ("_history", "_delete", "_process_import", "_export", "login", "logout", "autocomplete", "jsi18n")
OF_THE_ADMIN += ("view_on_site", "app_list", "password_change", "password_change_done", "cmdm_domain_change")
OF_THE_ADMIN += (
    "customers_source_change",
    "cmdm_apitoken_change",
    "auth_group_add",
    "matching_matchmodel_add",
    ":None",
)


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
    assert len(admin.site._registry) == 7


@pytest.mark.parametrize("shown", [*PAGES, *SET_UP], ids=str)
def test_a_page_can_be_read_and_used(windows, scene, shown):
    """Loaded once; looked at on a wide screen in the light and on a telephone in the dark."""
    page, faults = windows(shown.opens[0])
    wear(page, WIDE, "light")
    faults.clear()
    answer = page.goto(shown.address(scene.keys))
    assert answer is not None and answer.status == 200
    assert page.title().split("·")[0].split("|")[0].strip()
    for size, colours in ((WIDE, "light"), (PHONE, "dark")):
        wear(page, size, colours)
        assert page.locator("h1:visible").count() == 1
        assert_fits(page)
        # Before axe, which sets styles of its own while it looks.
        assert not faults, "\n".join(faults)
        assert_accessible(page)
        assert_focus_is_seen(page)
        faults.clear()


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
