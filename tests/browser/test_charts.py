"""The charts in a real browser: what is drawn is what the table says, and a click leads where the table leads."""

import json
import re
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from cmdm import clock
from cmdm.models import system_user
from matching.actions import models, rehearsing
from matching.engine.defaults import person_model
from stewardship.actions import policies, sampling
from stewardship.models import Task
from tests.browser.scene import TWICE
from tests.stewardship.scene import answer, ask, make_source, put, stranger, task_of
from tests.support.browser import PHONE, WIDE, assert_accessible, assert_fits, shoot
from tests.support.people import make_domain, make_user

pytestmark = pytest.mark.browser
DRAWN = """place => {
    const option = echarts.getInstanceByDom(place).getOption();
    return {
        series: option.series.map(({type, name, data, itemStyle, markLine}) => ({type, name, data,
            color: itemStyle?.color, decal: itemStyle?.decal, marks: markLine?.data})),
        names: option.xAxis[0].data, up: option.yAxis[0].type, tooltip: option.tooltip[0].renderMode,
        animation: option.animation,
    };
}"""
TOLD = """rows => rows.map(row => [...row.children].map(
    cell => [cell.textContent, cell.querySelector('a')?.getAttribute('href') ?? '']))"""
FITS = """() => [...document.querySelectorAll('[data-chart]')].every(
    place => place.querySelector('canvas').offsetWidth === place.clientWidth)"""
MARK = """(place, [series, value]) => {
    const chart = echarts.getInstanceByDom(place);
    const at = chart.getOption().series.findIndex(one => one.name === series && one.type !== 'custom');
    return chart.convertToPixel({seriesIndex: at}, value);
}"""


class Board:
    """Work of two ages in two queues, answers of two days, a sampled join that was right, and a rehearsed model."""

    def __init__(self):
        domain = make_domain("charts", match_space="charts")
        self.steward, owner = make_user("steward", domain=domain), make_user("data owner", domain=domain)
        crm, shop = make_source(domain, "charts-crm"), make_source(domain, "charts-shop")
        pairs = [(stranger(crm, 700 + 2 * n), stranger(shop, 701 + 2 * n)) for n in range(5)]
        tasks = [task_of(ask(*pair, probability=0.4 + n / 10)) for n, pair in enumerate(pairs[:4])]
        ask(*pairs[4], kind="conflict")
        Task.objects.filter(pk=tasks[0].pk).update(opened_at=clock.now() - timedelta(days=3))
        with clock.at(clock.now() - timedelta(days=5)):
            answer(tasks[3], self.steward, "different")
        policies.set_target(domain, actor=owner, fields={"precision": 0.9, "sample": 1.0, "minimum": 10})
        put(crm, "90001", **TWICE), put(shop, "90001", **TWICE)
        sampling.draw(actor=system_user())
        answer(Task.objects.open().get(queue="sample", domains=[domain.pk]), self.steward, "same")
        draft = models.draft(
            replace(person_model(), automatic=0.9), actor=system_user(), origin="imported", note="lower"
        )
        rehearsing.rehearse(draft, actor=system_user(), report=lambda done, total, phase: None)
        self.model = draft.version


@pytest.fixture(scope="module")
def scene(site):
    with site.orm():
        return Board()


@pytest.fixture
def board(open_page, scene):
    return open_page("/review/dashboard/", user=scene.steward)


def place_of(page, figure):
    return page.locator(f"#{figure} [data-chart]")


def drawn(page, figure):
    return place_of(page, figure).evaluate(DRAWN)


def table_of(page, figure):
    """The rows of the table beside the drawing: the text and the address of every field."""
    rows = page.locator(f"#{figure} tbody tr").evaluate_all(TOLD)
    assert rows
    return rows


def click(page, figure, series, value, *, up=2):
    """On the mark of a series that stands at this value, a little below its top."""
    place = place_of(page, figure)
    # Where a mark stands is asked once the page stands still: a panel above may just have been given its height.
    page.wait_for_function(FITS)
    place.hover(trial=True)
    x, y = place.evaluate(f"(place, mark) => ({MARK})(place, mark)", [series, value])
    place.click(position={"x": x, "y": y + up})


