"""The dashboard's drawings as geometry: bars that lead to their rows, and an estimate over time.

Drawn by the server, so they need no script, take the colours of the theme, and print; each stands beside a table that
says the same and whose figures are the links.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from matching.rules.charts import Chart, Shape, steps, upper

LEFT, RIGHT, TOP, BOTTOM = 40, 10, 24, 26


@dataclass(frozen=True)
class Linked(Shape):
    """A shape that leads to its rows; ``words`` are said on hover."""

    url: str = ""
    words: str = ""


@dataclass(frozen=True)
class Cell:
    """A field of the table beside a drawing."""

    text: str
    url: str = ""


@dataclass(frozen=True)
class Bar:
    """One bar of a drawing: its parts from below, as (tone, amount, url, words)."""

    label: str
    parts: Sequence[tuple[str, float, str, str]]


@dataclass
class Drawing(Chart):
    """A chart whose table has links."""

    cells: Sequence[Sequence[Cell]] = field(default_factory=list)


@dataclass(frozen=True)
class Plot:
    """The frame of a drawing of any width."""

    width: int
    height: int
    most: float
    least: float = 0.0

    def x(self, share: float) -> float:
        """Across, 0 to 1."""
        return round(LEFT + share * (self.width - LEFT - RIGHT), 1)

    def y(self, amount: float) -> float:
        """Up, in the units of what is drawn."""
        share = (amount - self.least) / (self.most - self.least)
        return round(self.height - BOTTOM - min(max(share, 0.0), 1.0) * (self.height - TOP - BOTTOM), 1)

    def grid(self, ticks: Sequence[tuple[float, str]]) -> list[Shape]:
        """Lines across with their amounts at the left."""
        made = []
        for amount, text in ticks:
            y = self.y(amount)
            made.append(Shape("line", "grid", self.x(0), y, self.x(1), y))
            made.append(Shape("text", "tick", self.x(0) - 8, y + 4, text=text, anchor="end"))
        return made

    def below(self, share: float, text: str, anchor: str = "middle") -> Shape:
        """A word under the axis."""
        return Shape("text", "tick", self.x(share), self.height - 8, text=text, anchor=anchor)

    def mark(self, share: float, text: str, anchor: str) -> list[Shape]:
        """A dashed line over the whole height, named above it."""
        x = self.x(share)
        top = self.y(self.most)
        return [
            Shape("line", "now", x, top, x, self.y(self.least)),
            Shape("text", "mark", x, top - 8, text=text, anchor=anchor),
        ]


def whole(top: float) -> list[tuple[float, str]]:
    """Ticks that are whole numbers."""
    return steps(0, top, next(count for count in (4, 5, 1) if top % count == 0), "{:,g}")


def bars(
    rows: Sequence[Bar], *, label: str, head: Sequence[str], cells: Sequence[Sequence[Cell]], width: int = 340,
    height: int = 220, every: int = 1, gap: float = 0.3,
) -> Drawing:  # fmt: skip
    """Upright bars side by side, each of parts that stand on each other; every so many is named."""
    top = upper((sum(part[1] for part in row.parts) for row in rows), 4)
    plot = Plot(width, height, top)
    shapes = plot.grid(whole(top))
    step = 1 / max(len(rows), 1)
    wide = min(step * (1 - gap), 44 / (width - LEFT - RIGHT))
    for place, row in enumerate(rows):
        middle, stands = (place + 0.5) * step, 0.0
        for tone, amount, url, words in row.parts:
            if amount:
                low, high = plot.y(stands), plot.y(stands + amount)
                shapes.append(_bar(plot, middle, wide, high, low, tone, url, words))
                stands += amount
        if place % every == 0:
            shapes.append(plot.below(middle, row.label))
    return Drawing(label, head, [], shapes, width, height, cells)


def _bar(plot: Plot, middle: float, wide: float, high: float, low: float, tone: str, url: str, words: str) -> Linked:
    # A part of one in a thousand is still seen.
    high = min(high, low - 1.5)
    left, right = plot.x(middle - wide / 2), plot.x(middle + wide / 2)
    return Linked("bar", tone, left, high, right, low - 0.5, url=url, words=words)


def histogram(
    counts: Sequence[int], *, marks: Mapping[str, float], label: str, head: Sequence[str],
    cells: Sequence[Sequence[Cell]], urls: Sequence[str], words: Sequence[str], tone: str = "possible",
) -> Drawing:  # fmt: skip
    """How many lie in each even part of 0 to 1, with lines at the marks."""
    plot = Plot(340, 220, upper(map(float, counts), 4))
    shapes = plot.grid(whole(plot.most))
    wide = 1 / len(counts)
    for place, count in enumerate(counts):
        if count:
            high = plot.y(count)
            shapes.append(
                _bar(plot, (place + 0.5) * wide, wide * 0.84, high, plot.y(0), tone, urls[place], words[place])
            )
    shapes += [plot.below(value, text) for value, text in steps(0, 1, 5, "{:.2f}")]
    for name, at in marks.items():
        shapes += plot.mark(at, f"{name} {at:.2f}", "end" if at > 0.7 else "start" if at < 0.1 else "middle")
    return Drawing(label, head, [], shapes, plot.width, plot.height, cells)


def over_time(
    points: Sequence[Mapping[str, Any]], *, target: float | None, label: str, head: Sequence[str],
    cells: Sequence[Sequence[Cell]],
) -> Drawing:  # fmt: skip
    """A share with its interval in every period, and the target; each point has ``label mean low high url words``."""
    lows = [one["low"] for one in points] + ([target] if target else [])
    floor = max(min([0.9, *lows]) - 0.02, 0.0)
    floor = int(floor * 10) / 10
    plot = Plot(560, 240, 1.0, floor)
    ticks = steps(floor, 1, 4, "{:g}")
    shapes = plot.grid([(value, f"{value * 100:g} %") for value, _text in ticks])
    if target:
        shapes.append(Shape("line", "target", plot.x(0), plot.y(target), plot.x(1), plot.y(target)))
    step = 1 / max(len(points), 1)
    places = [(place + 0.5) * step for place in range(len(points))]
    for share, one in zip(places, points, strict=True):
        shapes.append(Shape("line", "spread", plot.x(share), plot.y(one["low"]), plot.x(share), plot.y(one["high"])))
    line = " ".join(f"{plot.x(s):g},{plot.y(one['mean']):g}" for s, one in zip(places, points, strict=True))
    shapes.append(Shape("path", "accent", points=line))
    every = max(len(points) // 6, 1)
    for place, (share, one) in enumerate(zip(places, points, strict=True)):
        shapes.append(Linked("dot", "accent", plot.x(share), plot.y(one["mean"]), url=one["url"], words=one["words"]))
        if place % every == 0:
            shapes.append(plot.below(share, one["label"]))
    return Drawing(label, head, [], shapes, plot.width, plot.height, cells)
