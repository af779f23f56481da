"""When a key must do nothing, or something else than it has by default: else it would send an answer nobody meant."""

import pytest
from playwright.sync_api import expect

from customers.models import Customer
from stewardship.actions.preferences import keep_keys
from tests.stewardship.test_keyboard import TWICE, Crowd, Desk
from tests.support.browser import press

pytestmark = pytest.mark.browser
SENT = """() => { window.sent = []; document.addEventListener("click", (event) => {
    const pressed = event.target.closest("[data-key]");
    if (pressed) { window.sent.push(pressed.dataset.key); event.preventDefault(); event.stopImmediatePropagation(); }
}, true) }"""
KEYDOWN = """(target, init) => document.querySelector(target).dispatchEvent(
    new KeyboardEvent("keydown", {bubbles: true, cancelable: true, ...init}))"""


@pytest.fixture
def desk(site):
    with site.orm():
        return Desk()


@pytest.fixture
def page(open_page, desk):
    """A card whose buttons only tell that they were pressed."""
    page = open_page(f"/review/{desk.tasks[0].pk}/", user=desk.marta)
    page.evaluate(SENT)
    return page


def sent(page):
    return page.evaluate("window.sent")


def keydown(page, *, on="body", **init):
    """A key as another keyboard or a composing editor sends it."""
    page.evaluate(f"([target, init]) => ({KEYDOWN})(target, init)", [on, init])


def test_a_held_key_answers_once(page):
    for _repeat in range(3):
        page.keyboard.down("d")
    page.wait_for_timeout(TWICE)
    page.keyboard.down("d")
    page.keyboard.up("d")

    assert sent(page) == ["d"]


def test_the_same_key_at_once_answers_once_and_later_again(page):
    page.keyboard.press("d")
    page.keyboard.press("d")
    assert sent(page) == ["d"]
    page.wait_for_timeout(TWICE)
    page.keyboard.press("d")
    assert sent(page) == ["d", "d"]


def test_nothing_is_answered_while_text_is_composed_or_written(page):
    keydown(page, key="d", isComposing=True)
    keydown(page, key="d", keyCode=229)
    page.evaluate("document.querySelector('#reason').open = true")
    page.locator("#reason-text").focus()
    page.keyboard.type("drsfn")
    assert page.locator("#reason-text").input_value() == "drsfn"

    assert sent(page) == []


@pytest.mark.parametrize("modifier", ["Control", "Alt", "Meta", "Shift"])
def test_a_letter_with_a_modifier_is_no_answer(page, modifier):
    page.keyboard.press(f"{modifier}+f")

    assert sent(page) == []


def test_the_second_key_of_a_sequence_is_never_an_answer(page):
    for second in ("d", "f", "Shift+D", "Shift+Slash", "Enter", "g"):
        page.keyboard.press("g")
        page.keyboard.press(second)
        page.wait_for_timeout(TWICE)
    assert sent(page) == []
    page.keyboard.press("g")
    page.keyboard.press("r")
    assert sent(page) == ["g r"]
    page.keyboard.press("d")
    assert sent(page) == ["g r", "d"]


def test_a_sequence_outlasts_what_is_swapped_meanwhile(page):
    page.keyboard.press("g")
    page.evaluate("window.htmx.trigger('#work', 'htmx:afterSettle')")
    page.keyboard.press("r")

    assert sent(page) == ["g r"]


def test_a_sequence_that_was_not_ended_is_forgotten(page):
    page.keyboard.press("g")
    page.wait_for_timeout(1100)
    page.keyboard.press("r")

    assert sent(page) == ["r"]


@pytest.mark.parametrize(
    ("key", "held"),
    [("?", {"shiftKey": True}), ("?", {}), ("?", {"modifierAltGraph": True, "shiftKey": True})],
    ids=["shift", "alone", "shift and level three"],
)
def test_a_sign_is_found_wherever_a_layout_has_it(page, key, held):
    keydown(page, key=key, **held)

    assert sent(page) == ["?"]


