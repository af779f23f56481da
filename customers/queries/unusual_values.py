"""Values out of the ordinary, as a page tells them: only of domains and customers that the reader may see."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cmdm import access, crypto
from cmdm.models import Job, User
from customers.models import Customer, SourceRecord, ValueFinding
from customers.queries.catalogue import Catalogue, catalogue
from customers.queries.summaries import Summary, summaries
from customers.queries.unusual import attribute_label
from customers.rules.unusual import values as rules
from customers.types.base import HIDDEN

JOB = "customers.unusual_values"
SIZE = 25
SHOWN = 5

LABELS: Mapping[str, Any] = {
    rules.SHARED: gettext_lazy("Shared by many customers"),
    rules.EARLY: gettext_lazy("Born more than 120 years ago"),
    rules.LATE: gettext_lazy("Born in the future"),
    rules.PILE: gettext_lazy("Too many born on one day"),
    rules.DIGITS: gettext_lazy("A name of digits"),
    rules.REPEATED: gettext_lazy("A name of one letter"),
    rules.KEYBOARD: gettext_lazy("A name typed along the keyboard"),
    rules.TEST: gettext_lazy("A name that stands for nobody"),
}


def sealing(domain: int, attribute: str) -> str:
    """What an unusual value is sealed for."""
    return f"unusual:{domain}:{attribute}"


@dataclass(frozen=True)
class Line:
    """An unusual value as its reader may see it, with some of the customers who have it."""

    row: ValueFinding
    rule_label: Any
    label: str
    text: str
    examples: Sequence[Summary]


@dataclass(frozen=True)
class ValuePage:
    """Some lines, and the place (id) behind which the next ones lie; nothing where these were the last."""

    lines: Sequence[Line]
    after: int | None


def unusual_values(
    user: User, *, rule: str = "", attribute: str = "", state: str = "", ignored: str = "", after: int = 0
) -> ValuePage:
    """The newest first; six queries at most.

    :param state: what was said of them; those of which nothing was said by default. :param ignored: also known
        placeholders.
    """
    rows = ValueFinding.objects.visible_to(user).standing().filter(verdict=state).select_related("domain", "said_by")
    rows = rows.filter(**{name: said for name, said in (("rule", rule), ("attribute", attribute)) if said})
    rows = rows if ignored else rows.filter(is_ignored=False)
    rows = rows.filter(pk__lt=after) if after else rows
    found = list(rows.order_by("-pk")[: SIZE + 1])
    more, found = len(found) > SIZE, found[:SIZE]
    return ValuePage(_lines(found, user), found[-1].pk if more else None)


def line_of(row: ValueFinding, user: User) -> Line:
    """One of them, as the reader may see it."""
    return _lines([row], user)[0]


def _lines(rows: Sequence[ValueFinding], user: User) -> list[Line]:
    known, reveal = catalogue(), access.scope(user, "reveal")
    wanted = {pk for row in rows for pk in row.examples}
    seen = SourceRecord.objects.visible_to(user).current().filter(pk__in=wanted)
    owner = dict(seen.values_list("pk", "customer"))
    customers = Customer.objects.visible_to(user).active().filter(pk__in={one for one in owner.values() if one})
    by_id = {one.pk: one for one in customers}
    named = {}
    for row in rows:
        mine = dict.fromkeys(owner[pk] for pk in row.examples if owner.get(pk) in by_id)
        named[row.pk] = list(mine)[:SHOWN]
    about = {pk for ones in named.values() for pk in ones}
    told = {one.id: one for one in summaries([by_id[pk] for pk in sorted(about)], user)}
    return [
        Line(
            row,
            LABELS.get(row.rule, row.rule),
            attribute_label(row.attribute, known),
            _text(row, known, reveal),
            [told[pk] for pk in named[row.pk]],
        )
        for row in rows
    ]


def _text(row: ValueFinding, known: Catalogue, reveal: frozenset[int]) -> str:
    if not row.sealed:
        return ""
    if row.attribute in known.sensitive and row.domain_id not in reveal:
        return HIDDEN
    text: str = json.loads(crypto.unseal_bytes(bytes(row.sealed), sealing(row.domain_id, row.attribute)))
    return text


@dataclass(frozen=True)
class Looked:
    """When values were looked at last, and whether they are being looked at."""

    last: Job | None
    job: Job | None


def looked() -> Looked:
    """Two queries."""
    rows = Job.objects.filter(name=JOB).order_by("-created_at")
    return Looked(rows.filter(state=Job.State.DONE).first(), Job.objects.unfinished().filter(name=JOB).first())


def states() -> list[tuple[str, str]]:
    """What can have been said, to choose from."""
    return [("", _("Not looked at yet")), ("normal", _("As it should be")), ("fault", _("A fault"))]
