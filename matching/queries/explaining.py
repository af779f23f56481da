"""Why a pair has its score: rows that add up to it, and one sentence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from customers.models import SourceRecord
from matching.engine.evidence import Level, Score
from matching.engine.explaining import sentence
from matching.engine.model import Model
from matching.engine.scoring import score, score_levels
from matching.engine.vocabulary import MISSING
from matching.models import Candidate
from matching.queries.features import features_of
from matching.queries.models import InForce, models_in_force


@dataclass(frozen=True)
class Reason:
    """One row of the waterfall; ``weight`` in bits, rounded so that the shown rows add up to the shown total."""

    comparison: str
    label: str
    level: str
    weight: float
    start: float
    end: float


@dataclass(frozen=True)
class PairExplained:
    """A pair's score in words and rows; ``records``: between which two, where that is known."""

    probability: float
    household: float
    other: float
    weight: float
    prior: float
    reasons: Sequence[Reason]
    neutral: Sequence[str]
    sentence: str
    automatic: float
    model_version: int
    records: tuple[SourceRecord, SourceRecord] | None = None

    @property
    def confirmations(self) -> list[Reason]:
        return [row for row in self.reasons if row.weight > 0]

    @property
    def denials(self) -> list[Reason]:
        return [row for row in self.reasons if row.weight < 0]


def labels_of(model: Model) -> dict[str, str]:
    """Comparison and alternative codes → their labels, translated."""
    found = {one.code: _(one.label) for one in model.comparisons}
    found.update({one.code: _(one.label) for one in model.alternatives})
    for one in model.interactions:
        found[one.code] = _("%(one)s and %(other)s together") % {"one": found[one.one[0]], "other": found[one.other[0]]}
    return found


def pair_explained(left: SourceRecord, right: SourceRecord) -> PairExplained:
    """The score of two records as the model in force sees them now; one query."""
    models = models_in_force()
    chosen = models[left.party_type]
    features = features_of([left, right], dict(models))
    found = score(chosen.model, [(features[left.pk], features[right.pk])])[0]
    return explained(found, chosen)


def candidate_explained(candidate: Candidate) -> PairExplained:
    """The score that a candidate was opened with, from its stored levels; one query."""
    chosen = models_in_force()[candidate.party_type]
    levels: Sequence[Sequence[Any]] = candidate.evidence.get("levels", ())
    return explained(score_levels(chosen.model, {row[0]: row[1] for row in levels}), chosen)


def explained(found: Score, chosen: InForce) -> PairExplained:
    """A score in words and rows: confirmations, then denials, each from where the last one ended."""
    labels = labels_of(chosen.model)
    said = [row for row in found.levels if row.level != MISSING and row.weight]
    ordered = sorted(said, key=lambda row: (row.weight < 0, -abs(row.weight)))
    return PairExplained(
        probability=found.probability,
        household=found.household,
        other=found.other,
        weight=round(found.weight, 1),
        prior=round(found.prior, 1),
        reasons=_rows(ordered, found, labels),
        neutral=[labels[row.comparison] for row in found.levels if row.level == MISSING and row.comparison in labels],
        sentence=_sentence(found, labels),
        automatic=chosen.model.automatic,
        model_version=chosen.version,
    )


def _rows(ordered: Sequence[Level], found: Score, labels: Mapping[str, str]) -> list[Reason]:
    """Rows whose rounded weights add up to the rounded total: the greatest takes what rounding left."""
    weights = [round(row.weight, 1) for row in ordered]
    if weights:
        greatest = max(range(len(weights)), key=lambda place: abs(weights[place]))
        left = round(found.weight, 1) - round(found.prior, 1) - sum(weights)
        weights[greatest] = round(weights[greatest] + left, 1)
    rows, at = [], round(found.prior, 1)
    for row, weight in zip(ordered, weights, strict=True):
        label = labels.get(row.comparison, row.comparison)
        rows.append(Reason(row.comparison, label, _(row.label), weight, at, round(at + weight, 1)))
        at = round(at + weight, 1)
    return rows


def _sentence(found: Score, labels: Mapping[str, str]) -> str:
    made = sentence(found)
    words = {gap: _enumerated([labels.get(code, code) for code in codes]) for gap, codes in made.parameters.items()}
    text = _(made.message) % words
    return text[:1].upper() + text[1:]


def _enumerated(names: Sequence[str]) -> str:
    if len(names) < 2:
        return "".join(names)
    return _("%(first)s and %(last)s") % {"first": ", ".join(names[:-1]), "last": names[-1]}
