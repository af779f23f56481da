"""How likely each two columns of a card are one customer, explained; and into which halves a customer would fall."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import combinations, product

from customers.models import SourceRecord
from matching.models import Candidate
from matching.queries.explaining import PairExplained, explained
from matching.queries.models import models_in_force
from matching.queries.proposals import proposed
from matching.queries.scores import compare_pairs
from stewardship.rules.parting import Pair

NEAREST = 3
"""Of two customers that nobody asked about, so many records each are compared."""


def explained_pairs(
    sides: Sequence[Sequence[SourceRecord]], candidates: Iterable[Candidate]
) -> dict[Pair, PairExplained]:
    """By places of two columns the pair that speaks most for them: the one asked about, else the likeliest."""
    place = {record.pk: number for number, side in enumerate(sides) for record in side}
    own = {record.pk: record for side in sides for record in side}
    asked: dict[Pair, list[tuple[SourceRecord, SourceRecord]]] = {}
    for one in candidates:
        ends = sorted((place.get(end.pk, -1), end.pk) for end in (one.left, one.right))
        (first, _left), (second, _right) = ends
        if first >= 0 and first != second:
            asked.setdefault((first, second), []).append((one.left, one.right))
    compared = [[record for record in side if record.about_id is None][:NEAREST] for side in sides]
    wanted = {
        pair: asked.get(pair) or list(product(compared[pair[0]], compared[pair[1]]))
        for pair in combinations(range(len(sides)), 2)
    }
    scores = compare_pairs(two for pairs in wanted.values() for two in pairs)
    models = models_in_force()
    found = {}
    for pair, pairs in wanted.items():
        known = [(scores[a.pk, b.pk], (a, b)) for a, b in pairs if (a.pk, b.pk) in scores]
        if known:
            best, best_pair = max(known, key=lambda one: one[0].weight)
            left, right = sorted((own[end.pk] for end in best_pair), key=lambda end: place[end.pk])
            found[pair] = replace(explained(best, models[left.party_type]), records=(left, right))
    return found


def halves(records: Sequence[SourceRecord], candidate: Candidate) -> list[list[SourceRecord]]:
    """The records of one customer as two columns: what would stay, and what would go; four queries."""
    split = proposed(candidate)
    leaving = set(split.leaving) or {candidate.right_id}
    return [
        [record for record in records if record.pk not in leaving],
        [record for record in records if record.pk in leaving],
    ]
