"""What column forms are certain of is what each value becomes alone; ordinary values are certain."""

import json
from string import ascii_uppercase

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from customers.types import Options, get
from customers.types.certain import codes
from customers.types.faults import Invalid
from customers.types.folding import fold
from customers.types.postal import is_of_country, rules, standard_postal_code
from customers.types.postal_columns import usual_form

EMAILS = (
    "Ann.Lee@Work.example", "x@gmail.com", "test@gmail.com", "noreply@firm.de", "a@example.com", "a@x.example.com",
    "ann@-x.de", "ann@x--y.de", "a..b@x.de", "ann@x.local", "ann@localhost", "Zoë@x.de", "ann lee@x.de", "ann@x",
    "<ann@x.de>", "ann+tag_1@a-b.c-d.org", "ann@xn--bcher-kva.example", "K@x.de", "n" * 65 + "@x.de", "", " a@b.de",
    "a@b.de\n", "ann@x.test", "ann@1.2.3.4", "ann@" + "x" * 62 + ".de", "ann@@x.de",
)  # fmt: skip
PHONES = (
    "+49 89 1234567", "089 / 123-4567", "(089) 1234567", "0049 89 1234567", "00 1 212 555 0123", "+1 (212) 555-0123",
    "212-555-0123", "12", "+4989", "999999999", "1234567", "0011 49 89 1234567", "+49 (0)89 1234567",
    "(+49) 89 1234567",
    "call me", "+٤٩٨٩", "1.800.FLOWERS", "00", "0", "+", "55501234567", "1" * 16, "8765432109", "+999 1234567",
    "007 123", "(00) 49 89 123456", "+0 123456",
)  # fmt: skip
LINES = (
    "1 Main St", "123 Main Street", "Hauptstraße 5", "no address", "n/a", "", "  two  blanks ", "two  blanks",
    "Ulitsa Мира 3",
    "pаypal",
    "x" * 201, "-", "Anna's `Hof´ 3", "A\u00adB", "\u2800", "A\u202eB",
)  # fmt: skip
TOWNS = ("Berlin", "unknown", "München", "St. John's", "", "Bеrlin")
CODES = ("10115", "1234ab", "sw1a1aa", "D-10115", "", "x" * 21, "SE-123 45", "ab cd", "12345-6789")
COUNTRIES = ("DE", "de", "Germany", "Deutschland", "US", "NL", "GB", "", "Atlantis", "SE", "USA", "ZZ")
NAMES = (
    "Mia", "MIA", "mia", "Mia-Sophie", "Mia Sophie", "Mia  Sophie", "Mia ", "M", "Aaa", "Aa", "Test", "Max Mustermann",
    "Max-Mustermann", "Null", "DeLuca", "d'Antuono", "O'Neil", "Zoë", "Mіa", "B1air", "", "N/A", "Na", "Von Der Leyen",
    "A" + "b" * 19, "A" + "b" * 20, 'Bob "The" Builder', "Back\\slash", "Jr", "Ii",
)  # fmt: skip
DAYS = (
    "1954-03-17", "1900-01-01", "1970-01-01", "9999-12-31", "1954-02-30", "2024-02-29", "2023-02-29", "0000-01-01",
    "1799-12-31", "1800-01-01", "2999-01-01", "1954-3-17", "17.03.1954", "1954-03-17T00:00", " 1954-03-17", "",
    "١٩٥٤-٠٣-١٧", "1970-06-01", "2000-12-31",
)  # fmt: skip
SCHEMES = ("national", "ssn", "iban", "lei", "a__b", "a_b", "_a", "Customer Card", "1a", "", "x" * 40, "x" * 41)
NUMBERS = (
    "773924002", "77.39-24002", "ab 12", "ab  12", "test", "n/a", "NA", "1111", "111", "12345", "9876", "0123456789012",
    "-", "DE89370400440532013000", "Ä1", "ﬁ1", "x" * 30, "x" * 31, "1'2", " 12", "12_3", "٣٤",
)  # fmt: skip
KINDS = ("", "home", "work", "mobile", "private", "WORK", "nonsense")


def told(name: str, elements: list[dict]) -> pl.Series:
    """Each element as the only one of its list, as the rows of a file state it."""
    lists = get(name).structured
    texts = [json.dumps([dict(sorted(one.items()))] if lists else one, ensure_ascii=False) for one in elements]
    return pl.Series(name, texts, dtype=pl.String)


def alone(name: str, element: dict | str, options: Options) -> tuple | None:
    try:
        value = get(name).parse(element, options)
    except Invalid:
        return None
    return value, codes(get(name).checks(value, options)), get(name).key(value)


def certain(name: str, elements: list, options: Options) -> int:
    """How many are certain, each of which became what it becomes alone."""
    made = get(name).in_columns(told(name, elements), options)
    assert {len(one) for one in made if one is not None} == {len(elements)}
    rows = zip(elements, made.stored.to_list(), made.found.to_list(), made.key.to_list(), strict=True)
    count = 0
    for element, stored, found, key in rows:
        if stored is None:
            assert found is None
            assert key is None
            continue
        count += 1
        value, doubts, its_key = alone(name, element, options)
        assert json.loads(stored) == ([value] if get(name).structured else value)
        assert found == doubts
        assert key == (None if name == "address" else its_key)
    return count


def filled(**parts: str) -> dict:
    return {name: text for name, text in parts.items() if text}


