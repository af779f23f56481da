"""Records that wait to be placed, read in columns: no row of them becomes an object."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np
import polars as pl

from cmdm.database.kept import kept
from customers.queries.handed import VERSION, Handed
from customers.queries.open_records import Words, is_decided, standing_words
from customers.queries.unwritten import Unwritten

# One text of all lines: a row fetched by itself costs more than what it says.
_FACTS = """
    SELECT string_agg(concat_ws(E'\\t', r.id, r.source_id, r.domain_id, r.version,
                                (extract(epoch FROM r.observed_at) * 1000000)::bigint), E'\\n')
      FROM customers_sourcerecord r
     WHERE r.id = ANY(%s) AND r.closed_at IS NULL AND r.placed_at IS NULL AND r.about_id IS NULL
"""
# Asked for after the facts: what is said since then is of a later version, and whoever writes notices that.
_SAID = """
    SELECT string_agg(concat_ws(E'\\t', r.id, e.key, e.value), E'\\n')
      FROM customers_sourcerecord r, jsonb_each(r.values) e WHERE r.id = ANY(%s)
"""


class WaitingColumns(NamedTuple):
    """Records that wait to be placed, and what the words of their sources are worth.

    ``facts``: record, source, domain, version, age (as in ``RecordClaims``). ``said``: record, name, and value as JSON,
    sealed where it lies sealed; in several frames.
    """

    facts: pl.DataFrame
    said: Sequence[tuple[str, pl.DataFrame]]
    words: Words


def waiting_columns(records: Collection[int], handed: Handed | None = None) -> WaitingColumns | None:
    """These records (ids) as they wait, in columns; nothing where a person has decided something about one of them.

    :param handed: those that it has are not read: whoever writes sees by their version whether they are current.
    """
    chosen = np.fromiter(records, dtype=np.int64, count=len(records))
    # Of what is not written nobody has decided anything.
    if not isinstance(handed, Unwritten) and is_decided(chosen.tolist()):
        return None
    at = np.full(len(chosen), -1) if handed is None else handed.at(chosen)
    facts, said = [], []
    if handed is not None and (at >= 0).any():
        rows = handed.rows(at[at >= 0])
        facts.append(rows.select("record", "source", "domain", pl.lit(VERSION, dtype=pl.Int64).alias("version"), "age"))
        told = handed.told(rows["place"].to_numpy(), handed.names)
        columns = ((name, rows.select("record", value=told[name])) for name in handed.names)
        said += [(name, frame.drop_nulls()) for name, frame in columns if frame["value"].null_count() < len(frame)]
    rest = chosen[at < 0].tolist()
    if rest or not facts:
        facts.append(_lines(_FACTS, rest, ["record", "source", "domain", "version", "age"]).cast(pl.Int64))
        read = _lines(_SAID, rest, ["record", "name", "value"]).with_columns(pl.col("record").cast(pl.Int64))
        said += [
            (str(name), frame) for (name,), frame in read.partition_by("name", as_dict=True, include_key=False).items()
        ]
    return WaitingColumns(pl.concat(facts), said, standing_words())


def _lines(statement: str, records: list[int], names: list[str]) -> pl.DataFrame:
    """What one text of lines tells, as texts: a name has no sign that parts them, and JSON writes none."""
    with kept() as cursor:
        cursor.execute(statement, [records])
        told = cursor.fetchone()[0]
    if not told:
        return pl.DataFrame(schema=dict.fromkeys(names, pl.String))
    return pl.read_csv(
        told.encode(), has_header=False, new_columns=names, separator="\t", quote_char=None, infer_schema=False
    )
