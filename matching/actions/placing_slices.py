"""Writing what was planned for a load: slice by slice, each with all that belongs to it in one transaction."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from cmdm import audit
from cmdm.actions import action
from cmdm.models import User
from customers import ports
from customers.actions import founding, golden
from customers.models import Customer, SourceRecord
from customers.ports import PlacedMany
from matching.actions import candidates, inspecting, key_rows, keys
from matching.actions.candidates import Question
from matching.actions.key_rows import KeyRows
from matching.actions.ledger_entries import Placed, write_placed
from matching.actions.placing_plans import Plan, Plans
from matching.models import MatchKey


@dataclass
class Writing:
    """A load being written: the plans, the keys, and the customer that each written group has."""

    plans: Plans
    keys: KeyRows
    version: int
    since: datetime
    actor: User
    customer_of: dict[int, int] = field(default_factory=dict)

    @property
    def party(self) -> str:
        return self.plans.compared.stored.columns.party_type


@action
def write_slice(writing: Writing, numbers: Sequence[int], *, actor: User, hold: Callable[[], None]) -> PlacedMany:
    """Write some groups: customers or links, keys, ledger, candidates. Those that somebody came between are left out.

    Stale when one of the records has been placed or closed meanwhile.
    """
    hold()
    rows = [row for number in numbers for row in writing.plans.groups[number].rows]
    keys.lock_buckets(writing.keys.digests_of(np.array(rows)).tolist())
    chosen = _undisturbed(writing, numbers)
    groups = {number: writing.plans.groups[number] for number in chosen}
    linked = _link(writing, {number: each for number, each in groups.items() if each.decision.kind == "link"})
    fresh = [number for number, each in groups.items() if each.decision.kind != "link"]
    ids = writing.plans.compared.stored.ids
    made = founding.found_many(writing.party, [ids[groups[one].rows].tolist() for one in fresh], actor=actor)
    writing.customer_of.update(zip(fresh, made, strict=True))
    written = [number for number in chosen if number in writing.customer_of]
    placed = [row for one in written for row in groups[one].rows]
    key_rows.write(writing.plans.compared.scorer.model, writing.plans.compared.stored, writing.keys, placed)
    write_placed(actor, _entries(writing, written))
    asked = _ask(writing, written)
    golden.rebuild_many(sorted(linked), "customer.changed", actor=actor)
    founding.tell(asked, actor=actor)
    ports.relinked(dict.fromkeys(ids[placed].tolist(), 0), actor=actor, cause="merge")
    suspects = [writing.customer_of[one] for one in written if one in writing.plans.suspects]
    if suspects:
        inspecting.inspect(suspects, actor=actor)
    counts = {"records": sum(len(groups[one].rows) for one in written), "founded": len(made)}
    stored = writing.plans.compared.stored
    audit.record(actor, "records.placed", domains=set(stored.domains[rows].tolist()), counts=counts)
    return PlacedMany(counts["records"], len(made), counts["records"] - len(made), len(asked))


def _undisturbed(writing: Writing, numbers: Sequence[int]) -> list[int]:
    """The groups whose blocks nobody has written to since they were compared; the locks are held by now."""
    newer = SourceRecord.objects.filter(received_at__gte=writing.since, placed_at__isnull=False)
    touched = set(MatchKey.objects.filter(record__in=newer.values("pk")).values_list("key", flat=True))
    if not touched:
        return list(numbers)
    return [
        number
        for number in numbers
        if touched.isdisjoint(writing.keys.digests_of(np.array(writing.plans.groups[number].rows)).tolist())
    ]


def _link(writing: Writing, groups: dict[int, Plan]) -> set[int]:
    """Link groups to existing customers, locked; one that is active no longer is left to the placing of single ones."""
    wanted = {each.decision.customer for each in groups.values() if each.decision.customer}
    if not wanted:
        return set()
    held = Customer.objects.active().filter(pk__in=wanted).locked()
    active = set(held.values_list("pk", flat=True))
    stored = writing.plans.compared.stored
    records: list[int] = []
    targets: list[int] = []
    for number, each in groups.items():
        customer = each.decision.customer
        if customer is not None and customer in active:
            writing.customer_of[number] = customer
            records += stored.ids[each.rows].tolist()
            targets += [customer] * len(each.rows)
    founding.link_many(records, targets, actor=writing.actor)
    return set(targets)


def _entries(writing: Writing, numbers: Iterable[int]) -> Iterator[Placed]:
    """Foundings by the first row of a group, links of all others with the pair that brought them in."""
    compared = writing.plans.compared
    ids, scores = compared.stored.ids, compared.scores
    links: list[tuple[int, int, int]] = []
    for number in numbers:
        group, customer = writing.plans.groups[number], writing.customer_of[number]
        first = group.rows[0]
        if group.decision.kind == "link":
            links.append((first, customer, group.options[customer]))
        else:
            yield Placed(customer, int(ids[first]))
        links += [(row, customer, group.via[row]) for row in group.rows[1:]]
    told = compared.scorer.told(scores.where(np.array([place for _row, _customer, place in links]))) if links else []
    for (row, customer, place), score in zip(links, told, strict=True):
        other = scores.right[place] if scores.left[place] == row else scores.left[place]
        evidence = {
            "record": int(ids[other]),
            "weight": score.weight,
            "levels": [[one.comparison, one.level, one.weight] for one in score.levels],
        }
        yield Placed(customer, int(ids[row]), evidence, score.probability, writing.version)


def _ask(writing: Writing, numbers: Collection[int]) -> set[int]:
    """Open the questions whose later group was written now; the customers that they are about."""
    compared, plans = writing.plans.compared, writing.plans
    chosen = [one for number in numbers for one in plans.questions.get(number, ())]
    told = compared.scorer.told(compared.scores.where(np.array([one.place for one in chosen]))) if chosen else []
    questions: list[Question] = []
    about: set[int] = set()
    for one, score in zip(chosen, told, strict=True):
        ends = [int(compared.scores.left[one.place]), int(compared.scores.right[one.place])]
        owners = {_owner(writing, row) for row in ends}
        if len(owners) == 2 and 0 not in owners:
            left, right = (compared.stored.record(row) for row in ends)
            questions.append(Question(left, right, score, writing.version, one.kind, one.reason))
            about |= owners
    candidates.open_all(questions)
    return about


def _owner(writing: Writing, row: int) -> int:
    """The customer of a row by now; 0 for one that is left to the placing of single ones."""
    number = int(writing.plans.of_row[row])
    return int(writing.plans.compared.stored.customers[row]) if number < 0 else writing.customer_of.get(number, 0)


@action
def finish(writing: Writing, *, actor: User, hold: Callable[[], None]) -> None:
    """List the blocks that have become large, and give the records that were there before their finer keys."""
    hold()
    compared = writing.plans.compared
    if writing.keys.large:
        key_rows.list_large(compared.scorer.model, writing.keys)
        before = [row for row in range(len(compared.stored)) if writing.plans.of_row[row] < 0]
        key_rows.write_finer(compared.stored, writing.keys, before)
    audit.record(actor, "load.matched", counts={"pairs": compared.pairs, "groups": len(writing.plans.groups)})
