"""What a load enters in the ledger, in columns: the lines are made without the database, and without their time."""

import polars as pl
from django.db import connection

from cmdm import clock
from cmdm.models import User
from matching.models import LedgerEntry

_COPY_LINES = """
    COPY matching_ledgerentry (actor_id, deed, customer_id, records, by_machine, rule, probability, model_version,
                               evidence, reason, at) FROM STDIN
"""


def foundings(actor: User, customers: pl.Series, records: pl.Series) -> pl.Series:
    """The first records of customers, as :func:`copy_lines` enters them."""
    begin = pl.lit(f"{actor.pk}\t{LedgerEntry.Deed.FOUND.value}\t")
    end = pl.lit("}\tt\tnew\t\\N\t\\N\t{}\t\n")
    return pl.select(pl.concat_str([begin, customers, pl.lit("\t{"), records, end])).to_series()


def links(actor: User, told: pl.DataFrame, version: int) -> pl.Series:
    """What the machine linked (``customer``, ``record``, ``probability``, and ``evidence`` as JSON), as the same."""
    begin = pl.lit(f"{actor.pk}\t{LedgerEntry.Deed.LINK.value}\t")
    evidence = pl.col("evidence").str.replace_all("\\", "\\\\", literal=True)
    said = [pl.lit("}\tt\tautomatic\t"), "probability", pl.lit(f"\t{version}\t"), evidence, pl.lit("\t\n")]
    return told.select(pl.concat_str([begin, "customer", pl.lit("\t{"), "record", *said])).to_series()


def copy_lines(lines: bytes) -> None:
    """Enter what was made beforehand, as ``ledger_entries.write_placed`` does; one statement."""
    rest = f"\t{clock.now().isoformat()}\n"
    with connection.cursor() as cursor, cursor.copy(_COPY_LINES) as rows:
        rows.write(lines.replace(b"\n", rest.encode()))
