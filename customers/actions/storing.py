"""Storing a large file: its new records are written first, and placed together when all of them are there.

What a source said before is taken in as ever, since its records have a customer. So are refused rows, repeated keys and
the account: only the new records of a batch go another way, by COPY, and wait with ``placed_at`` empty.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl
from django.db import connection

from cmdm import access, audit, clock
from cmdm.actions import action, change_id
from cmdm.database.columns import written
from cmdm.database.copying import drawn
from cmdm.models import User
from customers.actions import records, writing
from customers.actions.preparing import prepare
from customers.actions.preparing_columns import Fresh
from customers.actions.received import CHANGED, NEW, Outcome, Received
from customers.models import Load, Source, SourceRecord
from customers.queries.catalogue import catalogue
from customers.queries.handed import Handed
from customers.queries.term_columns import lines_of
from customers.rules.claims import EPOCH, MICROSECOND

AT_ONCE = 500
MANY_TIMES = 10  # as many records as the hub has, from which on a load fills it

_RECORDS = """
    COPY customers_sourcerecord (id, change, source_id, key, domain_id, party_type, values, raw, digest, findings,
                                 version, last_version, observed_at, received_at) FROM STDIN
"""
_COLUMNS = """
    COPY customers_sourcerecord (id, key, party_type, values, raw, digest, findings, observed_at, change, source_id,
                                 domain_id, version, last_version, received_at) FROM STDIN
"""
# Of a load that wrote records before it was cut off: what they were first, whatever has become of them since.
_DIGESTS = """
    SELECT r.key, COALESCE(h.digest, r.digest), r.closed_at IS NULL OR %(first)s FROM customers_sourcerecord r
      LEFT JOIN customers_historicalsourcerecord h ON %(first)s AND h.id = r.id AND h.version = 1
     WHERE r.source_id = %(source)s AND r.key = ANY(%(keys)s)
