"""What a load has just stored, handed on to its own placing, which need not read it back.

Only first versions are handed on. Whoever uses them asks the database which of them are current and drops the others,
and whoever writes what he made of them names their version. Ids are drawn once: what was rolled back after it was
handed on has ids that no record has.

It stands among the questions, for it is the answer to one that others then need not ask: what do these records say.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import gettempdir
from typing import Any

import numpy as np
import polars as pl
from django.conf import settings

from cmdm.database.spool import Spool

VERSION = 1


class Handed:
    """Records: what each says of every attribute, as JSON, sealed where it is stored sealed.

    ``names``: the attributes in the order of a line: their values between tabs, nothing where there is none.
    """

    IS_WRITTEN = True
    COLUMNS: Mapping[str, Any] = {
        **{"record": pl.Int64, "source": pl.Int64, "domain": pl.Int64, "age": pl.Int64},
        **{"key": pl.String, "place": pl.Int64},
    }
    PLACES: Sequence[str] = ("place",)

    def __init__(self, names: Sequence[str], spool: Spool | None) -> None:
        self.names, self._spool = tuple(names), spool
        self._laid = np.zeros(0, dtype=np.int64)
        self._parts = [pl.DataFrame(schema=self.COLUMNS)]
        self._ids = np.zeros(0, dtype=np.int64)

    def add(self, rows: pl.DataFrame, names: Sequence[str], lines: pl.Series) -> None:
        """Take records, with a line each; none when the names stand in another order, or there is no room for them.

        :param rows: ``record``, ``source``, ``domain``, ``age`` (as in ``RecordClaims``) and ``key``.
        """
        if tuple(names) != self.names:
            return
        places = self.keep(lines)
        if places is not None:
            self._parts.append(rows.with_columns(place=pl.Series(places)).select(list(self.COLUMNS)))

    def keep(self, lines: pl.Series) -> Any:
        """Keep lines of others; their places. Nothing where there is no room."""
        if self._spool is not None:
            with suppress(OSError):
                return self._spool.append(lines)
        return None

    def at(self, ids: Any) -> Any:
        """The row of each record (id); -1 where it was not handed on, or was dropped."""
        whole = self._whole()
        if not whole.height:
            return np.full(len(ids), -1, dtype=np.int64)
        found = np.minimum(np.searchsorted(self._ids, ids), whole.height - 1)
        return np.where(self._ids[found] == ids, found, -1)

    def drop(self, ids: Any) -> None:
        """Forget records (ids): they are not as they were handed on."""
        if len(ids):
            self._parts = [self._whole().filter(~pl.Series(np.isin(self._ids, ids)))]
            self._ids = self._parts[0]["record"].to_numpy()

    def rows(self, at: Any) -> pl.DataFrame:
        """What is known of rows: as they came, with the ``place`` of their line."""
        return self._whole()[at]

    def told(self, places: Any, names: Sequence[str]) -> pl.DataFrame:
        """What the lines at some places say of some attributes; nothing of those that are not in lines."""
        if self._spool is None or not len(places):
            return pl.DataFrame(schema=dict.fromkeys(names, pl.String))
        numbers = [number for number, name in enumerate(self.names) if name in names]
        frame = pl.read_csv(
            self._spool.read(places),
            has_header=False,
            separator="\t",
            quote_char=None,
            infer_schema=False,
            columns=numbers,
        )
        frame.columns = [self.names[number] for number in numbers]
        nothing = pl.lit(None, dtype=pl.String)
        return frame.select([pl.col(name) if name in self.names else nothing.alias(name) for name in names])

    def lay(self, records: Any) -> None:
        """Have what these records (ids) say lie as it is going to be read, in this order.

        Members of a group may lie far apart, and of what is larger than memory each would be looked for on the disk.
        What was laid before is forgotten.
        """
        if self._spool is not None:
            at = self.at(records)
            places = self._whole().select(self.PLACES).to_numpy()
            rest = ~np.isin(self._ids, np.concatenate([self._laid, records]))
            self._spool.lay(places[at[at >= 0]].ravel(), places[rest].ravel())
            self._laid = np.concatenate([self._laid, records])

    def _whole(self) -> pl.DataFrame:
        if len(self._parts) > 1:
            self._parts = [pl.concat(self._parts).sort("record")]
            self._ids = self._parts[0]["record"].to_numpy()
        return self._parts[0]


@contextmanager
def handing(names: Sequence[str]) -> Iterator[Handed]:
    """Inside, what is stored can be handed on; without a place for it nothing is."""
    with spooling() as spool:
        yield Handed(names, spool)


@contextmanager
def spooling() -> Iterator[Spool | None]:
    """Inside, a place for texts beside memory, where there is one."""
    spool = None
    with suppress(OSError):
        spool = Spool([settings.DATA_DIR, Path(gettempdir())])
    try:
        yield spool
    finally:
        if spool is not None:
            spool.close()
