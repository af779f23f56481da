"""What judging consent needs of customers, in one statement: purposes, acts, and where and how old their people are."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any

from django.db import connection

from cmdm import memo
from consent.rules.folding import Act, inherited, line
from consent.rules.permitting import (
    OPT_IN,
    Facts,
    Permission,
    Terms,
    Why,
    judged,
    terms_of,
)
from consent.rules.places import placed
from customers.sealing import open_values

# Times come as whole microseconds, since reading thousands of them as text costs more than the statement.
# Places are read only where a purpose has rules of places, birth dates only where one asks for an age: both lie in
# documents, and the fast path is a walk over two indexes.
# What was said about a purpose counts for its parts too, so the purposes above those asked about are read with them.
_LOAD = """
    WITH RECURSIVE asked AS (
        SELECT id, parent_id FROM consent_purpose WHERE {purposes}{parts}),
    line AS (
        SELECT id, parent_id FROM asked
         UNION SELECT q.id, q.parent_id FROM consent_purpose q JOIN line ON q.id = line.parent_id),
    p AS MATERIALIZED (
        SELECT id, key, kind, state, channel_bound, channels, rules, minimum_age, expires_after_days, expires_from,
               parent_id,
               id IN (SELECT id FROM asked) AS chosen, (rules - '*') <> '{{}}'::jsonb AS placed, {parted} AS parted,
               minimum_age IS NOT NULL OR rules::text LIKE '%%minimum_age%%' AS aged
          FROM consent_purpose WHERE id IN (SELECT id FROM line))
    SELECT 0, p.id, NULL, false, to_jsonb(p), NULL,
           NULL::bigint, NULL, NULL::bigint, NULL, NULL::bigint, NULL::bigint, NULL::bigint, NULL,
           NULL::bigint, NULL, NULL, NULL FROM p
    UNION ALL
    SELECT r.customer_id, p.id, r.about_id, r.closed_at IS NULL,
           CASE WHEN p.placed AND p.chosen THEN
             COALESCE(NULLIF(CASE WHEN p.parted THEN {in_parts}
                                  ELSE jsonb_path_query_array(r.values, '$.address[*].country') END, '[]'),
                      jsonb_build_array(s.country)) END,
           CASE WHEN p.aged AND p.chosen THEN r.values ->> 'birth_date' END,
           e.id, e.act, (extract(epoch FROM e.effective_at) * 1000000)::bigint, e.channel, e.contact_id,
           (extract(epoch FROM e.expires_at) * 1000000)::bigint, e.names_id, e.actor_kind,
           r.id, {more}, {covers}
      FROM p CROSS JOIN customers_sourcerecord r
      JOIN customers_source s ON s.id = r.source_id
      LEFT JOIN consent_consentevent e ON e.record_id = r.id AND e.purpose_id = p.id AND e.act <> 'unknown'
     WHERE {records} AND (r.closed_at IS NULL OR e.id IS NOT NULL)
