"""What the versions of a model were worth, over time: those that were promoted, each as often as it was measured."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cmdm.templatetags.hub import short_date
from customers.rules.safe_csv import safe_lines
from matching.models import Measurement
from matching.rules import charts

SHOWN = 60
NAMES = (
    *("version", "measured_at", "in_force_since", "in_force_until", "measured_by", "answers", "records", "line"),
    *("pairs", "precision", "precision_low", "precision_high", "recall", "recall_low", "recall_high"),
    *("calibration_error", "questions"),
)


@dataclass(frozen=True)
class Measured:
    """One measurement of a version that is or was in force; without a pair to join there is no precision."""

    version: int
    at: datetime
    since: datetime | None
    until: datetime | None
    figures: Mapping[str, Any]

    @property
    def how(self) -> str:
        """By how many answers, or that it is an estimate."""
        answers = self.figures["answers"]
        if not answers:
            return _("estimated")
        return ngettext("by %(n)s answer", "by %(n)s answers", answers) % {"n": number_format(answers)}

    @property
    def precision(self) -> str:
        return _share(self.figures["precision"])

    @property
    def recall(self) -> str:
        return _share(self.figures["recall"])

    @property
    def error(self) -> str:
        """The calibration error, where it is known."""
        found = self.figures["error"]
        return "–" if found is None else number_format(found, 3)

    @property
    def line(self) -> list[Any]:
        """As a file has it, in the order of `NAMES`."""
        told = self.figures
        precision, recall = told["precision"] or [None] * 3, told["recall"] or [None] * 3
        by = "answers" if told["answers"] else "estimate"
        dates = [None if one is None else one.isoformat() for one in (self.at, self.since, self.until)]
        counts = [told["answers"], told["records"], told["line"], told["pairs"]]
        return [self.version, *dates, by, *counts, *precision, *recall, told["error"], told["queue"]]


def _share(found: Sequence[float] | None) -> str:
    """A share with its interval."""
    if not found:
        return "–"
    middle, low, high = (number_format(part, 3) for part in found)
    return f"{middle} ({low}–{high})"


def measured(party: str, most: int | None = SHOWN) -> list[Measured]:
    """The newest measurements of versions that are or were in force, the oldest of them first; one query."""
    rows = Measurement.objects.filter(model__party_type=party, model__in_force_since__isnull=False)
    named = ("model__version", "at", "model__in_force_since", "model__ended_at", "figures")
    return [Measured(*row) for row in reversed(rows.order_by("-at", "-pk").values_list(*named)[:most])]


def chart(found: Sequence[Measured]) -> charts.Chart | None:
    """Precision and recall with their intervals, measurement by measurement."""
    words = {
        "label": _("Precision and recall of the versions in force, over time"),
        "when": _("Measured"),
        "version": _("Version"),
        "precision": _("Precision"),
        "recall": _("Recall of what is compared"),
        "interval": _("95 % interval"),
    }
    points = [
        (_("Version %(n)s") % {"n": one.version} + f", {short_date(one.at)}", {**one.figures, "version": one.version})
        for one in found
        if one.figures["precision"]
    ]
    return charts.over_time(points, words) if points else None


def as_file(found: Sequence[Measured]) -> Iterator[str]:
    """The measurements as CSV, line by line."""
    return safe_lines(NAMES, (one.line for one in found))