def test_brackets_work_with_level_three_and_not_with_a_modifier(open_page, site):
    with site.orm():
        crowd = Crowd()
    page = open_page(f"/review/{crowd.task.pk}/", user=crowd.marta)
    page.evaluate(SENT)
    keydown(page, key="[", altKey=True)
    keydown(page, key="[", ctrlKey=True, altKey=True)
    keydown(page, key="]", metaKey=True)
    assert sent(page) == []
    keydown(page, key="[", modifierAltGraph=True)
    keydown(page, key="]")
    assert sent(page) == ["[", "]"]

    # What a key does by itself begins no sequence: this one draws the graph.
    page.keyboard.press("g")
    page.keyboard.press("r")
    assert sent(page) == ["[", "]", "g", "r"]


def test_level_three_on_windows_is_control_and_alt(open_page, site):
    with site.orm():
        crowd = Crowd()
    page = open_page("", user=crowd.marta)
    page.add_init_script("Object.defineProperty(Navigator.prototype, 'platform', {get: () => 'Win32'})")
    page.goto(f"/review/{crowd.task.pk}/")
    page.evaluate(SENT)
    keydown(page, key="[", modifierAltGraph=True, ctrlKey=True, altKey=True)
    keydown(page, key="[", ctrlKey=True, altKey=True)

    assert sent(page) == ["["]


@pytest.fixture
def lefthander(desk, site):
    """Y says "different", Ö "related"; the reason, and what takes, lies on Z, how firm on E; D, R and C do nothing."""
    with site.orm():
        keep_keys(
            actor=desk.marta,
            keys={"different": "y", "related": "ö", "reason": "z", "strength": "e"},
            off=False,
            blind=False,
        )
    return desk


def test_keys_lie_where_a_steward_laid_them_and_a_screen_reader_is_told(open_page, lefthander):
    page = open_page(f"/review/{lefthander.tasks[0].pk}/", user=lefthander.marta)
    page.evaluate(SENT)
    for key in ("d", "r", "y", "ö", "f"):
        keydown(page, key=key)
    assert sent(page) == ["d", "r", "f"]
    told = page.locator("#decision .verdict").evaluate_all("all => all.map(each => each.ariaKeyShortcuts)")
    assert told == ["S", "Y", "Ö", "F"]
    # A sequence has its own keys.
    page.keyboard.press("g")
    page.keyboard.press("s")
    assert sent(page)[-1] == "g s"


def test_what_lies_on_a_key_takes_it_from_what_has_it_by_default(open_page, site, lefthander):
    with site.orm():
        customer = Customer.objects.get(pk=lefthander.tasks[0].customers[0])
    page = open_page(f"/customers/{customer.key}/", user=lefthander.marta)
    page.evaluate(SENT)
    page.keyboard.press("e")

    assert sent(page) == []
    assert page.locator("[data-key=e]").get_attribute("aria-keyshortcuts") is None


def test_a_row_of_the_list_is_taken_by_the_key_that_is_laid_on_it(open_page, site, lefthander):
    page = open_page("/review/", user=lefthander.marta)
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator(".is-current [data-tick]")).to_be_checked()
    expect(page.locator(".is-current .only-current").first).to_have_text("Z")
    page.keyboard.press("c")
    press(page, "z")
    expect(page.locator("[data-rows]")).to_contain_text("You, ")


def test_keys_that_are_switched_off_do_nothing_and_are_not_told(open_page, desk, site):
    with site.orm():
        keep_keys(actor=desk.marta, keys={}, off=True, blind=False)
    page = open_page(f"/review/{desk.tasks[0].pk}/", user=desk.marta)
    page.evaluate(SENT)
    for key in ("d", "?", "1", "j", "g", "r"):
        page.keyboard.press(key)

    assert sent(page) == []
    expect(page.locator("[aria-keyshortcuts]")).to_have_count(0)


def test_a_held_key_that_means_nothing_here_is_left_to_the_browser(page):
    page.set_viewport_size({"width": 1000, "height": 300})
    page.locator("h1").focus()
    stopped = "window.stopped = 0; document.addEventListener('keydown', event => { stopped += event.defaultPrevented })"
    page.evaluate(stopped)
    for _repeat in range(3):
        page.keyboard.down("PageDown")
    page.keyboard.up("PageDown")

    assert page.evaluate("stopped") == 0
