"""Rows in columns, as COPY tells and takes them: no row of them becomes an object."""

from collections.abc import Iterator, Sequence
from itertools import chain, islice
from typing import Any, Final

import numpy as np
import polars as pl
from django.db import connection
from django.db.models import QuerySet
from numpy.typing import NDArray

BINARY: Final = " (FORMAT binary)"
_BEGIN, _END = b"PGCOPY\n\xff\r\n\0" + bytes(8), b"\xff\xff"


def written(lines: pl.Series) -> bytes:
    """Lines that COPY takes, one after the other, as they are sent: a line brings its own end."""
    # Never as one text: a single sign beyond Latin-1 would make it two or four times as long.
    made: bytes = lines.str.join("").cast(pl.Binary).item()
    return made


def in_binary(*columns: NDArray[Any], last: Sequence[bytes] | None = None) -> bytes:
    """Rows of numbers and booleans as COPY takes them with ``FORMAT binary``: the server reads them in less time.

    :param columns: each as wide as the column that it is written to; none of them has a null.
    :param last: bytes of one more column.
    """
    fields = [("fields", ">i2")]
    for place, column in enumerate(columns):
        kind = "u1" if column.dtype == bool else f">i{column.dtype.itemsize}"
        fields += [(f"size{place}", ">i4"), (f"value{place}", kind)]
    if last is not None:
        fields.append(("last", ">i4"))
    rows = np.empty(len(columns[0]), dtype=np.dtype(fields))
    rows["fields"] = len(columns) + (last is not None)
    for place, column in enumerate(columns):
        rows[f"size{place}"], rows[f"value{place}"] = column.dtype.itemsize, column
    if last is None:
        return b"".join([_BEGIN, rows.tobytes(), _END])
    rows["last"] = [len(each) for each in last]
    told, step = rows.tobytes(), rows.itemsize
    begun = (told[start : start + step] for start in range(0, len(told), step))
    return b"".join([_BEGIN, *chain.from_iterable(zip(begun, last, strict=True)), _END])


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
