"""What customers said to each use, beside each other, and what would count of them as one: rows of the review card."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from cmdm import clock
from cmdm.models import User
from consent.models import Purpose
from consent.queries.acts import acts_of, lines
from consent.queries.effects import as_one
from consent.queries.material import at_once
from consent.queries.panel import Reader, Row
from consent.queries.permitted import facts_of
from customers.models import Customer
from customers.ports import Standing, Word


def standings(customers: Sequence[Customer], user: User) -> list[Standing]:
    """A row for each purpose in use to which one of them answered; three queries, one where nobody said anything.

    What a card has read of them already is not read again.
    """
    ids = [one.pk for one in customers]
    known = at_once(ids)
    if not known.acts:
        return []
    purposes = list(Purpose.objects.all())
    seen = {line.id: line for line in lines(list(acts_of(user).filter(record__customer__in=ids)), user)}
    labels, now = {one.pk: one.label for one in purposes}, clock.now()
    own = [Reader(known.records.get(one.pk, []), facts_of(one), known, seen, labels, now) for one in customers]
    joined = Reader([record for one in own for record in one.records], as_one(customers), known, seen, labels, now)
    found = []
    for purpose in purposes:
        rows = [one.row(purpose) for one in own] if purpose.state == Purpose.State.PUBLISHED else []
        if any(row.said for row in rows):
            found.append(Standing(purpose.label, [_word(row) for row in rows], _joined(joined.row(purpose), rows)))
    return found


def _word(row: Row) -> Word:
    return Word(row.badge.label, row.badge.icon, row.tone, row.detail, row.badge.icon if row.said else "")


def _joined(row: Row, rows: Sequence[Row]) -> Word:
    """Whether the one customer may be addressed, and what decides that."""
    if any(one.allowed for one in row.said):
        return Word(_("Permitted"), "circle-check", "same", row.detail)
    asked = any(said.allowed for one in rows for said in one.said)
    why = _("A refusal wins. You cannot choose this.") if asked else row.detail
    return Word(_("Not permitted"), "circle-minus", "different", why)
