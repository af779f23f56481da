"""Sources in figures: how many records, when something came last, what waits."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from cmdm import access
from cmdm.models import User
from customers.models import RejectedRow, Source

CAP = 10_000

# An index range per source, cut off at the cap: nothing is counted beyond it.
_FIGURES = """
    SELECT s.id,
           (SELECT count(*) FROM (SELECT 1 FROM customers_sourcerecord r
                                   WHERE r.source_id = s.id LIMIT %(cap)s) counted),
           (SELECT max(received_at) FROM (SELECT received_at FROM customers_sourcerecord r
                                           WHERE r.source_id = s.id ORDER BY r.id DESC LIMIT 200) newest),
           (SELECT count(*) FROM (SELECT 1 FROM customers_rejectedrow x
                                   WHERE x.source_id = s.id AND x.settled_at IS NULL LIMIT %(cap)s) waiting)
      FROM unnest(%(ids)s::bigint[]) AS s(id)
"""


@dataclass(frozen=True)
class SourceLine:
    """A source with its figures; ``capped`` when there are at least that many records."""

    source: Source
    records: int
    capped: bool
    last: datetime | None
    refused: int


def source_lines(sources: Iterable[Source], user: User) -> list[SourceLine]:
    """Figures of sources; two queries. What a reader may not import into shows no refused rows."""
    rows = list(sources)
    figures = _figures([row.pk for row in rows])
    importing = access.scope(user, "import")
    return [_line(row, figures[row.pk], row.domain_id in importing) for row in rows]


def figures_of(source: Source) -> SourceLine:
    """The figures of one source; one query."""
    return _line(source, _figures([source.pk])[source.pk], True)


def _line(source: Source, figures: tuple[int, datetime | None, int], shows_refused: bool) -> SourceLine:
    count, last, refused = figures
    return SourceLine(source, count, count >= CAP, last, refused if shows_refused else 0)


def _figures(ids: list[int]) -> dict[int, tuple[int, datetime | None, int]]:
    with connection.cursor() as cursor:
        cursor.execute(_FIGURES, {"ids": ids, "cap": CAP})
        return {row[0]: (row[1], row[2], row[3]) for row in cursor.fetchall()}


def capped_count(rows: Any) -> tuple[int, bool]:
    """How many rows there are, at most the cap; one query."""
    count = rows.order_by()[:CAP].count()
    return count, count >= CAP


def refused_waiting(user: User) -> tuple[int, bool]:
    """Refused rows that nobody has dealt with, in the domains where the user imports."""
    return capped_count(RejectedRow.objects.filter(domain__in=access.scope(user, "import"), settled_at__isnull=True))
