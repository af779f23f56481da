"""Rows of the ledger."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cmdm import clock
from cmdm.actions import change_id
from cmdm.database.copying import insert_many
from cmdm.models import User
from customers.models import Customer, SourceRecord
from matching.engine.deciding import Option
from matching.models import LedgerEntry

Deed = LedgerEntry.Deed


@dataclass(frozen=True)
class Linked:
    """A record that the machine linked: to a customer (id), or to a group that is being founded (negative)."""

    record: SourceRecord
    customer: int
    rule: str
    option: Option | None
    version: int


def entry(deed: str, customer: Customer, records: Sequence[int], *, actor: User, **fields: Any) -> LedgerEntry:
    """An unsaved entry of the running change; corrections follow their records and are not named."""
    return LedgerEntry(
        deed=deed,
        customer=customer,
        records=sorted(records),
        actor=actor,
        at=clock.now(),
        change=change_id(),
        **fields,
    )


def write_links(
    actor: User,
    founded: Mapping[int, Customer],
    groups: Mapping[int, Sequence[SourceRecord]],
    linked: Sequence[Linked],
    customers: Mapping[int, Customer],
) -> None:
    """Enter the foundings (by the first record of each group), then the links; one statement."""
    rows = [
        entry(Deed.FOUND, founded[group], [records[0].pk], actor=actor, by_machine=True, rule="new")
        for group, records in groups.items()
    ]
    for one in linked:
        target = founded[one.customer] if one.customer < 0 else customers[one.customer]
        rows.append(
            entry(
                Deed.LINK,
                target,
                [one.record.pk],
                actor=actor,
                by_machine=True,
                rule=one.rule,
                probability=one.option.score.probability if one.option else None,
                model_version=one.version,
                evidence=_evidence(one.option),
            )
        )
    insert_many(rows)


def _evidence(option: Option | None) -> dict[str, Any]:
    if option is None:
        return {}
    return {
        "record": option.best_record,
        "weight": option.score.weight,
        "levels": [[one.comparison, one.level, one.weight] for one in option.score.levels],
    }
