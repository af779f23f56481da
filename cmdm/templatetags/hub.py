"""What every template may use: icons, trust bars, numbers, dates and small drawings.

The drawings are SVG with geometry attributes only: the content policy forbids inline styles. Their numbers stand beside
them as text, so the drawings themselves are hidden from screen readers unless they are given a label.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import date_format, number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from cmdm import clock

register = template.Library()

Number = int | float | Decimal
Attrs = dict[str, object]

TURNING = frozenset({"loader-2"})
SURE = 70
FAIR = 40
THIN: tuple[tuple[timedelta, timedelta, Callable[[int], str]], ...] = (
    (timedelta(minutes=1), timedelta(minutes=1), lambda n: _("now")),
    (timedelta(hours=1), timedelta(minutes=1), lambda n: _("%(n)s min") % {"n": n}),
    (timedelta(days=1), timedelta(hours=1), lambda n: _("%(n)s h") % {"n": n}),
    (timedelta(days=60), timedelta(days=1), lambda n: _("%(n)s d") % {"n": n}),
    (timedelta(days=730), timedelta(days=30), lambda n: _("%(n)s mo") % {"n": n}),
)


@register.simple_tag
def icon(name: str, size: int = 18, tone: str = "", label: str = "") -> SafeString:
    """An icon of the sprite; decoration unless it is given a label."""
    classes = "icon" if size == 18 else f"icon icon-{size}"
    if tone:
        classes += f" ink-{tone}"
    if name in TURNING:
        classes += " turning"
    spoken = format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    return format_html('<svg class="{}" {}><use href="{}#{}"></use></svg>', classes, spoken, static("icons.svg"), name)


@register.simple_tag
def trust(value: Number | None) -> SafeString:
    """Three rising bars for a trust from 0 to 100, spoken as a word."""
    if value is None:
        return SafeString("")
    bars = 3 if value >= SURE else 2 if value >= FAIR else 1
    word = (_("trust low"), _("trust fair"), _("trust high"))[bars - 1]
    drawn = format_html_join(
        "",
        '<rect x="{}" y="{}" width="3" height="{}" rx="1"{}></rect>',
        ((4 * n, 6 - 3 * n, 3 + 3 * n, "" if n < bars else SafeString(' class="off"')) for n in range(3)),
    )
    return format_html('<svg class="trust" viewBox="0 0 11 9" role="img" aria-label="{}">{}</svg>', word, drawn)


@register.filter
def score(value: Number | None) -> str:
    """0.41; close to one with as many places as tell it apart from 1."""
    if value is None:
        return "–"
    exact = Decimal(str(value))
    if _rounded(exact, 2) == 1 and exact < 1:
        return number_format(min(_rounded(exact, 4), Decimal("0.9999")), 4)
    return number_format(_rounded(exact, 2), 2)


@register.filter
def share(value: Number | None, places: int = 1) -> str:
    """0.008 as "0.8 %"; a last zero is left out, "64 %"."""
    if value is None:
        return "–"
    per_cent = _rounded(Decimal(str(value)) * 100, places)
    return _("%(n)s %%") % {"n": number_format(per_cent, 0 if per_cent == per_cent.to_integral_value() else places)}


@register.filter
def grouped(value: object) -> str:
    """1286 as "1,286"; what is not a number stays as it is."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return str(value)
    return number_format(value, use_l10n=True, force_grouping=True)


@register.filter
def signed(value: Number | None, places: int = 1) -> str:
    """A weight in bits with its sign, "+9.8" or "−9.4" (with a true minus)."""
    if value is None:
        return ""
    exact = _rounded(Decimal(str(value)), places)
    size = number_format(abs(exact), places)
    return size if not exact else f"+{size}" if exact > 0 else f"−{size}"


@register.filter
def ago(value: object) -> str:
    """Thin words since a moment: "5 h", "2 d"."""
    moment = _moment(value)
    if moment is None:
        return ""
    passed = max(clock.now() - moment, timedelta(0))
    for limit, unit, words in THIN:
        if passed < limit:
            return words(passed // unit)
    return ngettext("%(n)s year", "%(n)s years", passed.days // 365) % {"n": passed.days // 365}


@register.filter
def short_date(value: object) -> str:
    """12 Mar 2024, in other languages as they write it, from a date, a moment or their ISO text; other text stays."""
    if isinstance(value, str):
        day = _day(value)
        return value if day is None else date_format(day, _short())
    if isinstance(value, datetime):
        return date_format(timezone.localtime(value) if timezone.is_aware(value) else value, _short())
    return date_format(value, _short()) if isinstance(value, date) else ""


def _short() -> str:
    """The form of a short date in the reader's language; that of English names the month: 3/4 means two days."""
    language = get_language() or "en"
    return "j M Y" if language.startswith("en") else "SHORT_DATE_FORMAT"


@register.filter
def initials(name: object) -> str:
    """MK for Marta Keller."""
    words = str(name).replace(".", " ").replace("_", " ").split()
    return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words[:1])).upper()