contacts = st.fixed_dictionaries({"value": st.text(max_size=30), "kind": st.sampled_from(KINDS)})
marks = st.text("+0123456789 ()./-", max_size=18)
words = st.text("abzABZ019_+.-@", max_size=20)


@given(st.lists(st.tuples(st.one_of(st.sampled_from(EMAILS), words, st.text(max_size=20)), st.sampled_from(KINDS))))
@example([(text, kind) for text in EMAILS for kind in KINDS])
def test_emails_become_what_each_becomes_alone(pairs):
    certain("email", [filled(value=text, kind=kind) for text, kind in pairs], Options())


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.one_of(st.sampled_from(PHONES), marks, st.text(max_size=20)), st.sampled_from(KINDS))),
    st.sampled_from(["", "DE", "US", "AU", "GB", "IT", "DK"]),
)
@example([(text, kind) for text in PHONES for kind in KINDS], "")
@example([(text, "") for text in PHONES], "AU")
def test_phones_become_what_each_becomes_alone(pairs, country):
    certain("phone", [filled(value=text, kind=kind) for text, kind in pairs], Options(country=country))


@settings(deadline=None)
@given(
    st.lists(
        st.builds(
            filled,
            line1=st.one_of(st.sampled_from(LINES), st.text(max_size=12)),
            line2=st.sampled_from(LINES),
            city=st.one_of(st.sampled_from(TOWNS), st.text(max_size=6)),
            region=st.sampled_from(TOWNS),
            postal_code=st.one_of(st.sampled_from(CODES), st.text("AB 019-", max_size=9)),
            country=st.sampled_from(COUNTRIES),
            kind=st.sampled_from(KINDS),
        ),
        max_size=12,
    ),
    st.sampled_from(["", "DE", "US"]),
)
@example([filled(line1=line, city=town) for line in LINES for town in TOWNS], "")
@example([filled(postal_code=code, country=land) for code in CODES for land in COUNTRIES], "US")
def test_addresses_become_what_each_becomes_alone(elements, country):
    certain("address", elements, Options(country=country))


@given(st.lists(st.one_of(st.sampled_from(NAMES), st.text("abzABZ -'", max_size=6), st.text(max_size=6))))
@example(list(NAMES))
def test_names_become_what_each_becomes_alone(names):
    certain("person_name", names, Options(max_length=20))


@given(st.lists(st.one_of(st.sampled_from(DAYS), st.dates().map(str), st.text("0129-", max_size=10))))
@example(list(DAYS))
def test_days_become_what_each_becomes_alone(days):
    certain("date", days, Options())
    certain("date", days, Options(minimum="1970-06-01", maximum="2000-12-31"))


@given(
    st.lists(
        st.builds(
            filled,
            scheme=st.one_of(st.sampled_from(SCHEMES), st.text("aZ_1 ", max_size=6)),
            value=st.one_of(st.sampled_from(NUMBERS), st.text("09AZaz .-", max_size=9), st.text(max_size=9)),
        )
    )
)
@example([filled(scheme=scheme, value=number) for scheme in SCHEMES for number in NUMBERS])
def test_identifiers_become_what_each_becomes_alone(elements):
    options = Options(max_length=30)
    certain("identifier", elements, options)
    made = get("identifier").in_columns(told("identifier", elements), options)
    assert made.further.to_list() == [
        None if stored is None else fold(json.loads(stored)[0]["value"]) for stored in made.stored
    ]


@pytest.mark.parametrize(
    ("name", "element", "country"),
    [
        ("email", {"value": "Ann.Lee@Work.example", "kind": "work"}, ""),
        ("email", {"value": "test@gmail.com"}, ""),
        ("phone", {"value": "+49 89 1234567", "kind": "home"}, ""),
        ("phone", {"value": "(089) 123 45-67"}, ""),
        ("phone", {"value": "089 1234567"}, "DE"),
        ("phone", {"value": "0049 89 1234567"}, "US"),
        ("person_name", "Mia-Sophie", ""),
        ("date", "1954-03-17", ""),
        ("identifier", {"scheme": "national", "value": "77.39-24002"}, ""),
        ("address", {"line1": "Hauptstraße 5", "city": "unknown", "postal_code": "10115", "country": "Germany"}, ""),
        ("address", {"line1": "1 Main St", "kind": "home", "postal_code": "x"}, "US"),
    ],
)
def test_ordinary_values_are_certain(name, element, country):
    assert certain(name, [element, type(element)()], Options(country=country)) == 1


@pytest.mark.parametrize("name", ["email", "phone", "person_name", "date", "identifier"])
def test_a_pattern_of_the_catalogue_is_judged_value_by_value(name):
    assert get(name).in_columns(told(name, []), Options(pattern="x")) is None


def test_the_form_of_a_postal_code_is_seen_alike_in_columns_for_every_country():
    lands = [first + second for first in ascii_uppercase for second in ascii_uppercase]
    codes_ = pl.Series(
        ["10115", "SW1A 1AA", "sw1a1aa".upper(), "1234 AB", "123 45", "K1A 0B1", "GIR 0AA", "AB1", "X 10115"]
    )
    for land in [land for land in lands if rules(land).postal_codes]:
        usual, written = usual_form(pl.col("code"), land)
        made = pl.DataFrame({"code": codes_}).select("code", usual=usual, written=written)
        for code, is_usual, text in made.iter_rows():
            assert not is_usual or text == standard_postal_code(code, land), (land, code)
            assert not is_usual or is_of_country(text, land), (land, code)
