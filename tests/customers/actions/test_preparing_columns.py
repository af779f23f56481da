"""Rows that are prepared in columns become what each becomes alone; what is out of the ordinary is left out."""

import csv
import json

import polars as pl
import pytest

from customers.actions import preparing_columns
from customers.actions.preparing import prepare
from customers.actions.preparing_columns import Fresh, prepare_columns
from customers.actions.received import NEW
from customers.actions.rows import rows_of
from customers.actions.writing import written
from customers.models import Attribute
from customers.queries.catalogue import catalogue
from customers.queries.term_columns import lines_of
from customers.rules.applying import Bound
from customers.rules.mapping import Mapping
from customers.rules.reading import Row

pytestmark = pytest.mark.django_db

HEADER = ("id", "given", "family", "firm", "born", "home", "work", "street", "number", "seen", "note")
MAPPING = {
    "key": "id",
    "columns": {
        "given": "given_name",
        "family": "family_name",
        "firm": "organisation_name",
        "born": "birth_date",
        "home": "email.home",
        "work": "email.work",
        "street": "address.line1",
        "number": "identifier.national",
        "seen": "observed_at",
    },
    "date_order": "dmy",
    "on_fault": "leave_out",
}
ORDINARY = '''
K1,ANN,Lee,,1980-02-28,Ann@X.example,ann@work.example,1 Main St,48-79 224,2021-07-17,
k 2,Zoë,O'Neill Weiß,,28.02.1980,,zoe@x.example,"Hauptstr. 5 \\ ""Hof""",,2021-07-17T10:00:00.5Z,said
K\\3,Анна,Ivanова,,1900-01-01,test@example.com,,123 Main Street,111111111,,
k4,-,a,,,,,,,,
K5,,,Bäckerei Groß GmbH,,x@firm.example,x@firm.example,,,17.07.2021,
'''
UNUSUAL = """
,Ann,Lee,,,,,,,,no key
X1,Ann,Lee,,1980-02-31,,,,,,no such day
X2,Ann,Lee,,,no address,,,,,no address
X3,,,,,,,,,,says nothing
X4,Ann,Lee,,,,,,,yesterday,no time
X5,Ann,Lee,,,,,,,,first
X5,Ann,Lee,,,,,,,,second
X6,A\tn,Lee,,,,,,,,tab
X7,Ann,Lee,,,,,,,,\x01
"""


def bound() -> Bound:
    return Bound(Mapping.from_dict(MAPPING, catalogue().mappable, HEADER), HEADER)


def columns(lines: str, rows: Bound, source) -> tuple[list[list[str]], Fresh]:
    cells = list(csv.reader(lines.strip("\n").split("\n")))
    frame = pl.DataFrame(
        {
            **{str(place): [row[place] for row in cells] for place in range(len(HEADER))},
            "line": [number + 2 for number in range(len(cells))],
        }
    )
    return cells, prepare_columns(source, frame, rows, HEADER, catalogue(), {})


def alone(cells: list[list[str]], rows: Bound, source) -> dict[int, tuple]:
    """Key, party type, values, raw content, digest, findings, time and terms of each new record, by its line."""
    received = rows_of([Row(line, line, row) for line, row in enumerate(cells, 2)], rows, HEADER).received
    found = {}
    for one in prepare(source, received):
        if one.status == NEW and not one.left_out:
            made, said = written(one, catalogue()), one.received
            content = (json.loads(made.values), made.raw.hex(), one.digest.hex(), json.loads(made.findings))
            at = said.observed_at.isoformat() if said.observed_at else None
            found[said.line] = (said.key, said.party_type, *content, at, set(lines_of(made.terms)))
    return found


def in_lines(line: str, names: tuple[str, ...]) -> dict[str, object]:
    """What a line that is handed on says."""
    values = zip(names, line.removesuffix("\n").split("\t"), strict=True)
    return {name: json.loads(value) for name, value in values if value}


def together(fresh: Fresh) -> dict[int, tuple]:
    found = {}
    terms = dict(fresh.terms.group_by("place").agg("term").iter_rows())
    for place, (line, key, party_of, said, observed, line_told) in enumerate(fresh.rows.iter_rows()):
        told, party, values, raw, digest, findings = [text.replace("\\\\", "\\") for text in said.split("\t")]
        assert (told, party) == (key, party_of)
        assert in_lines(line_told, fresh.names) == json.loads(values)
        content = (json.loads(values), raw[2:], digest[2:], json.loads(findings))
        found[line] = (key, party, *content, observed, set(terms[place]))
    return found


def test_ordinary_rows_become_what_each_becomes_alone(source):
    rows = bound()
    cells, fresh = columns(ORDINARY, rows, source)

    assert len(fresh) == len(cells)
    assert together(fresh) == alone(cells, rows, source)


def test_unusual_rows_are_left_out(source):
    assert len(columns(UNUSUAL, bound(), source)[1]) == 0


@pytest.mark.parametrize(("severity", "ordinary"), [("warn", 5), ("hold", 3)])
def test_what_quality_rules_warn_of_is_noted_and_what_they_hold_back_is_left_out(source, severity, ordinary):
    rules = {"birth_date": [{"required": True, "severity": severity}], "family_name": {"min_length": 2}}
    for name, rule in rules.items():
        Attribute.objects.filter(name=name).update(quality=rule, parties="both")
    rows = bound()

    cells, fresh = columns(ORDINARY, rows, source)

    assert len(fresh) == ordinary
    assert together(fresh) == alone(cells, rows, source)


def test_rows_can_be_taken_out_with_what_finds_them(source):
    rows = bound()
    _cells, fresh = columns(ORDINARY, rows, source)

    left = fresh.without(["K1", "k4"])

    assert left.terms["place"].is_sorted()
    assert together(left) == {line: one for line, one in together(fresh).items() if one[0] not in ("K1", "k4")}


def test_a_key_that_comes_in_two_parts_of_a_slab_is_left_out(source):
    rows = bound()
    _cells, one = columns(ORDINARY, rows, source)
    _cells, other = columns("Z1,Ann,Lee,,,,,,,,\nK1,Bob,Lee,,,,,,,,\n", rows, source)

    made = Fresh.joined([one, other])

    assert made.keys == ["k 2", "K\\3", "k4", "K5", "Z1"]
    assert made.terms["place"].max() == 4
    assert made.terms["place"].is_sorted()


@pytest.mark.parametrize(
    ("value", "has"), [("1", False), ([{"value": "1", "verified": True}], False), ([{"n": 1e22}], True)]
)
def test_what_the_database_would_write_in_another_way_is_not_handed_on(value, has):
    """JSON has one form for texts; 1e22 comes back as a one with twenty-two noughts."""
    assert preparing_columns._has_numbers(value) is has
