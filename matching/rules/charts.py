"""Charts as data: the numbers and words that ``static/cmdm/charts.js`` draws, and the table that says the same.

Whoever has no script, cannot see the drawing or does not use a pointer reads the table; its figures are links where the
marks of the drawing are.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

BAR: Final = 2  # bits a bar
LOG_FLOOR: Final = 1  # where a logarithmic axis begins; what reaches just so far has the least bar that is drawn


@dataclass(frozen=True)
class Cell:
    """A field of the table beside a drawing."""

    text: str
    url: str = ""


@dataclass(frozen=True)
class Point:
    """A mark of a series: ``words`` are shown on hover, ``url`` is where a click leads."""

    x: float
    y: float
    low: float | None = None
    high: float | None = None
    words: str = ""
    url: str = ""


@dataclass(frozen=True)
class Series:
    """Points of one meaning.

    ``kind`` is bar, line or ideal; ``interval`` is what low and high are drawn as: bars, band or nothing. Bars of one
    ``stack`` stand on each other, others before each other; ``beside`` counts on the scale at the right.
    """

    name: str
    tone: str
    points: Sequence[Point]
    kind: str = "bar"
    interval: str = ""
    stack: str = ""
    dashed: bool = False
    beside: bool = False
    told: str = ""


@dataclass(frozen=True)
class Mark:
    """A line through the whole plot with its word: ``kind`` is now, try or target, which lies level."""

    at: float
    text: str
    kind: str = "now"
    align: str = "center"


@dataclass(frozen=True)
class Axis:
    """A scale: by ``names`` where there are some, else from ``low`` to ``high``; the drawing finds what is missing."""

    name: str = ""
    names: Sequence[str] = ()
    low: float | None = None
    high: float | None = None
    percent: bool = False
    whole: bool = False
    log: bool = False
    places: int = 0


@dataclass(frozen=True)
class Chart:
    """A drawing, and the table that says the same."""

    label: str
    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    series: Sequence[Series]
    across: Axis
    up: Axis
    beside: Axis | None = None
    marks: Sequence[Mark] = ()

    @property
    def drawn(self) -> str:
        """What the script needs, as JSON."""
        return json.dumps({name: value for name, value in asdict(self).items() if name not in ("head", "rows")})

    @property
    def legend(self) -> Sequence[Series]:
        """What is named above the plot; one series alone is named by the heading."""
        return self.series if len(self.series) > 1 or any(one.told or one.interval for one in self.series) else ()


def _cells(*texts: str, url: str = "") -> list[Cell]:
    return [Cell(text, url) for text in texts[:1]] + [Cell(text) for text in texts[1:]]


def calibration(points: Sequence[Mapping[str, Any]], words: Mapping[str, str]) -> Chart:
    """Mean score against the share really the same, each with its interval, beside the perfect diagonal."""
    marks, rows = [], []
    for one in points:
        low, high = one.get("interval", (one["true"], one["true"]))
        texts = [f"{one['mean']:.3f}", f"{one['true']:.3f}", f"{low:.3f}–{high:.3f}", f"{one['pairs']:,.0f}"]
        said = f"{texts[0]}: {texts[1]} ({texts[2]})\n{words['pairs']}: {texts[3]}"
        marks.append(Point(one["mean"], one["true"], low, high, said))
        rows.append(_cells(*texts))
    drawn = Series(words["drawn"], "accent", marks, "line", "bars")
    perfect = Series(words["perfect"], "grey", [Point(0, 0), Point(1, 1)], "ideal", dashed=True)
    head = [words["score"], words["true"], words["interval"], words["pairs"]]
    across, up = Axis(words["score"], low=0, high=1, places=1), Axis(low=0, high=1, places=1)
    return Chart(words["label"], head, rows, [drawn, perfect], across, up)


def over_lines(
    curve: Sequence[Mapping[str, Any]],
    reviews: Sequence[Mapping[str, float]],
    now: float,
    tried: float,
    words: Mapping[str, str],
    address: Callable[[float], str],
) -> Chart:
    """Wrong merges in percent with their interval, and reviews left, against the automatic line; a click tries one."""
    waiting = {one["line"]: one["pairs"] for one in reviews}
    wrong, left, rows = [], [], []
    for one in curve:
        line, url = one["line"], address(one["line"])
        share, high, low = (100 * (1 - part) for part in one["precision"])
        texts = [f"{line:.2f}", f"{share:.2f} %", f"{low:.2f}–{high:.2f} %", f"{waiting.get(line, 0):,.0f}"]
        wrong.append(Point(line, share, low, high, f"{texts[0]}\n{words['wrong']}: {texts[1]} ({texts[2]})", url))
        rows.append(_cells(*texts, url=url))
    for line, pairs in waiting.items():
        left.append(Point(line, pairs, words=f"{words['reviews']}: {pairs:,.0f}", url=address(line)))
    drawn = [
        Series(words["wrong drawn"], "different", wrong, "line", "band"),
        Series(words["reviews drawn"], "accent", left, "line", dashed=True, beside=True),
    ]
    marks = [Mark(now, words["now"], align="left" if tried < now else "right" if tried > now else "center")]
    if abs(tried - now) > 0.0005:
        marks.append(Mark(tried, words["try"], "try", "right" if tried < now else "left"))
    across = Axis(words["line"], low=curve[0]["line"], high=1, places=2)
    up, beside = Axis(low=0, percent=True), Axis(low=0, whole=True)
    head = [words["line"], words["wrong"], words["interval"], words["reviews"]]
    return Chart(words["label"], head, rows, drawn, across, up, beside, marks)


def precision_recall(curve: Sequence[Mapping[str, Any]], now: float, words: Mapping[str, str]) -> Chart:
    """Expected precision and recall against the automatic line, each with its interval."""
    drawn = []
    for name, tone in (("precision", "accent"), ("recall", "related")):
        marks = [
            Point(one["line"], middle, low, high, f"{words[name]}: {middle:.4f} ({low:.4f}–{high:.4f})")
            for one in curve
            for middle, low, high in [one[name]]
        ]
        drawn.append(Series(words[name], tone, marks, "line", "band"))
    rows = []
    for one in curve:
        texts = [text for name in ("precision", "recall") for text in _estimated(one[name])]
        rows.append(_cells(f"{one['line']:.2f}", *texts))
    least = min(min(one["precision"][1], one["recall"][1]) for one in curve)
    across = Axis(words["line"], low=curve[0]["line"], high=1, places=2)
    up = Axis(low=max(0, int(least * 10 - 0.001) / 10), high=1, places=2)
    head = [words["line"], words["precision"], words["interval"], words["recall"], words["interval"]]
    return Chart(words["label"], head, rows, drawn, across, up, marks=[Mark(now, words["now"])])


def _estimated(found: Sequence[float]) -> tuple[str, str]:
    """A share, and its interval."""
    return f"{found[0]:.4f}", f"{found[1]:.4f}–{found[2]:.4f}"


def distribution(
    bars: Sequence[Mapping[str, float]], marks: Sequence[Mark], width: float, words: Mapping[str, str]
) -> Chart:
    """How many pairs have which weight, on a logarithmic scale; before them those expected the same."""
    every, same, rows = [], [], []
    for one in bars:
        low, high, pairs, alike = one["low"], one["low"] + width, one["pairs"], min(one["same"], one["pairs"])
        texts = [f"{low:+g}", f"{high:+g}", f"{pairs:,.0f}", f"{one['same']:,.1f}"]
        middle, name = low + width / 2, f"{texts[0]} – {texts[1]}"
        if pairs >= LOG_FLOOR:
            every.append(Point(middle, pairs, words=f"{name}\n{words['pairs']}: {texts[2]}"))
        if alike >= LOG_FLOOR:
            same.append(Point(middle, alike, words=f"{words['same']}: {texts[3]}"))
        rows.append(_cells(*texts))
    lows = [one["low"] for one in bars]
    across = Axis(words["weight"], low=min([*lows, -10]), high=max([low + width for low in lows] + [10]))
    drawn = [Series(words["pairs"], "grey", every), Series(words["of them"], "same", same)]
    head = [words["from"], words["to"], words["pairs"], words["same"]]
    return Chart(words["label"], head, rows, drawn, across, Axis(low=LOG_FLOOR, log=True), marks=marks)


def over_time(points: Sequence[tuple[str, Mapping[str, Any]]], words: Mapping[str, str]) -> Chart:
    """Precision and recall with their intervals, one mark for each measurement, by its version; told by its name."""
    drawn = []
    for name, tone in (("precision", "accent"), ("recall", "related")):
        marks = [
            Point(place, middle, low, high, f"{told}\n{words[name]}: {middle:.4f} ({low:.4f}–{high:.4f})")
            for place, (told, one) in enumerate(points)
            for middle, low, high in [one[name]]
        ]
        drawn.append(Series(words[name], tone, marks, "line", "bars"))
    rows = [_cells(told, *_estimated(one["precision"]), *_estimated(one["recall"])) for told, one in points]
    least = min(min(one["precision"][1], one["recall"][1]) for _told, one in points)
    across = Axis(words["version"], names=[str(one["version"]) for _told, one in points])
    up = Axis(low=max(0, int(least * 10 - 0.001) / 10), high=1, places=2)
    head = [words["when"], words["precision"], words["interval"], words["recall"], words["interval"]]
    return Chart(words["label"], head, rows, drawn, across, up)
