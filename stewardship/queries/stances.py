"""Rows of a card that nobody chooses from: what each customer stands for, consents above all, and all as one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from cmdm.models import User
from customers import ports
from customers.models import Customer
from customers.ports import Standing, Word


@dataclass(frozen=True)
class Stance:
    """One row: how the words of the columns stand to each other, and what the one customer would stand for."""

    label: Any
    state: str
    word: str
    words: Sequence[Word]
    joined: Word

    @property
    def first(self) -> Word:
        """The first column that says anything."""
        return next((word for word in self.words if word.code), self.words[0])


@dataclass(frozen=True)
class Stances:
    """The rows that differ, and those that are equal, in words; named as the other groups of the card are."""

    label: str
    lines: Sequence[Stance]
    equal: Sequence[Stance]
    key: str = "standing"


def stances_of(customers: Sequence[Customer], user: User) -> Stances | None:
    """The rows of all apps for these columns; nothing where there is none."""
    found = [_stance(row, len(customers)) for rows in ports.standings for row in rows(customers, user)]
    if not found:
        return None
    lines = [row for row in found if row.state != "equal"]
    return Stances(_("Consent"), lines, [row for row in found if row.state == "equal"])


def _stance(row: Standing, columns: int) -> Stance:
    said = [word.code for word in row.words if word.code]
    if len(set(said)) > 1:
        return Stance(row.label, "differs", _("they disagree"), row.words, row.joined)
    if len(said) < columns:
        words = {"n": len(said), "all": columns}
        told = _("one side only") if columns == 2 else _("%(n)s of %(all)s say it") % words
        return Stance(row.label, "one_side", told, row.words, row.joined)
    return Stance(row.label, "equal", _("equal"), row.words, row.joined)
