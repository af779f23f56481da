"""Deciding by keyboard alone, in a real browser."""

import itertools

import pytest

from stewardship.models import Answer, Task
from tests.stewardship.scene import answer, ask, make_source, stranger, task_of
from tests.support.people import make_domain, make_user

pytestmark = pytest.mark.browser
_numbers = itertools.count(40, 10)


class Desk:
    """A domain of its own with three questions, and two people who decide."""

    def __init__(self):
        domain = make_domain(match_space="keyboard")
        start = next(_numbers)
        crm, shop = make_source(domain, f"crm-{start}"), make_source(domain, f"shop-{start}")
        pairs = [(stranger(crm, start + n), stranger(shop, start + n + 1)) for n in (0, 2, 4)]
        chances = (0.5, 0.7, 0.9)
        self.tasks = [task_of(ask(*pair, probability=one)) for pair, one in zip(pairs, chances, strict=True)]
        self.marta, self.jonas = make_user("steward", domain=domain), make_user("steward", domain=domain)


@pytest.fixture
def desk(site):
    with site.orm():
        return Desk()


def answers(site, desk):
    with site.orm():
        return list(Answer.objects.filter(task__in=desk.tasks).order_by("pk").values_list("task", "decision"))


def heading(page):
    return page.locator("h1").inner_text()


def press(page, key):
    """A key, and the answer of the server to it."""
    with page.expect_response(lambda response: response.request.method == "POST"):
        page.keyboard.press(key)
    page.wait_for_timeout(300)


def test_from_the_list_to_three_answers_without_a_mouse(open_page, site, desk):
    page = open_page("/review/", user=desk.marta)
    page.keyboard.press("Enter")
    page.wait_for_url("**/review/*/**")
    first = heading(page)

    press(page, "d")
    second = heading(page)
    assert second != first
    assert page.evaluate("document.activeElement.tagName") == "H1"
    assert page.locator("#live").inner_text().startswith("Different saved.")

    press(page, "u")
    assert heading(page) == first

    press(page, "r")
    press(page, "f")
    press(page, "d")
    assert "Nothing else waits here" in page.locator("body").inner_text() or page.url.endswith("queue=possible")
    assert [decision for _task, decision in answers(site, desk)] == ["different", "related", "unsure", "different"]


def test_a_digit_chooses_a_value_and_the_golden_column_follows(open_page, site, desk):
    page = open_page(f"/review/{desk.tasks[0].pk}/", user=desk.marta)
    row = page.locator("[data-row].is-current")
    undecided = row.locator("[data-golden-letter]").inner_text() == "?"
    page.keyboard.press("2")

    assert row.locator("[data-golden-letter]").inner_text() == "B"
    assert row.locator("[data-golden-rule]").inner_text() == "Your choice, no end date"
    assert undecided


def test_same_waits_for_the_choice_that_no_rule_makes(open_page, site, desk):
    page = open_page(f"/review/{desk.tasks[0].pk}/", user=desk.marta)
    page.keyboard.press("s")
    page.wait_for_timeout(300)

    assert "Choose a value first" in page.locator("#alerts").inner_text()
    assert answers(site, desk) == []
    while page.locator("[data-undecided]:not(:has(input:checked))").count():
        page.keyboard.press("2")
        page.keyboard.press("s") if page.locator("[data-to-choose]").is_visible() else None
        page.wait_for_timeout(200)
    press(page, "s")
    assert answers(site, desk)[0][1] == "same"


def test_a_reason_is_picked_by_its_digit(open_page, site, desk):
    page = open_page(f"/review/{desk.tasks[0].pk}/", user=desk.marta)
    page.keyboard.press("c")
    page.keyboard.press("2")
    press(page, "d")

    with site.orm():
        assert Answer.objects.get(task=desk.tasks[0]).reason == "Same name by chance"


def test_a_lost_race_keeps_the_card_and_says_who_was_faster(open_page, site, desk):
    page = open_page(f"/review/{desk.tasks[0].pk}/", user=desk.marta)
    first = heading(page)
    with site.orm():
        answer(Task.objects.get(pk=desk.tasks[0].pk), desk.jonas, "related")
    press(page, "d")

    note = page.locator("#refusal [role=alert]")
    assert "answered “Related”" in note.inner_text()
    assert heading(page) == first
    assert page.evaluate("document.activeElement.getAttribute('role')") == "alert"


def test_without_script_the_same_buttons_work(open_page, site, desk):
    page = open_page(f"/review/{desk.tasks[0].pk}/", user=desk.marta, java_script_enabled=False)
    page.get_by_role("button", name="Different").click()
    page.wait_for_load_state()

    assert answers(site, desk) == [(desk.tasks[0].pk, "different")]
    assert "Undo" in page.locator("#undo").inner_text()
