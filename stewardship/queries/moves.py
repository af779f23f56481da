"""A partition of a card in words: a band over each group, and the moves that saving would make, as sentences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cmdm.templatetags.hub import score as rounded
from customers.models import Relation
from customers.queries.naming import name_in
from matching.queries.explaining import PairExplained
from stewardship.queries.cells import Columns
from stewardship.queries.material import Head
from stewardship.rules.parting import Pair, Parted, weak_link

NEARLY = 0.99


@dataclass(frozen=True)
class Band:
    """One group of the partition: ``kin``, how it is related to another group, and to which number."""

    number: int
    places: Sequence[int]
    names: str
    golden: str = ""
    kin: str = ""
    kin_label: str = ""
    kin_to: int = 0

    @property
    def size(self) -> int:
        return len(self.places)


@dataclass(frozen=True)
class Move:
    """One thing that saving would do, and what follows from it."""

    names: str
    does: str
    detail: str = ""


@dataclass(frozen=True)
class Partition:
    """The groups, what saving would do, and where it hangs by a thread."""

    bands: Sequence[Band]
    moves: Sequence[Move]
    order: Sequence[int]
    weak: str = ""

    @property
    def part_of(self) -> dict[int, Band]:
        """The band of each column, by its place."""
        return {place: band for band in self.bands for place in band.places}

    @property
    def starts(self) -> frozenset[int]:
        """The columns before which a group begins."""
        return frozenset(band.places[0] for band in self.bands[1:])


def partition(
    parted: Parted, kinds: Mapping[Pair, str], heads: Sequence[Head], made: Columns, scores: Mapping[Pair, float]
) -> Partition:
    """A partition in words. :param kinds: how the related pairs are related; same household where it is not said."""
    groups = [sorted(group) for group in parted.groups]
    number = {place: position for position, group in enumerate(groups, start=1) for place in group}
    kin = {max(pair, key=number.__getitem__): pair for pair in parted.related}
    bands = [_band(position, group, kin, kinds, number, heads, made) for position, group in enumerate(groups, start=1)]
    weak = weak_link(groups, scores)
    return Partition(
        bands=bands,
        moves=[_move(band, heads, alone=len(bands) == len(heads)) for band in bands],
        order=[place for group in groups for place in group],
        weak=_weak(weak, heads) if weak else "",
    )


def _band(
    position: int,
    group: Sequence[int],
    kin: Mapping[int, Pair],
    kinds: Mapping[Pair, str],
    number: Mapping[int, int],
    heads: Sequence[Head],
    made: Columns,
) -> Band:
    found = next((kin[place] for place in group if place in kin), None)
    kind = kinds.get(found, Relation.Kind.HOUSEHOLD) if found else ""
    joined = made.together(group).values if len(group) > 1 else {}
    values = {name: value for name, value in joined.items() if name not in made.known.sensitive}
    record = next(iter(made.records.values()), None)
    return Band(
        number=position,
        places=group,
        names=_names(heads, group),
        golden=name_in(values, record.party_type) if values and record else "",
        kin=kind,
        kin_label=str(Relation.Kind(kind).label) if kind else "",
        kin_to=min(number[place] for place in found) if found else 0,
    )


def _move(band: Band, heads: Sequence[Head], *, alone: bool) -> Move:
    if band.size > 1:
        kept = min((heads[place] for place in band.places), key=lambda head: head.survives)
        words: dict[str, Any] = {"number": kept.side.number, "n": band.size - 1}
        keeps = ngettext(
            "Keeps %(number)s, the other one leads there", "Keeps %(number)s, the %(n)s others lead there", words["n"]
        )
        return Move(band.names, _("become one customer."), keeps % words)
    again = _("Not proposed again unless something of it changes")
    if band.kin:
        words = {"kind": band.kin_label.lower(), "number": band.kin_to}
        return Move(band.names, _("stays apart, related to group %(number)s: %(kind)s.") % words, again)
    return Move(band.names, _("stays apart."), "" if alone else again)


def _names(heads: Sequence[Head], group: Sequence[int]) -> str:
    return ", ".join(heads[place].called for place in group)


def _weak(found: tuple[int, int, int], heads: Sequence[Head]) -> str:
    one, other, through = (heads[place].called for place in found)
    words = {"one": one, "other": other, "through": through}
    return _("%(one)s and %(other)s meet only through %(through)s.") % words


@dataclass(frozen=True)
class Field:
    """One field of the score matrix."""

    one: int
    other: int
    score: float
    tone: str
    words: str

    @property
    def brief(self) -> str:
        """Two digits, as everywhere; what is nearly sure is not rounded up to sure."""
        return rounded(min(self.score, NEARLY))


def matrix(scores: Mapping[Pair, PairExplained], heads: Sequence[Head]) -> list[tuple[Head, list[Field | None]]]:
    """The rows of the score matrix; nothing on its diagonal."""
    places = range(len(heads))
    return [(heads[row], [_field(row, column, scores, heads) for column in places]) for row in places]


def _field(row: int, column: int, scores: Mapping[Pair, PairExplained], heads: Sequence[Head]) -> Field | None:
    found = scores.get((min(row, column), max(row, column)))
    if row == column or found is None:
        return None
    strongest = sorted(found.reasons, key=lambda reason: -abs(reason.weight))[:3]
    parts = [f"{reason.label} {_signed(reason.weight)}" for reason in strongest]
    odds = _("starting odds %(bits)s") % {"bits": _signed(found.prior)}
    names = f"{heads[row].called} – {heads[column].called}"
    return Field(row, column, found.probability, _tone(found), f"{names}: {', '.join([odds, *parts])}.")


def _tone(found: PairExplained) -> str:
    if found.probability >= found.automatic:
        return "sure"
    return "likely" if found.probability >= 0.8 else "possible" if found.probability >= 0.3 else ""


def _signed(bits: float) -> str:
    return f"+{bits:.1f}" if bits > 0 else f"−{abs(bits):.1f}"
