"""What one value would do to a card: the counterfactual, with whether the reader may bring it about himself."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from cmdm import access
from cmdm.models import User
from customers.models import SourceRecord
from customers.queries.catalogue import catalogue
from customers.queries.laid import is_compared
from customers.queries.shown import is_sensitive
from matching.queries.explaining import PairExplained
from matching.queries.models import models_in_force
from matching.queries.settling import Settling, settling
from stewardship.models import Task
from stewardship.queries.material import Head, Material
from stewardship.queries.policies import Facts


@dataclass(frozen=True)
class Counterfactual:
    """``taker`` would have to give what ``giver`` gives; without them: both would have to give the same."""

    settling: Settling
    label: Any
    taker: Head | None = None
    giver: Head | None = None
    may_set: bool = False

    @property
    def token(self) -> str:
        return self.settling.token


def counterfactual(
    made: Material, heads: Sequence[Head], explained: PairExplained | None, wanted: Facts
) -> Counterfactual | None:
    """What would make the two records of a score automatic, if anything would; where they already are one: nothing.

    Nobody brings about alone what a policy wants two persons to agree on.
    """
    ends = explained.records if explained else None
    if ends is None or made.inside:
        return None
    chosen = models_in_force()[ends[0].party_type]
    found = settling(ends, chosen, [made.records.get(end.customer_id or 0, ()) for end in ends])
    if found is None:
        return None
    label = next((_(one.label) for one in chosen.model.comparisons if one.code == found.comparison), "")
    if found.about is None or found.of is None:
        return Counterfactual(found, label)
    by_customer = {head.customer: head for head in heads}
    taker, giver = (by_customer.get(end.customer_id or 0) for end in (found.about, found.of))
    return Counterfactual(found, label, taker, giver, not wanted.surely("same") and _may_set(found, made.user))


@dataclass(frozen=True)
class Corrected:
    """An attribute that a steward or the customer corrected in a column, and where it is withdrawn."""

    label: str
    attribute: str
    head: Head
    compared: bool


def corrected_in(made: Material, heads: Sequence[Head]) -> list[Corrected]:
    """What was corrected in the columns; no query."""
    return [
        Corrected(spec.label, name, head, is_compared(record.source))
        for head, side in zip(heads, made.sides, strict=True)
        for record in side
        if record.about_id
        for name, spec in made.known.specs.items()
        if name in record.values
    ]


def would_settle(task: Task, user: User, token: str) -> Settling | None:
    """What a card said by this token, if it would still settle it."""
    parts = token.split("/")
    named = [part.partition(":")[0] for part in parts[1:3]]
    if len(parts) != 4 or not all(pk.isascii() and pk.isdigit() and len(pk) < 19 for pk in named):
        return None
    rows = SourceRecord.objects.visible_to(user).current().filter(customer__in=task.customers)
    records = list(rows.select_related("source", "customer").defer("raw", "findings").order_by("pk"))
    ends = [record for record in records if str(record.pk) in named]
    if len(ends) != 2 or ends[0].customer_id == ends[1].customer_id:
        return None
    sides = [[record for record in records if record.customer_id == end.customer_id] for end in ends]
    found = settling((ends[0], ends[1]), models_in_force()[ends[0].party_type], sides)
    return found if found is not None and found.token == token else None


def _may_set(found: Settling, user: User) -> bool:
    """Whether he may correct the one, and is shown what the other says."""
    if found.about is None or found.of is None or not access.may(user, "correct", found.about):
        return False
    return access.may(user, shown_by(found), found.of)


def shown_by(found: Settling) -> str:
    """The verb by which one sees the value."""
    return "reveal" if is_sensitive(catalogue().specs[found.attribute]) else "view"
