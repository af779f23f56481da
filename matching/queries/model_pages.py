"""A version of the match model as its page shows it: figures, charts, what it would do, how one pair got its score."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.db.models import F, Q
from django.db.models.functions import Abs
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cmdm import access
from cmdm.models import Job, User
from customers.models import Customer, PartyType
from customers.ports import EffectFact
from customers.queries.summaries import summaries
from matching.engine import shipped
from matching.engine.model import RARITY_LIMIT, Comparison, Model
from matching.engine.scoring import score
from matching.engine.vocabulary import LABELS
from matching.models import Candidate, MatchModel
from matching.queries import measurements
from matching.queries.diagnoses import diagnoses
from matching.queries.differences import differences, in_words
from matching.queries.editions import is_behind
from matching.queries.explaining import PairExplained, explained, labels_of
from matching.queries.features import features_of
from matching.queries.models import REHEARSE, REKEY, InForce, read_model
from matching.queries.rehearsed import effects
from matching.queries.settling import settling
from matching.queries.versions import note_of
from matching.rules import charts
from matching.rules.measuring import FEW_ANSWERS

PAIRS = 12
WORST = "different", "one_sided"
JOBS_SHOWN = 5
JOBS = ("matching.train", "matching.learn", "matching.rehearse", "matching.rekey")


@dataclass(frozen=True)
class Weighed:
    """A comparison in one line: agreeing (a range where rarity counts), close, differing; and all its levels."""

    label: str
    low: float
    high: float
    close: float | None
    differs: float | None
    levels: Sequence[tuple[str, float]]

    @property
    def by_rarity(self) -> bool:
        return self.low != self.high


@dataclass(frozen=True)
class PairShown:
    """How one pair got its score, with the other pairs to choose from."""

    candidate: int
    names: str
    explained: PairExplained
    low: float
    high: float
    settles: str = ""


@dataclass
class ModelView:
    """One version, for whoever may look at models."""

    row: MatchModel
    held: MatchModel | None
    versions: Sequence[MatchModel]
    user: User
    tried: tuple[float, float] | None = None
    chosen: int | None = None
    jobs: Sequence[Job] = field(default_factory=list)
    others: Sequence[Job] = field(default_factory=list)

    @cached_property
    def model(self) -> Model:
        return read_model(self.row)

    @property
    def may_change(self) -> bool:
        return access.everywhere(self.user, "configure")

    @property
    def told(self) -> Mapping[str, Any]:
        """The rehearsal."""
        found: Mapping[str, Any] = self.row.rehearsal
        return found

    @cached_property
    def effects(self) -> list[EffectFact]:
        return effects(self.told)

    @property
    def is_rehearsing(self) -> bool:
        """A rehearsal of this version waits or runs."""
        rehearsed = [job for job in (*self.jobs, *self.others) if job.name == REHEARSE]
        return any(job.arguments.get("model") == self.row.pk for job in rehearsed)

    @cached_property
    def is_behind(self) -> bool:
        """What an earlier edition of the hub made of records is still stored."""
        return is_behind()

    @property
    def is_renewing(self) -> bool:
        return any(job.name == REKEY for job in (*self.jobs, *self.others))

    @property
    def trained(self) -> Mapping[str, Any]:
        return self.model.trained

    @cached_property
    def weighed(self) -> list[Weighed]:
        return [_weighed(one) for one in self.model.comparisons]

    @cached_property
    def lowest(self) -> float:
        """Where the axis of the weights begins, in bits."""
        return min((bits for one in self.weighed for _level, bits in one.levels), default=0.0)

    @cached_property
    def highest(self) -> float:
        return max((bits for one in self.weighed for _level, bits in one.levels), default=0.0)

    @cached_property
    def diagnostics(self) -> list[str]:
        return diagnoses(self.model)

    @property
    def is_stale(self) -> bool:
        """Rehearsed against a version that is no longer in force."""
        return bool(self.told) and self.held is not None and self.told.get("against") != self.held.version

    @cached_property
    def differences(self) -> list[str]:
        if self.held is None or self.held.pk == self.row.pk:
            return []
        return differences(read_model(self.held), self.model)

    @property
    def note(self) -> str:
        return note_of(self.row)

    @property
    def told_versions(self) -> list[tuple[MatchModel, str]]:
        return [(row, note_of(row)) for row in self.versions]

    @property
    def automatic(self) -> float:
        return self.tried[0] if self.tried else self.model.automatic

    @property
    def review(self) -> float:
        return self.tried[1] if self.tried else self.model.review

    @property
    def waiting(self) -> MatchModel | None:
        """The newest rehearsed version but this one; all stand among the versions."""
        rest = (one for one in self.versions if one.state == MatchModel.State.REHEARSED and one.pk != self.row.pk)
        return next(rest, None)

    @property
    def measured(self) -> Mapping[str, Any]:
        """The curve by people's answers; by few only where training has not estimated it: one answer is no curve."""
        enough = self.told.get("answers", 0) >= FEW_ANSWERS or not self.trained.get("calibration")
        found: Mapping[str, Any] = (self.told.get("calibration") or {}) if enough else {}
        return found

    @cached_property
    def as_shipped(self) -> Mapping[str, Any]:
        """The curve that came with a shipped version, until people's answers tell one of the hub's own."""
        return shipped.measured(self.row.party_type) if self.row.origin == MatchModel.Origin.SHIPPED else {}

    @property
    def shipped_told(self) -> str:
        """On which set, and with which error, the shipped curve was measured."""
        found = self.as_shipped
        facts = {
            "records": number_format(found["set"]["records"], force_grouping=True),
            "seed": found["set"]["seed"],
            "error": number_format(found["error"], 3),
        }
        if not found["current"]:
            return (
                _("shipped: earlier weights on %(records)s made-up records (seed %(seed)s) · error %(error)s") % facts
            )
        return _("shipped: measured on %(records)s made-up records (seed %(seed)s) · error %(error)s") % facts

    @cached_property
    def calibration(self) -> charts.Chart | None:
        """By people's answers where there are enough, else as training estimates it."""
        found = self.measured or self.as_shipped
        points = found.get("points") or self.trained.get("calibration")
        words = {
            "label": _("Share really the same, by score"),
            "score": _("Score given by the model"),
            "true": _("Really the same"),
            "interval": _("95 % interval"),
            "pairs": _("Pairs"),
            "drawn": _("Really the same, with 95 % interval") if found else _("Expected the same"),
            "perfect": _("Perfect (dashed)"),
        }
        return charts.calibration(points, words) if points else None

    @property
    def calibration_told(self) -> str:
        found = self.measured
        if found:
            answers = self.told["answers"]
            text = ngettext("%(n)s answer · error %(error)s", "%(n)s answers · error %(error)s", answers)
            return text % {"n": number_format(answers, force_grouping=True), "error": number_format(found["error"], 3)}
        if self.as_shipped:
            return self.shipped_told
        error = self.trained.get("calibration_error")
        text = _("estimated without answers · error %(error)s")
        return text % {"error": number_format(error, 3)} if error is not None else ""

    @cached_property
    def lines(self) -> charts.Chart | None:
        curve, reviews = self.told.get("curve"), self.told.get("reviews")
        if not curve or not reviews:
            return None
        words = {
            "label": _("Wrong merges and reviews left, by the automatic line"),
            "line": _("Automatic from"),
            "now": _("now %.2f") % self.model.automatic,
            "try": _("try %.2f") % self.automatic,
            "wrong": _("Wrong merges"),
            "wrong drawn": _("Wrong merges, %"),
            "interval": _("95 % interval"),
            "reviews": _("Reviews left"),
            "reviews drawn": _("Reviews left (dashed)"),
        }
        return charts.over_lines(curve, reviews, self.model.automatic, self.automatic, words, self._trying)

    def _trying(self, line: float) -> str:
        """The page with this automatic line tried."""
        tried = {"version": self.row.version, "automatic": line, "review": min(self.review, line)}
        return f"{reverse('matching:model_of', args=[self.row.party_type])}?{urlencode(tried)}"

    @cached_property
    def moved(self) -> dict[str, Any] | None:
        """What moving the automatic line from where it is to where it is tried would change."""
        curve = self.told.get("curve")
        if not curve:
            return None
        now, then = _nearest(curve, self.model.automatic), _nearest(curve, self.automatic)
        reviews = self.told["reviews"]
        left = _nearest(reviews, self.automatic)["pairs"] - _nearest(reviews, self.model.automatic)["pairs"]
        low, high = 1 - then["precision"][2], 1 - then["precision"][1]
        return {
            "joined": then["pairs"] - now["pairs"],
            "reviews": left,
            "wrong": 1 - then["precision"][0],
            "low": low,
            "high": high,
        }

    @cached_property
    def precision_recall(self) -> charts.Chart | None:
        curve = self.told.get("curve")
        words = {
            "label": _("Expected precision and recall, by the automatic line"),
            "line": _("Automatic from"),
            "now": _("now %.2f") % self.model.automatic,
            "precision": _("Precision"),
            "interval": _("95 % interval"),
            "recall": _("Recall of what is compared"),
        }
        return charts.precision_recall(curve, self.model.automatic, words) if curve else None

    @cached_property
    def measured_ever(self) -> list[measurements.Measured]:
        """What versions in force were worth, each time that they were measured, the oldest first."""
        return measurements.measured(self.row.party_type)

    @cached_property
    def over_time(self) -> charts.Chart | None:
        return measurements.chart(self.measured_ever)

    @cached_property
    def distribution(self) -> charts.Chart | None:
        bars = self.told.get("weights") or self.trained.get("weights")
        if not bars:
            return None
        words = {
            "label": _("Pairs by their weight"),
            "weight": _("Weight in bits"),
            "from": _("From"),
            "to": _("To"),
            "pairs": _("Pairs"),
            "same": _("Expected the same"),
            "of them": _("of them expected the same"),
        }
        ask, join = _bits(self.model.review), _bits(self.model.automatic)
        marks = [charts.Mark(ask, _("ask"), align="right"), charts.Mark(join, _("join"), align="left")]
        return charts.distribution(bars, marks, charts.BAR, words)

    @cached_property
    def blocking(self) -> list[dict[str, Any]]:
        """The rules, with what each costs where that was counted."""
        counts = {tuple(one["parts"]): one for one in self.told.get("blocking", ())}
        return [{"name": in_words(rule.parts), **counts.get(rule.parts, {})} for rule in self.model.rules]

    @cached_property
    def choices(self) -> list[tuple[int, str]]:
        """Open questions that the user may see, the least certain first, by the names of their customers."""
        return [(row.pk, names) for row, names in self._asked]

    @cached_property
    def _asked(self) -> list[tuple[Candidate, str]]:
        rows = Candidate.objects.visible_to(self.user).open().filter(party_type=self.row.party_type)
        view = access.scope(self.user, "view")
        rows = rows.filter(left__domain__in=view, right__domain__in=view).select_related("left", "right")
        shown = list(rows.defer("left__raw", "right__raw").order_by(Abs(F("probability") - 0.5), "pk")[:PAIRS])
        ends = {side.customer_id or 0 for row in shown for side in (row.left, row.right)}
        customers = list(Customer.objects.visible_to(self.user).filter(pk__in=ends))
        names = {one.id: one.name or one.number for one in summaries(customers, self.user)}
        text = _("%(one)s and %(other)s")
        return [
            (row, text % {"one": names.get(one.customer_id or 0, "–"), "other": names.get(other.customer_id or 0, "–")})
            for row, one, other in ((row, row.left, row.right) for row in shown)
        ]

    @cached_property
    def pair(self) -> PairShown | None:
        """The chosen question, or the least certain one, as this version scores it."""
        found = next((one for one in self._asked if one[0].pk == self.chosen), None) or next(iter(self._asked), None)
        if found is None:
            return None
        row, names = found
        chosen = InForce(self.row.version, self.model)
        features = features_of([row.left, row.right], {self.row.party_type: chosen})
        made = explained(score(self.model, [(features[row.left_id], features[row.right_id])])[0], chosen)
        ends = [0.0, made.prior, made.weight, *(one.start for one in made.reasons), *(one.end for one in made.reasons)]
        settled = settling((row.left, row.right), chosen)
        label = labels_of(self.model)[settled.comparison] if settled else ""
        return PairShown(row.pk, names, made, min(ends), max(ends), label)


