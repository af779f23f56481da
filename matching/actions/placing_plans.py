"""What is to become of the records of a load, decided over all of them at once; nothing is written here.

New records are grouped among themselves, the best evidence first. A group then stands to the customers that exist as
one record would: linked to one that is clearly best, a candidate for several, or new.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from customers import ports
from customers.models import SourceRecord
from matching.actions.comparing import Compared
from matching.engine.bulk.grouping import best_pairs, group, strangers
from matching.engine.bulk.lists import Ints, Lists
from matching.engine.clustering import DOUBTFUL
from matching.engine.deciding import Decision, Option, decide
from matching.engine.evidence import Score
from matching.engine.splitting import threads
from matching.models import Candidate
from matching.queries.asserted import crossings
from matching.queries.lowered import lowered_customers, only_proposing

TWO_AND_TWO = 4


@dataclass(frozen=True)
class Question:
    """A pair of rows in two groups, or of a row and an existing record, as a place in the scores."""

    place: int
    kind: str
    reason: str


@dataclass
class Plans:
    """All groups, in the order in which their first records came, and what they are to become.

    ``rows``: those of each group. ``via``: of each row the place of the pair through which it came into its group.
    By the number of a group: ``decided``, where it met customers; ``options``, the best pair (a place) with each of
    these; ``questions``, by that of the later group.
    """

    compared: Compared
    rows: Lists
    of_row: Ints
    via: Ints
    decided: dict[int, Decision] = field(default_factory=dict)
    options: dict[int, dict[int, int]] = field(default_factory=lambda: defaultdict(dict))
    questions: dict[int, list[Question]] = field(default_factory=lambda: defaultdict(list))
    suspects: set[int] = field(default_factory=set)
    """Groups that may hang together by a thread."""

    def __len__(self) -> int:
        return len(self.rows)

    def rows_of(self, numbers: Sequence[int]) -> Ints:
        """The rows of some groups, one group after the other."""
        return self.rows.take(np.array(numbers, dtype=np.int64)).values

    def customer(self, number: int) -> int | None:
        """The customer (id) that a group is linked to; None for one that founds its own."""
        decision = self.decided.get(number)
        return decision.customer if decision and decision.kind == "link" else None


def plan(compared: Compared, fresh: Ints) -> Plans:
    """Group the fresh rows, and decide about each group."""
    scores = compared.scores
    inside = np.flatnonzero(fresh[scores.left] & fresh[scores.right])
    node = np.where(fresh, np.arange(len(fresh)), -1)
    grouped = group(compared.scorer, scores.where(inside), node, conflict=compared.in_conflict())
    lowered = np.isin(compared.stored.domains, list(ports.lowered()))
    plans = _groups(compared, grouped.lying, fresh, lowered)
    _take_evidence(plans, inside)
    _ask_inside(plans, inside, lowered)
    _meet_existing(plans, fresh, lowered)
    return plans


def _groups(compared: Compared, lying: Ints, fresh: Ints, lowered: Ints) -> Plans:
    """The groups of several, and every other fresh row by itself; so is what touches a domain that only proposes."""
    rows = np.flatnonzero(fresh)
    first = np.where(lying[rows] >= 0, lying[rows], rows)
    touched = np.isin(first, first[lowered[rows]])
    first[touched] = rows[touched]
    number = _as_they_came(np.unique(first, return_inverse=True)[1], compared.stored.ids[rows])
    of_row = np.full(len(fresh), -1, dtype=np.int64)
    of_row[rows] = number
    order = np.argsort(number, kind="stable")
    members = Lists.of(number[order], rows[order], int(number.max(initial=-1)) + 1)
    return Plans(compared, members, of_row, np.full(len(fresh), -1, dtype=np.int64))


def _as_they_came(number: Ints, ids: Ints) -> Ints:
    """Numbers of groups such that those lie together in a slice whose records lie together where they are kept."""
    first = np.full(int(number.max(initial=-1)) + 1, np.iinfo(np.int64).max)
    np.minimum.at(first, number, ids)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    return rank[number]


def _take_evidence(plans: Plans, inside: Ints) -> None:
    """For every row of a group its best pair with another of it."""
    scores, of_row = plans.compared.scores, plans.of_row
    same = inside[of_row[scores.left[inside]] == of_row[scores.right[inside]]]
    plans.suspects = _suspects(plans, same)
    best = same[np.argsort(-scores.weight[same], kind="stable")]
    ends = np.stack([scores.left[best], scores.right[best]], axis=1).ravel()
    rows, first = np.unique(ends, return_index=True)
    plans.via[rows] = best[first // 2]


def _suspects(plans: Plans, same: Ints) -> set[int]:
    """Groups of four rows and more in which two parts hang on a doubtful pair, as far as blocks tell."""
    scores, of_row = plans.compared.scores, plans.of_row
    likely = same[scores.probability[same] >= plans.compared.scorer.model.review]
    number = of_row[scores.left[likely]]
    large = plans.rows.counts >= TWO_AND_TWO
    wanted = np.unique(number[(scores.probability[likely] < DOUBTFUL) & large[number]])
    edges: dict[int, list[tuple[int, int, float]]] = defaultdict(list)
    for place in likely[np.isin(number, wanted)].tolist():
        ends = int(scores.left[place]), int(scores.right[place])
        edges[int(of_row[ends[0]])].append((*ends, float(scores.probability[place])))
    return {each for each, of_group in edges.items() if threads(plans.rows.row(each), of_group, DOUBTFUL)}


def _ask_inside(plans: Plans, inside: Ints, lowered: Ints) -> None:
    """Pairs between two groups that reach the review line become questions, the best of each two groups."""
    scores, of_row = plans.compared.scores, plans.of_row
    automatic = plans.compared.scorer.model.automatic
    for (low, high), nth in best_pairs(scores.where(inside), of_row).pairs().items():
        place = int(inside[nth])
        refused = scores.probability[place] >= automatic and not _touched(plans, lowered, low, high)
        kind = Candidate.Kind.CONFLICT if refused else Candidate.Kind.POSSIBLE
        plans.questions[max(low, high)].append(Question(place, kind, "conflict" if refused else "review"))


def _touched(plans: Plans, lowered: Ints, *groups: int) -> bool:
    """Whether one of these groups lies in a domain that only proposes."""
    return bool(lowered[plans.rows_of(groups)].any())


def _meet_existing(plans: Plans, fresh: Ints, lowered: Ints) -> None:
    compared, of_row = plans.compared, plans.of_row
    scores = compared.scores
    across = np.flatnonzero(fresh[scores.left] != fresh[scores.right])
    if not len(across):
        return
    customers = compared.stored.customers
    base = len(plans)
    known, number = np.unique(customers, return_inverse=True)
    node = np.where(fresh, of_row, base + number)
    best = {pair: int(across[nth]) for pair, nth in best_pairs(scores.where(across), node).pairs().items()}
    apart = _opposed(compared, node, best) | _proved(compared, best)
    told = dict(zip(best, compared.scorer.told(scores.where(np.array(list(best.values())))), strict=True))
    options: dict[int, list[Option]] = defaultdict(list)
    for (mine, theirs), place in best.items():
        customer = int(known[theirs - base])
        options[mine].append(_option(compared, fresh, place, customer, told[mine, theirs], (mine, theirs) in apart))
        plans.options[mine][customer] = place
    near = lowered_customers(one.customer for found in options.values() for one in found)
    for mine, found in options.items():
        only = _touched(plans, lowered, mine) or any(one.customer in near for one in found)
        _decide(plans, mine, found, only=only)


def _option(compared: Compared, fresh: Ints, place: int, customer: int, score: Score, conflict: bool) -> Option:
    left, right = int(compared.scores.left[place]), int(compared.scores.right[place])
    other = right if fresh[left] else left
    return Option(customer, score, int(compared.stored.ids[other]), conflict=conflict)


def _decide(plans: Plans, mine: int, options: list[Option], *, only: bool) -> None:
    model = plans.compared.scorer.model
    decision = plans.decided[mine] = decide(only_proposing(model) if only else model, options)
    for option in decision.candidates:
        kind = Candidate.Kind.CONFLICT if option.conflict else Candidate.Kind.POSSIBLE
        plans.questions[mine].append(Question(plans.options[mine][option.customer], kind, decision.rule))


def _opposed(compared: Compared, node: Ints, best: Mapping[tuple[int, int], int]) -> set[tuple[int, int]]:
    """Pairs of group and customer of which some rows are related or strangers, or conflict."""
    scores = compared.scores
    sure = [pair for pair, place in best.items() if scores.probability[place] >= compared.scorer.model.automatic]
    order = np.argsort(node, kind="stable")
    starts = np.searchsorted(node[order], np.arange(int(node.max()) + 2))
    left, right = [], []
    for mine, theirs in sure:
        ours = order[starts[mine] : starts[mine + 1]]
        others = order[starts[theirs] : starts[theirs + 1]]
        left.append(np.repeat(ours, len(others)))
        right.append(np.tile(others, len(ours)))
    found = strangers(compared.scorer, np.concatenate(left), np.concatenate(right), node) if sure else set()
    conflict = compared.in_conflict()
    if conflict is not None:
        found |= {pair for pair in sure if conflict(int(scores.left[best[pair]]), int(scores.right[best[pair]]))}
    return found


def _proved(compared: Compared, best: Mapping[tuple[int, int], int]) -> set[tuple[int, int]]:
    """Pairs in which one says of himself what nothing proves."""
    ids = compared.stored.ids
    ends = {
        pair: (int(ids[compared.scores.left[place]]), int(ids[compared.scores.right[place]]))
        for pair, place in best.items()
        if compared.scores.probability[place] >= compared.scorer.model.automatic
    }
    if not ends:
        return set()
    records = SourceRecord.objects.only("source", "values").in_bulk({end for pair in ends.values() for end in pair})
    crossed = crossings(ends.values(), records)
    return {pair for pair, both in ends.items() if both in crossed}