@register.filter
def has_place(links: Iterable[Mapping[str, object]] | None, place: str) -> bool:
    """Whether the navigation holds a link of this place."""
    return any(link.get("place") == place for link in links or ())


@register.filter
def before_at(address: object) -> SafeString:
    """An e-mail address that may break before its @, and nowhere else."""
    local, at, domain = str(address).rpartition("@")
    return format_html("{}<wbr>{}{}", local, at, domain) if at else format_html("{}", address)


@register.inclusion_tag("components/_meter.html")
def meter(value: Number, tone: str = "accent", size: str = "", label: str = "") -> Attrs:
    """A bar from 0 to 1 with its number beside it in the page. ``size``: 4, 8, 52."""
    return {"width": _place(float(value), 0, 1), "tone": tone, "size": size, "label": label}


@register.inclusion_tag("components/_share_bar.html")
def share_bar(parts: Sequence[tuple[Number, str]], label: str = "") -> Attrs:
    """Parts of one whole, ``[(0.41, "same"), (0.56, "related"), (0.03, "grey")]``, drawn in their order."""
    whole = float(sum(float(part) for part, _tone in parts)) or 1.0
    drawn, start = [], 0.0
    for part, tone in parts:
        wide = float(part) / whole * 100
        if wide > 0:
            drawn.append({"x": f"{start:.2f}", "width": f"{max(wide - 0.8, 0.4):.2f}", "tone": tone})
        start += wide
    return {"parts": drawn, "label": label}


@register.inclusion_tag("components/_reason_bar.html")
def reason_bar(start: Number, end: Number, low: Number, high: Number, tone: str = "") -> Attrs:
    """A step of a waterfall from ``start`` to ``end`` on an axis from ``low`` to ``high``; the sign gives the tone."""
    left, right = sorted((_at(start, low, high), _at(end, low, high)))
    return {
        "x": f"{left:.2f}",
        "width": f"{max(right - left, 1):.2f}",
        "zero": f"{_at(0, low, high):.2f}",
        "tone": tone or ("same" if end > start else "different"),
    }


@register.inclusion_tag("components/_version_dots.html")
def version_dots(versions: Sequence[Mapping[str, object]]) -> Attrs:
    """A dot per version by time: mappings with number, at (a moment), url and shown. Crowds are drawn side by side."""
    moments = [(version, _moment(version["at"])) for version in versions]
    known = [(version, at) for version, at in moments if at is not None]
    if not known:
        return {"dots": [], "years": []}
    first, last = known[0][1], known[-1][1]
    span = (last - first).total_seconds() or 1.0
    dots, before = [], -2.0
    for version, at in known:
        x = max((at - first).total_seconds() / span * 96 + 1, before + 1.6)
        before = x
        dots.append({**version, "x": f"{min(x, 99):.2f}"})
    return {"dots": dots, "years": _years(first, last)}


def _years(first: datetime, last: datetime) -> list[Attrs]:
    years = range(first.year, last.year + 1)
    step = max(1, len(years) // 4)
    span = (last - first).total_seconds() or 1.0
    marks: list[Attrs] = []
    for year in years[::step]:
        moment = max(datetime(year, 1, 1, tzinfo=first.tzinfo), first)
        place = (moment - first).total_seconds() / span * 96 + 1
        if place <= 94:
            marks.append({"x": f"{place:.2f}", "year": year})
    return marks


def _rounded(value: Decimal, places: int) -> Decimal:
    """Rounded as people do; number_format alone would cut."""
    return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def _at(value: Number, low: Number, high: Number) -> float:
    width = float(high) - float(low) or 1.0
    return min(max((float(value) - float(low)) / width * 100, 0.0), 100.0)


def _place(value: Number, low: Number, high: Number) -> str:
    return f"{_at(value, low, high):.2f}"


def _moment(value: object) -> datetime | None:
    if isinstance(value, str):
        value = parse_datetime(value) or _day(value)
    if isinstance(value, datetime):
        return value if timezone.is_aware(value) else timezone.make_aware(value)
    if isinstance(value, date):
        return timezone.make_aware(datetime(value.year, value.month, value.day))  # noqa: DTZ001 made aware here
    return None


def _day(value: str) -> date | None:
    try:
        return parse_date(value[:10]) if len(value) >= 10 else None
    except ValueError:
        return None
