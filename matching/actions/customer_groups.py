"""Which existing customers are the same: compared in arrays, grouped with conscience; nothing is written here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from django.db import connection
from django.db.models import Q

from matching.actions.candidates import Question
from matching.actions.comparing import Compared, Progress, compare
from matching.actions.regrouping import across_groups, unproved
from matching.engine.bulk.grouping import Grouped, group
from matching.engine.bulk.lists import Ints
from matching.engine.clustering import Pair
from matching.engine.defaults import wide
from matching.engine.evidence import Score
from matching.models import Candidate, Verdict
from matching.queries.lowered import lowered_customers
from matching.queries.models import InForce
from matching.queries.stored import Stored, comparable, stored

MANY = 50_000  # records from which on all are read: that costs less than to find out who shares a key with them
# Records that share a key with some, but for the keys of large blocks: those have finer ones. Key by key: by statistics
# a few thousand keys seem to be worth reading all there are, which takes seconds of a million records.
MATES = """
    SELECT DISTINCT other.record_id
      FROM unnest(ARRAY(SELECT DISTINCT key FROM matching_matchkey WHERE record_id = ANY(%s))) AS mine(key)
     CROSS JOIN LATERAL (SELECT record_id FROM matching_matchkey k WHERE k.key = mine.key OFFSET 0) AS other
     WHERE NOT EXISTS (SELECT FROM matching_oversizedblock large WHERE large.key = mine.key)
"""


@dataclass(frozen=True)
class Union:
    """Customers (ids) that are one, and the strongest pair of records that says so."""

    customers: tuple[int, ...]
    pair: tuple[int, int]
    score: Score


@dataclass(frozen=True)
class Settlement:
    """What a comparison of customers comes to."""

    records: int
    pairs: int
    unions: Sequence[Union]
    questions: Sequence[Question]


def meet(chosen: InForce, records: Sequence[int], *, everything: bool, report: Progress) -> Compared | None:
    """Compare the records of these customers (ids) with all that share a key with them; None where there are none.

    All with all is done by as wide rules as pay at that size: they find pairs, and change no score. It compares records
    of one customer, too.
    """
    if not records:
        return None
    known = _read(chosen, records, everything=everything)
    if everything:
        return compare(wide(chosen.model, len(known)), known, report=report)
    _first, node = by_first(known.customers)
    return compare(chosen.model, known, report=report, fresh=np.isin(known.ids, np.array(records)), owners=node)


def settle(chosen: InForce, compared: Compared, records: int, lying: Ints | None = None) -> Settlement:
    """Which customers are one, and what is to be asked; `lying` is the group of each row, where all were grouped."""
    return _settled(chosen, *joinable(compared, lying), records)


def joinable(compared: Compared, lying: Ints | None = None) -> tuple[Compared, Grouped]:
    """The comparison across customers, and the groups of customers (by place in the order of their first rows)."""
    known = compared.stored
    _first, node = by_first(known.customers)
    across = node[compared.scores.left] != node[compared.scores.right]
    if not across.all():
        compared = replace(compared, scores=compared.scores.where(across))
    apart = _kept_apart(known, node) | unproved(compared.scores, known.ids, compared.scorer.model.automatic, node)
    if lying is not None:
        apart |= across_groups(compared, lying, node)
    return compared, group(compared.scorer, compared.scores, node, forbidden=apart, conflict=compared.in_conflict())


def _read(chosen: InForce, records: Sequence[int], *, everything: bool) -> Stored:
    rows = comparable(chosen.model.party_type).filter(customer__isnull=False)
    if not everything and len(records) < MANY:
        with connection.cursor() as cursor:
            cursor.execute(MATES, [list(records)])
            mates = {record for (record,) in cursor.fetchall()}
        rows = rows.filter(pk__among=sorted(mates.union(records)))
    return stored(chosen.model, rows)


def by_first(customers: Ints) -> tuple[Ints, Ints]:
    """Customers numbered in the order of their first records, which no order of arrival changes."""
    distinct, first, place = np.unique(customers, return_index=True, return_inverse=True)
    rank = np.empty(len(distinct), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(distinct))
    return distinct[np.argsort(first)], rank[place]


def _kept_apart(known: Stored, node: Ints) -> set[Pair]:
    """Customers between whose records a person said "different", and did not leave it to the machine; one query.

    An open record counts where it lies in these columns, another where it lies in the database.
    """
    number = dict(zip(known.customers.tolist(), node.tolist(), strict=True))
    rows = Verdict.objects.forbidding()
    if len(known) < 10_000:
        owners = sorted(number)
        rows = rows.filter(Q(left__customer__among=owners) | Q(right__customer__among=owners))
    found = list(rows.values_list("left", "left__customer", "right", "right__customer"))
    said = np.flatnonzero(np.isin(known.ids, [end for row in found for end in (row[0], row[2])]))
    mine = dict(zip(known.ids[said].tolist(), node[said].tolist(), strict=True))
    ends = [(mine.get(a, number.get(one)), mine.get(b, number.get(other))) for a, one, b, other in found]
    return {(min(a, b), max(a, b)) for a, b in ends if a is not None and b is not None and a != b}


def _settled(chosen: InForce, compared: Compared, grouped: Grouped, records: int) -> Settlement:
    scores, known = compared.scores, compared.stored
    best = list(grouped.best.items())
    told = (
        dict(zip(grouped.best, compared.scorer.told(scores.where(np.array([p for _k, p in best]))), strict=True))
        if best
        else {}
    )
    number: dict[int, int] = {}
    for index, members in enumerate(grouped.groups):
        if len(members) > 1:
            number.update(dict.fromkeys(members, index))
    inside: dict[int, list[Pair]] = {}
    questions = []
    for pair, place in best:
        left, right = int(scores.left[place]), int(scores.right[place])
        if pair[0] in number and number[pair[0]] == number.get(pair[1]):
            inside.setdefault(number[pair[0]], []).append(pair)
        else:
            kind = Candidate.Kind.CONFLICT if pair in grouped.apart else Candidate.Kind.POSSIBLE
            ends = known.record(left), known.record(right)
            questions.append(Question(*ends, told[pair], chosen.version, kind, "match"))
    unions = {one: _union(compared, grouped, pairs, told) for one, pairs in inside.items()}
    lowered = lowered_customers(customer for union in unions.values() for customer in union.customers)
    for one, union in list(unions.items()):
        if lowered.intersection(union.customers):
            del unions[one]
            questions += [_question(chosen, compared, grouped.best[pair], told[pair]) for pair in inside[one]]
    return Settlement(records, compared.pairs, list(unions.values()), questions)


def _question(chosen: InForce, compared: Compared, place: int, score: Score) -> Question:
    """A pair that the machine would have joined, in a domain where it only proposes."""
    scores, known = compared.scores, compared.stored
    ends = known.record(int(scores.left[place])), known.record(int(scores.right[place]))
    return Question(*ends, score, chosen.version, Candidate.Kind.POSSIBLE, "match")


def _union(compared: Compared, grouped: Grouped, pairs: Sequence[Pair], told: Mapping[Pair, Score]) -> Union:
    scores, known = compared.scores, compared.stored
    places = [grouped.best[pair] for pair in pairs]
    rows = {int(row) for place in places for row in (scores.left[place], scores.right[place])}
    strongest = max(pairs, key=lambda pair: told[pair].weight)
    place = grouped.best[strongest]
    ends = sorted((int(known.ids[scores.left[place]]), int(known.ids[scores.right[place]])))
    customers = tuple(sorted({int(known.customers[row]) for row in rows}))
    return Union(customers, (ends[0], ends[1]), told[strongest])
