"""What the search for unusual values counts: terms by their index, birth dates and names in slices of records."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from cmdm import crypto
from customers.models import SourceRecord
from customers.queries.catalogue import Catalogue, Spec
from customers.queries.terms import exact_terms
from customers.rules.unusual import values as rules
from customers.sealing import SEALED, open_values, opened_texts
from customers.types.placeholders import is_placeholder

SLICE = 20_000
EXAMPLES = 20
MOST = 200
"""Of a rule no more values a domain and attribute are told: the commonest."""
CONTACTS = frozenset({"email", "phone", "identifier"})
SEALED_TERM = 32  # letters of the digest that stands for a sensitive value

_EDGE = """
    SELECT term FROM customers_searchterm WHERE term ~>~ %s AND term ~<~ %s ORDER BY term USING ~<~ OFFSET %s LIMIT 1
"""
_LAST = "SELECT max(id) FROM (SELECT id FROM customers_sourcerecord WHERE id > %s ORDER BY id LIMIT %s) AS slice"
_SHARED = """
    WITH counted AS MATERIALIZED (
        SELECT r.domain_id, t.term, count(*) AS records, count(DISTINCT r.customer_id) AS customers,
               (array_agg(r.id ORDER BY r.id DESC))[:%s] AS examples
          FROM customers_searchterm t JOIN customers_sourcerecord r ON r.id = t.record_id
         WHERE t.kind = 1 AND t.term ~>~ %s AND t.term ~<=~ %s AND (%s = 0 OR length(t.term) = %s)
           AND r.closed_at IS NULL AND r.customer_id IS NOT NULL
         GROUP BY r.domain_id, t.term)
    SELECT domain_id, '', count(*), customers, NULL FROM counted GROUP BY domain_id, customers
    UNION ALL
    SELECT domain_id, term, records, customers, examples FROM counted WHERE customers >= %s
"""
_SAID = """
    SELECT id, domain_id, values -> %s, values ->> %s, values ->> %s FROM customers_sourcerecord
     WHERE id > %s AND id <= %s AND closed_at IS NULL AND customer_id IS NOT NULL AND about_id IS NULL
