"""Deciding by keyboard alone, in a real browser."""

import itertools
import random
import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from cmdm.models import system_user
from customers.actions.records import Received, take_in
from customers.models import Customer, SourceRecord
from matching.models import Candidate
from stewardship.models import Answer, ReviewPolicy, Task
from tests.stewardship.scene import answer, ask, ask_quietly, crowd, make_source, put, stranger, task_of, told
from tests.support.browser import PHONE, assert_accessible, press, shoot
from tests.support.people import make_domain, make_user

pytestmark = pytest.mark.browser
_numbers = itertools.count(40, 10)
CARDS, TOWN, PATIENT, TWICE = 100, 2_000, 12, 200
KEYS = {"d": "different", "f": "unsure", "r": "related", "s": "same"}


class Desk:
    """A domain of its own with some questions, and two people who decide."""

    def __init__(self, count=3, person=stranger):
        start = next(_numbers)
        domain = make_domain(match_space=f"keys-{start}")
        crm, shop = make_source(domain, f"crm-{start}"), make_source(domain, f"shop-{start}")
        pairs = [(person(crm, start + 2 * n), person(shop, start + 2 * n + 1)) for n in range(count)]
        chances = (0.5 + 0.4 * n / (count - 1) for n in range(count))
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


def other_heading(page, before):
    """The heading of the card that comes next."""
    expect(page.locator("h1")).not_to_have_text(before)
    return heading(page)


def another_card(route):
    answer = route.fetch()
    route.fulfill(response=answer, headers={**answer.headers, "x-card": "another"})


def test_from_the_list_to_three_answers_without_a_mouse(open_page, site, desk):
    page = open_page("/review/", user=desk.marta)
    page.keyboard.press("Enter")
    page.wait_for_url("**/review/*/**")
    first = heading(page)
    said = {key: page.locator(f"#decision [aria-keyshortcuts={key}]").inner_text().split()[0] for key in "SDRFN"}
    assert said == {"S": "Same", "D": "Different", "R": "Related", "F": "Not", "N": "Skip"}
    expect(page.locator(".rail-link[data-key='g r']")).to_have_attribute("href", "/review/")

    press(page, "d")
    second = other_heading(page, first)
    expect(page.locator("h1")).to_be_focused()
    expect(page.locator("#live")).to_have_text(re.compile("Different saved."))

    press(page, "u")
    assert other_heading(page, second) == first

    # The card that is ready is not the one that the server gives: the page goes to what it gave.
    page.route("**/decide/**", another_card, times=1)
    press(page, "r")
    third = other_heading(page, first)
    press(page, "f")
    other_heading(page, third)
    press(page, "d")
    page.wait_for_url("**/review/?**")
    assert [decision for _task, decision in answers(site, desk)] == ["different", "related", "unsure", "different"]


def test_a_digit_chooses_a_value_and_the_golden_column_follows(open_page, site, desk):
    page = open_page(f"/review/{desk.tasks[0].pk}/", user=desk.marta)
    row = page.locator("[data-row].is-current")
    undecided = row.locator("[data-golden-letter]").inner_text() == "?"
    page.keyboard.press("2")

    assert row.locator("[data-golden-letter]").inner_text() == "B"
    assert row.locator("[data-golden-rule]").inner_text() == "Your choice, no end date"
    assert undecided
    assert_a_telephone_shows_first_what_same_would_touch(page)
    assert answers(site, desk) == []


def assert_a_telephone_shows_first_what_same_would_touch(page):
    """At the first press; in words that cover neither the effects nor the table, and that are no alarm."""
    page.set_viewport_size(PHONE)
    page.evaluate("document.querySelectorAll('[data-undecided]').forEach(row => row.querySelector('input').click())")
    assert page.locator("#effects").bounding_box()["height"] < 1
    page.locator("#decision [value=same]").click()
    expect(page.locator("#check")).to_be_visible()
    expect(page.locator("#alerts")).to_be_empty()
    # In one look: between two the page may still have moved.
    shown = "['#check', '#effects', '#decision'].map(one => document.querySelector(one))"
    boxes = page.evaluate(f"{shown}.map(one => one.getBoundingClientRect())")
    assert all(box["height"] > 30 for box in boxes)
    assert [box["bottom"] <= below["top"] + 1 for box, below in itertools.pairwise(boxes)] == [True, True]