"""


@dataclass(frozen=True)
class InColumns:
    """Rows of a file that were prepared in columns, and how each is received where it must be looked at alone."""

    fresh: Fresh
    alone: Callable[[Sequence[int]], list[Received]]

    def received_without(self, fresh: Fresh) -> list[Received]:
        """Those that are not among others, each alone."""
        if len(fresh) == len(self.fresh):
            return []
        lines = self.fresh.rows["line"]
        return self.alone(lines.filter(~lines.is_in(fresh.rows["line"].implode())).to_list())


@action
def store(
    source: Source,
    received: Sequence[Received],
    *,
    actor: User,
    load: Load,
    prepared: Mapping[int, Outcome] | None = None,
    columns: InColumns | None = None,
    handed: Handed | None = None,
) -> tuple[list[Outcome], int]:
    """Store what a file says; new records are not placed yet. Outcomes, and how many records came in columns.

    Refused without ``import`` in the source's domain.

    :param prepared: outcomes of rows, by their lines, that had no record when they were prepared.
    :param columns: rows beside those received.
    :param handed: takes what of them is stored.
    """
    access.require(actor, "import", source)
    keys = [one.key for one in received]
    writing.lock_keys(source, [*keys, *(columns.fresh.keys if columns else ())])
    stored = _stored(load, [key for key in keys if "\0" not in key])
    fresh: Fresh | None = None
    if columns is not None:
        stored |= _stored(load, columns.fresh.keys)
        # What has a record by now, or comes twice, is judged where single rows are.
        fresh = columns.fresh.without([*stored, *keys])
        again = columns.received_without(fresh)
        received = sorted([*received, *again], key=lambda one: one.line) if again else received
    outcomes = _outcomes(source, received, stored, prepared or {})
    insert([one for one in outcomes if one.status == NEW], source, fresh, handed)
    _take_in_changed(source, outcomes, actor=actor)
    writing.keep_refused(load, outcomes)
    counts = Counter(one.status for one in outcomes)
    counts[NEW] += len(fresh) if fresh else 0
    audit.record(actor, "records.taken_in", load, domains=[source.domain_id], counts=counts)
    return outcomes, len(fresh) if fresh else 0


def _outcomes(
    source: Source, received: Sequence[Received], stored: Mapping[str, tuple[bytes, bool]], ready: Mapping[int, Outcome]
) -> list[Outcome]:
    """What becomes of rows, in order; those that have a record are changed."""
    digests = {key: digest for key, (digest, is_open) in stored.items() if is_open}
    others = [one for one in received if one.line not in ready]
    rest = iter(prepare(source, others, digests, {}) if others else ())
    outcomes = [ready[one.line] if one.line in ready else next(rest) for one in received]
    records.set_repeated_aside(outcomes)
    for one in outcomes:
        if one.status == NEW and one.received.key in stored:
            one.status = CHANGED
    return outcomes


def _stored(load: Load, keys: list[str]) -> dict[str, tuple[bytes, bool]]:
    """Digest, and whether it is open, of what is stored under these keys."""
    with connection.cursor() as cursor:
        cursor.execute(_DIGESTS, {"first": load.has_brought, "source": load.source_id, "keys": keys})
        return {key: (bytes(digest), is_open) for key, digest, is_open in cursor.fetchall()}


def _take_in_changed(source: Source, outcomes: list[Outcome], *, actor: User) -> None:
    places = [place for place, one in enumerate(outcomes) if one.status == CHANGED]
    for start in range(0, len(places), AT_ONCE):
        some = places[start : start + AT_ONCE]
        made = records.take_in(source, [outcomes[place].received for place in some], actor=actor)
        for place, one in zip(some, made, strict=True):
            outcomes[place] = one


def insert(
    outcomes: Sequence[Outcome], source: Source, fresh: Fresh | None = None, handed: Handed | None = None
) -> list[int]:
    """First versions, not placed, with the words that they are found by; their ids, in the order of their lines."""
    count = len(fresh) if fresh else 0
    ids = drawn(SourceRecord, len(outcomes) + count)
    if not ids:
        return ids
    if fresh is None or not count:
        _insert_rows(dict(zip(ids, outcomes, strict=True)), source)
        return ids
    lines = pl.concat(
        [fresh.rows["line"].cast(pl.Int64), pl.Series([one.received.line for one in outcomes], dtype=pl.Int64)]
    )
    mine = pl.Series(ids, dtype=pl.Int64).gather(lines.arg_sort().arg_sort())
    _insert_columns(mine.head(count), fresh, source, handed)
    if outcomes:
        _insert_rows(dict(zip(mine.tail(len(outcomes)).to_list(), outcomes, strict=True)), source)
    return ids


def _insert_columns(ids: pl.Series, fresh: Fresh, source: Source, handed: Handed | None) -> None:
    now, change = clock.now().isoformat(), change_id()
    texts = ids.cast(pl.String)
    rest = pl.lit(f"{change}\t{source.pk}\t{source.domain_id}\t1\t1\t{now}\n")
    observed = fresh.rows["observed"].fill_null(now)
    row = pl.concat_str([pl.lit(texts), "said", pl.lit(observed), rest], separator="\t")
    # They come in the order of the records: at the end of their index a term takes a third of what it takes elsewhere.
    terms = fresh.terms
    domain = pl.lit(f"\t{source.domain_id}\t")
    term = pl.concat_str([pl.lit(texts.gather(terms["place"])), domain, "term", pl.lit("\n")])
    with connection.cursor() as cursor:
        with cursor.copy(_COLUMNS) as rows:
            rows.write(written(fresh.rows.select(row).to_series()))
        with cursor.copy(writing.TERMS) as rows:
            rows.write(written(terms.select(term).to_series()))
    if handed is not None:
        own = {"source": pl.lit(source.pk, pl.Int64), "domain": pl.lit(source.domain_id, pl.Int64)}
        named = fresh.rows.select("key", record=ids, age=ages(observed), **own)
        handed.add(named, fresh.names, fresh.rows["told"])


def ages(observed: pl.Series) -> pl.Series:
    """Times, as they are stored, as claims count them."""
    times = observed.unique().to_list()
    ages = [(datetime.fromisoformat(each) - EPOCH) // MICROSECOND for each in times]
    return observed.replace_strict(times, ages, return_dtype=pl.Int64)


def _insert_rows(outcomes: Mapping[int, Outcome], source: Source) -> None:
    now, known, change = clock.now(), catalogue(), change_id()
    texts = {pk: one.written or writing.written(one, known) for pk, one in outcomes.items()}
    with connection.cursor() as cursor:
        with cursor.copy(_RECORDS) as rows:
            for pk, one in outcomes.items():
                said, made = one.received, texts[pk]
                named = (pk, change, source.pk, said.key, source.domain_id, said.party_type)
                content = (made.values, made.raw, one.digest, made.findings)
                rows.write_row((*named, *content, 1, 1, said.observed_at or now, now))
        with cursor.copy(writing.TERMS) as rows:
            for pk, made in texts.items():
                place = f"{pk}\t{source.domain_id}"
                rows.write("".join([f"{place}\t{line}\n" for line in lines_of(made.terms)]))


def brings_most(source: Source, rows: int) -> bool:
    """Whether a file of so many rows brings at least ten times as many new records as the hub has; two queries.

    A hub that has more is in use: who writes to it meanwhile would miss the indexes.
    """
    own = SourceRecord.objects.filter(source=source).values("pk")[:rows].count()
    return own + MANY_TIMES * SourceRecord.objects.values("pk")[: rows // MANY_TIMES + 1].count() <= rows


def unplaced(source: Source) -> list[int]:
    """The open records of a source that wait to be placed (ids), in order.

    They lie in no customer, and those that lie in none are found by an index.
    """
    waiting = SourceRecord.objects.current().filter(source=source, customer__isnull=True, about__isnull=True)
    return list(waiting.order_by("pk").values_list("pk", flat=True))
