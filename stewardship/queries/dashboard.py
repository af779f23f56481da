"""The dashboard: open work, pace, agreement, scores, repeats and precision, within the reader's rights.

Counts stop where the queue's do. What would be dear is counted once a day; the rest is read from some thousand rows.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from cmdm import access, clock
from cmdm.models import User
from cmdm.templatetags.hub import share
from customers.models import Source
from customers.queries.unusual_board import Line, board
from matching.queries.models import models_in_force
from matching.rules.charts import Cell, Chart, Point, Series
from stewardship.models import SourceDay, Task
from stewardship.queries.answered import Throughput, agreed, by_week, throughput
from stewardship.queries.learning import Learned, learned
from stewardship.queries.targets import Aim, aims
from stewardship.queries.wanted import AGES, Wanted, waiting
from stewardship.rules.figures import bars, histogram, over_time
from stewardship.rules.quality import Agreement

CAP = 1_000
BINS = 20
SHORT = {"day": _lazy("under 1 d"), "week": _lazy("1 – 7 d"), "month": _lazy("7 – 30 d"), "older": _lazy("over 30 d")}
TONES = {"possible": "accent", "over_merge": "related", "stale": "possible", "conflict": "different"}
OTHER = "grey"


@dataclass(frozen=True)
class Repeats:
    """A source with how many of its records repeat what it said already."""

    source: Source
    records: int
    repeated: int
    day: date

    @property
    def share(self) -> float:
        return self.repeated / self.records if self.records else 0.0

    @property
    def url(self) -> str:
        return reverse("stewardship:repeats", args=[self.source.pk])


@dataclass(frozen=True)
class Dashboard:
    """All panels; ``None`` where there is nothing to draw."""

    ages: Chart | None
    capped: bool
    scores: Chart | None
    days: Chart | None
    pace: Throughput
    agreement: Agreement
    sources: Sequence[Repeats]
    precision: Chart | None
    target: float | None
    aims: Sequence[Aim]
    chosen: Aim | None
    learned: Learned | None
    unusual: Sequence[Line] | None


def dashboard(user: User, domain: int | None) -> Dashboard:
    """Everything on the page; at most twenty-two queries, however much there is."""
    found = aims(user)
    chosen = next((one for one in found if one.domain.pk == domain), None)
    opened = {queue: _open(queue, user) for queue in Task.Queue.values} if access.in_any(user, ["decide"]) else {}
    pace = throughput(user)
    shown = [chosen] if chosen else found
    wanted = {one.target.precision for one in shown if one.target}
    target = wanted.pop() if len(wanted) == 1 else None
    return Dashboard(
        ages=_ages(opened),
        capped=any(len(rows) > CAP for rows in opened.values()),
        scores=_scores(opened, access.scope(user, "decide")),
        days=_days(pace),
        pace=pace,
        agreement=agreed(user),
        sources=repeats(user),
        precision=_precision(shown, chosen, target),
        target=target,
        aims=found,
        chosen=chosen,
        learned=learned(user) if opened else None,
        unusual=board(user) if access.in_any(user, ["import"]) else None,
    )


def _open(queue: str, user: User) -> list[tuple[Any, ...]]:
    """The oldest open tasks of a queue: when they were opened, their score and domains."""
    rows = waiting(Wanted(queue=queue, oldest=True), user)
    return list(rows.values_list("opened_at", "score", "domains")[: CAP + 1])


def _queue_url(**parameters: Any) -> str:
    return f"{reverse('stewardship:queue')}?{urlencode(parameters)}"


def _ages(opened: Mapping[str, Sequence[tuple[Any, ...]]]) -> Chart | None:
    now = clock.now()
    counts: Counter[tuple[str, str]] = Counter()
    for queue, asked in opened.items():
        for moment, _score, _domains in asked[:CAP]:
            age = next((name for name, (low, high, _l) in AGES.items() if low <= now - moment < high), "day")
            counts[queue, age] += 1
    if not counts:
        return None
    order = sorted({queue for queue, _age in counts})
    order.sort(key=lambda queue: list(TONES).index(queue) if queue in TONES else len(TONES))
    named = {queue: str(Task.Queue(queue).label) for queue in order}
    urls = {(queue, age): _queue_url(queue=queue, age=age) for queue, age in counts}
    series = [
        Series(
            named[queue],
            TONES.get(queue, OTHER),
            [
                Point(place, counts[queue, age], words=f"{named[queue]}: {counts[queue, age]}", url=urls[queue, age])
                for place, age in enumerate(AGES)
                if counts[queue, age]
            ],
            stack="open",
            told=str(sum(counts[queue, age] for age in AGES)),
        )
        for queue in order
    ]
    rows = [
        [Cell(str(label)), *[Cell(str(counts[queue, age]), urls.get((queue, age), "")) for queue in order]]
        for age, (_low, _high, label) in AGES.items()
    ]
    label = _("Open tasks by age and queue")
    names = [str(SHORT[age]) for age in AGES]
    return bars(names, series, label=label, head=[_("Waiting"), *named.values()], rows=rows)


def _scores(opened: Mapping[str, Sequence[tuple[Any, ...]]], scope: frozenset[int]) -> Chart | None:
    asked = opened.get(Task.Queue.POSSIBLE, ())[:CAP]
    scores = [score for _moment, score, domains in asked if score is not None and scope.issuperset(domains)]
    if not scores:
        return None
    counts = Counter(min(int(score * BINS + 1e-9), BINS - 1) for score in scores)
    amounts = [counts[place] for place in range(BINS)]
    ends = [(place / BINS, (place + 1) / BINS) for place in range(BINS)]
    urls = [_queue_url(queue="possible", low=f"{low:g}", high=f"{high:g}") for low, high in ends]
    texts = [f"{low:.2f} – {high:.2f}" for low, high in ends]
    rows = [
        [Cell(text, url), Cell(str(count), url)] for text, url, count in zip(texts, urls, amounts, strict=True) if count
    ]
    words = [f"{text}: {count}" for text, count in zip(texts, amounts, strict=True)]
    model = models_in_force()["person"].model
    return histogram(
        amounts,
        marks={_("review"): model.review, _("auto"): model.automatic},
        label=_("Scores of open possible matches, with the lines for persons"),
        head=[_("Score"), _("Tasks")],
        rows=rows,
        urls=urls,
        words=words,
    )


def _days(pace: Throughput) -> Chart | None:
    if not pace.answers:
        return None
    address = reverse("stewardship:answers")
    names, points, rows = [], [], []
    for place, (day, count, back) in enumerate(pace.days):
        url = f"{address}?day={day.isoformat()}" if count else ""
        name = date_format(day, "j M")
        names.append(name)
        if count:
            points.append(Point(place, count, words=f"{name}: {count}", url=url))
        rows.append([Cell(name, url), Cell(str(count), url), Cell(str(back), f"{url}&withdrawn=1" if back else "")])
    head = [_("Day"), _("Answers"), _("Taken back")]
    label = _("Answers given in each of the last 28 days")
    return bars(names, [Series("", "accent", points)], label=label, head=head, rows=rows)


def repeats(user: User) -> list[Repeats]:
    """The sources he may see, the one that repeats itself most first; two queries."""
    day = SourceDay.objects.order_by("-day").values_list("day", flat=True).first()
    if day is None:
        return []
    rows = SourceDay.objects.filter(day=day, source__in=Source.objects.visible_to(user)).select_related("source")
    found = [Repeats(row.source, row.records, row.repeated, row.day) for row in rows]
    return sorted(found, key=lambda one: (-one.share, one.source.name))


def _precision(shown: Sequence[Aim], chosen: Aim | None, target: float | None) -> Chart | None:
    weeks = by_week([one.domain.pk for one in shown])
    if not weeks:
        return None
    address = reverse("stewardship:sample")
    extra = f"&domain={chosen.domain.pk}" if chosen else ""
    points, rows = [], []
    for week, found_then in weeks:
        url, name = f"{address}?week={week.isoformat()}{extra}", date_format(week, "j M")
        mean, counted = found_then.mean or 0.0, f"{found_then.right} / {found_then.answers}"
        ends = {"low": found_then.low, "high": found_then.high}
        points.append({"label": name, "mean": mean, "url": url, "words": f"{name}: {counted}", **ends})
        between = f"{found_then.low:.3f} – {found_then.high:.3f}"
        rows.append([Cell(name, url), Cell(counted, url), Cell(f"{mean:.3f}"), Cell(between)])
    head = [_("Week from"), _("Right"), _("Share"), _("95 % interval")]
    wanted = (target, _("target %(wanted)s") % {"wanted": share(target)}) if target else None
    return over_time(
        points,
        name=_("Share that was right, with its 95 % interval (Wilson)"),
        target=wanted,
        label=_("Share of automatic merges that were right, by week"),
        head=head,
        rows=rows,
    )
