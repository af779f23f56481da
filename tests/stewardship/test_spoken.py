"""What a screen reader hears of the review card: where one of these fails, Orca said nothing, or something twice."""

import re

import pytest
from playwright.sync_api import expect

from tests.stewardship.test_keyboard import Crowd, Desk, staged
from tests.support.browser import press

pytestmark = pytest.mark.browser


@pytest.fixture
def desk(site):
    with site.orm():
        return Desk()


@pytest.fixture
def page(open_page, desk):
    return open_page(f"/review/{desk.tasks[0].pk}/", user=desk.marta)


def said(page, words):
    expect(page.locator("#live")).to_have_text(re.compile(words))


def focused(page, what="textContent"):
    return page.evaluate(f"document.activeElement.{what}")


def test_a_row_that_is_gone_to_by_key_says_both_values_and_what_would_win(page):
    for _row in range(2):
        page.keyboard.press("k")
    first = focused(page, "ariaLabel")
    page.keyboard.press("j")

    assert re.fullmatch(r"[A-Z][\w ]+, \w[\w ]+\. A: .+\. B: .+\. Golden: .+, .+", first)
    assert focused(page, "ariaLabel") != first
    expect(page.locator("tr[aria-label]")).to_have_count(1)


def test_a_value_that_stands_already_is_said_when_it_is_chosen_again(page):
    page.keyboard.press("1")
    page.keyboard.press("2")
    said(page, "Your choice, no end date")
    page.wait_for_timeout(200)
    page.keyboard.press("1")
    page.wait_for_timeout(200)
    page.evaluate("document.querySelector('#live').replaceChildren()")
    page.keyboard.press("1")
    said(page, r"\w+: \w+")


def test_what_a_key_opens_or_shows_is_said(page):
    page.keyboard.press("c")
    said(page, "1: Father and son.* 2: Same name by chance")
    page.keyboard.press("3")
    said(page, "^A typing error in one of them$")
    expect(page.locator(":focus")).to_contain_text("A typing error")

    # What a key opens takes the focus when the browser tells that it is open: a moment later.
    page.keyboard.press("l")
    expect(page.locator("#firmness input:focus")).to_have_value("advise")
    page.keyboard.press("ArrowDown")
    expect(page.locator(":focus")).to_contain_text("Accept later suggestions")

    page.keyboard.press("a")
    said(page, "^All rows$")
    page.keyboard.press("t")
    said(page, "^Script is shown$")


def test_the_help_is_heard_from_its_heading_and_leaves_nothing_to_be_said_again(page):
    press(page, "d")
    said(page, "Different saved. Card")
    page.keyboard.press("?")
    expect(page.locator(":focus")).to_have_text("Keys")
    expect(page.locator("#keys")).to_contain_text("NVDA: Insert and Space")
    expect(page.locator("#live")).to_be_empty()
    page.keyboard.press("Escape")
    expect(page.locator("h1")).to_be_focused()


def test_moves_of_a_group_are_said_as_sentences_and_its_scores_only_when_asked_for(open_page, site):
    with site.orm():
        crowd = Crowd()
    page = open_page(f"/review/{crowd.task.pk}/", user=crowd.marta)
    expect(page.locator("#work [aria-live]")).to_have_count(0)
    page.keyboard.press("2")
    staged(page, "h")
    said(page, r"stays apart, related to group \d: same household\. ")
    assert ".." not in page.locator("#live").inner_text()
    page.keyboard.press("j")
    assert focused(page, "ariaLabel").count(": ") == 4
