"""The match model in force as people read it: what is compared, what each level weighs, where the lines are."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from matching.engine.model import Comparison, Model
from matching.engine.vocabulary import LABELS
from matching.models import MatchModel, OversizedBlock

LARGEST = 100


@dataclass(frozen=True)
class LevelRow:
    """A level of agreement and its weight in bits."""

    label: str
    bits: float


@dataclass(frozen=True)
class ComparisonRow:
    """A comparison with its levels, from the best to the worst."""

    label: str
    attribute: str
    levels: tuple[LevelRow, ...]
    by_rarity: bool

    @property
    def best(self) -> float:
        return max(level.bits for level in self.levels)

    @property
    def worst(self) -> float:
        return min(level.bits for level in self.levels)


@dataclass(frozen=True)
class ModelPage:
    """A model as its page shows it."""

    row: MatchModel
    model: Model
    comparisons: tuple[ComparisonRow, ...]
    rules: tuple[str, ...]
    low: float
    high: float

    @property
    def bands(self) -> list[tuple[float, str]]:
        """The three answers of the machine as shares of the scale: apart, ask, join."""
        model = self.model
        return [(model.review, "grey"), (model.automatic - model.review, "possible"), (1 - model.automatic, "same")]


@dataclass(frozen=True)
class BlockRow:
    """A block over the cap."""

    rule: str
    party_type: str
    records: int
    seen: datetime


def model_page(party_type: str) -> ModelPage | None:
    """The model of a party type that is in force; one query."""
    row = MatchModel.objects.in_force().filter(party_type=party_type).first()
    if row is None:
        return None
    model = Model.from_dict(row.definition)
    comparisons = tuple(_comparison(one) for one in model.comparisons)
    return ModelPage(
        row=row,
        model=model,
        comparisons=comparisons,
        rules=tuple(_parts(rule.parts) for rule in model.rules),
        low=min(one.worst for one in comparisons),
        high=max(one.best for one in comparisons),
    )


def _comparison(one: Comparison) -> ComparisonRow:
    levels = tuple(LevelRow(_(LABELS.get(level.code, level.code)), level.bits) for level in one.levels)
    return ComparisonRow(_(one.label), one.attribute, levels, one.rarity > 0)


def _parts(parts: Any) -> str:
    return " + ".join(_(part.replace("_", " ")) for part in parts)


def large_blocks() -> list[BlockRow]:
    """The largest blocks that had to be divided, at most a hundred; two queries."""
    names: dict[tuple[str, int], str] = {}
    for row in MatchModel.objects.in_force():
        for place, rule in enumerate(Model.from_dict(row.definition).rules):
            names[row.party_type, place] = _parts(rule.parts)
    rows = OversizedBlock.objects.order_by("-records", "key")[:LARGEST]
    return [
        BlockRow(names.get((row.party_type, row.rule), str(row.rule)), row.party_type, row.records, row.seen_at)
        for row in rows
    ]
