"""What is set up and seldom changes: made of its tables once in a process, and anew when one of their rows is another.

A change asks once, in one statement, how all these tables stand. A version of a row lies in a place of its own and
names the transaction that wrote it (``ctid``, ``xmin``): while those of a table are the same, so is what it says.
A value that is kept is shared by threads: nobody changes it.
"""

from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models.signals import post_delete, post_save

from cmdm import memo
from cmdm.database.kept import kept

T = TypeVar("T")
MEMO = "how set-up stands"
_tables: set[str] = set()


class Standing(Generic[T]):
    """``Standing("catalogue", read, Attribute)``: called inside a change it gives what ``read`` gives.

    Outside of a change it is read each time. A row that is saved or deleted inside a change has it forgotten; whoever
    writes to one of the tables by other means inside a change forgets it himself.
    """

    def __init__(self, name: str, make: Callable[[], T], *models: Any) -> None:
        self.name, self._make = name, make
        self._of = tuple(sorted(model._meta.db_table for model in models))
        self._kept: tuple[Any, T] | None = None
        _tables.update(self._of)
        for model in models:
            for written in (post_save, post_delete):
                written.connect(self._written, sender=model)

    def __call__(self) -> T:
        return memo.once(self.name, self._as_it_stands)

    def forget(self) -> None:
        """Make it anew next time: this change has changed it, or does not find in it what is there."""
        memo.forget(self.name)
        memo.forget(MEMO)

    def _written(self, **_told: Any) -> None:
        self.forget()

    def _as_it_stands(self) -> T:
        if not memo.is_keeping():
            return self._make()
        stands = _stands()
        mine = (_database(), *(stands[table] for table in self._of))
        kept = self._kept
        if kept is not None and kept[0] == mine:
            return kept[1]
        # What is read now may be newer than how it stood; then the next change finds that it stands otherwise.
        made = self._make()
        self._kept = (mine, made)
        return made


def _stands() -> Mapping[str, str]:
    return memo.once(MEMO, _read)


def _read() -> Mapping[str, str]:
    tables = sorted(_tables)
    versions = "SELECT md5(string_agg(ctid::text || xmin::text, ' ')) FROM"
    with kept() as cursor:
        cursor.execute("SELECT " + ", ".join(f'({versions} "{table}")' for table in tables))
        return dict(zip(tables, cursor.fetchone(), strict=True))


def _database() -> tuple[Any, ...]:
    """Which database it is: another server may have come to the same numbers."""
    named = connection.settings_dict
    return named["HOST"], named["PORT"], named["NAME"]
