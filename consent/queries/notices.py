"""Purposes and notices as officers see them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from consent.models import ConsentEvent, Notice, Purpose
from consent.rules.comparing import KEPT, Piece, compared

PARTS = (
    "title", "text", "purposes", "controller", "recipients", "named_recipients", "categories", "retention", "rights",
    "withdrawal", "layout",
)  # fmt: skip


@dataclass(frozen=True)
class NoticeLine:
    """One notice in one language: the version that is shown, the draft beside it, and how many there were."""

    key: str
    language: str
    shown: Notice | None
    draft: Notice | None
    latest: Notice
    versions: int
    purposes: tuple[str, ...]


@dataclass(frozen=True)
class Compared:
    """One part of two versions."""

    label: Any
    pieces: Sequence[Piece]

    @property
    def changed(self) -> bool:
        return any(piece.fate != KEPT for piece in self.pieces)


def purposes_listed() -> list[Any]:
    """Every purpose with how many notices name it; two queries."""
    named: dict[str, int] = {}
    for keys in Notice.objects.published().values_list("purposes", flat=True):
        for key in keys:
            named[key] = named.get(key, 0) + 1
    rows = list(Purpose.objects.select_related("parent"))
    for row in rows:
        row.notices = named.get(row.key, 0)  # type: ignore[attr-defined]
    return rows


def notices_listed() -> list[NoticeLine]:
    """Every notice and language; two queries."""
    labels = dict(Purpose.objects.values_list("key", "label"))
    groups: dict[tuple[str, str], list[Notice]] = {}
    for row in Notice.objects.select_related("created_by", "published_by").defer("text", "controller", "rights"):
        groups.setdefault((row.key, row.language), []).append(row)
    return [_line(key, language, rows, labels) for (key, language), rows in groups.items()]


def _line(key: str, language: str, rows: Sequence[Notice], labels: Mapping[str, str]) -> NoticeLine:
    states = {row.state: row for row in reversed(rows)}
    return NoticeLine(
        key=key,
        language=language,
        shown=states.get(Notice.State.PUBLISHED),
        draft=states.get(Notice.State.DRAFT),
        latest=rows[0],
        versions=len(rows),
        purposes=tuple(labels.get(one, one) for one in rows[0].purposes),
    )


def versions_of(notice: Notice) -> list[Notice]:
    """All versions of a notice in its language, the newest first; one query."""
    return list(Notice.objects.filter(key=notice.key, language=notice.language).order_by("-version"))


def said_under(notice: Notice) -> int:
    """How many acts name this version; one query."""
    return ConsentEvent.objects.filter(notice=notice).count()


def compared_parts(before: Notice, after: Notice) -> list[Compared]:
    """Every part of the text, with what changed in it."""
    field: Any = Notice._meta.get_field
    return [Compared(field(name).verbose_name, compared(_text(before, name), _text(after, name))) for name in PARTS]


def _text(notice: Notice, name: str) -> str:
    value = getattr(notice, name)
    return "\n".join(sorted(value)) if isinstance(value, list) else str(value)
