"""What is out of the ordinary in a load: compared with the loads of its source before, and as a page tells it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from cmdm import access, crypto
from cmdm.models import User
from cmdm.templatetags.hub import grouped, share
from customers.models import Load, LoadCensus, RejectedRow
from customers.queries.catalogue import Catalogue, catalogue
from customers.queries.unusual_joined import joined
from customers.rules.unusual import judging as rules
from customers.rules.unusual.expecting import FEWEST, Share
from customers.rules.unusual.judging import Judgement
from customers.types.base import HIDDEN

KEY = "key"
UNSAID = frozenset({"observed_at", "party_type", "closed"})
"""Columns that say something of the record and not of the customer: many rows rightly say the same."""
ALL = 0.9995  # of a share: it is told as all
LEAST_GAP = 24.0
"""Hours since the last load under which nobody calls a source late."""


def foreseen(load: Load) -> Judgement:
    """What is unusual in a file that nothing was taken in of; two queries, three where its figures are not at hand."""
    census = LoadCensus.objects.filter(load=load).first()
    if census is None:
        return Judgement((), 0)
    return _judged(load, file_measures(load, census))


def judgement(load: Load, census: LoadCensus) -> tuple[rules.Load, Judgement]:
    """The measures of a load that is done, and what is unusual in them; seven queries."""
    known = file_measures(load, census)
    measures = rules.Load({**known.figures, **_gap(load)}, {**known.counted, **_taken_in(load, known)}, known.forms)
    return measures, _judged(load, measures)


def _judged(load: Load, measures: rules.Load) -> Judgement:
    """What is unusual in these measures of a load; two queries."""
    before = list(earlier(load))
    read = [(rules.Load.from_dict(one.measures), one) for one in before]
    accepted = [(each, _marks(one)) for each, one in read if one.found]
    found = rules.judged(measures, [each for each, _one in read], accepted=accepted)
    kept = [one for one in found.findings if one.rule != rules.GAP or one.is_low or one.figure >= LEAST_GAP]
    return Judgement([one for one in kept if one.rule != rules.GAP or not one.is_low], found.loads)


def _marks(census: LoadCensus) -> frozenset[tuple[str, str]]:
    """By which rules and attributes a load was found."""
    return frozenset((found["rule"], found["attribute"]) for found in census.findings)


def earlier(load: Load) -> QuerySet[LoadCensus]:
    """The loads to compare it with: of its source and mode, done, as they should be, the newest first."""
    rows = LoadCensus.objects.ordinary().filter(source=load.source_id, mode=load.mode, load__lt=load.pk)
    return rows.defer("columns", "sealed").order_by("-load")[: rules.WINDOW]


def file_measures(load: Load, census: LoadCensus) -> rules.Load:
    """What the columns of the file say of the attributes that they are mapped to; no query."""
    paths: Mapping[str, str] = load.mapping.get("columns", {})
    counted: dict[tuple[str, str], Share] = {}
    forms: dict[str, Mapping[str, int]] = {}
    for place, name in enumerate(load.header[: len(census.columns)]):
        column = census.columns[place]
        path = KEY if name == load.mapping.get("key") else str(paths.get(name) or "")
        if not path or path in UNSAID or path in forms:
            continue
        forms[path] = column["forms"]
        if path != KEY:
            counted[rules.EMPTY, path] = Share(census.seen - column["filled"], census.seen)
            counted[rules.TOP, path] = Share(column["top"], census.seen)
    return rules.Load({rules.ROWS: float(census.rows)}, counted, forms)


def _taken_in(load: Load, known: rules.Load) -> dict[tuple[str, str], Share]:
    """What became of the rows, and of which attribute a value could not be read; four queries."""
    rows = load.rows
    shares = {
        rules.REFUSED: load.rejected,
        rules.HELD: load.quarantined,
        rules.LEFT_OUT: load.incomplete,
        rules.NEW: load.new,
        rules.CHANGED: load.changed,
    }
    if load.mode == Load.Mode.REPLACE:
        shares[rules.CLOSED] = min(load.closed, rows)
    counted = {(rule, ""): Share(min(count, rows), rows) for rule, count in shares.items()}
    faulty: dict[str, int] = dict.fromkeys({path.split(".")[0] for path in known.forms}, 0)
    if load.rejected or load.incomplete or load.quarantined:
        refused = RejectedRow.objects.filter(load=load).exclude(field="").order_by()
        for field, count in refused.values_list("field").annotate(Count("line", distinct=True)):
            name = field.split(".")[0]
            if name in faulty:
                faulty[name] += count
    counted |= {(rules.FAULTY, name): Share(min(count, rows), rows) for name, count in faulty.items()}
    looked_at, came, asked = joined(load)
    return counted | {(rules.LINKED, ""): Share(came, looked_at), (rules.ASKED, ""): Share(asked, looked_at)}


def _gap(load: Load) -> dict[str, float]:
    """Hours since the load before; one query."""
    before = (
        Load.objects.filter(source=load.source_id, mode=load.mode, state=Load.State.DONE, pk__lt=load.pk)
        .order_by("-pk")
        .values_list("created_at", flat=True)
        .first()
    )
    return {} if before is None else {rules.GAP: hours(load.created_at - before)}


def hours(gap: timedelta) -> float:
    """So many hours, none where it runs backwards."""
    return max(gap.total_seconds() / 3600, 0.0)


WIDE, TALL, EDGE = 132.0, 36.0, 4.0


@dataclass(frozen=True)
class Strip:
    """The loads before as dots on the band of what was expected, and the load itself after them; in places of SVG."""

    dots: Sequence[tuple[str, str]]
    top: str
    height: str
    x: str
    y: str

    @classmethod
    def of(cls, points: Sequence[float], low: float, high: float, figure: float) -> "Strip":
        """Drawn from nothing to the highest of them."""
        most = max([figure, high, *points, 1e-9])

        def place(value: float) -> float:
            return TALL - EDGE - max(value, 0.0) / most * (TALL - 2 * EDGE)

        step = (WIDE - 20) / max(len(points), 1)
        dots = [(f"{6 + step * number:.1f}", f"{place(one):.1f}") for number, one in enumerate(points)]
        height = max(place(low) - place(high), 1.0)
        return cls(dots, f"{place(high):.1f}", f"{height:.1f}", f"{WIDE - 7:.1f}", f"{place(figure):.1f}")


@dataclass(frozen=True)
class Finding:
    """A finding as a page tells it: a sentence's parts, and its place between what was expected."""

    rule: str
    label: str
    figure: str
    expected: str
    loads: int
    example: str
    strip: "Strip"
    is_low: bool

    @property
    def said(self) -> str:
        """More or less than expected, in a word."""
        return _("less than usual") if self.is_low else _("more than usual")


