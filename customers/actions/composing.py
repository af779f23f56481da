"""Composing the customers of a first load: all that is written of them, made without the database.

While the server writes some customers, the next are composed beside it. A customer of one record takes that record's
values as they lie there, sealed ones included; survivorship is asked once for all records that say the same things, and
for every customer of several records. What may turn out otherwise (corrections, a choice of a person) is not composed.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from cmdm import ids
from customers.queries.brought import Brought
from customers.queries.catalogue import Catalogue
from customers.queries.goldens import hash_of
from customers.queries.open_records import OpenRecord, Waiting, Words, claims_with, opened
from customers.rules.claims import EPOCH, RecordClaims
from customers.rules.lineages import named_as, shortened
from customers.rules.survivorship import Golden, as_json, golden
from customers.sealing import is_sealed, open_values, seal_values

Said = tuple[Any, ...]
_NOBODY = named_as(0, 0)
# Within one record nothing hangs on who says it: which of its values are the same does not.
_SOMEBODY = RecordClaims(0, 1, "", 0, 0, {}, EPOCH, {})


@dataclass(frozen=True)
class Composed:
    """Customers, by place: id, key and line (as COPY takes it, but for its time); the records that they are made of
    with their versions. ``brought``: those records, where they are written with their customers.
    """

    customers: list[int] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    lines: bytes = b""
    records: list[int] = field(default_factory=list)
    owners: list[int] = field(default_factory=list)
    versions: list[int] = field(default_factory=list)
    domains: set[tuple[int, int]] = field(default_factory=set)
    brought: Brought | None = None


def compose(
    party_type: str, customers: Sequence[int], groups: Sequence[Sequence[int]], waiting: Waiting, known: Catalogue
) -> Composed:
    """The customers (new ids) of groups of records (ids), each of one party type.

    :raises KeyError: one of the records does not wait any more.
    """
    made, lines = Composed(), []
    shapes = _Shapes(waiting.words, known)
    for pk, key, group in zip(customers, ids.uuid7_texts(len(customers)), groups, strict=True):
        rows = [waiting.rows[record] for record in group]
        values, lineage, digest = shapes.of_one(rows[0]) if len(rows) == 1 else shapes.of_many(rows)
        number = ids.customer_number(pk)
        content = f"{values}\t{lineage}".replace("\\", "\\\\")
        lines.append(f"{pk}\t{key}\t{number}\t{party_type}\t{content}\t\\\\x{digest.hex()}\n")
        made.customers.append(pk)
        made.keys.append(key)
        for row in rows:
            made.records.append(row[0])
            made.owners.append(pk)
            made.versions.append(row[4])
            made.domains.add((pk, row[3]))
    return replace(made, lines="".join(lines).encode())


class _Shapes:
    """What survivorship makes of records that say something of the same attributes, each asked once."""

    def __init__(self, words: Words, known: Catalogue) -> None:
        self._words, self._known = words, known
        self._lineages: dict[Said, tuple[str, str]] = {}

    def of_one(self, row: Said) -> tuple[str, str, bytes]:
        """Values and lineage as they are stored, and the digest of both, of a customer of one record."""
        stored: Mapping[str, Any] = json.loads(row[7])
        values = open_values(stored)
        if not self._is_plain(stored, values):
            return self.of_many([row])
        shape = tuple((name, len(value) if isinstance(value, list) else 0) for name, value in values.items())
        lineage = self._lineages.get(shape)
        if lineage is None:
            lineage = self._lineages[shape] = self._lineage(row, values)
        if not any(lineage):
            return self.of_many([row])
        whole, short = lineage
        told = whole.replace('"record":0', f'"record":{row[0]}').replace('"version":0', f'"version":{row[4]}')
        return row[7], short.replace(_NOBODY, named_as(row[0], row[4]), 1), hash_of(as_json(values), told)

    def of_many(self, rows: Sequence[Said]) -> tuple[str, str, bytes]:
        """The same of a customer of several records, or of one that says something out of the ordinary."""
        made = self._golden([opened(row) for row in rows])
        values, lineage = as_json(made.values), as_json(made.lineage)
        sealed = as_json(seal_values(made.values, self._known.sensitive))
        return sealed, as_json(shortened(made.lineage)), hash_of(values, lineage)

    def _lineage(self, row: Said, values: Mapping[str, Any]) -> tuple[str, str]:
        """The lineage of such a record, whole and as it is stored, with 0 for its id and version; empty texts where
        not all that it says survives.
        """
        made = self._golden([opened(row)._replace(pk=0, version=0)])
        return (as_json(made.lineage), as_json(shortened(made.lineage))) if made.values == values else ("", "")

    def _is_plain(self, stored: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
        """Whether it is sealed as the catalogue wants it now, and all that it says survives as it says it."""
        sensitive = self._known.sensitive
        if not all(values.values()) or any(is_sealed(value) != (name in sensitive) for name, value in stored.items()):
            return False
        several = {name: value for name, value in values.items() if isinstance(value, list) and len(value) > 1}
        return not several or golden([replace(_SOMEBODY, values=several)], self._known.rules).values == several

    def _golden(self, records: Sequence[OpenRecord]) -> Golden:
        return golden(claims_with(records, self._words), self._known.rules)
