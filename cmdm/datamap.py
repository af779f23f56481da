"""The data map: what kind of data every column holds, about whom, and how long it is kept.

Each app declares its tables in ``registrations.py``. A history table follows the table that it is the history of.
A column that nobody declared fails :func:`undeclared`, which a test asserts to be empty.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from django.apps import apps
from django.db import models

FOR_GOOD = "for good"


class Kind(StrEnum):
    """What a column may hold."""

    NONE = "none"
    PERSONAL = "personal"
    SENSITIVE = "sensitive"
    FREE_TEXT = "free text"
    CATALOGUE = "catalogue"
    """JSON of attributes: each one's kind is its sensitivity in the catalogue."""
    SEALED = "sealed"
    """Personal data that only the key ring opens."""


@dataclass(frozen=True)
class Column:
    """One column of the map."""

    kind: Kind
    whose: str = "nobody"
    keep: str = "as long as its row"


_map: dict[str, dict[str, Column]] = {}


def declare(label: str, *, whose: str = "nobody", keep: str = "as long as its row", **columns: str) -> None:
    """Declare a table: column names, space separated, by kind (``none="id name"``, ``sealed="raw"``).

    :param label: ``app.Model``. :param whose: ``customer``, ``user`` or ``nobody``. :param keep: in words.
    """
    table = _map.setdefault(label.lower(), {})
    for kind_name, names in columns.items():
        kind = Kind(kind_name.replace("_", " "))
        for name in names.split():
            table[name] = Column(kind, whose if kind is not Kind.NONE else "nobody", keep)


def _tables() -> Iterator[tuple[str, type[models.Model]]]:
    for model in apps.get_models(include_auto_created=True):
        label = model._meta.label_lower
        if model._meta.model_name.startswith("historical"):  # type: ignore[union-attr]
            label = label.replace("historical", "")
        yield label, model


_HISTORY = {"history_id", "history_date", "history_change_reason", "history_type", "history_user"}


def undeclared() -> list[str]:
    """``app.model.column`` of everything that is missing in the map."""
    missing = []
    for label, model in _tables():
        known = _map.get(label, {})
        for field in model._meta.local_concrete_fields:
            if field.name not in known and field.name not in _HISTORY:
                missing.append(f"{label}.{field.name}")
    return sorted(set(missing))


def columns(*kinds: Kind) -> Iterator[tuple[type[models.Model], str, Column]]:
    """Every column of the kinds, with its model."""
    for label, model in _tables():
        for field in model._meta.local_concrete_fields:
            column = _map.get(label, {}).get(field.name)
            if column is not None and column.kind in kinds:
                yield model, field.name, column


def kept_for_good() -> Iterator[type[models.Model]]:
    """The tables whose rows are never removed nor changed."""
    for label, model in _tables():
        if any(column.keep == FOR_GOOD for column in _map.get(label, {}).values()):
            yield model
