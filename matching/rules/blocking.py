"""Which rules of blocking pay: what each costs in pairs, what it finds, and a choice that finds most for least.

What there is to find is measured by pairs that a wider set of rules brings together and the model calls the same, and
by pairs that people called the same. A rule's cost is the pairs in its blocks.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from matching.engine.bulk.blocking import Blocks
from matching.engine.model import Model, Rule

Array = NDArray[Any]
Parts = tuple[str, ...]
MOST: Final = 50_000  # pairs by which rules are judged
WORTH: Final = 0.0005  # share of what there is to find that a further rule must add
CAP: Final = 200

WIDER: Final[dict[str, tuple[Parts, ...]]] = {
    "person": (
        ("identifier",),
        ("email",),
        ("email_user",),
        ("phone",),
        ("names",),
        ("name_letters", "birth_year"),
        ("name_initial", "birth_date"),
        ("birth_date",),
        ("birth_date", "city"),
        ("birth_date", "postcode"),
        ("birth_date", "house"),
        ("given", "birth_year"),
        ("family", "birth_year"),
        ("given", "postcode"),
        ("family_prefix", "postcode"),
        ("family", "city"),
        ("given", "city"),
        ("family", "street"),
        ("street", "house", "given_initial"),
        ("postcode", "house"),
        ("names_prefix",),
        ("given", "family_initial"),
        ("family", "given_initial"),
        ("email_user_prefix",),
    ),
    "organisation": (
        ("identifier",),
        ("email",),
        ("email_domain",),
        ("phone",),
        ("website",),
        ("organisation",),
        ("organisation_prefix",),
        ("organisation_word",),
        ("organisation_word", "postcode"),
        ("organisation_word", "city"),
        ("organisation_prefix", "city"),
        ("street", "house"),
        ("postcode", "house"),
    ),
}


@dataclass(frozen=True)
class RuleCount:
    """One rule: the pairs in its blocks, its largest block, and the shares that it finds, alone and at all."""

    parts: Parts
    pairs: int
    largest: int
    found: float
    alone: float
    answers: float | None
    used: bool


def wider(model: Model) -> Model:
    """The model with every rule that is worth a try, its own first; large blocks are divided sooner."""
    own = [rule.parts for rule in model.rules]
    further = [parts for parts in WIDER[model.party_type] if parts not in own]
    rules = tuple(Rule("+".join(parts), parts) for parts in dict.fromkeys([*own, *further]))
    return replace(model, rules=rules, block_cap=min(CAP, model.block_cap))


def membership(blocks: Blocks, left: Array, right: Array) -> Array:
    """By pair and rule: whether both rows share a block of the rule."""
    found = np.zeros((len(left), len(blocks.compared)), dtype=bool)
    for rule, lists in enumerate(blocks.compared):
        known = {row: set(lists.row(row)) for row in {*left.tolist(), *right.tolist()}}
        for place, (one, other) in enumerate(zip(left.tolist(), right.tolist(), strict=True)):
            found[place, rule] = not known[one].isdisjoint(known[other])
    return found


def counted(model: Model, wide: Model, blocks: Blocks, likely: Array, answered: Array) -> list[RuleCount]:
    """Every rule of the wider model; ``likely`` and ``answered`` are memberships of the pairs that should be found."""
    own = {rule.parts for rule in model.rules}
    by_own = [place for place, rule in enumerate(wide.rules) if rule.parts in own]
    made = []
    for place, rule in enumerate(wide.rules):
        others = [other for other in by_own if other != place]
        alone = likely[:, place] & ~likely[:, others].any(axis=1)
        made.append(
            RuleCount(
                parts=rule.parts,
                pairs=blocks.count(place),
                largest=_largest(blocks, place),
                found=_share(likely[:, place]),
                alone=_share(alone),
                answers=_share(answered[:, place]) if len(answered) else None,
                used=rule.parts in own,
            )
        )
    return made


def recall(model: Model, wide: Model, member: Array) -> float | None:
    """The share of these pairs that the model's own rules bring together."""
    own = {rule.parts for rule in model.rules}
    chosen = [place for place, rule in enumerate(wide.rules) if rule.parts in own]
    return _share(member[:, chosen].any(axis=1)) if len(member) else None


def chosen(counts: Sequence[RuleCount], likely: Array) -> list[int]:
    """The rules (places) that find most for least: each adds the most new pairs of one party for its cost."""
    left = np.ones(len(likely), dtype=bool)
    taken: list[int] = []
    worth = max(1.0, WORTH * len(likely))
    while left.any():
        gains = likely[left].sum(axis=0)
        costs = np.array([one.pairs + len(likely) / 10 + 1 for one in counts])
        ratios = np.where(gains >= worth, gains / costs, 0.0)
        ratios[taken] = 0.0
        best = int(ratios.argmax())
        if ratios[best] <= 0:
            break
        taken.append(best)
        left &= ~likely[:, best]
    return taken


def sizes(model: Model, blocks: Blocks) -> list[dict[str, Any]]:
    """Each rule of the model with its pairs and its largest block."""
    return [
        {"parts": list(rule.parts), "pairs": blocks.count(place), "largest": _largest(blocks, place)}
        for place, rule in enumerate(model.rules)
    ]


def _largest(blocks: Blocks, rule: int) -> int:
    over = [one.records for one in blocks.large if one.rule == rule and not one.finer]
    values = blocks.compared[rule].values
    whole = int(np.unique(values, return_counts=True)[1].max()) if len(values) else 0
    return max([whole, *over])


def _share(found: Any) -> float:
    return round(float(found.mean()), 5) if len(found) else 0.0
