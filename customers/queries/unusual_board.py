"""The loads of sources over time, and what of them wants to be looked at: held, unusual, late."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, pairwise

from django.db import connection
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from cmdm import clock
from cmdm.models import User
from customers.models import Load, LoadCensus, Source
from customers.queries.catalogue import Catalogue, catalogue
from customers.queries.unusual import LEAST_GAP, hours, label_of, span
from customers.rules.unusual import judging as rules
from customers.rules.unusual.expecting import amounts

LIGHT = ("mapping", "header", *(f"census__{name}" for name in ("columns", "measures", "findings", "sealed")))
WIDE, TALL, CAP = 720.0, 72.0, 4.0
SHOWN = 5
_DONE = """
    SELECT s.id, l.created_at
      FROM unnest(%(sources)s::bigint[]) AS s(id)
      CROSS JOIN LATERAL (SELECT created_at FROM customers_load
                           WHERE source_id = s.id AND state = 'done' ORDER BY id DESC LIMIT %(most)s) AS l
     ORDER BY s.id, l.created_at DESC
"""


@dataclass(frozen=True)
class Lateness:
    """How often a source sends files, and whether the next one is overdue."""

    usual: str
    since: datetime
    is_late: bool


def lateness(loads: Sequence[Load]) -> Lateness | None:
    """From the loads of a source that are done, the newest first; nothing when there are too few. No query."""
    return _lateness([one.created_at for one in loads if one.state == Load.State.DONE])


def _lateness(done: Sequence[datetime]) -> Lateness | None:
    gaps = [hours(later - before) for later, before in pairwise(done)]
    bounds = amounts(gaps, rules.LEVEL)
    if bounds is None:
        return None
    passed = hours(clock.now() - done[0])
    usual = sorted(gaps)[len(gaps) // 2]
    return Lateness(span(usual), done[0], passed > max(bounds.high, LEAST_GAP))


@dataclass(frozen=True)
class Bar:
    """A load in the drawing, in places of SVG; a cap marks what is unusual."""

    x: str
    y: str
    width: str
    height: str
    tone: str
    cap: str


@dataclass(frozen=True)
class Told:
    """A load in the table beside the drawing."""

    load: Load
    labels: Sequence[str]


@dataclass(frozen=True)
class Trend:
    """The newest loads of a source: drawn from the oldest to the newest, and told the other way round."""

    bars: Sequence[Bar]
    rows: Sequence[Told]
    most: int
    pace: Lateness | None


def trend(source: Source, user: User) -> Trend | None:
    """The loads of a source with what was said of them; nothing where there are none. One query."""
    found = Load.objects.visible_to(user).filter(source=source).select_related("census", "source")
    heavy = [name for name in LIGHT if name != "census__findings"]
    loads = list(found.defer(*heavy).order_by("-pk")[: rules.WINDOW])
    if not loads:
        return None
    known = catalogue()
    sizes = [_rows(one) for one in reversed(loads)]
    most, step = max(sizes), WIDE / rules.WINDOW
    drawn = enumerate(zip(reversed(loads), sizes, strict=True))
    bars = [_bar(one, size, place * step, step, most) for place, (one, size) in drawn]
    return Trend(bars, [Told(one, _labels(one, known)) for one in loads], most, lateness(loads))


def _rows(load: Load) -> int:
    return int(load.position.get("total") or load.rows)


def _bar(load: Load, rows: int, left: float, step: float, most: int) -> Bar:
    census = getattr(load, "census", None)
    tone = "grey" if load.state != Load.State.DONE else "accent"
    if census is not None and census.found:
        tone = "danger" if census.verdict == LoadCensus.Verdict.FAULT else "possible" if census.is_open else tone
    height = max(rows / most * (TALL - 3 * CAP), 1.0) if most else 1.0
    top = TALL - height
    cap = f"{top - 2 * CAP:.1f}" if tone in ("danger", "possible") else ""
    return Bar(f"{left + 2:.1f}", f"{top:.1f}", f"{step - 4:.1f}", f"{height:.1f}", tone, cap)


def _labels(load: Load, known: Catalogue) -> list[str]:
    census = getattr(load, "census", None)
    return [label_of(one, known) for one in census.findings] if census is not None else []


def held(user: User) -> QuerySet[Load]:
    """Loads that wait because their files differ, the newest first; also those whose source does not hold them now."""
    rows = Load.objects.visible_to(user).filter(state=Load.State.UPLOADED, asked_by__isnull=False)
    rows = rows.filter(approved_by__isnull=True, position__unusual=True).select_related("source", "asked_by")
    return rows.defer("mapping", "header").order_by("-pk")


@dataclass(frozen=True)
class Line:
    """Something to look at: where it leads, what is said of it, its badge, since when."""

    url: str
    title: str
    under: str
    said: Sequence[str]
    state: str
    icon: str
    label: str
    when: datetime


def board(user: User, most: int = SHOWN) -> list[Line]:
    """What is held, late and unusual, and was not called normal, where the reader imports; four queries."""
    return [*_held(user, most), *_late(user, most), *_unusual(user, most)]


def _held(user: User, most: int) -> Iterable[Line]:
    for one in held(user)[:most]:
        said = [_("Nothing of it is stored until somebody else approves it.")]
        if one.is_free:
            said = [_("Its source holds no unusual files any more: it can begin.")]
        url = reverse("customers:import", args=[one.pk])
        yield Line(url, _name(one), one.source.name, said, "warning", "hourglass", _("Held"), one.created_at)


def _late(user: User, most: int) -> list[Line]:
    """Of the sources of the reader's domains those whose next file is overdue, the longest first; two queries."""
    sources = {one.pk: one for one in Source.objects.importable_by(user).only("pk", "name")}
    with connection.cursor() as cursor:
        cursor.execute(_DONE, {"sources": list(sources), "most": rules.WINDOW})
        rows = cursor.fetchall()
    found = []
    for pk, sent in groupby(rows, key=lambda row: row[0]):
        pace = _lateness([moment for _pk, moment in sent])
        if pace is not None and pace.is_late:
            said = [_("A file comes about every %(every)s.") % {"every": pace.usual}]
            url, name = reverse("customers:source", args=[pk]), sources[pk].name
            found.append(Line(url, name, _("No file came"), said, "warning", "clock", _("Late"), pace.since))
    return sorted(found, key=lambda one: one.when)[:most]


def _unusual(user: User, most: int) -> Iterable[Line]:
    rows = LoadCensus.objects.visible_to(user).unusual().select_related("load", "source").order_by("-load")
    heavy = ("columns", "measures", "sealed", "load__mapping", "load__header", "load__position")
    known = catalogue()
    for one in rows.defer(*heavy)[:most]:
        labels = [label_of(each, known) for each in one.findings]
        badge = ("warning", "alert-triangle", _("To look at"))
        if one.verdict == LoadCensus.Verdict.FAULT:
            badge = ("danger", "alert-circle", _("A fault"))
        url = reverse("customers:import", args=[one.load_id]) + "#unusual"
        yield Line(url, _name(one.load), one.source.name, labels, *badge, one.load.created_at)


def _name(load: Load) -> str:
    return load.file_name or _("a file")
