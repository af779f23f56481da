"""Two customers side by side: what they have in common folded, what differs in rows, what "same" would make of it.

Everything is computed from the claims of the records that the reader may see, so nothing of another domain can show.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from anyascii import anyascii
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from customers.models import Attribute, SourceRecord
from customers.queries.catalogue import Catalogue, Spec
from customers.queries.claims import claims_of
from customers.queries.shown import in_words, is_sensitive, is_verified, kind_of, label_of, mask_of, plain, text_of
from customers.rules.claims import PinRule, RecordClaims
from customers.rules.losing import SAME, losing
from customers.rules.survivorship import Golden, golden

OWN_GROUPS = {
    "email": ("contact", gettext_lazy("Contact")),
    "phone": ("contact", gettext_lazy("Contact")),
    "address": ("address", gettext_lazy("Address")),
}
"""What stands in a group of its own on the card, whatever the catalogue says."""


@dataclass(frozen=True)
class Lost:
    """A claim that did not win in its column."""

    text: str
    source: str
    observed: datetime
    reason: str


@dataclass(frozen=True)
class Cell:
    """What one column says; ``text`` empty: not given."""

    text: str = ""
    record: int = 0
    source: str = ""
    trust: int | None = None
    observed: datetime | None = None
    verified: bool = False
    masked: bool = False
    script: str = ""
    lost: Sequence[Lost] = ()


@dataclass(frozen=True)
class Preview:
    """The golden column of a row."""

    text: str = ""
    letter: str = ""
    rule: str = ""
    undecided: bool = False
    pinned: bool = False


@dataclass(frozen=True)
class Line:
    """One row: an attribute, or one of its values when it has many."""

    name: str
    label: str
    state: str
    word: str
    comparison: str
    cells: tuple[Cell, Cell]
    preview: Preview
    choosable: bool = False

    @property
    def winner(self) -> int:
        """The column that wins, 1 or 2; 0 when a person has to choose."""
        return {"A": 1, "B": 2}.get(self.preview.letter, 0)


@dataclass(frozen=True)
class Group:
    """A group of the catalogue: rows that differ, and those that are equal, in words."""

    key: str
    label: Any
    lines: Sequence[Line]
    equal: Sequence[Line] = ()


@dataclass
class Columns:
    """The material: records and golden values of A and B, and of both together."""

    known: Catalogue
    records: Mapping[int, SourceRecord]
    sides: tuple[list[RecordClaims], list[RecordClaims]]
    pins: Sequence[PinRule]
    reveal: frozenset[int]
    golden: tuple[Golden, Golden] = field(init=False)
    joined: Golden = field(init=False)
    lost: tuple[Mapping[str, Any], Mapping[str, Any]] = field(init=False)

    def __post_init__(self) -> None:
        rules = self.known.rules
        left, right = self.sides
        self.golden = (golden(left, rules, self._pins(left)), golden(right, rules, self._pins(right)))
        self.joined = golden([*left, *right], rules, self.pins)
        self.lost = (
            losing(left, rules, self.golden[0], self._pins(left)),
            losing(right, rules, self.golden[1], self._pins(right)),
        )

    def _pins(self, claims: Sequence[RecordClaims]) -> list[PinRule]:
        mine = {claim.id for claim in claims}
        return [pin for pin in self.pins if pin.record in mine]


def columns(
    left: Sequence[SourceRecord],
    right: Sequence[SourceRecord],
    known: Catalogue,
    pins: Sequence[PinRule],
    reveal: frozenset[int],
) -> Columns:
    """The material of a comparison. :param reveal: domains whose sensitive values are shown open."""
    records = {record.pk: record for record in (*left, *right)}
    return Columns(known, records, (claims_of(left), claims_of(right)), pins, reveal)


def compare(made: Columns, party_type: str, levels: Mapping[str, tuple[str, float]]) -> list[Group]:
    """The groups that say anything, in the order of the catalogue.

    :param levels: what the engine found, by attribute: a sentence and its weight in bits.
    """
    labels: dict[str, Any] = {**dict(Attribute.Group.choices), **dict(OWN_GROUPS.values())}
    groups: dict[str, list[Line]] = {}
    for spec in made.known.specs.values():
        if spec.fits(party_type):
            lines = _many(made, spec) if spec.many else _single(made, spec)
            key = OWN_GROUPS.get(spec.row.type, (spec.row.group, ""))[0]
            groups.setdefault(key, []).extend(_likened(lines, levels.get(spec.name)))
    return [
        Group(
            key,
            labels.get(key, key),
            [line for line in lines if line.state != "equal"],
            [line for line in lines if line.state == "equal"],
        )
        for key, lines in groups.items()
        if lines
    ]


def _likened(lines: list[Line], level: tuple[str, float] | None) -> list[Line]:
    """Values that the engine finds alike are not called different; said where one row stands for the attribute."""
    apart = [line for line in lines if line.state == "differs"]
    if level is None or level[1] <= 0 or len(lines) > 1 or not apart or apart[0].comparison == "date":
        return lines
    return [replace(line, state="similar", word=level[0]) for line in lines]


def _single(made: Columns, spec: Spec) -> list[Line]:
    values = [side.values.get(spec.name) for side in made.golden]
    if values == [None, None]:
        return []
    cells = _pair(_cell(made, spec, side, values[side], made.golden[side].lineage.get(spec.name)) for side in (0, 1))
    state = _state(spec, values, cells)
    return [
        Line(
            name=spec.name,
            label=spec.row.label,
            state=state,
            word=_word(spec, values, state),
            comparison=spec.type.comparison,
            cells=cells,
            preview=_preview(made, spec, state),
            choosable=state != "equal",
        )
    ]


def _preview(made: Columns, spec: Spec, state: str) -> Preview:
    lineage = made.joined.lineage.get(spec.name)
    if not lineage:
        return Preview()
    record, rule = lineage["record"], lineage["rule"]
    if rule == "order" and state == "differs":
        return Preview(_("Choose 1 or 2"), "", _("Trusted alike, no rule decides"), undecided=True)
    text, _masked = _shown(made, spec, made.joined.values[spec.name], record)
    return Preview(text, _letter(made, record), in_words(rule), pinned=rule == "pinned")


def _many(made: Columns, spec: Spec) -> list[Line]:
    """Equal elements together, then the rest side by side within their kind."""
    left, right = (_elements(made, spec, side) for side in (0, 1))
    pairs = _matched(spec, left, right)
    first = next((place for place, (one, other) in enumerate(pairs) if one != other), None)
    return [_element_line(made, spec, pair, chosen=place == first) for place, pair in enumerate(pairs)]


Element = tuple[Any, Mapping[str, Any]]


def _elements(made: Columns, spec: Spec, side: int) -> list[Element]:
    values, lineage = made.golden[side].values, made.golden[side].lineage
    return list(zip(values.get(spec.name, ()), lineage.get(spec.name, ()), strict=False))


def _matched(
    spec: Spec, left: Sequence[Element], right: Sequence[Element]
) -> list[tuple[Element | None, Element | None]]:
    rest = list(right)
    pairs: list[tuple[Element | None, Element | None]] = []
    alone: list[Element] = []
    for one in left:
        same = next((other for other in rest if _key(spec, other[0]) == _key(spec, one[0])), None)
        if same is None:
            alone.append(one)
        else:
            rest.remove(same)
            pairs.append((one, same))
    for one in alone:
        like = next((other for other in rest if _comparable(spec, one[0], other[0])), None)
        if like is not None:
            rest.remove(like)
        pairs.append((one, like))
    return pairs + [(None, other) for other in rest]


def _comparable(spec: Spec, one: Any, other: Any) -> bool:
    """Of one kind, or of none that was said."""
    kinds = {kind_of(spec, one), kind_of(spec, other)}
    return len(kinds) == 1 or ("" in kinds and spec.row.type != "identifier")


def _element_line(made: Columns, spec: Spec, pair: tuple[Element | None, Element | None], *, chosen: bool) -> Line:
    values = [one[0] if one else None for one in pair]
    cells = _pair(
        _cell(made, spec, side, values[side], one[1] if one else None, lost=False) for side, one in enumerate(pair)
    )
    state = _state(spec, values, cells)
    return Line(
        name=spec.name,
        label=label_of(spec, next(value for value in values if value is not None)),
        state=state,
        word=_word(spec, values, state),
        comparison=spec.type.comparison,
        cells=cells,
        preview=_element_preview(made, spec, cells, state),
        choosable=chosen and None not in pair,
    )


def _element_preview(made: Columns, spec: Spec, cells: tuple[Cell, Cell], state: str) -> Preview:
    primary: Mapping[str, Any] = next(iter(made.joined.lineage.get(spec.name, ())), {})
    shown = [cell for cell in cells if cell.text]
    first = next((cell for cell in shown if cell.record == primary.get("record")), shown[0])
    letter = _letter(made, first.record)
    if len(shown) < 2 or state == "equal":
        return Preview(first.text, letter, _("Kept") if state == "equal" else _("Only one side has it"))
    return Preview(first.text, letter, _("Stands first, the other is kept too"))


def _cell(
    made: Columns, spec: Spec, side: int, value: Any, lineage: Mapping[str, Any] | None, *, lost: bool = True
) -> Cell:
    if value is None or not lineage:
        return Cell()
    record = made.records[lineage["record"]]
    text, masked = _shown(made, spec, value, record.pk)
    script = anyascii(text) if not masked and not text.isascii() else ""
    return Cell(
        text=text,
        record=record.pk,
        source=record.source.name,
        trust=record.source.trust_in(spec.name),
        observed=record.observed_at,
        verified=is_verified(value),
        masked=masked,
        script="" if script == text else script,
        lost=[_lost(made, spec, one) for one in made.lost[side].get(spec.name, ()) if one.reason != SAME]
        if lost
        else (),
    )


def _lost(made: Columns, spec: Spec, one: Any) -> Lost:
    record = made.records[one.record]
    return Lost(_shown(made, spec, one.value, one.record)[0], record.source.name, record.observed_at, str(one.reason))


def _shown(made: Columns, spec: Spec, value: Any, record: int) -> tuple[str, bool]:
    """The value for people, masked when it is sensitive and the reader may not see it open."""
    if is_sensitive(spec) and made.records[record].domain_id not in made.reveal:
        return mask_of(spec, value), True
    return text_of(spec, value), False


def _state(spec: Spec, values: Sequence[Any], cells: tuple[Cell, Cell]) -> str:
    if values[0] is None or values[1] is None:
        return "one_side"
    if _key(spec, values[0]) != _key(spec, values[1]):
        return "differs"
    return "equal" if cells[0].text.casefold() == cells[1].text.casefold() else "similar"


def _word(spec: Spec, values: Sequence[Any], state: str) -> str:
    if state == "one_side":
        return _("one side only")
    if state == "similar":
        return _("same when folded")
    if state == "equal":
        return _("equal")
    if spec.type.comparison == "date":
        return _apart(*values)
    if all(is_verified(value) for value in values):
        return _("both confirmed")
    return _("differs")


def _apart(one: Any, other: Any) -> str:
    try:
        days = abs((date.fromisoformat(str(one)) - date.fromisoformat(str(other))).days)
    except ValueError:
        return _("differs")
    years = round(days / 365.2425)
    if years:
        return ngettext("%(n)s year apart", "%(n)s years apart", years) % {"n": years}
    return ngettext("%(n)s day apart", "%(n)s days apart", days) % {"n": days}


def _key(spec: Spec, value: Any) -> str:
    bare = plain(spec, value)
    return spec.type.key(bare) or str(bare)


def _letter(made: Columns, record: int) -> str:
    return "A" if any(claim.id == record for claim in made.sides[0]) else "B"


def _pair(cells: Iterable[Cell]) -> tuple[Cell, Cell]:
    left, right = cells
    return left, right
