"""What customers said in a year, counted: by purpose, channel, source and month.

Counted are acts on records of the reader's domains, whose persons he may see one by one, and every figure leads to
exactly its rows; so no count can tell him more than the list, however small it is.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Case, CharField, Count, Value, When
from django.db.models.functions import TruncMonth
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cmdm.models import User
from consent.models import Channel, ConsentEvent, Purpose
from consent.rules.folding import DENYING, GRANTING
from customers.models import Source

MONTHS = 12
ANSWERS = ("yes", "no", "other")
Key = tuple[Any, ...]


@dataclass
class Bar:
    """One row of a chart: how many acts said yes, no, or neither, and where these are."""

    label: str
    address: Mapping[str, str]
    yes: int = 0
    no: int = 0
    other: int = 0
    longest: int = field(default=1, repr=False)

    @property
    def total(self) -> int:
        return self.yes + self.no + self.other

    @property
    def parts(self) -> list[tuple[float, str]]:
        """Shares of the longest bar, with their tones."""
        tones = zip((self.yes, self.no, self.other), ("same", "different", "grey"), strict=True)
        return [(count / self.longest, tone) for count, tone in tones]

    def url(self, answer: str = "") -> str:
        """Parameters of exactly these rows."""
        return urlencode({**self.address, **({"answer": answer} if answer else {})})

    @property
    def urls(self) -> dict[str, str]:
        return {name: self.url(name) for name in ANSWERS} | {"all": self.url()}


@dataclass(frozen=True)
class Dashboard:
    """The charts, and the whole."""

    since: date
    whole: Bar
    purposes: list[Bar]
    channels: list[Bar]
    sources: list[Bar]
    months: list[Bar]


def dashboard(user: User, now: datetime, purpose: str = "") -> Dashboard:
    """The last twelve months; three queries. ``purpose`` (key) narrows all of it."""
    since = _first_month(now.date())
    rows = ConsentEvent.objects.visible_to(user).filter(recorded_at__date__gte=since)
    if purpose:
        rows = rows.filter(purpose__key=purpose)
    answer = Case(
        When(act__in=GRANTING, then=Value("yes")),
        When(act__in=DENYING, then=Value("no")),
        default=Value("other"),
        output_field=CharField(),
    )
    counted = (
        rows.annotate(answer=answer, month=TruncMonth("recorded_at"))
        .values_list("purpose__key", "channel", "record__source", "month", "answer")
        .annotate(count=Count("pk"))
        .order_by()
    )
    return _made(list(counted), since, {"since": since.isoformat(), **({"purpose": purpose} if purpose else {})})


def _first_month(today: date) -> date:
    month = today.year * 12 + today.month - MONTHS
    return date(month // 12, month % 12 + 1, 1)


def _made(counted: list[Key], since: date, address: Mapping[str, str]) -> Dashboard:
    labels = dict(Purpose.objects.values_list("key", "label"))
    sources = dict(Source.objects.filter(pk__in={row[2] for row in counted}).values_list("pk", "name"))
    channels = {**dict(Channel.choices), "": _("No channel")}
    whole = Bar(_("All acts"), address)
    for row in counted:
        setattr(whole, row[4], getattr(whole, row[4]) + row[5])
    return Dashboard(
        since=since,
        whole=whole,
        purposes=_bars(counted, 0, lambda key: Bar(labels[key], {**address, "purpose": key})),
        channels=_bars(counted, 1, lambda key: Bar(str(channels[key]), {**address, "channel": key or "-"})),
        sources=_bars(counted, 2, lambda key: Bar(sources.get(key, "–"), {**address, "source": str(key)})),
        months=_months(counted, since, address),
    )


def _bars(counted: Iterable[Key], place: int, make: Callable[[Any], Bar], keys: Iterable[Any] = ()) -> list[Bar]:
    made: dict[Any, Bar] = {key: make(key) for key in keys}
    for row in counted:
        key = row[place]
        bar = made.setdefault(key, make(key))
        setattr(bar, row[4], getattr(bar, row[4]) + row[5])
    longest = max((bar.total for bar in made.values()), default=0) or 1
    for bar in made.values():
        bar.longest = longest
    return list(made.values()) if keys else sorted(made.values(), key=lambda bar: (-bar.total, bar.label))


def _months(counted: Iterable[Key], since: date, address: Mapping[str, str]) -> list[Bar]:
    """All twelve, also those in which nobody said anything."""
    rows = [(*row[:3], (row[3].year, row[3].month), *row[4:]) for row in counted]
    firsts = [since.year * 12 + since.month - 1 + step for step in range(MONTHS)]
    keys = [(month // 12, month % 12 + 1) for month in firsts]

    def make(key: tuple[int, int]) -> Bar:
        first = date(*key, 1)
        last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        label = date_format(first, "M Y")
        return Bar(label, {**address, "since": first.isoformat(), "until": last.isoformat()})

    return _bars(rows, 3, make, keys)


def columns(months: Iterable[Bar]) -> list[dict[str, Any]]:
    """The months as columns of a drawing, 132 high, each over its figures: yes above the line, no under it."""
    found = list(months)
    high = max((max(one.yes, one.no) for one in found), default=0) or 1
    drawn = []
    for one in found:
        up, down = one.yes / high * 60, one.no / high * 60
        drawn.append({"bar": one, "up": up, "top": 64 - up, "down": down})
    return drawn
