"""Taking apart what the order of arrival joined, where the evidence as a whole joins it otherwise.

Placing sees one record after the other, and joins each with what it knows by then. Comparing all with all sees
everything at once: records that the machine linked are grouped anew, the best evidence first, and those that belong to
others, or contradict those with whom they lie, leave. So the groups are the same in whatever order the records came.

What a person said or did stands: a customer about whom somebody decided stays as he is. So does a record that nothing
joins any more, as after a change: that is a doubt, and a person's to answer.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from django.db.models import F

from cmdm.actions import Refused, Stale
from cmdm.models import User
from customers.models import Customer, SourceRecord
from matching.actions import inspecting, ledger
from matching.actions.comparing import Compared
from matching.engine.bulk.grouping import group
from matching.engine.bulk.lists import Ints
from matching.engine.bulk.scoring import Scores
from matching.engine.clustering import Pair
from matching.models import LedgerEntry, Verdict
from matching.queries.asserted import crossings, portal_sources
from matching.queries.lowered import lowered_customers

RULE = "regrouped"


@dataclass(frozen=True)
class Parting:
    """Records (ids) that leave their customer (id) together."""

    customer: int
    leaving: tuple[int, ...]


def decided(party_type: str) -> set[int]:
    """Customers (ids) about whom a person said or did anything; three queries."""
    entries = LedgerEntry.objects.filter(by_machine=False, customer__party_type=party_type)
    found = {pk for ends in entries.values_list("customer", "source_customer") for pk in ends if pk}
    same = Verdict.objects.in_force().filter(answer=Verdict.Answer.SAME, left__customer=F("right__customer"))
    found.update(pk for pk in same.values_list("left__customer", flat=True) if pk)
    return found


@dataclass(frozen=True)
class Regrouped:
    """The group of each row, were all grouped at once (-1: nothing joins it), and the records that leave for it."""

    lying: Ints
    partings: Sequence[Parting] = ()


def regroup(compared: Compared, held: Collection[int]) -> Regrouped:
    """Group all records anew; nothing is written."""
    known = compared.stored
    node = _nodes(known.customers, held)
    apart = _kept_apart(compared, node) | unproved(compared.scores, known.ids, compared.scorer.model.automatic, node)
    made = group(compared.scorer, compared.scores, node, forbidden=apart, conflict=compared.in_conflict())
    lying = made.lying[node]
    found = []
    for customer, parts in _parts(known.customers, lying, held).items():
        home = max(parts, key=lambda place: (len(parts[place]), -parts[place][0]))
        leaving = [rows for place, rows in parts.items() if place != home]
        found += [Parting(customer, tuple(sorted(int(known.ids[row]) for row in rows))) for rows in leaving]
    near = lowered_customers(one.customer for one in found)
    return Regrouped(lying, [one for one in found if one.customer not in near])


def unproved(scores: Scores, ids: Ints, line: float, node: Ints) -> set[tuple[int, int]]:
    """Nodes (by row) that only somebody's own word about himself would join, of scores at or above the line."""
    own = portal_sources()
    said = list(SourceRecord.objects.filter(source__in=own).values_list("pk", flat=True)) if own else []
    sure = np.flatnonzero(scores.probability >= line)
    left, right = ids[scores.left[sure]], ids[scores.right[sure]]
    chosen = sure[np.isin(left, said) | np.isin(right, said)]
    ends = {
        (int(ids[scores.left[place]]), int(ids[scores.right[place]])): (
            int(node[scores.left[place]]),
            int(node[scores.right[place]]),
        )
        for place in chosen.tolist()
    }
    if not ends:
        return set()
    wanted = {end for pair in ends for end in pair}
    records: Mapping[int, SourceRecord] = SourceRecord.objects.only("source", "values").in_bulk(wanted)
    return {(min(ends[pair]), max(ends[pair])) for pair in crossings(ends, records)}


def _nodes(customers: Ints, held: Collection[int]) -> Ints:
    """Each record by itself, those of a held customer as one; numbered in the order of the rows."""
    _distinct, first, place = np.unique(customers, return_index=True, return_inverse=True)
    whole = np.isin(customers, list(held))
    label = np.where(whole, first[place], np.arange(len(customers)))
    number: Ints = np.unique(label, return_inverse=True)[1]
    return number


def _parts(customers: Ints, lying: Ints, held: Collection[int]) -> dict[int, dict[int, list[int]]]:
    """Of customers whose records lie in several groups the rows of each group; who is in none stays where he is."""
    rows = np.flatnonzero(lying >= 0)
    pairs = np.unique(np.stack([customers[rows], lying[rows]]), axis=1)
    several, counts = np.unique(pairs[0], return_counts=True)
    torn = np.setdiff1d(several[counts > 1], list(held))
    found: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for row in rows[np.isin(customers[rows], torn)].tolist():
        found[int(customers[row])][int(lying[row])].append(row)
    return found


def _kept_apart(compared: Compared, node: Ints) -> set[Pair]:
    """Nodes of which a person said "different", and did not leave it to the machine; one query."""
    ids = compared.stored.ids
    order = np.argsort(ids)
    said = np.array(list(Verdict.objects.forbidding().values_list("left", "right")), dtype=np.int64).reshape(-1, 2)
    said = said[np.isin(said, ids).all(axis=1)]
    ends = node[order[np.searchsorted(ids[order], said)]]
    return {(min(pair), max(pair)) for pair in ends.tolist()}


def across_groups(compared: Compared, lying: Ints, node: Ints) -> set[Pair]:
    """Customers (by the node of each row) that strong pairs would join, but whose records lie in different groups."""
    label = np.full(int(node.max(initial=-1)) + 1, -1, dtype=np.int64)
    told = np.flatnonzero(lying >= 0)
    label[node[told]] = lying[told]
    label[np.unique(node[told[label[node[told]] != lying[told]]])] = -1
    scores = compared.scores
    sure = np.flatnonzero(scores.probability >= compared.scorer.model.automatic)
    one, other = node[scores.left[sure]], node[scores.right[sure]]
    apart = (label[one] >= 0) & (label[other] >= 0) & (label[one] != label[other])
    pairs = zip(np.minimum(one, other)[apart].tolist(), np.maximum(one, other)[apart].tolist(), strict=True)
    return set(pairs)


def part(found: Sequence[Parting], compared: Compared, *, actor: User) -> Compared:
    """Let them leave; the comparison with the customers as they are then. Whom somebody touched meanwhile stays."""
    where = dict[int, int]()
    for one in found:
        made = _leave(one, actor=actor)
        if made is not None:
            where.update(dict.fromkeys(one.leaving, made.pk))
    if not where:
        return compared
    inspecting.inspect({one.customer for one in found}, actor=actor)
    known = compared.stored
    rows = np.flatnonzero(np.isin(known.ids, list(where)))
    customers = known.customers.copy()
    customers[rows] = [where[pk] for pk in known.ids[rows].tolist()]
    return replace(compared, stored=replace(known, customers=customers))


def _leave(one: Parting, *, actor: User) -> Customer | None:
    records = list(SourceRecord.objects.filter(pk__in=one.leaving, customer=one.customer).defer("raw", "findings"))
    customer = Customer.objects.filter(pk=one.customer).first()
    if customer is None or len(records) != len(one.leaving):
        return None
    try:
        seen = {customer.pk: customer.version}
        return ledger.unmerge(records, actor=actor, seen=seen, different=(), rule=RULE, by_machine=True)[1]
    except (Refused, Stale):
        return None
