"""Charts as geometry: what a template draws in SVG with attributes alone. Numbers come in, points come out.

Every chart has the same frame. A shape names its kind, its class and its attributes, all in the units of the frame;
the same numbers stand in a table beside the drawing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

WIDTH: Final = 440
HEIGHT: Final = 270
LEFT: Final = 44
RIGHT: Final = 44
TOP: Final = 26
BOTTOM: Final = 46

BAR: Final = 2  # bits a bar

Point = tuple[float, float]


@dataclass(frozen=True)
class Shape:
    """``kind`` is line, path, area, dot, bar or text."""

    kind: str
    tone: str
    x: float = 0.0
    y: float = 0.0
    to_x: float = 0.0
    to_y: float = 0.0
    points: str = ""
    text: str = ""
    anchor: str = "middle"

    @property
    def width(self) -> float:
        return round(self.to_x - self.x, 1)

    @property
    def height(self) -> float:
        return round(self.to_y - self.y, 1)


@dataclass
class Chart:
    """A drawing, and the table that says the same."""

    label: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    shapes: list[Shape] = field(default_factory=list)
    width: int = WIDTH
    height: int = HEIGHT


@dataclass(frozen=True)
class Frame:
    """Data to drawing units."""

    x: tuple[float, float]
    y: tuple[float, float]

    def at(self, x: float, y: float) -> Point:
        across = (x - self.x[0]) / (self.x[1] - self.x[0])
        up = (y - self.y[0]) / (self.y[1] - self.y[0])
        across, up = min(1.0, max(0.0, across)), min(1.0, max(0.0, up))
        return round(LEFT + across * (WIDTH - LEFT - RIGHT), 1), round(
            HEIGHT - BOTTOM - up * (HEIGHT - TOP - BOTTOM), 1
        )

    def path(self, points: Iterable[Point], tone: str) -> Shape:
        return Shape("path", tone, points=_points(self.at(*point) for point in points))

    def area(self, highs: Sequence[Point], lows: Sequence[Point], tone: str) -> Shape:
        around = [*highs, *reversed(lows)]
        return Shape("area", tone, points=_points(self.at(*point) for point in around))

    def line(self, one: Point, other: Point, tone: str) -> Shape:
        (x, y), (to_x, to_y) = self.at(*one), self.at(*other)
        return Shape("line", tone, x, y, to_x, to_y)

    def dot(self, point: Point, tone: str) -> Shape:
        x, y = self.at(*point)
        return Shape("dot", tone, x, y)

    def bar(self, low: Point, high: Point, tone: str) -> Shape:
        (x, base), (to_x, top) = self.at(*low), self.at(*high)
        return Shape("bar", tone, x + 0.5, top, to_x - 0.5, base)

    def mark(self, x: float, text: str, tone: str, anchor: str = "middle") -> list[Shape]:
        """A vertical line over the whole height, named above it."""
        place, top = self.at(x, self.y[1])
        _place, base = self.at(x, self.y[0])
        return [
            Shape("line", tone, place, top, place, base),
            Shape("text", "mark", place, TOP - 9, text=text, anchor=anchor),
        ]

    def axes(self, across: Sequence[tuple[float, str]], up: Sequence[tuple[float, str]], name: str) -> list[Shape]:
        """Grid, ticks and the name of the axis below."""
        made = []
        for value, text in up:
            x, y = self.at(self.x[0], value)
            made.append(Shape("line", "grid", x, y, WIDTH - RIGHT, y))
            made.append(Shape("text", "tick", x - 8, y + 4, text=text, anchor="end"))
        for value, text in across:
            x, y = self.at(value, self.y[0])
            made.append(Shape("text", "tick", x, y + 18, text=text))
        x, y = self.at((self.x[0] + self.x[1]) / 2, self.y[0])
        made.append(Shape("text", "name", x, HEIGHT - 6, text=name))
        left, right = self.at(self.x[0], self.y[0]), self.at(self.x[1], self.y[0])
        made.append(Shape("line", "axis", *left, *right))
        return made

    def right_ticks(self, ticks: Sequence[tuple[float, str]]) -> list[Shape]:
        """A second scale at the right."""
        return [
            Shape("text", "tick", WIDTH - RIGHT + 8, self.at(self.x[1], value)[1] + 4, text=text, anchor="start")
            for value, text in ticks
        ]


def _points(points: Iterable[Point]) -> str:
    return " ".join(f"{x:g},{y:g}" for x, y in points)


def steps(low: float, high: float, count: int, shape: str = "{:g}") -> list[tuple[float, str]]:
    """Evenly spaced ticks."""
    values = [low + (high - low) * step / count for step in range(count + 1)]
    return [(value, shape.format(round(value, 4))) for value in values]


def upper(values: Iterable[float], least: float) -> float:
    """A round number at or above the greatest value."""
    most, step = max([*values, least]), 1.0
    while step * 10 <= most:
        step *= 10
    while step > most:
        step /= 10
    return next(step * factor for factor in (1, 2, 4, 5, 6, 8, 10) if step * factor >= most * 0.999)


def calibration(points: Sequence[Mapping[str, Any]], words: Mapping[str, str]) -> Chart:
    """Mean score against the share really the same, each with its interval, beside the perfect diagonal."""
    frame = Frame((0, 1), (0, 1))
    shapes = [*frame.axes(steps(0, 1, 5), steps(0, 1, 5), words["score"]), frame.line((0, 0), (1, 1), "ideal")]
    rows = []
    for one in points:
        low, high = one.get("interval", (one["true"], one["true"]))
        shapes.append(frame.line((one["mean"], low), (one["mean"], high), "spread"))
        rows.append([f"{one['mean']:.3f}", f"{one['true']:.3f}", f"{low:.3f}–{high:.3f}", f"{one['pairs']:,.0f}"])
    shapes.append(frame.path([(one["mean"], one["true"]) for one in points], "accent"))
    shapes += [frame.dot((one["mean"], one["true"]), "accent") for one in points]
    head = [words["score"], words["true"], words["interval"], words["pairs"]]
    return Chart(words["label"], head, rows, shapes)


def over_lines(
    curve: Sequence[Mapping[str, Any]],
    reviews: Sequence[Mapping[str, float]],
    now: float,
    tried: float,
    words: Mapping[str, str],
) -> Chart:
    """Wrong merges in percent with their interval, and reviews left, against the automatic line."""
    wrong = [(one["line"], *(100 * (1 - share) for share in one["precision"])) for one in curve]
    left = [(one["line"], one["pairs"]) for one in reviews]
    high, most = upper((row[2] for row in wrong), 1.0), upper((pairs for _line, pairs in left), 4)
    span = (wrong[0][0], 1.0)
    frame, right = Frame(span, (0, high)), Frame(span, (0, most))
    shapes = frame.axes(steps(*span, 5, "{:.2f}"), steps(0, high, 4, "{:g} %"), words["line"])
    shapes.append(frame.area([(x, top) for x, _v, top, _b in wrong], [(x, low) for x, _v, _t, low in wrong], "wrong"))
    shapes.append(frame.path([(x, value) for x, value, _top, _low in wrong], "wrong"))
    shapes.append(right.path(left, "reviews"))
    shapes += right.right_ticks([(value, f"{value:,.0f}") for value, _text in steps(0, most, 4)])
    shapes += frame.mark(now, words["now"], "now", "start" if tried < now else "end")
    if abs(tried - now) > 0.0005:
        shapes += frame.mark(tried, words["try"], "try", "end" if tried < now else "start")
    waiting = dict(left)
    rows = [
        [f"{x:.2f}", f"{value:.2f} %", f"{low:.2f}–{top:.2f} %", f"{waiting.get(x, 0):,.0f}"]
        for x, value, top, low in wrong
    ]
    return Chart(words["label"], [words["line"], words["wrong"], words["interval"], words["reviews"]], rows, shapes)


def precision_recall(curve: Sequence[Mapping[str, Any]], now: float, words: Mapping[str, str]) -> Chart:
    """Expected precision and recall against the automatic line."""
    values = [(one["line"], one["precision"], one["recall"]) for one in curve]
    least = min([min(p[1], r[1]) for _x, p, r in values])
    floor = max(0.0, int(least * 10 - 0.001) / 10)
    span = (values[0][0], 1.0)
    frame = Frame(span, (floor, 1))
    shapes = frame.axes(steps(*span, 5, "{:.2f}"), steps(floor, 1, 5, "{:.2f}"), words["line"])
    for place, tone in ((1, "accent"), (2, "reviews-solid")):
        shapes.append(frame.area([(v[0], v[place][2]) for v in values], [(v[0], v[place][1]) for v in values], tone))
        shapes.append(frame.path([(v[0], v[place][0]) for v in values], tone))
    shapes += frame.mark(now, words["now"], "now")
    rows = [[f"{x:.2f}", f"{p[0]:.4f}", f"{p[1]:.4f}–{p[2]:.4f}", f"{r[0]:.4f}"] for x, p, r in values]
    return Chart(words["label"], [words["line"], words["precision"], words["interval"], words["recall"]], rows, shapes)


def distribution(
    bars: Sequence[Mapping[str, float]], lines: Sequence[tuple[float, str, str]], width: float, words: Mapping[str, str]
) -> Chart:
    """How many pairs have which weight; of them the expected same in another colour. The height is a fourth root."""
    lows = [one["low"] for one in bars]
    span = (min([*lows, -10]), max([low + width for low in lows] + [10]))
    most = upper((one["pairs"] for one in bars), 1)
    frame = Frame(span, (0, most**0.25))
    ticks = [most * share for share in (0.001, 0.03, 0.25, 1.0)]
    up = [(value**0.25, f"{value:,.0f}") for value in ticks if value >= 1]
    shapes = frame.axes(
        [(bit, f"{bit:+d}" if bit else "0") for bit in range(-20, 21, 5) if span[0] <= bit <= span[1]],
        up,
        words["weight"],
    )
    for one in bars:
        low, high = one["low"], one["low"] + width
        shapes.append(frame.bar((low, 0), (high, one["pairs"] ** 0.25), "grey"))
        if one["same"] >= 0.5:
            shapes.append(frame.bar((low, 0), (high, min(one["same"], one["pairs"]) ** 0.25), "same"))
    for bits, text, anchor in lines:
        shapes += frame.mark(bits, text, "now", anchor)
    rows = [
        [f"{one['low']:+g}", f"{one['low'] + width:+g}", f"{one['pairs']:,.0f}", f"{one['same']:,.1f}"] for one in bars
    ]
    return Chart(words["label"], [words["from"], words["to"], words["pairs"], words["same"]], rows, shapes)
