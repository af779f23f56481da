"""Customers side by side: what they have in common folded, what differs in rows, what "same" would make of a pair.

Everything is computed from the claims of the records that the reader may see, so nothing of another domain can show.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from customers.models import Attribute
from customers.queries.catalogue import Spec
from customers.queries.shown import in_words, is_verified, kind_of, label_of
from stewardship.queries.cells import Cell, Columns, cell, key_of, shown

OWN_GROUPS = {
    "email": ("contact", gettext_lazy("Contact")),
    "phone": ("contact", gettext_lazy("Contact")),
    "address": ("address", gettext_lazy("Address")),
}
"""What stands in a group of its own on the card, whatever the catalogue says."""

Element = tuple[Any, Mapping[str, Any]]
Row = dict[int, Element]


@dataclass(frozen=True)
class Preview:
    """The golden column of a row; ``rule``: which rule chose, or would have chosen without the pin."""

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
    cells: Sequence[Cell]
    preview: Preview = Preview()
    choosable: bool = False

    @property
    def winner(self) -> int:
        """The column that wins, 1 or 2; 0 when a person has to choose."""
        return {"A": 1, "B": 2}.get(self.preview.letter, 0)

    @property
    def first(self) -> Cell:
        """The first column that says anything."""
        return next((one for one in self.cells if one.text), Cell())


@dataclass(frozen=True)
class Group:
    """A group of the catalogue: rows that differ, and those that are equal, in words."""

    key: str
    label: Any
    lines: Sequence[Line]
    equal: Sequence[Line] = ()


def compare(made: Columns, party_type: str, levels: Mapping[str, tuple[str, float]]) -> list[Group]:
    """The groups that say anything, in the order of the catalogue.

    :param levels: what the engine found in a pair, by attribute: a sentence and its weight in bits.
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
    if all(value is None for value in values):
        return []
    cells = [
        cell(made, spec, side, value, made.golden[side].lineage.get(spec.name)) for side, value in enumerate(values)
    ]
    line = _line(made, spec, values, cells, spec.label)
    line = replace(line, choosable=line.state != "equal")
    return [replace(line, preview=_preview(made, spec, line.state))] if made.is_pair else [line]


def _preview(made: Columns, spec: Spec, state: str) -> Preview:
    lineage = made.joined.lineage.get(spec.name)
    if not lineage:
        return Preview()
    record, rule = lineage["record"], lineage["rule"]
    if rule == "order" and state == "differs":
        return Preview(_("Choose 1 or 2"), "", _("Trusted alike, no rule decides"), undecided=True)
    text, _masked = shown(made, spec, made.joined.values[spec.name], record)
    return Preview(text, made.letter(record), in_words(rule), pinned=rule == "pinned")


def _many(made: Columns, spec: Spec) -> list[Line]:
    """Equal elements together, then the rest side by side within their kind."""
    elements = [
        list(zip(side.values.get(spec.name, ()), side.lineage.get(spec.name, ()), strict=False)) for side in made.golden
    ]
    rows = _matched(spec, elements)
    lines = [_element_line(made, spec, row) for row in rows]
    if not made.is_pair:
        return lines
    first = next((place for place, line in enumerate(lines) if line.state != "equal"), None)
    return [
        replace(
            line,
            preview=_element_preview(made, spec, line),
            choosable=place == first and all(one.text for one in line.cells),
        )
        for place, line in enumerate(lines)
    ]


def _matched(spec: Spec, elements: Sequence[Sequence[Element]]) -> list[Row]:
    """Rows of a many-valued attribute: whoever says the same shares one, what is left stands beside its like."""
    rows: list[Row] = []
    for side, own in enumerate(elements):
        for element in own:
            _beside_equals(rows, side, element, spec)
    shared = [row for row in rows if len(row) > 1]
    for row in [row for row in rows if len(row) == 1]:
        [(side, element)] = row.items()
        like = next((other for other in shared if side not in other and _comparable(spec, element[0], other)), None)
        if like is None:
            shared.append(row)
        else:
            like[side] = element
    return sorted(shared, key=lambda row: (len(row) == 1, len({key_of(spec, one[0]) for one in row.values()}) > 1))


