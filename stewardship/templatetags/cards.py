"""What the review card says in its own way."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import template
from django.utils.translation import gettext_lazy as _

from customers.models import Relation
from customers.ports import Word
from customers.queries import shown
from stewardship.queries.card import Card
from stewardship.queries.cells import Cell
from stewardship.queries.comparison import Line
from stewardship.queries.material import Head

register = template.Library()

REASONS = (
    _("Father and son, or mother and daughter"),
    _("Same name by chance"),
    _("A typing error in one of them"),
    _("Moved or married"),
    _("Asked the customer"),
)


@register.filter
def under(cells: Iterable[Any], heads: Iterable[Head]) -> list[tuple[Head, Any]]:
    """Each cell of a row, or word of a stance, with the head of its column."""
    return list(zip(heads, cells, strict=True))


@register.filter
def lowered(label: object) -> str:
    """A label within a sentence."""
    return shown.lowered(str(label))


@register.filter
def members(card: Card) -> list[tuple[Head, list[tuple[Line, Cell]]]]:
    """The customers as rows: what each says where they differ."""
    lines = [line for group in card.groups for line in group.lines]
    return [(head, [(line, line.cells[head.place - 1]) for line in lines]) for head in card.heads]


@register.filter
def stands(card: Card, head: Head) -> list[Word]:
    """What the customer of a column stands for in the rows where they differ."""
    return [line.words[head.place - 1] for line in card.stances.lines] if card.stances else []


@register.filter
def part_number(card: Card, head: Head) -> int:
    """The group of the partition in which a column lies."""
    return card.parts.part_of[head.place - 1].number if card.parts else head.place


@register.filter
def part_kin(card: Card, head: Head) -> str:
    """How the group of a column is related to another one; for its first column."""
    band = card.parts.part_of[head.place - 1] if card.parts else None
    return band.kin if band and band.places[0] == head.place - 1 else ""


@register.filter
def begins(card: Card, head: Head) -> bool:
    """Whether a group of the partition begins with this column."""
    return bool(card.parts and head.place - 1 in card.parts.starts)


@register.filter
def numbers(things: Sequence[Any]) -> range:
    """1, 2, 3 … as many as there are."""
    return range(1, len(things) + 1)


@register.simple_tag
def kinds_of_relation() -> list[tuple[str, Any]]:
    """How two customers can be related."""
    return [(value, label) for value, label in Relation.Kind.choices]


@register.simple_tag
def reasons() -> list[Any]:
    """Reasons to pick by their digit."""
    return list(REASONS)
