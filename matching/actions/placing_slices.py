"""Writing what was planned for a load: slice by slice, each with all that belongs to it in one transaction.

Two are written at once where they found customers, which nobody else sees yet; see :mod:`placing_turns`.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple, Self

import numpy as np
from django.db import connection, transaction

from cmdm import audit
from cmdm.actions import action
from cmdm.database import waiting
from cmdm.models import User
from customers import ports
from customers.actions import founding as customers_founding
from customers.actions import golden
from customers.models import Customer
from customers.ports import PlacedMany
from matching.actions import candidates, inspecting, key_rows, keys, ledger_entries, ledger_lines
from matching.actions.candidates import Question
from matching.actions.key_rows import KeyRows
from matching.actions.placing_composed import Founding, entries
from matching.actions.placing_plans import Plans
from matching.actions.placing_turns import Turn
from matching.engine.bulk.lists import Ints

# Keys of records that have come, or of which a version has been kept or something was corrected, since. By their ids:
# what a load stores it stores before, and no index of times has to be kept for it.
_TOUCHED = """
    SELECT DISTINCT k.key FROM matching_matchkey k WHERE k.record_id IN (
        SELECT COALESCE(about_id, id) FROM customers_sourcerecord WHERE id > %s AND placed_at IS NOT NULL
        UNION SELECT COALESCE(about_id, id) FROM customers_historicalsourcerecord WHERE history_id > %s)
"""
_LAST = """
    SELECT (SELECT COALESCE(max(id), 0) FROM customers_sourcerecord),
           (SELECT COALESCE(max(history_id), 0) FROM customers_historicalsourcerecord)