def _beside_equals(rows: list[Row], side: int, element: Element, spec: Spec) -> None:
    key = key_of(spec, element[0])
    for row in rows:
        if side not in row and any(key_of(spec, other[0]) == key for other in row.values()):
            row[side] = element
            return
    rows.append({side: element})


def _comparable(spec: Spec, one: Any, row: Row) -> bool:
    """Of one kind, or of none that was said."""
    kinds = {kind_of(spec, one), *(kind_of(spec, element[0]) for element in row.values())}
    return len(kinds) == 1 or ("" in kinds and len(kinds) == 2 and spec.row.type != "identifier")


def _element_line(made: Columns, spec: Spec, row: Row) -> Line:
    sides = range(len(made.sides))
    values = [row[side][0] if side in row else None for side in sides]
    cells = [cell(made, spec, side, values[side], row[side][1] if side in row else None, lost=False) for side in sides]
    return _line(made, spec, values, cells, label_of(spec, next(value for value in values if value is not None)))


def _element_preview(made: Columns, spec: Spec, line: Line) -> Preview:
    primary: Mapping[str, Any] = next(iter(made.joined.lineage.get(spec.name, ())), {})
    given = [one for one in line.cells if one.text]
    first = next((one for one in given if one.record == primary.get("record")), given[0])
    letter = made.letter(first.record)
    if len(given) < 2 or line.state == "equal":
        return Preview(first.text, letter, _("Kept") if line.state == "equal" else _("Only one side has it"))
    return Preview(first.text, letter, _("Stands first, the other is kept too"))


def _line(made: Columns, spec: Spec, values: Sequence[Any], cells: Sequence[Cell], label: str) -> Line:
    state = _state(spec, values, cells)
    return Line(
        name=spec.name,
        label=label,
        state=state,
        word=_word(made, spec, values, state),
        comparison=spec.type.comparison,
        cells=_marked(cells, pair=made.is_pair),
    )


def _marked(cells: Sequence[Cell], *, pair: bool) -> list[Cell]:
    """Of a pair each beside the other; of more each beside the first that says anything."""
    if pair:
        return [replace(one, against=other.text) for one, other in zip(cells, reversed(cells), strict=True)]
    first = next((one for one in cells if one.text), Cell())
    return [one if one is first or not one.text else replace(one, against=first.text) for one in cells]


def _state(spec: Spec, values: Sequence[Any], cells: Sequence[Cell]) -> str:
    given = [value for value in values if value is not None]
    if len({key_of(spec, value) for value in given}) > 1:
        return "differs"
    if len(given) < len(values):
        return "one_side"
    return "equal" if len({one.text.casefold() for one in cells}) == 1 else "similar"


def _word(made: Columns, spec: Spec, values: Sequence[Any], state: str) -> str:
    given = [value for value in values if value is not None]
    if state == "one_side":
        words = {"n": len(given), "all": len(values)}
        return _("one side only") if made.is_pair else _("%(n)s of %(all)s say it") % words
    if state in ("similar", "equal"):
        return _("same when folded") if state == "similar" else _("equal")
    agreeing = "" if made.is_pair else _agreeing(made, spec, values)
    if spec.type.comparison == "date" and not agreeing:
        return _apart(given)
    if agreeing:
        return agreeing
    return _("both confirmed") if made.is_pair and all(is_verified(value) for value in given) else _("differs")


def _agreeing(made: Columns, spec: Spec, values: Sequence[Any]) -> str:
    """The columns of the largest part that agrees: "Neon = Argon"."""
    alike: dict[str, list[str]] = {}
    for name, value in zip(made.names, values, strict=True):
        if value is not None:
            alike.setdefault(key_of(spec, value), []).append(name)
    largest = max(alike.values(), key=len)
    return " = ".join(largest) if len(largest) > 1 else ""


def _apart(values: Iterable[Any]) -> str:
    try:
        days = [date.fromisoformat(str(value)) for value in values]
    except ValueError:
        return _("differs")
    furthest = max(abs((one - other).days) for one, other in combinations(days, 2))
    years = round(furthest / 365.2425)
    if years:
        return ngettext("%(n)s year apart", "%(n)s years apart", years) % {"n": years}
    return ngettext("%(n)s day apart", "%(n)s days apart", furthest) % {"n": furthest}
