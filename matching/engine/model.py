"""The model: what is compared, what each level weighs, which keys are made, where the lines are.

A model is data and nothing else. Weights are bits: the base-two logarithm of how much likelier a
level is between two records of the same party than between two of strangers. *Alternatives* are
the other explanations of an agreement, for example one household or one common name; each level
may state its bits under them. All bits are taken in steps of 1/1024, so that sums are exact in
whatever order they are made.
"""

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from typing import Any, Final, Self

from matching.engine.accounts import fault_of
from matching.engine.reading import ModelError, Reader
from matching.engine.vocabulary import CAME_LATER, FINER, KEY_PARTS, LEVELS, MISSING, PARTY_TYPES

__all__ = [
    "Alternative",
    "Comparison",
    "Frequencies",
    "Interaction",
    "LevelWeight",
    "Model",
    "ModelError",
    "Rule",
    "exact",
]

STEP: Final = 1024
EDITION: Final = 6
"""Raised whenever `features.prepare` makes something else of the same values, or `packing` another line of it."""
_PREPARED: Final = ("date", "exact", "text")  # kinds for which attributes are prepared that the engine does not know
RARITY_LIMIT: Final = 4.0
WEIGHT_LIMIT: Final = 60.0
SMALLEST: Final = 100  # records below which no prior can be told
LARGEST: Final = 10**12


def exact(bits: float) -> float:
    """The nearest weight whose sums are exact."""
    return round(bits * STEP) / STEP


@dataclass(frozen=True, slots=True)
class LevelWeight:
    """One level of a comparison: its bits for the same party, and under each alternative."""

    code: str
    bits: float
    under: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Comparison:
    """One line of the evidence. `rarity` is how far a value's frequency moves its exact levels."""

    code: str
    label: str
    kind: str
    attribute: str
    levels: tuple[LevelWeight, ...]
    rarity: float = 0.0