def test_same_waits_for_the_choice_that_no_rule_makes(open_page, site, desk):
    page = open_page(f"/review/{desk.tasks[0].pk}/", user=desk.marta)
    page.keyboard.press("s")

    expect(page.locator("#alerts")).to_contain_text("Choose a value first")
    assert answers(site, desk) == []
    open_choices = page.locator("[data-undecided]:not(:has(input:checked))")
    for left in reversed(range(open_choices.count())):
        page.keyboard.press("2")
        expect(open_choices).to_have_count(left)
        page.keyboard.press("s") if left else None
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
    expect(note).to_be_focused()


def test_without_script_the_same_buttons_work(open_page, site, desk):
    page = open_page(f"/review/{desk.tasks[0].pk}/", user=desk.marta, java_script_enabled=False)
    page.get_by_role("button", name="Different").click()

    expect(page.locator("#undo")).to_contain_text("Undo")
    assert answers(site, desk) == [(desk.tasks[0].pk, "different")]


class Crowd:
    """A domain of its own with a question about four people, and a policy that wants a reason for "different"."""

    PEOPLE = {"María José": "1979-06-24", "Maria Jose": "1961-02-11", "M. J.": "1983-09-01", "José": "1950-12-11"}

    def __init__(self):
        domain = make_domain(match_space=f"crowd-{next(_numbers)}")
        sources = [make_source(domain, f"{domain.key}-{n}", trust=90 - 20 * n) for n in range(4)]
        records = [
            put(source, "G", f"202{n}-02-08", given_name=name, family_name="García", birth_date=born)
            for n, (source, (name, born)) in enumerate(zip(sources, self.PEOPLE.items(), strict=True))
        ]
        for left, right in itertools.pairwise(records):
            if not Candidate.objects.open().filter(left=left, right=right).exists():
                ask(left, right, probability=0.6)
        self.task = Task.objects.open().get(domains=[domain.pk])
        ReviewPolicy.objects.create(
            name=f"why {domain.pk}", domain=domain, decision="different", second_person=False, reason_required=True,
            change=self.task.change,
        )  # fmt: skip
        self.marta = make_user("steward", domain=domain)


def staged(page, key):
    """A key that moves a column, and what saving would do then."""
    page.evaluate("document.querySelector('#parts').isOld = true")
    page.keyboard.press(key)
    page.wait_for_function("() => !document.querySelector('#parts').isOld")
    return page.locator("#parts .moves li").all_inner_texts()


def unstaged(page):
    """A move taken back; the same key sooner than that counts once."""
    page.wait_for_timeout(TWICE)
    return staged(page, "u")


def test_a_group_is_parted_by_keys_and_saved_once(open_page, site):
    with site.orm():
        crowd = Crowd()
    page = open_page(f"/review/{crowd.task.pk}/", user=crowd.marta)
    before = page.locator("#parts .moves li").all_inner_texts()
    assert page.locator("[data-columns] thead [data-place]").count() == 4
    assert_accessible(page)

    page.keyboard.press("b")
    page.wait_for_url("**blind=1**")
    expect(page.locator(".matrix, .score")).to_have_count(0)
    page.keyboard.press("b")
    page.wait_for_url("**blind=0**")

    page.keyboard.press("4")
    moved = staged(page, "[")
    assert moved != before
    # A column that leaves stands last from then on; its move is undone none the less.
    page.keyboard.press("1")
    joined = staged(page, "]")
    staged(page, "x")
    expect(page.locator("[data-columns] thead [data-place]").last).to_have_attribute("data-place", "1")
    assert [unstaged(page) for _move in range(3)] == [joined, moved, before]
    page.keyboard.press("2")
    assert any("stays apart" in move for move in staged(page, "h"))
    assert any("same household" in move for move in page.locator("#parts .moves li").all_inner_texts())
    shoot(page, "group-light")

    page.keyboard.press("g")
    page.wait_for_selector("#graph[open] canvas", state="attached")
    expect(page.locator("#graph tbody tr")).to_have_count(6)
    shoot(page, "graph-light")
    page.keyboard.press("Escape")
    page.wait_for_selector("#graph:not([open])", state="attached")

    page.keyboard.press("Enter")
    page.locator("#reason[open]").wait_for()
    press(page, "2")
    with site.orm():
        given = Answer.objects.get(task=crowd.task)
        assert (given.decision, given.reason) == ("partition", "Same name by chance")
        assert given.partition["related"]