@dataclass(frozen=True)
class Unusual:
    """The section of an import: nothing to compare with yet, nothing found, or what was found."""

    findings: Sequence[Finding]
    loads: int
    census: LoadCensus | None
    is_foreseen: bool

    @property
    def too_few(self) -> bool:
        return self.loads < FEWEST

    @property
    def missing(self) -> int:
        """How many more loads it takes until one can be compared."""
        return FEWEST - self.loads


def unusual_in(load: Load, user: User) -> Unusual | None:
    """What to tell of a load; nothing where there are no figures of it. Four queries at most."""
    census = LoadCensus.objects.filter(load=load).select_related("said_by").first()
    if census is None:
        return None
    if census.judged_at is None:
        if load.state in (Load.State.FAILED, Load.State.STOPPED) or load.rows:
            return None
        found, is_foreseen = _judged(load, file_measures(load, census)), True
    else:
        found = Judgement([rules.Finding.from_dict(one) for one in census.findings], census.loads)
        is_foreseen = False
    if not found.findings:
        return Unusual((), found.loads, census, is_foreseen)
    before = [rules.Load.from_dict(one.measures) for one in reversed(earlier(load))]
    known, tops = catalogue(), _commonest(load, census, user)
    return Unusual([_told(one, before, known, tops) for one in found.findings], found.loads, census, is_foreseen)