def test_each_mark_is_a_figure_of_the_table_and_has_its_address(board):
    ages, table = drawn(board, "ages"), table_of(board, "ages")
    heads = board.locator("#ages thead th").all_text_contents()
    marks = {
        (one["name"], ages["names"][mark["value"][0]]): (str(mark["value"][1]), mark["url"])
        for one in ages["series"]
        for mark in one["data"]
    }
    told = {
        (heads[column], ages["names"][row]): tuple(cell)
        for row, cells in enumerate(table)
        for column, cell in enumerate(cells)
        if column and cell[1]
    }
    assert len(told) >= 3
    assert marks == told

    for figure in ("scores", "days"):
        [series] = drawn(board, figure)["series"]
        marks = [(str(mark["value"][1]), mark["url"]) for mark in series["data"]]
        assert marks == [tuple(cells[1]) for cells in table_of(board, figure) if cells[1][1]]

    spread, line = drawn(board, "precision")["series"]
    for mark, ends, cells in zip(line["data"], spread["data"], table_of(board, "precision"), strict=True):
        low, high = (float(end) for end in cells[3][0].split(" – "))
        assert mark["value"][1] == pytest.approx(100 * float(cells[2][0]), abs=0.05)
        assert ends[1:] == [pytest.approx(100 * low, abs=0.05), pytest.approx(100 * high, abs=0.05)]
        assert mark["url"] == cells[1][1]
    assert [mark["label"]["formatter"] for mark in line["marks"]] == ["target 90 %"]


def test_nothing_moves_and_no_style_is_set_that_the_policy_forbids(board):
    """A tooltip of ECharts is HTML with styles by default; whatever broke the policy is a fault of the page."""
    for figure in ("ages", "scores", "days", "precision"):
        found = drawn(board, figure)
        assert (found["tooltip"], found["animation"]) == ("richText", False)
        place_of(board, figure).scroll_into_view_if_needed()
        room = place_of(board, figure).bounding_box()
        for across in (0.3, 0.5, 0.8):
            board.mouse.move(room["x"] + across * room["width"], room["y"] + room["height"] / 2)
    assert board.locator("[data-chart] div:not(:has(canvas))").count() == 0
    assert_accessible(board)


def test_a_click_on_a_bar_opens_its_rows(board, scene):
    [one] = [mark for mark in drawn(board, "ages")["series"][0]["data"] if "age=week" in mark["url"]]
    click(board, "ages", "Possible match", one["value"])
    board.wait_for_url("**/review/?**age=week**")
    expect(board.locator("[data-row]")).to_have_count(one["value"][1])

    board.go_back()
    day = drawn(board, "days")["series"][0]["data"][0]
    # Anywhere in the column: the bar itself may be low.
    click(board, "days", "", [day["value"][0], day["value"][1] * 0.5], up=0)
    board.wait_for_url(f"**{day['url']}")
    expect(board.locator("main")).to_contain_text("Different")


def test_where_nothing_stands_a_click_leads_nowhere(board):
    empty = next(
        place
        for place in range(28)
        if all(mark["value"][0] != place for mark in drawn(board, "days")["series"][0]["data"])
    )
    here = board.url
    click(board, "days", "", [empty, 0.5])
    board.wait_for_timeout(300)
    assert board.url == here


@contextmanager
def told_of_the_scheme(page):
    """Until the page has been told of another colour scheme: a browser says it with its next frame."""
    page.evaluate("""() => { window.told = new Promise((resolve) =>
        matchMedia("(prefers-color-scheme: dark)").addEventListener("change", resolve, { once: true })); }""")
    yield
    page.evaluate("() => window.told.then(() => true)")


def test_the_drawing_takes_the_colours_of_the_theme_and_of_paper(board):
    light = drawn(board, "days")["series"][0]["color"]
    with told_of_the_scheme(board):
        board.emulate_media(color_scheme="dark")
    dark = drawn(board, "days")["series"][0]["color"]
    board.evaluate("dispatchEvent(new Event('beforeprint'))")
    paper = drawn(board, "days")["series"][0]["color"]
    assert board.locator(".chart-table:not([open])").count() == 0
    board.evaluate("dispatchEvent(new Event('afterprint'))")

    assert (light, dark, paper) == ("rgb(58, 85, 201)", "rgb(76, 102, 221)", light)
    assert drawn(board, "days")["series"][0]["color"] == dark
    assert board.locator(".chart-table[open]").count() == 0