def model_view(
    party: str, user: User, *, version: int | None, tried: tuple[float, float] | None, pair: int | None
) -> ModelView | None:
    """A version of a party type, the one in force when none is named; or nothing."""
    versions = list(MatchModel.objects.filter(party_type=party).select_related("base").order_by("-version"))
    held = next((row for row in versions if row.state == MatchModel.State.IN_FORCE), None)
    row = held if version is None else next((one for one in versions if one.version == version), None)
    if row is None or party not in PartyType.values:
        return None
    found = _under_way(party, versions)
    own = [job for job in found if job.requested_by_id == user.pk][:1]
    return ModelView(row, held, versions, user, tried, pair, own, [job for job in found if job not in own])


def _under_way(party: str, versions: Sequence[MatchModel]) -> list[Job]:
    """Work on these models that has not ended, whoever asked for it; one query."""
    mine = Q(arguments__party=party) | Q(arguments__model__in=[row.pk for row in versions])
    rows = Job.objects.unfinished().filter(mine, name__in=JOBS).select_related("requested_by")
    return list(rows.order_by("created_at")[:JOBS_SHOWN])


def _weighed(one: Comparison) -> Weighed:
    best = one.levels[0].bits
    spread = RARITY_LIMIT * one.rarity
    middle = [level.bits for level in one.levels[1:] if level.code not in WORST]
    last = next((level.bits for level in one.levels if level.code == "different"), None)
    levels = [(_(LABELS.get(level.code, level.code)), level.bits) for level in one.levels]
    return Weighed(_(one.label), best - spread, best + spread, max(middle, default=None), last, levels)


def _nearest(curve: Sequence[Mapping[str, Any]], line: float) -> Mapping[str, Any]:
    return min(curve, key=lambda one: abs(one["line"] - line))


def _bits(probability: float) -> float:
    return math.log2(probability / (1 - probability))