class Town:
    """Two thousand customers of one domain, a hundred questions about some of them, and somebody who decides."""

    def __init__(self):
        domain = make_domain(match_space="town")
        sources = [make_source(domain, f"town-{side}", trust=80 - 40 * side) for side in (0, 1)]
        records = [self._taken_in(source, side) for side, source in enumerate(sources)]
        # About some who have one name the machine asks by itself; whoever else is asked about is like nobody.
        asked = set(Candidate.objects.open().values_list("left", "right"))
        pairs = [(records[0][f"T{card}"], records[1][f"T{card}"]) for card in range(CARDS)]
        pairs = [(left, right) for left, right in pairs if (left.pk, right.pk) not in asked]
        ask_quietly(pairs)
        told(*[record for pair in pairs for record in pair])
        self.tasks = list(Task.objects.open().filter(domains=[domain.pk]).order_by("pk"))
        alike = {record.customer_id for key, record in records[0].items() if is_one(int(key[1:]))}
        others = itertools.cycle("dfr")
        self.keys = ["s" if alike & set(task.customers) else next(others) for task in self.tasks]
        crowd(make_source(domain, "town-crowd"), TOWN - 2 * CARDS)
        self.customers = Customer.objects.filter(domains__domain=domain).count()
        self.marta = make_user("steward", domain=domain)

    @staticmethod
    def _taken_in(source, side):
        given = [
            Received(key=f"T{number}", values=somebody(number if is_one(number) else CARDS + 2 * number + side))
            for number in range(CARDS)
        ]
        made = take_in(source, given, actor=system_user())
        found = SourceRecord.objects.filter(pk__in=[one.record.pk for one in made]).select_related("customer")
        return {record.key: record for record in found}


def is_one(number):
    """Every fourth question is about one person, who wrote his name the same and nothing else."""
    return number < CARDS and number % len(KEYS) == 0


def somebody(number):
    """Values that nobody shares, or a name alone."""
    letters = random.Random(number)
    words = [
        "".join(letters.choice("bdfgklmnprstvz") + letters.choice("aeiou") for _part in range(4)) for _name in range(2)
    ]
    named = {"given_name": words[0], "family_name": words[1]}
    day = date(1930, 1, 1) + timedelta(days=letters.randrange(25_000))
    return named if is_one(number) else {**named, "birth_date": day.isoformat()}


def test_a_hundred_cards_of_two_thousand_customers_are_cleared_by_keys_alone(open_page, site):
    """The first are answered once the next one is ready; the others as fast as cards come and a key counts twice."""
    with site.orm():
        town = Town()
    assert (len(town.tasks), town.customers >= TOWN) == (CARDS, True)
    page = open_page("/review/?order=oldest", user=town.marta, size={"width": 1024, "height": 720})
    page.keyboard.press("Enter")
    page.wait_for_url("**/review/*/**")
    keys, ahead = 1, 0
    for number in range(CARDS):
        here = page.locator("#skip [name=skip]").get_attribute("value")
        if number < PATIENT:
            page.wait_for_selector("[data-ready]:not([hidden])", state="attached")
        if number and town.keys[number] == town.keys[number - 1]:
            page.wait_for_timeout(TWICE)
        with page.expect_response(lambda answer: answer.request.method == "POST") as answered:
            page.keyboard.press(town.keys[number])
        keys += 1
        ahead += "x-card" in answered.value.headers
        if number < CARDS - 1:
            page.wait_for_function("here => document.querySelector('#skip [name=skip]').value !== here", arg=here)
    page.wait_for_url("**/review/?**")

    said = answers(site, town)
    assert [decision for _task, decision in said] == [KEYS[key] for key in town.keys]
    assert set(town.keys) == set(KEYS)
    assert keys / CARDS <= 1.2
    assert ahead >= PATIENT


def test_without_a_connection_the_card_waits(open_page, site, desk, faults):
    page = open_page(f"/review/{desk.tasks[0].pk}/", user=desk.marta)
    first = heading(page)
    page.context.set_offline(True)
    page.keyboard.press("d")
    page.wait_for_selector("#refusal [role=alert]")
    assert "this card waits" in page.locator("#refusal").inner_text()
    page.context.set_offline(False)
    with page.expect_response(lambda response: response.request.method == "POST"):
        page.get_by_role("link", name="Try again").click()
    page.wait_for_function("first => document.querySelector('h1').innerText !== first", arg=first)
    faults.clear()

    assert answers(site, desk)[0] == (desk.tasks[0].pk, "different")
