"""Rows of the ledger."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from cmdm import clock
from cmdm.actions import change_id
from cmdm.database.kept import put
from cmdm.models import User
from customers.models import Customer, SourceRecord
from matching.engine.deciding import Option
from matching.models import LedgerEntry
from matching.models.evidence import stored

Deed = LedgerEntry.Deed


_COLUMNS = {
    "change": "uuid", "at": "timestamptz", "actor_id": "bigint", "deed": "text", "customer_id": "bigint",
    "records": "bigint[]", "by_machine": "boolean", "rule": "text", "probability": "double precision",
    "model_version": "integer", "evidence": "jsonb", "reason": "text",
}  # fmt: skip


class Placed(NamedTuple):
    """One record that a load placed: the machine's word why, or, of the first of a customer, none."""

    customer: int
    record: int
    evidence: Mapping[str, Any] | None = None
    probability: float | None = None
    version: int | None = None


class _Row(NamedTuple):
    """What is entered of one record."""

    deed: str
    customer: int
    record: int
    rule: str
    probability: float | None = None
    version: int | None = None
    evidence: Mapping[str, Any] = {}


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
    actor: User, founded: Mapping[int, int], groups: Mapping[int, Sequence[SourceRecord]], linked: Sequence[Linked]
) -> None:
    """Enter the foundings (by the first record of each group), then the links; one statement.

    :param founded: the customer (id) of each group.
    """
    foundings = [_Row(Deed.FOUND, founded[group], records[0].pk, "new") for group, records in groups.items()]
    links = [
        _Row(
            Deed.LINK,
            founded.get(one.customer, one.customer),
            one.record.pk,
            one.rule,
            one.option.score.probability if one.option else None,
            one.version,
            _evidence(one.option),
        )
        for one in linked
    ]
    _copy(actor, [*foundings, *links])


def _evidence(option: Option | None) -> dict[str, Any]:
    if option is None:
        return {}
    return {
        "record": option.best_record,
        "weight": option.score.weight,
        "levels": [[one.comparison, one.level, one.weight] for one in option.score.levels],
    }


def write_placed(actor: User, placed: Iterable[Placed]) -> None:
    """Enter many foundings and automatic links, in this order; one statement."""
    _copy(
        actor,
        (
            _Row(Deed.FOUND, one.customer, one.record, "new", one.probability, one.version)
            if one.evidence is None
            else _Row(Deed.LINK, one.customer, one.record, "automatic", one.probability, one.version, one.evidence)
            for one in placed
        ),
    )


def _copy(actor: User, rows: Iterable[_Row]) -> None:
    """Entries of the machine, written without a model instance for each."""
    told = (change_id(), clock.now(), actor.pk)
    put(
        "matching_ledgerentry",
        _COLUMNS,
        [
            (*told, str(one.deed), one.customer, f"{{{one.record}}}", True, one.rule, one.probability, one.version,
             json.dumps(stored(one.evidence)), "")
            for one in rows
        ],
    )  # fmt: skip
