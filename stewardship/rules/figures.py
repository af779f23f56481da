"""The dashboard's charts: bars that lead to their rows, scores with their lines, and an estimate over time."""

from collections.abc import Mapping, Sequence
from typing import Any

from matching.rules.charts import Axis, Cell, Chart, Mark, Point, Series

FLOORS = (80, 70, 60, 50, 40, 20)  # per cent; from each of them to 100 the steps are round


def bars(
    names: Sequence[str], series: Sequence[Series], *, label: str, head: Sequence[str], rows: Sequence[Sequence[Cell]]
) -> Chart:
    """Upright bars side by side, one for each name; several series stand on each other."""
    return Chart(label, head, rows, series, Axis(names=names), Axis(low=0, whole=True))


def histogram(
    counts: Sequence[int], *, marks: Mapping[str, float], label: str, head: Sequence[str],
    rows: Sequence[Sequence[Cell]], urls: Sequence[str], words: Sequence[str], tone: str = "possible",
) -> Chart:  # fmt: skip
    """How many lie in each even part of 0 to 1, with lines at the marks."""
    wide = 1 / len(counts)
    points = [
        Point((place + 0.5) * wide, count, words=words[place], url=urls[place])
        for place, count in enumerate(counts)
        if count
    ]
    named = [Mark(at, f"{name} {at:.2f}", align="right" if at > 0.7 else "left") for name, at in marks.items()]
    across, up = Axis(low=0, high=1, places=2), Axis(low=0, whole=True)
    return Chart(label, head, rows, [Series("", tone, points)], across, up, marks=named)


def over_time(
    points: Sequence[Mapping[str, Any]], *, name: str, target: tuple[float, str] | None, label: str,
    head: Sequence[str], rows: Sequence[Sequence[Cell]],
) -> Chart:  # fmt: skip
    """A share in percent with its interval in every period; each point has ``label mean low high url words``."""
    marks = [
        Point(place, 100 * one["mean"], 100 * one["low"], 100 * one["high"], one["words"], one["url"])
        for place, one in enumerate(points)
    ]
    least = min([90.0, *(100 * one["low"] for one in points), *([100 * target[0]] if target else [])])
    up = Axis(low=next((floor for floor in FLOORS if floor <= least - 2), 0), high=100, percent=True)
    lines = [Mark(100 * target[0], target[1], "target", "right")] if target else []
    across = Axis(names=[one["label"] for one in points])
    return Chart(label, head, rows, [Series(name, "accent", marks, "line", "bars")], across, up, marks=lines)
