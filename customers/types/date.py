"""Date: `1954-03-17`. Year first is read always; day or month first only where the mapping says which of them it is."""

from __future__ import annotations

import datetime
import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, get_month_names
from django import forms
from django.utils.translation import gettext_lazy as _

from cmdm import clock
from customers.types.base import AttributeType, Finding, Options, attribute_type, column_form, text_findings
from customers.types.edge import text_of
from customers.types.faults import Invalid
from customers.types.fields import ParsedField
from customers.types.folding import fold

if TYPE_CHECKING:
    import polars as pl
    from django_stubs_ext import StrOrPromise

    from customers.types.certain import Certain

EARLIEST = "1800-01-01"
MAX_LENGTH = 40

_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
# A time of day after the date is what databases and spreadsheets add; it says nothing about a date.
_YEAR_FIRST = re.compile(
    r"([0-9]{4})([-/. ]?)([0-9]{1,2})\2([0-9]{1,2})(?:[T ][0-9:.]+(?:Z| ?[+-][0-9]{2}:?[0-9]{2})?)?\Z"
)
_YEAR_LAST = re.compile(r"([0-9]{1,2})([-/. ]?)([0-9]{1,2})\2([0-9]{4})\Z")
_SHORT_YEAR = re.compile(r"([0-9]{1,2})([-/. ])([0-9]{1,2})\2([0-9]{2})\Z")
_SEPARATORS = re.compile(r"[-/., ]+")
_MONTH_LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pt", "pl", "sv")
_BLANKS_AROUND_MARKS = re.compile(r"\s*([-/.])\s*")


@attribute_type("date")
class Date(AttributeType):
    """A day of the calendar."""

    label = _("Date")
    comparison = "date"

    def parse(self, raw: object, options: Options) -> str:
        if isinstance(raw, datetime.date):
            return f"{raw.year:04}-{raw.month:02}-{raw.day:02}"
        text = text_of(raw, max_length=MAX_LENGTH)
        if _ISO.match(text):
            return _day(text[:4], text[5:7], text[8:])
        return _read(_BLANKS_AROUND_MARKS.sub(r"\1", unicodedata.normalize("NFKC", text)), options.date_order)

    def checks(self, value: str, options: Options) -> list[Finding]:
        findings = text_findings(self.name, value, options)
        if value < (options.minimum or EARLIEST):
            findings.append(Finding("too_early", _("This date is too long ago.")))
        if value > (options.maximum or _tomorrow()):
            findings.append(Finding("future", _("This date is in the future.")))
        return findings

    def in_columns(self, told: pl.Series, options: Options) -> Certain | None:
        if options.pattern:
            return None
        return column_form("plain_columns.dates_in_columns")(
            told, options.minimum or EARLIEST, options.maximum or _tomorrow()
        )

    def display(self, value: str, language: str = "en") -> str:
        try:
            locale = Locale.parse(language.replace("-", "_"))
        except (UnknownLocaleError, ValueError):
            locale = Locale("en")
        # English is written alike on both sides of the ocean only when the month is a word and the day stands first.
        form = "d MMM y" if str(locale) == "en" else "medium"
        return format_date(datetime.date.fromisoformat(value), format=form, locale=locale)

    def mask(self, value: str) -> str:
        return "••••"

    def key(self, value: str) -> str:
        return value

    def form_field(self, *, label: StrOrPromise, required: bool, options: Options) -> forms.Field:
        box = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        return ParsedField(parse=lambda raw: self.parse(raw, options), label=label, required=required, widget=box)

    def json_schema(self) -> dict[str, object]:
        return {"type": "string", "format": "date"}


def _read(text: str, order: str) -> str:
    year_first = _YEAR_FIRST.match(text)
    year_last = _YEAR_LAST.match(text)
    if year_last and order in ("dmy", "mdy") and not (year_first and _is_plausible(year_first)):
        first, _mark, second, year = year_last.groups()
        return _day(year, second, first) if order == "dmy" else _day(year, first, second)
    if year_first and (year_first[2] or len(year_first[3] + year_first[4]) == 4):
        return _day(year_first[1], year_first[3], year_first[4])
    if year_last and year_last[2]:
        raise Invalid("date_order", _("Day or month first? The mapping must give the order of the date."))
    short = _SHORT_YEAR.match(text)
    if short and order in ("dmy", "mdy"):
        first, second, year = short[1], short[3], _whole_year(short[4])
        return _day(year, second, first) if order == "dmy" else _day(year, first, second)
    if short:
        raise Invalid("short_year", _("The year of a date needs four digits."))
    return _with_named_month(text)


@cache
def _months() -> dict[str, int]:
    """The numbers of the months by their names, which are read when the first is met: few files name any."""
    return {
        folded: month
        for language in _MONTH_LANGUAGES
        for width in ("wide", "abbreviated")
        for month, name in get_month_names(width, locale=language).items()
        if (folded := fold(name)).isalpha()
    }


def _with_named_month(text: str) -> str:
    """`24-May-11`, `Mar 1, 1970`, `1. März 1970`: the month is a word, so the order needs no telling."""
    words, months = [word for word in _SEPARATORS.split(text) if word], _months()
    named = [place for place, word in enumerate(words) if fold(word) in months]
    numbers = [word for word in words if word.isascii() and word.isdigit() and len(word) in (1, 2, 4)]
    if len(words) != 3 or len(named) != 1 or len(numbers) != 2:
        raise Invalid("date", _("This is not a date."))
    years = [word for word in numbers if len(word) == 4] or numbers[1:]
    numbers.remove(years[0])
    return _day(_whole_year(years[0]), str(months[fold(words[named[0]])]), numbers[0])


def _whole_year(year: str) -> str:
    """Two digits are the last such year that has come: dates of birth and of what happened lie behind us."""
    if len(year) == 4:
        return year
    now = clock.now().year
    return str(now - (now - int(year)) % 100)


def _is_plausible(match: re.Match[str]) -> bool:
    # Eight digits in a row are year first when they can be: no year from 1800 to 2199 begins with a month, so nothing
    # is both.
    return bool(match[2]) or ("18" <= match[1][:2] <= "21" and "01" <= match[3] <= "12")


def _day(year: str, month: str, day: str) -> str:
    try:
        return datetime.date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        raise Invalid("date", _("This day is not in the calendar.")) from None


def _tomorrow() -> str:
    # It is tomorrow already somewhere on Earth.
    return (clock.now() + datetime.timedelta(days=1)).date().isoformat()
