"""Rows of the ledger."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import connection

from cmdm import clock
from cmdm.actions import change_id
from cmdm.database.copying import insert_many
from cmdm.models import User
from customers.models import Customer, SourceRecord
from matching.engine.deciding import Option
from matching.models import LedgerEntry

Deed = LedgerEntry.Deed


_COPY = """
    COPY matching_ledgerentry (change, at, actor_id, deed, customer_id, records, by_machine, rule, probability,
                               model_version, evidence, reason) FROM STDIN
"""


class Placed(NamedTuple):
    """One record that a load placed: the machine's word why, or, of the first of a customer, none."""

    customer: int
    record: int
    evidence: Mapping[str, Any] | None = None
    probability: float | None = None
    version: int | None = None


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


def write_placed(actor: User, placed: Iterable[Placed]) -> None:
    """Enter many foundings and automatic links, in this order, without a model instance for each; one statement."""
    told = (change_id(), clock.now(), actor.pk)
    with connection.cursor() as cursor, cursor.copy(_COPY) as rows:
        for one in placed:
            deed, rule = (Deed.FOUND, "new") if one.evidence is None else (Deed.LINK, "automatic")
            said = (one.probability, one.version, json.dumps(one.evidence or {}), "")
            rows.write_row((*told, deed.value, one.customer, f"{{{one.record}}}", True, rule, *said))
