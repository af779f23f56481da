"""Dates."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmdm import clock
from customers.types import Invalid, Options, get

date = get("date")


def day(raw, order="ymd"):
    return date.parse(raw, Options(date_order=order))


def refusal(raw, order="ymd"):
    with pytest.raises(Invalid) as caught:
        day(raw, order)
    return caught.value.code


@pytest.mark.parametrize(
    "raw", ["1954-03-17", "19540317", 19540317, "1954/3/17", "1954-03-17T00:00:00Z", datetime.date(1954, 3, 17)]
)
def test_year_first_is_read_without_being_told(raw):
    assert day(raw) == "1954-03-17"


def test_day_or_month_first_is_read_only_as_the_mapping_says():
    assert day("12/11/1978", "dmy") == "1978-11-12"
    assert day("12/11/1978", "mdy") == "1978-12-11"
    assert refusal("12/11/1978") == "date_order"
    assert refusal("17.03.1954") == "date_order"


def test_the_message_on_an_unknown_order_says_what_to_do():
    with pytest.raises(Invalid, match="mapping must give the order"):
        day("12/11/1978")


@pytest.mark.parametrize(
    ("raw", "order", "expected"),
    [("19540317", "dmy", "1954-03-17"), ("17031954", "dmy", "1954-03-17"), ("20101954", "dmy", "1954-10-20"),
     ("03171954", "mdy", "1954-03-17")],
)  # fmt: skip
def test_eight_digits_are_year_first_when_they_can_be(raw, order, expected):
    assert day(raw, order) == expected


@pytest.mark.parametrize(
    ("raw", "code"),
    [("1954-02-31", "date"), ("0000-00-00", "date"), ("1954", "date"), ("yesterday", "date"), (True, "type"),
     ("1/2/18", "short_year"), ("1954-03/17", "date")],
)  # fmt: skip
def test_what_is_no_day_is_refused(raw, code):
    assert refusal(raw) == code


def test_a_date_to_come_and_a_date_too_long_ago_are_findings():
    with clock.at(datetime.datetime(2026, 6, 1, tzinfo=datetime.UTC)):
        assert [finding.code for finding in date.checks("2026-06-10", Options())] == ["future"]
        assert [finding.code for finding in date.checks("1799-12-31", Options())] == ["too_early"]
        assert date.checks("2026-06-10", Options(maximum="9999-12-31")) == []
        assert date.checks("2026-06-02", Options()) == []


def test_a_date_is_shown_in_the_language_of_the_reader():
    assert date.display("1954-03-17", "de") == "17.03.1954"
    assert date.display("1954-03-17", "xx") == date.display("1954-03-17", "en")


@given(st.dates())
def test_every_day_of_the_calendar_is_read_in_every_order(moment):
    iso = moment.isoformat()
    assert day(iso) == iso
    assert day(iso.replace("-", "/"), "dmy") == iso
    assert day(f"{moment.day}.{moment.month}.{moment.year:04}", "dmy") == iso
    assert day(f"{moment.month}/{moment.day}/{moment.year:04}", "mdy") == iso


@given(st.dates(min_value=datetime.date(1800, 1, 1), max_value=datetime.date(2199, 12, 31)))
def test_eight_digits_mean_one_day_only(moment):
    compact = moment.strftime("%Y%m%d")
    assert day(compact) == day(compact, "dmy") == day(compact, "mdy") == moment.isoformat()
    assert day(moment.strftime("%d%m%Y"), "dmy") == moment.isoformat()
    assert day(moment.strftime("%m%d%Y"), "mdy") == moment.isoformat()


@pytest.mark.parametrize(
    ("text", "order", "iso"),
    [
        ("24-May-11", "ymd", "2011-05-24"),
        ("Mar 1, 1970", "ymd", "1970-03-01"),
        ("1. März 1970", "ymd", "1970-03-01"),
        ("1 janv. 1980", "ymd", "1980-01-01"),
        ("3/1/70", "mdy", "1970-03-01"),
        ("3/1/70", "dmy", "1970-01-03"),
        ("10/27/76", "mdy", "1976-10-27"),
    ],
)
def test_months_by_name_and_short_years_are_read(text, order, iso):
    assert day(text, order) == iso


@pytest.mark.parametrize(("year", "meant"), [("26", 2026), ("27", 1927), ("00", 2000)])
def test_a_short_year_is_the_last_that_has_come(year, meant):
    with clock.at(datetime.datetime(2026, 6, 1, tzinfo=datetime.UTC)):
        assert day(f"1/2/{year}", "dmy") == f"{meant}-02-01"


@pytest.mark.parametrize("text", ["3/1/70", "May May 1970", "May 1970", "32 May 1970", "1 Smarch 1970"])
def test_what_is_no_single_day_is_refused(text):
    with pytest.raises(Invalid):
        day(text)
