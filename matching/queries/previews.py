"""What a merge or an unmerge would make, before it is done: the same survivorship, nothing written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from customers.models import Customer, Pin, SourceRecord
from customers.queries.catalogue import Catalogue, catalogue
from customers.queries.claims import claims_of, pin_rules
from customers.rules.survivorship import Golden, golden
from matching.models import Verdict
from matching.queries.ledgers import brought_by, survivor_of, with_followers
from matching.queries.scores import scored_cross_pairs
from matching.queries.verdicts import different_within


@dataclass(frozen=True)
class MergePreview:
    """The customer that a merge would make. ``overruled`` are persons' "different" that it would take back."""

    survivor: Customer
    golden: Golden
    records: Mapping[int, SourceRecord]
    overruled: Sequence[Verdict]


@dataclass(frozen=True)
class UnmergePreview:
    """Both customers after an unmerge, what follows along, and the pairs that would be kept apart."""

    leaving: Sequence[SourceRecord]
    staying: Sequence[SourceRecord]
    followers: Sequence[SourceRecord]
    left: Golden
    made: Golden
    revived: Customer | None
    pairs: Sequence[tuple[SourceRecord, SourceRecord, float]]


def open_records(customers: Sequence[Customer]) -> list[SourceRecord]:
    """The open records of customers, corrections too; one query."""
    rows = SourceRecord.objects.current().filter(customer__in=[customer.pk for customer in customers])
    return list(rows.select_related("source").defer("raw").order_by("pk"))


def golden_of(records: Sequence[SourceRecord], known: Catalogue) -> Golden:
    """What survivorship makes of these records and their pins; one query."""
    pins = Pin.objects.in_force().filter(record__in=[record.pk for record in records])
    rules = pin_rules(pins, {record.pk: record for record in records}, known)
    return golden(claims_of(records), known.rules, rules)


def merge_preview(customers: Sequence[Customer]) -> MergePreview:
    """What merging these customers would make; four queries. Values are unmasked: the caller applies the rights."""
    records = open_records(customers)
    return MergePreview(
        survivor=survivor_of(customers, records),
        golden=golden_of(records, catalogue()),
        records={record.pk: record for record in records},
        overruled=different_within(records),
    )


def unmerge_preview(customer: Customer, chosen: Sequence[int]) -> UnmergePreview:
    """What taking the chosen records (ids) out of a customer would make."""
    records = open_records([customer])
    own = [record for record in records if record.about_id is None]
    leaving = [record for record in own if record.pk in chosen]
    staying = [record for record in own if record.pk not in chosen]
    named = list(leaving)
    leaving, staying = with_followers(leaving, staying)
    gone = {record.pk for record in leaving}
    known = catalogue()

    def side(with_leaving: bool) -> Golden:
        return golden_of([r for r in records if ((r.about_id or r.pk) in gone) == with_leaving], known)

    return UnmergePreview(
        leaving=leaving,
        staying=staying,
        followers=[record for record in leaving if record not in named],
        left=side(False),
        made=side(True),
        revived=brought_by(leaving),
        pairs=_pairs(leaving, staying),
    )


def _pairs(leaving: Sequence[Any], staying: Sequence[Any]) -> list[tuple[SourceRecord, SourceRecord, float]]:
    found = scored_cross_pairs(leaving, staying)
    return [(pair[0], pair[1], score) for pair, score in found.values()]