@dataclass(frozen=True, slots=True)
class Rule:
    """One blocking rule: records that agree in all its parts are compared.

    A wide rule pays only in a hub of `up_to` records (0: of any size); `sized` leaves it out of larger ones.
    """

    code: str
    parts: tuple[str, ...]
    up_to: int = 0


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another explanation of an agreement; `related` when it is an answer of its own.

    `learns` names the comparisons whose bits training may learn under it. All others are anchors: they stay at
    their shipped bits, and keep the explanations from trading places.
    """

    code: str
    label: str
    prior: float
    related: bool = False
    learns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Interaction:
    """What two levels, each a comparison and its level, weigh together beyond the sum of both."""

    one: tuple[str, str]
    other: tuple[str, str]
    bits: float

    @property
    def code(self) -> str:
        return f"{self.one[0]}+{self.other[0]}"


@dataclass(frozen=True, slots=True)
class Frequencies:
    """How common the values of an attribute are, as shares of all records."""

    typical: float
    unseen: float
    shares: Mapping[str, float] = field(default_factory=dict)

    def bits(self, value: str) -> float:
        """What agreeing on this value tells more than agreeing on a typical one."""
        rarity = math.log2(self.typical / self.shares.get(value, self.unseen))
        return max(-RARITY_LIMIT, min(RARITY_LIMIT, rarity))


@dataclass(frozen=True)
class Model:
    """Everything the engine needs to know about one type of party.

    `automatic` and `review` are probabilities; `margin` is how many bits the best customer must be
    ahead of the second; `block_cap` is the size above which a block is sub-divided by each of `finer`; a contact held
    by more than `shared_limit` parties says nothing about any of them. `records` is the size of the
    hub for which the priors are meant; `trained` is the account of how the weights were learned.
    """

    party_type: str
    prior: float
    comparisons: tuple[Comparison, ...]
    rules: tuple[Rule, ...]
    alternatives: tuple[Alternative, ...] = ()
    automatic: float = 0.95
    review: float = 0.3
    margin: float = 6.0
    block_cap: int = 500
    shared_limit: int = 100
    placeholders: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    exclusive_schemes: tuple[str, ...] = ()
    frequencies: Mapping[str, Frequencies] = field(default_factory=dict)
    records: int = 100_000
    interactions: tuple[Interaction, ...] = ()
    trained: Mapping[str, Any] = field(default_factory=dict)
    finer: tuple[str, ...] = FINER

    def sized(self, records: int) -> Self:
        """The same model for a hub of another size.

        The pairs of one party and of relatives grow with the records, all pairs with their square, so
        the odds of both against a stranger fall with 1/records: log2(n1 / n2) bits. Chance agreements,
        as of namesakes, grow as all pairs do and keep theirs.
        """
        size = max(records, SMALLEST)
        bits = math.log2(self.records / size)
        return replace(
            self,
            records=size,
            prior=_within(self.prior + bits),
            alternatives=tuple(
                replace(each, prior=_within(each.prior + bits)) if each.related else each for each in self.alternatives
            ),
            rules=tuple(rule for rule in self.rules if not 0 < rule.up_to < size),
        )

    @cached_property
    def preparation(self) -> int:
        """All that decides what is prepared of a record, as one number of 63 bits."""
        compared = sorted([each.kind, each.attribute] for each in self.comparisons if each.kind in _PREPARED)
        placeholders = {name: sorted(values) for name, values in self.placeholders.items()}
        text = json.dumps([EDITION, self.party_type, compared, placeholders], sort_keys=True)
        return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") >> 1

    def to_dict(self) -> dict[str, Any]:
        """The model as JSON types; `from_dict` gives an equal model back."""
        counts = {"block_cap": self.block_cap, "shared_limit": self.shared_limit, "records": self.records}
        whole = {**asdict(self), "trained": {}}
        content: dict[str, Any] = json.loads(json.dumps(whole), parse_int=float)
        for rule, shown in zip(self.rules, content["rules"], strict=True):
            shown["up_to"] = rule.up_to
        if self.finer == FINER:
            del content["finer"]  # as models were written before they could say: theirs keep their digest
        return {**content, **counts, "trained": dict(self.trained)}

    def digest(self) -> str:
        """The same for equal models, whatever the order of keys or the place."""
        canonical = json.dumps(self.to_dict(), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        return hashlib.sha256(canonical.encode()).hexdigest()

    @classmethod
    def from_dict(cls, content: object) -> Self:
        """Read and check a model; raises ModelError naming the place."""
        reader = Reader(content)
        model = cls(
            party_type=reader.text("party_type"),
            prior=reader.number("prior"),
            comparisons=tuple(_comparison(each) for each in reader.objects("comparisons")),
            rules=tuple(_rule(each) for each in reader.objects("rules")),
            alternatives=tuple(_alternative(each) for each in reader.objects("alternatives")),
            automatic=reader.number("automatic", cls.automatic),
            review=reader.number("review", cls.review),
            margin=reader.number("margin", cls.margin),
            block_cap=reader.integer("block_cap", cls.block_cap),
            shared_limit=reader.integer("shared_limit", cls.shared_limit),
            placeholders=reader.lists("placeholders"),
            exclusive_schemes=reader.texts("exclusive_schemes"),
            frequencies={name: _frequencies(each) for name, each in reader.entries("frequencies")},
            records=reader.integer("records", cls.records),
            interactions=tuple(_interaction(each) for each in reader.objects("interactions")),
            trained=reader.mapping("trained"),
            finer=reader.texts("finer", cls.finer),
        )
        reader.done()
        model.validate()
        return model

    def validate(self) -> None:
        """Refuse a model that could not score, or would score nonsense."""
        _require(self.party_type in PARTY_TYPES, "party_type", f"must be one of {', '.join(PARTY_TYPES)}")
        _require(abs(self.prior) <= WEIGHT_LIMIT, "prior", f"must lie within {WEIGHT_LIMIT:g} bits of zero")
        _require(0 < self.review < self.automatic < 1, "automatic", "must lie above review, both between 0 and 1")
        _require(self.margin >= 0, "margin", "must not be negative")
        _require(self.block_cap >= 2, "block_cap", "must be at least 2")
        _require(self.shared_limit >= 2, "shared_limit", "must be at least 2")
        _require(SMALLEST <= self.records <= LARGEST, "records", f"must lie between {SMALLEST} and {LARGEST}")
        _require(bool(self.comparisons), "comparisons", "must not be empty")
        _require(bool(self.rules), "rules", "must not be empty")
        for name, codes in (
            ("comparisons", [each.code for each in self.comparisons]),
            ("rules", [each.code for each in self.rules]),
            ("alternatives", [each.code for each in self.alternatives]),
        ):
            _require(len(set(codes)) == len(codes), name, "must not use a code twice")
        alternatives = {each.code for each in self.alternatives}
        for index, alternative in enumerate(self.alternatives):
            strange = set(alternative.learns) - {each.code for each in self.comparisons}
            _require(not strange, f"alternatives[{index}].learns", "must name comparisons of this model")
        taken = alternatives & {each.code for each in self.comparisons}
        _require(not taken, "alternatives", "must not use the code of a comparison")
        for index, comparison in enumerate(self.comparisons):
            _validate_comparison(comparison, alternatives, f"comparisons[{index}]")
        for index, rule in enumerate(self.rules):
            _require(bool(rule.parts), f"rules[{index}].parts", "must not be empty")
            _require(rule.up_to >= 0, f"rules[{index}].up_to", "must not be negative")
            for part in rule.parts:
                _require(part in KEY_PARTS, f"rules[{index}].parts", f"{part!r} is no part of a key")
        _require(bool(self.finer), "finer", "must not be empty")
        for index, part in enumerate(self.finer):
            _require(part in KEY_PARTS, f"finer[{index}]", f"{part!r} is no part of a key")
        kinds = {each.code: each.kind for each in self.comparisons}
        for index, interaction in enumerate(self.interactions):
            _validate_interaction(interaction, kinds, f"interactions[{index}]")
        _validate_account(self.trained)
        for name, table in self.frequencies.items():
            shares = [table.typical, table.unseen, *table.shares.values()]
            _require(all(0 < each <= 1 for each in shares), f"frequencies.{name}", "shares must lie above 0, up to 1")


def _require(holds: bool, path: str, fault: str) -> None:
    if not holds:
        raise ModelError(f"model.{path}: {fault}")


def _validate_comparison(comparison: Comparison, alternatives: set[str], path: str) -> None:
    _require(comparison.kind in LEVELS, f"{path}.kind", f"{comparison.kind!r} is no kind of comparison")
    _require(0 <= comparison.rarity <= 1, f"{path}.rarity", "must lie between 0 and 1")
    known = LEVELS[comparison.kind]
    given = [level.code for level in comparison.levels]
    _require(len(set(given)) == len(given), f"{path}.levels", "must not state a level twice")
    absent = [code for code in known if code not in given]
    _require(not absent, f"{path}.levels", f"{', '.join(map(repr, absent))} must be given")
    for index, level in enumerate(comparison.levels):
        here = f"{path}.levels[{index}]"
        _require(level.code != MISSING, f"{here}.code", "a missing value always weighs nothing")
        _require(level.code in known, f"{here}.code", f"{level.code!r} is no level of {comparison.kind}")
        _require(abs(level.bits) <= WEIGHT_LIMIT, f"{here}.bits", f"must lie within {WEIGHT_LIMIT:g} bits of zero")
        for name, bits in level.under.items():
            _require(name in alternatives, f"{here}.under", f"{name!r} is no alternative of this model")
            _require(abs(bits) <= WEIGHT_LIMIT, f"{here}.under", f"must lie within {WEIGHT_LIMIT:g} bits of zero")


def _validate_account(trained: Mapping[str, Any]) -> None:
    name, fault = fault_of(trained) or ("", "")
    _require(not fault, f"trained.{name}", fault)


def _validate_interaction(interaction: Interaction, kinds: Mapping[str, str], path: str) -> None:
    _require(interaction.one[0] != interaction.other[0], path, "must name two comparisons")
    _require(abs(interaction.bits) <= WEIGHT_LIMIT, f"{path}.bits", f"must lie within {WEIGHT_LIMIT:g} bits of zero")
    for side, (code, level) in (("one", interaction.one), ("other", interaction.other)):
        _require(code in kinds, f"{path}.{side}", f"{code!r} is no comparison of this model")
        _require(level in LEVELS[kinds[code]], f"{path}.{side}", f"{level!r} is no level of {code}")


def _within(bits: float) -> float:
    """A prior that a model may state."""
    return max(-WEIGHT_LIMIT, min(WEIGHT_LIMIT, bits))


def _comparison(reader: Reader) -> Comparison:
    kind = reader.text("kind")
    comparison = Comparison(
        code=reader.text("code"),
        label=reader.text("label"),
        kind=kind,
        attribute=reader.text("attribute"),
        levels=_with_later_levels(kind, [_level(each) for each in reader.objects("levels")]),
        rarity=reader.number("rarity", 0.0),
    )
    reader.done()
    return comparison


def _with_later_levels(kind: str, levels: list[LevelWeight]) -> tuple[LevelWeight, ...]:
    known = {level.code: level for level in levels}
    for (of, code), before in CAME_LATER.items():
        if of == kind and code not in known and before in known:
            levels.insert(levels.index(known[before]), replace(known[before], code=code))
    return tuple(levels)


def _level(reader: Reader) -> LevelWeight:
    level = LevelWeight(reader.text("code"), reader.number("bits"), reader.numbers("under"))
    reader.done()
    return level


def _rule(reader: Reader) -> Rule:
    rule = Rule(reader.text("code"), reader.texts("parts"), reader.integer("up_to", 0))
    reader.done()
    return rule


def _alternative(reader: Reader) -> Alternative:
    alternative = Alternative(
        reader.text("code"),
        reader.text("label"),
        reader.number("prior"),
        reader.flag("related"),
        reader.texts("learns"),
    )
    reader.done()
    return alternative


def _interaction(reader: Reader) -> Interaction:
    interaction = Interaction(_side(reader, "one"), _side(reader, "other"), reader.number("bits"))
    reader.done()
    return interaction


def _side(reader: Reader, key: str) -> tuple[str, str]:
    words = reader.texts(key)
    _require(len(words) == 2, f"{reader.path.removeprefix('model.')}.{key}", "must be a comparison and its level")
    return words[0], words[1]


def _frequencies(reader: Reader) -> Frequencies:
    table = Frequencies(reader.number("typical"), reader.number("unseen"), reader.numbers("shares"))
    reader.done()
    return table
