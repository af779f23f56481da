"""What people have said of records, as the machine must heed it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from cmdm.database.kept import kept
from cmdm.database.rows import Rows
from customers.models import SourceRecord
from matching.models import Verdict

DIFFERENT, SAME = Verdict.Answer.DIFFERENT, Verdict.Answer.SAME
NEVER = datetime(9999, 1, 1, tzinfo=UTC)
_DIFFERENT = Rows(
    Verdict, "WHERE t.revoked_at IS NULL AND t.answer = 'different' AND t.left_id = ANY(%s) AND t.right_id = ANY(%s) "
    "ORDER BY t.id",
)  # fmt: skip
_IN_FORCE = Rows(Verdict, "WHERE t.revoked_at IS NULL AND (t.left_id = ANY(%s) OR t.right_id = ANY(%s)) ORDER BY t.id")
_WHERE = "SELECT id, customer_id, received_at FROM customers_sourcerecord WHERE id = ANY(%s)"
# As `settling` says. Either half begins with an index of verdicts; with both in one condition all would be read.
_SETTLING = """
    SELECT v.left_id, v.right_id, l.customer_id, r.customer_id, v.decided_at
      FROM matching_verdict v JOIN customers_sourcerecord l ON l.id = v.left_id
      JOIN customers_sourcerecord r ON r.id = v.right_id
     WHERE v.left_id = ANY(%s) AND v.right_id = ANY(%s)
       AND v.revoked_at IS NULL AND (v.stale_since IS NULL OR v.strength = 'lock')
    UNION
    SELECT v.left_id, v.right_id, l.customer_id, r.customer_id, v.decided_at
      FROM customers_sourcerecord l JOIN matching_verdict v ON v.left_id = l.id
      JOIN customers_sourcerecord r ON r.id = v.right_id
     WHERE l.customer_id = ANY(%s) AND r.customer_id = ANY(%s) AND NOT v.derived
       AND v.revoked_at IS NULL AND (v.stale_since IS NULL OR v.strength = 'lock')
"""
LOCK, ACCEPT = Verdict.Strength.LOCK, Verdict.Strength.ACCEPT


@dataclass
class Settled:
    """Verdicts in force, by the ends of their pairs."""

    customers: dict[int, int] = field(default_factory=dict)
    apart_from: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    stale_with: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    together: set[tuple[int, int]] = field(default_factory=set)

    def apart(self, record: SourceRecord, customer: int) -> bool:
        """A person said that the record is somebody else than a record of this customer (stale or not)."""
        return any(self.customers.get(other) == customer for other in self.apart_from.get(record.pk, ()))

    def stale(self, record: SourceRecord, customer: int) -> bool:
        """What a person saw of the record and this customer has changed since."""
        return any(self.customers.get(other) == customer for other in self.stale_with.get(record.pk, ()))

    def held_together(self, record: SourceRecord, mates: Sequence[SourceRecord]) -> bool:
        """A person said that the record is the same as one of these."""
        return any((min(record.pk, mate.pk), max(record.pk, mate.pk)) in self.together for mate in mates)


def settled_for(records: Iterable[SourceRecord]) -> Settled:
    """The verdicts in force about these records; two queries at most."""
    chosen = [record.pk for record in records]
    rows = _IN_FORCE(chosen, chosen)
    made = Settled()
    if not rows:
        return made
    ends = {end for row in rows for end in (row.left_id, row.right_id)}
    made.customers = dict(
        SourceRecord.objects.filter(pk__in=ends, customer__isnull=False).values_list("pk", "customer")
    )
    for row in rows:
        if row.answer == SAME:
            made.together.add((row.left_id, row.right_id))
        for one, other in ((row.left_id, row.right_id), (row.right_id, row.left_id)):
            if row.answer == DIFFERENT and not yields(row):
                made.apart_from[one].add(other)
            if row.stale_since is not None and row.strength != LOCK:
                made.stale_with[one].add(other)
    return made


def yields(row: Verdict) -> bool:
    """Whether the machine may act against it: what was seen has changed, and later suggestions were accepted."""
    return row.strength == ACCEPT and row.stale_since is not None


def settled_pairs(records: Iterable[SourceRecord]) -> "Answered":
    """What is answered about these records, and about the customers that they lie in; two queries."""
    chosen = {record.pk for record in records}
    with kept() as cursor:
        cursor.execute(_WHERE, [list(chosen)])
        where = {pk: (customer, received) for pk, customer, received in cursor.fetchall()}
        owners = list({customer for customer, _received in where.values() if customer})
        cursor.execute(_SETTLING, [list(chosen), list(chosen), owners, owners])
        rows = cursor.fetchall()
    made = Answered(where)
    for left, right, one, other, at in rows:
        made.pairs.add((left, right))
        if one and other and one != other:
            ends = (min(one, other), max(one, other))
            made.customers[ends] = max(made.customers.get(ends, at), at)
    return made


@dataclass
class Answered:
    """Pairs of records, and pairs of customers with the moment of the last answer about them."""

    where: Mapping[int, tuple[int | None, datetime]]
    pairs: set[tuple[int, int]] = field(default_factory=set)
    customers: dict[tuple[int, int], datetime] = field(default_factory=dict)

    def covers(self, one: int, other: int) -> bool:
        """Whether their customers were answered about, and nothing was heard of these two since."""
        (mine, heard), (theirs, told) = self.where.get(one, (None, NEVER)), self.where.get(other, (None, NEVER))
        at = self.customers.get((min(mine or 0, theirs or 0), max(mine or 0, theirs or 0)))
        return at is not None and at >= max(heard, told)


def different_within(records: Iterable[SourceRecord]) -> list[Verdict]:
    """Verdicts "different" in force whose both records are among these; one query."""
    chosen = [record.pk for record in records]
    return _DIFFERENT(chosen, chosen)
