"""Pages of a real browser on a real server; a page that broke a policy or printed an error fails its test.

@pytest.mark.browser
def test_a_reader_finds_a_customer(site, open_page):
    with site.orm():
        reader = make_reader()
    page = open_page("/customers/", user=reader)
    assert_accessible(page)
"""

import os
import re
from typing import Any

import pytest
from playwright.sync_api import ConsoleMessage, Page, Response, expect, sync_playwright

from tests.browser_setup import SENTENCE, find_browser
from tests.support import server
from tests.support import site as sites
from tests.support.scale import SOAK

ARGUMENTS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --disable-dev-shm-usage"
).split()
AXE = (server.PROJECT / "tests" / "vendor" / "axe.min.js").read_text()
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
SCREENS = sites.RESULTS / "screens"
SHOWN = SOAK or os.environ.get("CMDM_SCREENS") == "1"
WIDE = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
PATIENCE = 10_000
expect.set_options(timeout=PATIENCE)
REFUSED = re.compile(r"the server responded with a status of 4\d\d")

_LISTEN = """document.addEventListener('securitypolicyviolation', event =>
    window.reportViolation(`${event.violatedDirective}: ${event.blockedURI || 'inline'} in ${event.documentURI}`))"""
# A colour on its way to another is neither; a sheet made by script is not one of those that the policy forbids.
_NO_TRANSITIONS = """() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync('*, *::before, *::after { transition: none !important; animation: none !important }');
    document.adoptedStyleSheets = [sheet];
}"""
_SETTLED = "() => !document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling, .htmx-added')"
_RUN_AXE = """async (standards) => {
    const result = await axe.run(document, {
        resultTypes: ['violations'], preload: false, runOnly: {type: 'tag', values: standards},
        rules: {'target-size': {enabled: true}}});
    return result.violations.map(one => `${one.id} (${one.impact}): ${one.help}\\n` +
        one.nodes.slice(0, 5).map(node => `    ${node.target.join(' ')}: ${node.failureSummary}`).join('\\n'));
}"""


@pytest.fixture(scope="session")
def site(django_db_setup, django_db_blocker, template_database):
    """One server for all browser tests of a process; tests make their own people, sources and customers in it."""
    with sites.serve(template_database, django_db_blocker) as served:
        yield served


@pytest.fixture(scope="session")
def browser():
    """One Chromium for all tests of a process."""
    path = find_browser()
    if path is None:
        pytest.fail(SENTENCE)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, headless=True, args=ARGUMENTS)
        yield running
        running.close()


@pytest.fixture
def faults():
    """What went wrong in the pages of a test. A test that means to provoke one takes it out again."""
    return []


@pytest.fixture
def open_page(site, browser, faults, request):
    """`open_page("/path", user=…, size=PHONE, colours="dark")`: a page in a browser session of its own."""
    contexts = []

    def opened(path: str = "", **options: Any) -> Page:
        page = new_page(browser, site, faults, **options)
        contexts.append(page.context)
        if path:
            page.goto(path)
        return page

    yield opened
    if getattr(request.node, "failed_call", False):
        _keep_what_was_seen(contexts, request.node.name)
    for context in contexts:
        context.close()
    assert not faults, "The pages of this test had faults:\n" + "\n".join(faults)


def new_page(
    browser: Any,
    site: sites.Site,
    faults: list[str],
    *,
    user: Any = None,
    size: dict = WIDE,
    colours: str = "light",
    **options: Any,
) -> Page:
    """A page in a browser session of its own, which adds to these faults."""
    looks = {"viewport": size, "color_scheme": colours, "reduced_motion": "reduce"}
    context = browser.new_context(**looks, base_url=site.url, **options)
    if user is not None:
        context.add_cookies(site.session_of(user))
    context.set_default_timeout(PATIENCE)
    context.expose_function("reportViolation", lambda text: faults.append(f"policy: {text}"))
    context.add_init_script(_LISTEN)
    page = context.new_page()
    _watch(page, faults)
    return page


def wear(page: Page, size: dict, colours: str) -> None:
    """The window and the colours of another screen, without loading anew."""
    page.evaluate(_NO_TRANSITIONS)
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=colours)
    page.evaluate("new Promise(requestAnimationFrame)")


def press(page: Page, key: str) -> None:
    """A key, the answer of the server to it, and the answer in its place."""
    with page.expect_response(lambda response: response.request.method == "POST"):
        page.keyboard.press(key)
    page.wait_for_function(_SETTLED)


@pytest.fixture
def page(open_page):
    """A page of nobody, wide and light, not yet anywhere."""
    return open_page()


def assert_accessible(page: Page) -> None:
    """No violation of WCAG 2.2 A or AA that axe can see."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    violations = page.evaluate(_RUN_AXE, STANDARDS)
    assert not violations, f"{page.url}\n" + "\n".join(violations)


def assert_fits(page: Page) -> None:
    """Nothing makes the page wider than its window."""
    beyond, widest = page.evaluate(_BEYOND)
    assert beyond <= 0, f"{page.url} is {beyond} pixels wider than its window: {widest}"


_BEYOND = """() => {
  const { scrollWidth, clientWidth } = document.documentElement;
  const widest = [...document.querySelectorAll("body *")].filter((each) =>
    each.getBoundingClientRect().right > clientWidth + 1);
  return [scrollWidth - clientWidth, widest.slice(0, 8).map((each) =>
    `${each.tagName.toLowerCase()}.${each.getAttribute("class")} ${each.offsetWidth}`)];
}"""


def shoot(page: Page, name: str, *, always: bool = SHOWN) -> None:
    """A picture of the whole page in test-results/screens, when CMDM_SCREENS=1 asks for pictures, and in the soak."""
    if always:
        page.screenshot(path=SCREENS / f"{name}.png", full_page=True)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.when == "call":
        item.failed_call = report.failed
    return report


def _watch(page: Page, faults: list[str]) -> None:
    def heard(message: ConsoleMessage) -> None:
        # A refusal (4xx) is an answer that pages show; Chromium reports every one of them as an error.
        if message.type == "error" and not REFUSED.search(message.text):
            faults.append(f"console: {message.text}")

    def answered(response: Response) -> None:
        if response.status >= 500:
            faults.append(f"server: {response.status} for {response.request.method} {response.url}")

    page.on("console", heard)
    page.on("pageerror", lambda fault: faults.append(f"script: {fault}"))
    page.on("response", answered)


def _keep_what_was_seen(contexts: list, name: str) -> None:
    for number, context in enumerate(contexts):
        for page in context.pages:
            shoot(page, re.sub(r"[^\w-]+", "-", f"failed-{name}-{number}"), always=True)