def _commonest(load: Load, census: LoadCensus, user: User) -> Mapping[str, str]:
    """The commonest values by path, as far as the reader may see them."""
    if not census.sealed:
        return {}
    said = json.loads(crypto.unseal_bytes(bytes(census.sealed), sealing(load)))
    hidden = frozenset() if access.may(user, "reveal", load) else catalogue().sensitive
    paths: Mapping[str, str] = load.mapping.get("columns", {})
    shown = {}
    for name, text in zip(load.header, said, strict=False):
        path = str(paths.get(name) or "")
        if path and path not in shown:
            shown[path] = HIDDEN if path.partition(".")[0] in hidden else text
    return shown


def sealing(load: Load) -> str:
    """What the commonest values of a load are sealed for."""
    return f"census:{load.pk}"


WORDS = {
    rules.ROWS: lambda: _("Rows in the file"),
    rules.GAP: lambda: _("Time since the load before"),
    rules.EMPTY: lambda: _("%(attribute)s: not given"),
    rules.TOP: lambda: _("%(attribute)s: one value in many rows"),
    rules.FORM: lambda: _("%(attribute)s: written in a form not seen before"),
    rules.REFUSED: lambda: _("Rows refused"),
    rules.HELD: lambda: _("Rows held back"),
    rules.LEFT_OUT: lambda: _("Rows taken without a value"),
    rules.NEW: lambda: _("New records"),
    rules.CHANGED: lambda: _("Changed records"),
    rules.CLOSED: lambda: _("Records closed"),
    rules.FAULTY: lambda: _("%(attribute)s: could not be read"),
    rules.LINKED: lambda: _("New records that joined a customer who was there"),
    rules.ASKED: lambda: _("New records that people are asked about"),
}


def _told(one: rules.Finding, before: Sequence[rules.Load], known: Catalogue, tops: Mapping[str, str]) -> Finding:
    label = label_of({"rule": one.rule, "attribute": one.attribute}, known)
    return Finding(
        rule=one.rule,
        label=label,
        figure=_figure(one.rule, one.figure),
        expected=_expected(one),
        loads=one.loads,
        example=tops.get(one.attribute, "") if one.rule == rules.TOP else "",
        strip=Strip.of(_points(one, before), one.low, one.high, one.figure),
        is_low=one.is_low,
    )


def _points(one: rules.Finding, before: Sequence[rules.Load]) -> list[float]:
    """The same figure in the loads before, the oldest first."""
    if one.rule == rules.FORM:
        return []
    if one.rule in rules.AMOUNTS:
        return [each.figures[one.rule] for each in before if one.rule in each.figures]
    return [each.counted[mark].value for each in before if (mark := (one.rule, one.attribute)) in each.counted]


def _figure(rule: str, figure: float) -> str:
    if rule == rules.ROWS:
        return grouped(round(figure))
    return span(figure) if rule == rules.GAP else share(figure)


def span(hours: float) -> str:
    """Hours as people say them."""
    if hours >= 48:
        return _("%(n)s d") % {"n": round(hours / 24)}
    return _("%(n)s h") % {"n": round(hours)} if hours >= 1.5 else _("%(n)s min") % {"n": max(round(hours * 60), 1)}


def _expected(one: rules.Finding) -> str:
    low, high = _figure(one.rule, one.low), _figure(one.rule, one.high)
    if one.rule in rules.UPWARD or one.low <= 0:
        return _("at most %(high)s") % {"high": high}
    if one.rule not in rules.AMOUNTS and one.high > ALL:
        return _("at least %(low)s") % {"low": low}
    return _("%(low)s to %(high)s") % {"low": low, "high": high}


def attribute_label(path: str, known: Catalogue) -> str:
    """What people call an attribute, or a part or kind of it."""
    name, _dot, part = path.partition(".")
    if name == KEY:
        return _("Key of the record")
    if name == "full_name":
        return _("Full name")
    spec = known.specs.get(name)
    label = spec.label if spec else name
    if not part:
        return label
    kind = spec.type.kinds.get(part) if spec else None
    word = str(kind) if kind else part.replace("line1", _("street")).replace("_", " ")
    return f"{label} ({word})"


def label_of(found: Mapping[str, str], known: Catalogue) -> str:
    """What was found, in words; as it was kept."""
    return str(WORDS[found["rule"]]() % {"attribute": attribute_label(found["attribute"], known)})