"""
_PARTS = " UNION SELECT q.id, q.parent_id FROM consent_purpose q JOIN asked ON q.parent_id = asked.id"
# Where a rule is about a part of a country (US-CA), a country is told with what stands as region beside it.
PARTED = """rules::text ~ '"[A-Z]{2}-'"""
IN_PARTS = """(
    SELECT COALESCE(jsonb_agg(a ->> 'country' || COALESCE('-' || NULLIF(btrim(a ->> 'region'), ''), '')), '[]')
      FROM jsonb_array_elements(CASE WHEN jsonb_typeof(r.values -> 'address') = 'array'
                                     THEN r.values -> 'address' ELSE '[]' END) a WHERE a ->> 'country' <> '')"""
# A grant covers a recipient whom the text that was shown names.
COVERS = (
    "(e.notice_id IS NULL OR e.notice_id = ANY (ARRAY("
    "SELECT id FROM consent_notice WHERE %(recipient)s = ANY (named_recipients))))"
)
NOWHERE: frozenset[str] = frozenset()
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_BRIEF, _WHOLE = "''::text, false", 'e."group"::text, e.carried'


@dataclass(frozen=True)
class Asked:
    """A purpose as it is judged by."""

    id: int
    key: str
    kind: str
    published: bool
    channel_bound: bool
    channels: tuple[str, ...]
    rules: Mapping[str, Mapping[str, Any]]
    minimum_age: int | None
    expires_after_days: int | None
    expires_from: str
    placed: bool
    aged: bool

    def terms(self, places: Iterable[str]) -> list[Terms]:
        """What it asks for in these places."""
        return terms_of(
            self.kind,
            self.rules,
            places if self.placed else (),
            minimum_age=self.minimum_age,
            expires_after_days=self.expires_after_days,
            expires_from=self.expires_from,
        )

    def unusable(self, channel: str) -> Why | None:
        """Why nobody at all may be addressed by this channel, if so."""
        if not self.published:
            return Why.NO_PURPOSE
        if channel and channel not in self.channels:
            return Why.NO_CHANNEL
        if not channel and self.channel_bound and self.kind == OPT_IN:
            return Why.NO_CHANNEL
        return None


@dataclass
class Person:
    """What is known of the party of one record (``customer`` 0: not placed yet), corrections included.

    Where corrections say different birth dates, the youngest counts.
    """

    customer: int
    places: set[str] = field(default_factory=set)
    born: date | None = None
    corrected: bool = False


@dataclass
class Material:
    """Acts by purpose (id) and record, and the people of the records; ``parents`` by purpose (id)."""

    purposes: dict[str, Asked]
    people: dict[int, Person]
    acts: dict[tuple[int, int], list[Act]]
    records: dict[int, list[int]]
    parents: dict[int, int | None] = field(default_factory=dict)
    _known_terms: dict[tuple[int, frozenset[str]], list[Terms]] = field(default_factory=dict)

    def said(self, purpose: int, record: int) -> list[Act]:
        """The acts on a record that count for a purpose: those about it, and about what it is part of."""
        if self.parents.get(purpose) is None:
            return self.acts.get((purpose, record), [])
        return inherited([self.acts.get((one, record), ()) for one in line(self.parents, purpose)])

    def judged(self, purpose: str, channel: str, at: datetime, records: Collection[int], facts: Facts) -> Permission:
        """The answer for a group of records, whoever they belong to."""
        asked = self.purposes.get(purpose)
        unusable = asked.unusable(channel) if asked else Why.NO_PURPOSE
        if asked is None or unusable:
            return Permission(False, unusable or Why.NO_PURPOSE)
        people = [self.people[record] for record in records if record in self.people]
        births = tuple(one.born for one in people if one.born) if asked.minimum_age or asked.rules else ()
        said = [acts for record in records if (acts := self.said(asked.id, record))]
        places = frozenset(place for one in people for place in one.places) if asked.placed else NOWHERE
        known = Facts(births, facts.restricted, facts.organisation)
        return judged(said, self._terms(asked, places), channel, at, known, bound=asked.channel_bound)

    def _terms(self, asked: Asked, places: frozenset[str]) -> list[Terms]:
        """Worked out once for all customers of the same places."""
        key = (asked.id, places)
        if key not in self._known_terms:
            self._known_terms[key] = asked.terms(places)
        return self._known_terms[key]


def material(
    *,
    customers: Collection[int] = (),
    records: Collection[int] = (),
    purposes: Collection[str] | None = None,
    whole: bool = False,
    parts: bool = False,
    every: bool = False,
    recipient: str = "",
) -> Material:
    """What was said on the records of these customers, or on these records; one query.

    :param purposes: keys; all published ones when none are named (with ``every`` also those that are not).
    :param whole: with groups, for writing acts. :param parts: those that are part of these too.
    :param recipient: to whom the data would go, outside.
    """
    chosen = "key = ANY(%(purposes)s)" if purposes is not None else "true" if every else "state = 'published'"
    which = "r.customer_id = ANY(%(ids)s)" if customers else "r.id = ANY(%(ids)s)"
    with connection.cursor() as cursor:
        cursor.execute(
            _LOAD.format(
                purposes=chosen,
                parts=_PARTS if parts else "",
                records=which,
                more=_WHOLE if whole else _BRIEF,
                covers=COVERS if recipient else "true",
                parted=PARTED,
                in_parts=IN_PARTS,
            ),
            {"purposes": list(purposes or ()), "ids": list(customers or records), "recipient": recipient},
        )
        return _material(cursor.fetchall())


def at_once(customers: Collection[int]) -> Material:
    """What was said on the records of these customers, read once for all that a card tells of it; one query."""
    return memo.once(f"consents of {sorted(customers)}", lambda: material(customers=customers))


def _material(rows: Iterable[tuple[Any, ...]]) -> Material:
    made = Material({}, {}, defaultdict(list), defaultdict(list))
    described: set[tuple[int, int]] = set()
    corrections = []
    for row in rows:
        customer, purpose, about, is_open, places, born = row[:6]
        record = row[14]
        if record is None:
            _purpose(made, json.loads(places))
            continue
        if record not in made.people and about is None:
            made.people[record] = Person(customer or 0)
            made.records[customer or 0].append(record)
        if row[6] is not None:
            made.acts[purpose, record].append(_act(row))
        if is_open and (places or born) and (record, purpose) not in described:
            described.add((record, purpose))
            if about is None:
                _describe(made.people[record], places, born)
            else:
                corrections.append((about, places, born))
    for about, places, born in corrections:
        if about in made.people:
            _describe(made.people[about], places, born, corrected=True)
    return made


def _purpose(made: Material, row: Mapping[str, Any]) -> None:
    made.parents[row["id"]] = row["parent_id"]
    if row["chosen"]:
        made.purposes[row["key"]] = as_asked(row)


def _describe(person: Person, places: str | None, born: str | None, *, corrected: bool = False) -> None:
    if places:
        person.places.update(places_in(places))
    date_ = born_on(born) if born else None
    if date_ is None or (person.corrected and not corrected):
        return
    first = person.born is None or (corrected and not person.corrected)
    person.born = date_ if first or person.born is None else max(person.born, date_)
    person.corrected = corrected


def _act(row: tuple[Any, ...]) -> Act:
    number, act, at, channel, contact, until, names, whose, record, group, carried, covers = row[6:18]
    ends = None if until is None else EPOCH + timedelta(microseconds=until)
    begins = EPOCH + timedelta(microseconds=at)
    return Act(number, act, begins, channel, contact, ends, names, whose, record, group, carried, covers=covers)


@lru_cache(maxsize=4_096)
def places_in(found: str) -> frozenset[str]:
    """The countries, or parts of them, in a list as the statement gives it."""
    return frozenset(placed(said) for said in json.loads(found) if said)


@lru_cache(maxsize=4_096)
def born_on(born: str) -> date | None:
    """A birth date as it is stored: plain, or sealed where the attribute is sensitive."""
    said = open_values({"birth_date": json.loads(born)})["birth_date"] if born.startswith("{") else born
    try:
        return date.fromisoformat(said)
    except (TypeError, ValueError):
        return None


def as_asked(row: Mapping[str, Any]) -> Asked:
    """A purpose from its row."""
    return Asked(
        id=row["id"],
        key=row["key"],
        kind=row["kind"],
        published=row["state"] == "published",
        channel_bound=row["channel_bound"],
        channels=tuple(row["channels"]),
        rules=row["rules"],
        minimum_age=row["minimum_age"],
        expires_after_days=row["expires_after_days"],
        expires_from=row["expires_from"],
        placed=row["placed"],
        aged=row["aged"],
    )
