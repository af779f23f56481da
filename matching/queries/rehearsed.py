"""What a rehearsal found, list by list: pairs with their scores before and after, and customers; what one may see."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from cmdm.models import User
from customers.models import Customer, SourceRecord
from customers.ports import EffectFact, group_effects
from customers.queries.summaries import summaries
from matching.models import Candidate, MatchModel, Verdict

SIZE = 25
PAIRS: Mapping[str, Any] = {
    "gained": _("Would join"),
    "lost": _("Would join no more"),
    "informative": _("Worth asking about"),
    "disputed": _("Other than people said"),
}
CUSTOMERS: Mapping[str, Any] = {"merges": _("Would become one"), "splits": _("Would be doubted")}
PARTS: Mapping[str, Any] = {"partings": _("Would be taken apart")}
LISTS: Mapping[str, Any] = {**PAIRS, **CUSTOMERS, **PARTS}
Pair = tuple[int, int]


@dataclass(frozen=True)
class Named:
    """A customer by what people call it."""

    key: UUID
    number: str
    name: str


@dataclass(frozen=True)
class End:
    """A record of a pair, where it lies now."""

    record: int
    source: str
    key: str
    customer: Named | None


@dataclass(frozen=True)
class PairMoved:
    """A pair with what both versions say; no score where a version does not compare the two.

    ``said`` is what a person answered, where the list is of such pairs.
    """

    left: End
    right: End
    before: float | None
    after: float | None
    asked: bool
    said: str = ""

    @property
    def ends(self) -> tuple[End, End]:
        return self.left, self.right

    @property
    def said_label(self) -> str:
        return str(_("a person: %(answer)s") % {"answer": str(Verdict.Answer(self.said).label).lower()})

    @property
    def together(self) -> bool:
        """They lie in one customer already."""
        return self.left.customer is not None and self.left.customer == self.right.customer


@dataclass(frozen=True)
class PartLeaving:
    """Records that would leave their customer together, and the customers with whom they would be joined."""

    customer: Named
    leaving: Sequence[End]
    joining: Sequence[Named]


@dataclass(frozen=True)
class Listed:
    """One page of one list: ``pairs``, ``groups`` of customers, or ``parts``. ``count`` were found, ``kept`` are
    listed.
    """

    name: str
    label: str
    count: int
    kept: int
    hidden: int
    page: int
    pairs: Sequence[PairMoved] = field(default_factory=list)
    groups: Sequence[Sequence[Named]] = field(default_factory=list)
    parts: Sequence[PartLeaving] = field(default_factory=list)

    @property
    def next(self) -> int | None:
        return self.page + 1 if self.page * SIZE < self.kept - self.hidden else None

    @property
    def previous(self) -> int | None:
        return self.page - 1 if self.page > 1 else None


def count_of(told: Mapping[str, Any], name: str) -> int:
    """How many a list has, those not kept included."""
    if name == "informative":
        return len(told.get(name, ()))
    found = told.get(name, {})
    return int(found.get("count", found.get("then", 0)))


def effects(told: Mapping[str, Any]) -> list[EffectFact]:
    """What other apps would have touched, in words of the reader; a query an app at most.

    Accounts of earlier editions hold the words of whoever rehearsed.
    """
    found: list[EffectFact] = []
    for one in told.get("effects", ()):
        if "headline" in one:
            found.append(EffectFact("", one["headline"], one["detail"], one["count"]))
        elif one["effect"] in group_effects:
            found += group_effects[one["effect"]].tell(one["found"])
    return found


def listed(row: MatchModel, name: str, user: User, *, page: int = 1) -> Listed:
    """A page of a list of the version's last rehearsal, of what lies wholly where the user may look; six queries.

    :raises KeyError: there is no such list.
    """
    told: Mapping[str, Any] = row.rehearsal
    label, count = str(LISTS[name]), count_of(told, name)
    start = (page - 1) * SIZE
    if name in PAIRS:
        lines = told.get(name, ()) if name == "informative" else told.get(name, {}).get("pairs", ())
        seen = _seen(SourceRecord.objects.visible_to(user).current(), (pk for line in lines for pk in line[:2]))
        shown = [line for line in lines if seen.issuperset(line[:2])]
        pairs = _pairs([(*line, None, None)[:4] for line in shown[start : start + SIZE]], user)
        if name == "disputed":
            pairs = _with_answers(pairs)
        return Listed(name, label, count, len(lines), len(lines) - len(shown), page, pairs=pairs)
    if name in PARTS:
        return _parted(label, count, told.get("partings", {}).get("parts", ()), user, page)
    sets = told.get("merges", {}).get("groups", ()) if name == "merges" else _alone(told)
    seen = _seen(Customer.objects.visible_to(user), (pk for one in sets for pk in one))
    groups = [one for one in sets if seen.issuperset(one)]
    names = _names({pk for one in groups[start : start + SIZE] for pk in one}, user)
    made = [[names[pk] for pk in one if pk in names] for one in groups[start : start + SIZE]]
    return Listed(name, label, count, len(sets), len(sets) - len(groups), page, groups=made)


def _parted(label: str, count: int, lines: Sequence[Any], user: User, page: int) -> Listed:
    """Of customers and records that the user may see, all of them."""
    customers = _seen(Customer.objects.visible_to(user), (pk for one, _ids, goes in lines for pk in (one, *goes)))
    records = _seen(SourceRecord.objects.visible_to(user).current(), (pk for _one, ids, _goes in lines for pk in ids))
    shown = [line for line in lines if customers.issuperset((line[0], *line[2])) and records.issuperset(line[1])]
    chosen = shown[(page - 1) * SIZE : page * SIZE]
    ends = _ends({pk for _one, ids, _goes in chosen for pk in ids}, user)
    names = _names({pk for one, _ids, goes in chosen for pk in (one, *goes)}, user)
    parts = [
        PartLeaving(names[one], [ends[pk] for pk in ids if pk in ends], [names[pk] for pk in goes if pk in names])
        for one, ids, goes in chosen
        if one in names
    ]
    return Listed("partings", label, count, len(lines), len(lines) - len(shown), page, parts=parts)


def _alone(told: Mapping[str, Any]) -> list[list[int]]:
    return [[pk] for pk in told.get("splits", {}).get("customers", ())]


def _seen(rows: Any, ids: Any) -> set[int]:
    wanted = set(ids)
    return set(rows.filter(pk__in=wanted).values_list("pk", flat=True)) if wanted else set()


def _pairs(lines: Sequence[tuple[Any, ...]], user: User) -> list[PairMoved]:
    ends = {pk for line in lines for pk in line[:2]}
    if not ends:
        return []
    said = _ends(ends, user)
    open_ones = Candidate.objects.open().filter(left__in=ends, right__in=ends)
    asked = set(open_ones.values_list("left", "right"))
    return [
        PairMoved(said[one], said[other], before, after, (min(one, other), max(one, other)) in asked)
        for one, other, before, after in lines
    ]


def _ends(ids: Collection[int], user: User) -> dict[int, End]:
    """Records by what people call them; two queries."""
    rows = SourceRecord.objects.filter(pk__in=ids).select_related("source")
    records = {row.pk: row for row in rows.only("key", "customer", "source__name")}
    names = _names({row.customer_id or 0 for row in records.values()}, user)
    return {row.pk: End(row.pk, row.source.name, row.key, names.get(row.customer_id or 0)) for row in records.values()}


def _with_answers(pairs: Sequence[PairMoved]) -> list[PairMoved]:
    """The same, each with the answer in force on it."""
    ends = {end.record for pair in pairs for end in pair.ends}
    rows = Verdict.objects.in_force().filter(left__in=ends, right__in=ends).order_by("pk")
    said = {frozenset(row[:2]): row[2] for row in rows.values_list("left", "right", "answer")}
    return [replace(one, said=said.get(frozenset(end.record for end in one.ends), "")) for one in pairs]


def _names(ids: Collection[int], user: User) -> dict[int, Named]:
    customers = list(Customer.objects.visible_to(user).filter(pk__in=ids))
    return {one.id: Named(one.key, one.number, one.name) for one in summaries(customers, user)}


def facts(found: Listed) -> dict[str, Any]:
    """For a command's answer."""
    return {
        "count": found.count,
        "kept": found.kept,
        "hidden": found.hidden,
        "page": found.page,
        "next": found.next,
        **({"pairs": [_pair(one) for one in found.pairs]} if found.name in PAIRS else {}),
        **({"customers": [[each.number for each in one] for one in found.groups]} if found.name in CUSTOMERS else {}),
        **({"parts": [_part(one) for one in found.parts]} if found.name in PARTS else {}),
    }


def _part(one: PartLeaving) -> dict[str, Any]:
    return {
        "customer": one.customer.number,
        "leaving": [{"record": end.record, "source": end.source, "key": end.key} for end in one.leaving],
        "joining": [each.number for each in one.joining],
    }


def _pair(one: PairMoved) -> dict[str, Any]:
    ends = {
        side: {
            "record": end.record,
            "source": end.source,
            "key": end.key,
            "customer": end.customer.number if end.customer else None,
        }
        for side, end in (("left", one.left), ("right", one.right))
    }
    made = {**ends, "before": one.before, "after": one.after, "asked": one.asked}
    return {**made, "said": one.said} if one.said else made