"""


class Since(NamedTuple):
    """The last record, and the last version kept of one, when a load was compared."""

    record: int
    version: int

    @classmethod
    def now(cls) -> Self:
        """As it is once whoever is placing records has ended: his ids are drawn, and he holds locks on buckets."""
        with transaction.atomic(), connection.cursor() as cursor:
            keys.lock_buckets(range(keys.BUCKETS))
            cursor.execute(_LAST)
            return cls(*cursor.fetchone())

    def after(self, record: int) -> "Since":
        """The same, but for records up to that one (id)."""
        return self._replace(record=max(self.record, record))


@dataclass
class Writing:
    """A load being written: the plans, the keys, and the customer that each written group has."""

    plans: Plans
    keys: KeyRows
    version: int
    since: Since
    actor: User
    customer_of: dict[int, int] = field(default_factory=dict)

    @property
    def party(self) -> str:
        return self.plans.compared.stored.columns.party_type

    @contextmanager
    def undone(self, numbers: Sequence[int]) -> Iterator[None]:
        """Around the transaction that writes some groups: when it is taken back they have no customers."""
        try:
            yield
        except BaseException:
            for number in numbers:
                self.customer_of.pop(number, None)
            raise


@action
def write_slice(
    writing: Writing,
    numbers: Sequence[int],
    *,
    actor: User,
    hold: Callable[[], None],
    turn: Turn,
    founding: Founding | None = None,
) -> PlacedMany:
    """Write some groups: customers or links, keys, ledger, candidates. Those that somebody came between are left out.

    Stale when one of the records has been placed or closed meanwhile.

    :param founding: what was composed of those that found customers.
    """
    plans = writing.plans
    rows = plans.rows_of(numbers)
    apart = founding is not None and len(founding.numbers) == len(numbers)
    chosen = _begun(writing, numbers, rows, turn, apart=apart)
    whole = founding if len(chosen) == len(numbers) else None
    made = _found_composed(writing, whole, actor=actor) if whole and apart else []
    # From here on rows are touched that the slice before may touch, too; and what it wrote is asked for.
    turn.come()
    hold()
    if made and founding:
        customers_founding.note_brought(founding.customers, actor=actor)
    links = [number for number in chosen if plans.customer(number)]
    linked = _link(writing, links)
    if not whole:
        made = _found(writing, [number for number in chosen if not plans.customer(number)], actor=actor)
    elif not apart:
        made = _found_composed(writing, whole, actor=actor)
        customers_founding.note_brought(whole.customers, actor=actor)
    rest = links if whole else chosen
    _write_rows(writing, [number for number in rest if number in writing.customer_of], actor=actor)
    written = [number for number in chosen if number in writing.customer_of]
    asked = _ask(writing, written)
    golden.rebuild_many(sorted(linked), "customer.changed", actor=actor)
    customers_founding.tell(asked, actor=actor)
    placed = plans.compared.stored.ids[plans.rows_of(written)].tolist()
    ports.relinked(dict.fromkeys(placed, 0), actor=actor, cause="merge")
    suspects = [writing.customer_of[one] for one in written if one in plans.suspects]
    if suspects:
        inspecting.inspect(suspects, actor=actor)
    counts = {"records": len(placed), "founded": len(made)}
    audit.record(actor, "records.placed", domains=set(plans.compared.stored.domains[rows].tolist()), counts=counts)
    return PlacedMany(counts["records"], len(made), counts["records"] - len(made), len(asked))


def _begun(writing: Writing, numbers: Sequence[int], rows: Ints, turn: Turn, *, apart: bool) -> list[int]:
    """Take the locks on the buckets; the groups that nobody came between.

    :param apart: whether the slice writes rows of its own first. One that does not has nothing to do before its turn.
    """
    waiting.have_room()
    turn.begin()
    if not apart:
        turn.come()
    keys.share_buckets(np.unique(writing.keys.digests_of(rows) % keys.BUCKETS).tolist())
    chosen = _undisturbed(writing, numbers)
    turn.begun()
    return chosen


def _found_composed(writing: Writing, founding: Founding, *, actor: User) -> list[int]:
    """Write what was composed."""
    made = customers_founding.found_composed(founding.customers, actor=actor)
    writing.customer_of.update(zip(founding.numbers, made, strict=True))
    key_rows.copy(founding.keys)
    ledger_lines.copy_lines(founding.ledger)
    return made


def _found(writing: Writing, fresh: Sequence[int], *, actor: User) -> list[int]:
    """Found customers from their rows.

    :raises Stale: the rows are not written yet.
    """
    ids, rows = writing.plans.compared.stored.ids, writing.plans.rows
    made = customers_founding.found_many(writing.party, [ids[rows.row(one)].tolist() for one in fresh], actor=actor)
    writing.customer_of.update(zip(fresh, made, strict=True))
    return made


def _write_rows(writing: Writing, numbers: Sequence[int], *, actor: User) -> None:
    """Keys and ledger of groups that have their customer."""
    if not numbers:
        return
    plans = writing.plans
    placed = plans.rows_of(numbers).tolist()
    key_rows.write(plans.compared.scorer.model, plans.compared.stored, writing.keys, placed)
    ledger_entries.write_placed(
        actor, entries(plans, writing.version, {number: writing.customer_of[number] for number in numbers})
    )


def _undisturbed(writing: Writing, numbers: Sequence[int]) -> list[int]:
    """The groups whose blocks nobody has written to since they were compared; the locks are held by now."""
    with connection.cursor() as cursor:
        cursor.execute(_TOUCHED, [writing.since.record, writing.since.version])
        touched = {key for (key,) in cursor.fetchall()}
    if not touched:
        return list(numbers)
    return [
        number
        for number in numbers
        if touched.isdisjoint(writing.keys.digests_of(writing.plans.rows_of([number])).tolist())
    ]


def _link(writing: Writing, numbers: Sequence[int]) -> set[int]:
    """Link groups to existing customers, locked; one that is active no longer is left to the placing of single ones."""
    wanted = {number: customer for number in numbers if (customer := writing.plans.customer(number))}
    if not wanted:
        return set()
    held = Customer.objects.active().filter(pk__in=set(wanted.values())).locked()
    active = set(held.values_list("pk", flat=True))
    ids = writing.plans.compared.stored.ids
    records: list[int] = []
    targets: list[int] = []
    for number, customer in wanted.items():
        if customer in active:
            writing.customer_of[number] = customer
            own = ids[writing.plans.rows_of([number])].tolist()
            records += own
            targets += [customer] * len(own)
    customers_founding.link_many(records, targets, actor=writing.actor)
    return set(targets)


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
    audit.record(actor, "load.matched", counts={"pairs": compared.pairs, "groups": len(writing.plans)})