def test_bars_on_each_other_differ_by_more_than_their_colour(board):
    decals = [json.dumps(one["decal"]) for one in drawn(board, "ages")["series"]]
    assert len(set(decals)) == len(decals) > 1
    keys = board.locator("#ages .chart-legend .chart-key").evaluate_all(
        "all => all.map(key => getComputedStyle(key).backgroundImage)"
    )
    assert len(set(keys)) == len(decals)


@pytest.mark.parametrize("width", [390, 768, 1024, 1440])
def test_a_drawing_is_as_wide_as_its_place(board, width):
    board.set_viewport_size({"width": width, "height": 900})
    board.wait_for_function(FITS)
    assert_fits(board)
    shoot(board, f"dashboard-{width}")


def test_without_script_the_tables_say_it_and_lead_there(open_page, scene):
    page = open_page("/review/dashboard/", user=scene.steward, java_script_enabled=False)
    expect(page.locator("[data-chart]").first).to_be_hidden()
    page.locator("#ages summary").click()
    page.locator("#ages tbody a").first.click()
    page.wait_for_url("**/review/?**age=**")
    expect(page.locator("[data-row]").first).to_be_visible()


class TestTheModel:
    @pytest.fixture
    def page(self, open_page, scene):
        address = f"/matching/person/model/?version={scene.model}&automatic=0.8&review=0.3"
        return open_page(address, user=scene.steward)

    def test_its_charts_show_what_their_tables_say(self, page):
        wrong = next(one for one in drawn(page, "chart-lines")["series"] if one["type"] == "line")
        rows = table_of(page, "chart-lines")
        assert [f"{mark['value'][1]:.2f} %" for mark in wrong["data"]] == [cells[1][0] for cells in rows]
        assert [mark["label"]["formatter"] for mark in wrong["marks"]] == ["now 0.90", "try 0.80"]
        assert [mark["lineStyle"]["type"] for mark in wrong["marks"]] == ["dashed", "solid"]

        pairs = drawn(page, "chart-weights")["series"][0]["data"]
        told = [cells[2][0] for cells in table_of(page, "chart-weights")]
        assert [f"{mark['value'][1]:,.0f}" for mark in pairs] == [count for count in told if count != "0"]
        assert drawn(page, "chart-weights")["up"] == "log"

        precision, recall = (one for one in drawn(page, "chart-quality")["series"] if one["type"] == "line")
        for one, column in ((precision, 1), (recall, 3)):
            assert [f"{mark['value'][1]:.4f}" for mark in one["data"]] == [
                cells[column][0] for cells in table_of(page, "chart-quality")
            ]

    def test_a_click_tries_that_line(self, page):
        marks = next(one for one in drawn(page, "chart-lines")["series"] if one["type"] == "line")["data"]
        others = [mark for mark in marks if "automatic=0.8&" not in mark["url"]]
        there = min(others, key=lambda mark: mark["value"][1])  # on the axis, mostly: half of it lies below
        click(page, "chart-lines", "Wrong merges, %", there["value"])
        page.wait_for_url(f"**{there['url']}")
        assert page.locator("#id_automatic").input_value() == re.search(r"automatic=([\d.]+)", there["url"])[1]

    def test_it_can_be_read_in_both_looks(self, page):
        for size, colours in ((WIDE, "light"), (PHONE, "dark")):
            page.set_viewport_size(size)
            page.emulate_media(color_scheme=colours)
            assert_fits(page)
            assert_accessible(page)
            shoot(page, f"model-{colours}")

    def test_its_lists_can_be_read_in_both_looks(self, page):
        page.locator("a[href*='/rehearsal/']").first.click()
        lists = page.locator(".tabs a").evaluate_all("all => all.map(one => one.href)")
        assert len(lists) == 7
        for address in lists:
            page.goto(address)
            for size, colours in ((WIDE, "light"), (PHONE, "dark")):
                page.set_viewport_size(size)
                page.emulate_media(color_scheme=colours)
                assert_fits(page)
                assert_accessible(page)
