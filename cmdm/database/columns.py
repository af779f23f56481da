"""Rows in columns, as COPY tells and takes them: no row of them becomes an object."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

import polars as pl
from django.db import connection
from django.db.models import QuerySet


def written(lines: pl.Series) -> bytes:
    """Lines that COPY takes, one after the other, as they are sent: a line brings its own end."""
    # Never as one text: a single sign beyond Latin-1 would make it two or four times as long.
    made: bytes = lines.str.join("").cast(pl.Binary).item()
    return made


def frames_of(rows: QuerySet[Any, Any], size: int) -> Iterator[pl.DataFrame]:
    """What a query tells, so many rows at a time, as texts in columns of any name; numbers and JSON only.

    Other texts might hold a sign that COPY escapes in another way.
    """
    statement, given = rows.query.sql_with_params()
    with connection.cursor() as cursor, cursor.copy(f"COPY ({statement}) TO STDOUT", given) as told:
        lines = iter(told)
        while piece := b"".join([bytes(line) for line in islice(lines, size)]):
            frame = pl.read_csv(
                piece, has_header=False, separator="\t", quote_char=None, infer_schema=False, null_values="\\N"
            )
            yield frame.with_columns(pl.all().str.replace_all("\\\\", "\\", literal=True))