"""


@dataclass
class Found:
    """A value out of the ordinary, as it is to be kept."""

    domain: int
    rule: str
    attribute: str
    text: str
    records: int = 0
    customers: int | None = None
    most: int | None = None
    is_ignored: bool = False
    examples: list[int] = field(default_factory=list)

    @property
    def subject(self) -> bytes:
        """By which it is known again."""
        return crypto.digest(f"{self.rule}:{self.attribute}:{self.text}", "unusual")


def contacts(known: Catalogue) -> list[Spec]:
    """The attributes of which it is counted how many share a value."""
    return [known.specs[name] for name in sorted(known.exact) if known.specs[name].type.name in CONTACTS]


def shared(known: Catalogue) -> Iterator[Found]:
    """Contacts that far more customers share than is usual in their domain, attribute by attribute."""
    told = set()
    for one in _shared(known):
        # An identifier has two terms, with its scheme and without.
        by = tuple(one.examples) if known.specs[one.attribute].type.name == "identifier" else one.text
        if (one.domain, one.attribute, by) not in told:
            told.add((one.domain, one.attribute, by))
            yield one


def _shared(known: Catalogue) -> Iterator[Found]:
    plain = [spec for spec in contacts(known) if spec.name not in known.sensitive]
    for spec in plain:
        yield from _far_out(spec, _counted(f"{spec.name}:", f"{spec.name};", 0))
    sealed = [spec for spec in contacts(known) if spec.name in known.sensitive]
    if sealed:
        yield from _sealed_shared(sealed, known)


def _counted(low: str, high: str, length: int) -> list[tuple[int, str, int, int, list[int] | None]]:
    rows, after, edge = [], low, ""
    with connection.cursor() as cursor:
        while edge != high:
            cursor.execute(_EDGE, [after, high, SLICE])
            last = cursor.fetchone()
            edge = last[0] if last else high
            cursor.execute(_SHARED, [EXAMPLES, after, edge, length, length, rules.LEAST])
            rows += cursor.fetchall()
            after = edge
    return rows


def _far_out(spec: Spec, rows: Sequence[Any]) -> Iterator[Found]:
    for one in _beyond(rows):
        one.attribute, one.text = spec.name, one.text.removeprefix(f"{spec.name}:")
        one.is_ignored = is_placeholder(spec.type.name, one.text)
        yield one


def _beyond(rows: Sequence[Any]) -> Iterator[Found]:
    """Of each domain the terms that are shared by more than its bound."""
    usual: dict[int, Counter[int]] = {}
    for domain, term, count, customers, _examples in rows:
        if not term:
            usual.setdefault(domain, Counter())[customers] += count
    bounds = {domain: rules.sharing_bound(counts) for domain, counts in usual.items()}
    found = [
        Found(domain, rules.SHARED, "", term, records, customers, bounds[domain] - 1, examples=examples)
        for domain, term, records, customers, examples in rows
        if term and customers >= bounds[domain]
    ]
    yield from _commonest(found)


def _commonest(found: Sequence[Found]) -> list[Found]:
    kept: Counter[tuple[int, str, str]] = Counter()
    chosen = []
    for one in sorted(found, key=lambda one: -one.records):
        mark = (one.domain, one.rule, one.attribute)
        kept[mark] += 1
        if kept[mark] <= MOST:
            chosen.append(one)
    return chosen


def _sealed_shared(specs: Sequence[Spec], known: Catalogue) -> Iterator[Found]:
    """The terms of sensitive values are digests: what they stand for is read in one of their records."""
    for one in _beyond(_counted("/", "g", SEALED_TERM)):
        record = SourceRecord.objects.filter(pk=one.examples[0]).first()
        values: Mapping[str, Any] = open_values(record.values) if record else {}
        for spec in specs:
            said = values.get(spec.name) or []
            for element in said if isinstance(said, list) else [said]:
                if not one.attribute and one.text in {term for _kind, term in exact_terms(spec.name, element, known)}:
                    plain = element["value"] if isinstance(element, dict) and "value" in element else element
                    one.attribute, one.text = spec.name, str(plain)
        if one.attribute:
            one.is_ignored = is_placeholder(known.specs[one.attribute].type.name, one.text)
            yield one


@dataclass
class Said:
    """Birth dates counted by domain, and what is told by name or day, with some of the records."""

    days: dict[int, Counter[str]] = field(default_factory=dict)
    found: dict[tuple[int, str, str, str], Found] = field(default_factory=dict)

    def note(self, found: Found, record: int) -> None:
        """One more record of it."""
        one = self.found.setdefault((found.domain, found.rule, found.attribute, found.text), found)
        one.records += 1
        if len(one.examples) < EXAMPLES:
            one.examples.append(record)


def persons(known: Catalogue, today: str) -> list[Found]:
    """Birth dates out of bounds and piled up, and names that are none; two passes where days are piled up."""
    said = Said()
    for rows in _slices(known):
        _count(rows, today, said)
    piled = {(domain, day): most for domain, counts in said.days.items() for day, most in rules.piles(counts)}
    if piled:
        for rows in _slices(known):
            for record, domain, born, *_names in rows:
                if (domain, born) in piled:
                    most = piled[domain, born]
                    said.note(Found(domain, rules.PILE, "birth_date", born, most=most), record)
    for one in said.found.values():
        # A stand-in for a day is known to be none; of a name it is the fault that is looked for.
        one.is_ignored = one.attribute == "birth_date" and is_placeholder(
            known.specs[one.attribute].type.name, one.text
        )
    return _commonest(list(said.found.values()))


def _count(rows: Sequence[tuple[int, int, str, str, str]], today: str, said: Said) -> None:
    for record, domain, born, given, family in rows:
        if born:
            said.days.setdefault(domain, Counter())[born] += 1
            if rule := rules.out_of_bounds(born, today):
                said.note(Found(domain, rule, "birth_date", born), record)
        for attribute, name in (("given_name", given), ("family_name", family)):
            if rule := rules.no_name(name) if name else "":
                said.note(Found(domain, rule, attribute, name.casefold()), record)


def _slices(known: Catalogue) -> Iterator[list[tuple[int, int, str, str, str]]]:
    """Record, domain, birth date, given and family name of open records; sealed values are opened slice by slice."""
    after = 0
    names = [
        name if name in known.specs and name not in known.sensitive else "" for name in ("given_name", "family_name")
    ]
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_LAST, [after, SLICE])
            last = cursor.fetchone()[0]
            if last is None:
                return
            cursor.execute(_SAID, ["birth_date", *names, after, last])
            rows = cursor.fetchall()
        yield _opened(rows)
        after = last


def _opened(rows: Sequence[Any]) -> list[tuple[int, int, str, str, str]]:
    days = _unsealed([born or '""' for _pk, _domain, born, *_names in rows])
    return [
        (pk, domain, day, given or "", family or "")
        for (pk, domain, _born, given, family), day in zip(rows, days, strict=True)
    ]


def _unsealed(days: Sequence[str]) -> list[str]:
    """Texts that are told as JSON. What was stored before its attribute became sensitive may lie there open."""
    told = list(days)
    sealed = [place for place, day in enumerate(told) if day.startswith(f'{{"{SEALED}"')]
    for place, text in zip(sealed, opened_texts("birth_date", [told[place] for place in sealed]), strict=True):
        told[place] = text
    return [text if isinstance(text := json.loads(day), str) else "" for day in told]
