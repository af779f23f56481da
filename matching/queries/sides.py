"""Two customers side by side with what a merge would make of them, and both halves of an unmerge."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cmdm.models import User
from customers import ports
from customers.models import Customer, SourceRecord
from customers.ports import EffectFact
from customers.queries.derived import Derived, derived
from customers.queries.shown import Shown
from matching.queries.previews import UnmergePreview, merge_preview, open_records, unmerge_preview


@dataclass(frozen=True)
class Line:
    """An attribute in both columns and after."""

    attribute: str
    label: str
    comparison: str
    left: Sequence[Shown]
    right: Sequence[Shown]
    after: Sequence[Shown]

    @property
    def one_sided(self) -> bool:
        return not self.left or not self.right

    @property
    def differs(self) -> bool:
        return sorted(one.text for one in self.left) != sorted(one.text for one in self.right)


@dataclass(frozen=True)
class Sides:
    """The preview of a merge."""

    customers: Sequence[Customer]
    names: Sequence[str]
    counts: Sequence[int]
    groups: Sequence[tuple[Any, Sequence[Line]]]
    survivor: Customer
    overruled: int
    effects: Sequence[EffectFact]

    @property
    def seen(self) -> str:
        return seen_text(self.customers)


@dataclass(frozen=True)
class Halves:
    """The preview of an unmerge."""

    preview: UnmergePreview
    left: Derived
    made: Derived
    effects: Sequence[EffectFact]


def seen_text(customers: Iterable[Customer]) -> str:
    """Customers and versions as a form posts them back."""
    return ",".join(f"{customer.pk}:{customer.version}" for customer in customers)


def merge_sides(customers: Sequence[Customer], user: User) -> Sides:
    """Both customers and the one they would be; 13 queries besides what the effects ask."""
    preview = merge_preview(customers)
    records = list(preview.records.values())
    mine = [[one for one in records if one.customer_id == customer.pk] for customer in customers]
    party = customers[0].party_type
    left, right, after = (derived(part, user, party) for part in (mine[0], mine[1], records))
    return Sides(
        customers=customers,
        names=[left.name or customers[0].number, right.name or customers[1].number],
        counts=[len(part) for part in mine],
        groups=_groups(left, right, after),
        survivor=preview.survivor,
        overruled=len(preview.overruled),
        effects=effects_of(customers, user),
    )


def _groups(left: Derived, right: Derived, after: Derived) -> list[tuple[Any, list[Line]]]:
    made = []
    for group in after.groups:
        names = dict.fromkeys(row.attribute for row in group.rows)
        lines = [_line(name, left, right, after) for name in names]
        made.append((group.label, lines))
    return made


def _line(name: str, left: Derived, right: Derived, after: Derived) -> Line:
    rows = after.of(name)
    return Line(name, rows[0].plain_label, rows[0].comparison, left.of(name), right.of(name), rows)


def unmerge_halves(customer: Customer, chosen: Sequence[int], user: User) -> Halves:
    """What would stay and what would go."""
    preview = unmerge_preview(customer, chosen)
    gone = {record.pk for record in preview.leaving}
    records = open_records([customer])
    leaving = [record for record in records if (record.about_id or record.pk) in gone]
    staying = [record for record in records if (record.about_id or record.pk) not in gone]
    return Halves(
        preview=preview,
        left=derived(staying, user, customer.party_type),
        made=derived(leaving, user, customer.party_type),
        effects=[*effects_of([customer], user), *_parted(leaving, staying, user)],
    )


def _parted(leaving: Sequence[SourceRecord], staying: Sequence[SourceRecord], user: User) -> list[EffectFact]:
    """What goes along with records, and what stays, as each app knows it."""
    gone, kept = [one.pk for one in leaving], [one.pk for one in staying]
    return [fact for parting in ports.partings for fact in parting(gone, kept, user)]


def effects_of(customers: Sequence[Customer], user: User) -> list[EffectFact]:
    """What other apps say that the deed would touch."""
    facts: list[EffectFact] = []
    for effect in ports.effects:
        found = effect(customers, user)
        facts += [found] if isinstance(found, EffectFact) else list(found or ())
    return facts


def versions_in(text: str) -> Mapping[int, int]:
    """What :func:`seen_text` made.

    :raises ValueError: it is something else.
    """
    return {int(pk): int(version) for pk, version in (part.split(":") for part in text.split(","))}


def own_records(customer: Customer, user: User) -> list[SourceRecord]:
    """The open records of sources that may be taken out, corrections left out; one query."""
    rows = SourceRecord.objects.visible_to(user).current().filter(customer=customer, about__isnull=True)
    return list(rows.select_related("source").defer("raw").order_by("pk"))
