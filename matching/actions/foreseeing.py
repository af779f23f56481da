"""What `match --all` would do under a model, found out by its own steps; nothing is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from customers.ports import Leaving
from matching.actions.comparing import Compared
from matching.actions.customer_groups import by_first, joinable
from matching.actions.regrouping import decided, regroup
from matching.engine.bulk.grouping import Grouped
from matching.engine.bulk.lists import Ints
from matching.engine.clustering import Pair
from matching.queries.lowered import lowered_customers
from matching.queries.verdicts import settled_pairs


@dataclass(frozen=True)
class Foreseen:
    """Customers (ids) that would become one, group by group; who would be taken apart; pairs of records to ask about.

    What leaves a customer is a customer below zero, told by ``leaving``. ``customers`` is that of each row before the
    groups are joined.
    """

    groups: Sequence[tuple[int, ...]]
    leaving: Mapping[int, Leaving]
    asked: Sequence[Pair]
    customers: Ints

    def home(self, customer: int) -> int:
        """The customer (id) that there is now."""
        return self.leaving[customer].customer if customer in self.leaving else customer


def foresee(compared: Compared) -> Foreseen:
    """By the steps of :func:`matching.actions.matching.run` where everything is compared; some ten queries."""
    again = regroup(compared, decided(compared.stored.columns.party_type))
    leaving = dict(enumerate((Leaving(one.customer, one.leaving) for one in again.partings), start=1))
    leaving = {-number: one for number, one in leaving.items()}
    customers = _after(compared, leaving)
    compared = replace(compared, stored=replace(compared.stored, customers=customers))
    across, grouped = joinable(compared, again.lying)
    owners, _node = by_first(customers)
    groups = [tuple(owners[list(members)].tolist()) for members in grouped.groups if len(members) > 1]
    near = lowered_customers(pk for group in groups for pk in group if pk > 0)
    groups = [tuple(sorted(group)) for group in groups if near.isdisjoint(group)]
    return Foreseen(groups, leaving, _asked(across, grouped, groups, owners), customers)


def _after(compared: Compared, leaving: Mapping[int, Leaving]) -> Ints:
    """The customer of each row once those that leave have left."""
    known = compared.stored
    gone = {pk: number for number, one in leaving.items() for pk in one.records}
    rows = np.flatnonzero(np.isin(known.ids, list(gone)))
    customers = known.customers.copy()
    customers[rows] = [gone[pk] for pk in known.ids[rows].tolist()]
    return customers


def _asked(across: Compared, grouped: Grouped, groups: Sequence[Sequence[int]], owners: Ints) -> list[Pair]:
    """The best pair of records of each two customers that stay apart, but for what people have answered."""
    number = {customer: place for place, group in enumerate(groups) for customer in group}
    ends = owners.tolist()
    known, scores = across.stored, across.scores
    places = [
        place
        for (one, other), place in grouped.best.items()
        if number.get(ends[one], -1) != number.get(ends[other], -2)
    ]
    pairs = [(int(scores.left[place]), int(scores.right[place])) for place in places]
    settled = settled_pairs(known.record(row) for pair in pairs for row in pair)
    ids = known.ids
    found = [(min(int(ids[a]), int(ids[b])), max(int(ids[a]), int(ids[b]))) for a, b in pairs]
    return [pair for pair in found if pair not in settled.pairs and not settled.covers(*pair)]
