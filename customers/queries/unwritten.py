"""Records of a load that are written when they have their customers: each once, whole.

Nobody else sees them before, and whoever dies before has written nothing of them: who goes on reads the file again.
They lie beside memory as COPY takes them, sealed where they are stored sealed.
"""

from array import array
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import polars as pl

from cmdm.database.spool import Spool
from customers.models import Load, RejectedRow
from customers.queries.brought import Brought
from customers.queries.handed import Handed, spooling


class NoRoom(Exception):
    """There is no place for what a load would keep."""


class Unwritten(Handed):
    """What a load brings and has not written: all of it is a first version, which nobody has decided anything about."""

    IS_WRITTEN = False
    COLUMNS = {**Handed.COLUMNS, "party": pl.String, "line": pl.Int64, "terms": pl.Int64}
    PLACES = ("place", "line", "terms")

    def __init__(self, names: Sequence[str], spool: Spool | None, load: Load) -> None:
        super().__init__(names, spool)
        self.load = load
        self._noted: dict[int, RejectedRow] = {}
        self._hashes: Any = np.zeros(0, dtype=np.uint64)

    def bring(self, rows: pl.DataFrame, told: pl.Series, lines: pl.Series, terms: pl.Series, counts: Any) -> None:
        """Take records.

        :param rows: ``record``, ``key``, ``party`` and ``age`` (as in ``RecordClaims``).
        :param told: of each what it says, in the order of ``names``.
        :param lines: of each what COPY takes, each with its end.
        :param terms: what finds them, in their order; so many (``counts``) of each.
        :raises NoRoom: there is no place for them.
        """
        if self._spool is None:
            raise NoRoom
        try:
            placed = {
                "place": self._spool.append(told),
                "line": self._spool.append(lines),
                "terms": self._spool.append(terms, counts),
            }
        except OSError as error:
            raise NoRoom from error
        own = {"source": pl.lit(self.load.source_id, pl.Int64), "domain": pl.lit(self.load.domain_id, pl.Int64)}
        named = {name: pl.Series(places) for name, places in placed.items()}
        self._parts.append(rows.with_columns(**own, **named).select(list(self.COLUMNS)))
        self._hashes = np.sort(np.concatenate([self._hashes, _hashes(rows["key"])]), kind="stable")

    def note(self, noted: Mapping[int, RejectedRow]) -> None:
        """Have rows of the file kept with the records (ids) that were made of them without a value."""
        self._noted.update(noted)

    def has(self, keys: pl.Series) -> Any:
        """Of which of these keys there may be a record; all that have one are among them."""
        hashes = _hashes(keys)
        if not len(self._hashes):
            return np.zeros(len(hashes), dtype=bool)
        at = np.minimum(np.searchsorted(self._hashes, hashes), len(self._hashes) - 1)
        return self._hashes[at] == hashes

    def ids(self) -> Sequence[int]:
        """Of all of them, in order."""
        return array("q", self._whole()["record"].to_numpy().tobytes())

    def __len__(self) -> int:
        return sum(part.height for part in self._parts)

    @property
    def noted(self) -> int:
        """How many rows were taken without a value."""
        return len(self._noted)

    def counts(self) -> dict[str, int]:
        """How many of each party type."""
        return dict(self._whole()["party"].value_counts().iter_rows())

    def last(self) -> int:
        """The greatest id; 0 when there is none."""
        return int(self._ids[-1]) if self._whole().height else 0

    def of_party(self, party: str) -> pl.DataFrame:
        """Those of a party type, in the order of their ids."""
        return self._whole().filter(pl.col("party") == party)

    def brought(self, records: Sequence[int], customers: Sequence[int]) -> Brought:
        """What is written of records (ids) with their customers (ids)."""
        if self._spool is None:
            raise NoRoom
        rows = self.rows(self.at(np.array(records, dtype=np.int64)))
        told = pl.Series([self._spool.read(rows["line"].to_numpy())], dtype=pl.Binary).cast(pl.String)
        lines = told.str.strip_suffix("\n").str.split("\n").explode()
        owned = pl.select(pl.concat_str([pl.lit(lines), pl.lit("\t"), pl.lit(pl.Series(customers)), pl.lit("\n")]))
        return Brought(
            self.load,
            len(records),
            owned.to_series().str.join("").cast(pl.Binary).item(),
            self._spool.read(rows["terms"].to_numpy()),
            [self._noted[record] for record in records if record in self._noted] if self._noted else [],
        )


@contextmanager
def unwritten(names: Sequence[str], load: Load) -> Iterator[Unwritten]:
    """Inside, what a load brings can be kept."""
    with spooling() as spool:
        yield Unwritten(names, spool, load)


def _hashes(keys: pl.Series) -> Any:
    return keys.hash().to_numpy()
