"""What the customer pages need of the template language."""

import json
from collections.abc import Mapping
from typing import Any

from django import template

register = template.Library()


@register.filter
def of(mapping: Mapping[Any, Any] | None, key: Any) -> Any:
    """The value under a key; nothing where there is none."""
    return mapping.get(key) if mapping else None


@register.filter
def is_same(first: Any, second: Any) -> bool:
    """Whether both are one and the same thing."""
    return first is second


@register.filter
def as_pairs(raw: Any) -> list[tuple[str, str]]:
    """Names and values of what was received; nested content as JSON."""
    if not isinstance(raw, Mapping):
        return []
    return [(str(name), value if isinstance(value, str) else _json(value)) for name, value in raw.items()]


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


@register.filter
def is_list(value: Any) -> bool:
    """A group of choices rather than a label."""
    return isinstance(value, list | tuple)


TONES = (
    ("new", "accent"),
    ("changed", "same"),
    ("unchanged", "grey"),
    ("quarantined", "possible"),
    ("rejected", "danger"),
)


@register.filter
def parts(counts: Mapping[str, int]) -> list[tuple[int, str]]:
    """Counts by what became of rows, as the parts of a bar."""
    return [(counts.get(name, 0), tone) for name, tone in TONES]
