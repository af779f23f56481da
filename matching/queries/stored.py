"""Stored records in columns, as the engine compares many: read in one walk, in an order that arrival cannot change."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db.models import QuerySet

from cmdm.models import Domain
from customers.models import SourceRecord
from customers.sealing import open_values
from matching.engine.bulk.columns import Columns, of_prepared
from matching.engine.bulk.lists import Ints
from matching.engine.bulk.reading import table_of
from matching.engine.bulk.tables import prepared_from
from matching.engine.model import Model

CHUNK = 5_000


@dataclass(frozen=True)
class Stored:
    """Records by row: their columns, and of each its customer (0: none yet), domain and version."""

    columns: Columns
    customers: Ints
    domains: Ints
    versions: Ints
    spaces: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.columns)

    @property
    def ids(self) -> Ints:
        return self.columns.ids

    def space(self, row: int) -> str:
        """The match space of a record."""
        return self.spaces[int(self.columns.spaces[row])]

    def record(self, row: int) -> SourceRecord:
        """What candidates need of a record, without reading it."""
        return SourceRecord(
            pk=int(self.ids[row]),
            version=int(self.versions[row]),
            party_type=self.columns.party_type,
            domain_id=int(self.domains[row]),
            customer_id=int(self.customers[row]) or None,
        )


def comparable(party: str) -> "QuerySet[SourceRecord]":
    """The records that matching compares: open, and no corrections."""
    return SourceRecord.objects.current().filter(party_type=party, about__isnull=True)


def stored(model: Model, rows: "QuerySet[SourceRecord]") -> Stored:
    """These records in columns, by source and key; two queries."""
    named = dict(Domain.objects.values_list("pk", "match_space"))
    spaces = tuple(sorted(set(named.values())))
    facts: list[tuple[int, int, int]] = []

    def read() -> Iterator[tuple[int, Mapping[str, Any]]]:
        chosen = rows.order_by("source", "key").values_list("pk", "values", "customer", "domain", "version")
        for pk, values, customer, domain, version in chosen.iterator(chunk_size=CHUNK):
            facts.append((customer or 0, domain, version))
            yield pk, open_values(values)

    prepared = prepared_from(model, table_of(model, read()))
    columns = np.array(facts, dtype=np.int64).reshape(-1, 3)
    number = {domain: spaces.index(space) for domain, space in named.items()}
    in_space = np.array([number[domain] for domain in columns[:, 1].tolist()], dtype=np.int32)
    return Stored(of_prepared(prepared, in_space), columns[:, 0], columns[:, 1], columns[:, 2], spaces)
