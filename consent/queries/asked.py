"""What people have proposed and asked, opened for whoever may read it: they themselves, and who answers."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from cmdm import crypto
from cmdm.models import User
from consent.models import PortalAccount, Proposal, SubjectRequest
from consent.queries.portal_words import label_of, text_of
from consent.rules.deadlines import elapsed
from customers.models import SourceRecord
from customers.queries import shown
from customers.queries.catalogue import catalogue


@dataclass(frozen=True)
class Proposed:
    """One proposal: what it says by attribute, and the person's own words."""

    proposal: Proposal
    lines: tuple[tuple[str, str], ...]
    note: str
    records: tuple[SourceRecord, ...] = ()


@dataclass(frozen=True)
class Asked:
    """One request with its clock and its words."""

    request: SubjectRequest
    text: str
    answer: str
    days_left: int
    elapsed: float

    @property
    def late(self) -> bool:
        return self.request.is_open and self.days_left < 0


def waiting_attributes(account: PortalAccount) -> frozenset[str]:
    """The attributes for which this person has proposed something that is not decided. One query."""
    rows = Proposal.objects.open().filter(account=account).values_list("attributes", flat=True)
    return frozenset(name for names in rows for name in names)


def proposals_of(account: PortalAccount) -> list[Proposed]:
    """What a person has proposed and is not decided yet, newest first. One query, and the catalogue."""
    rows = Proposal.objects.open().filter(account=account).order_by("-pk")
    return [opened(row) for row in rows]


def opened(proposal: Proposal, records: Iterable[SourceRecord] = ()) -> Proposed:
    """What a proposal says; sensitive values masked."""
    content: dict[str, Any] = json.loads(crypto.unseal_bytes(bytes(proposal.sealed or b""), proposal.context))
    specs = catalogue().specs
    lines = []
    for name, value in content["values"].items():
        if spec := specs.get(name):
            text = shown.mask_of(spec, value) if shown.is_sensitive(spec) else text_of(spec, value)
            lines.append((label_of(spec, value), text))
    return Proposed(proposal, tuple(lines), content["note"], tuple(records))


def proposals_for(rows: Iterable[Proposal], user: User) -> list[Proposed]:
    """Proposals as a steward reads them, with the records that he may see. One query, and the catalogue."""
    chosen = list(rows)
    wanted = {record for row in chosen for record in row.records}
    found = SourceRecord.objects.visible_to(user).filter(pk__in=wanted).select_related("source", "customer")
    records = {row.pk: row for row in found.defer("raw", "findings", "values")}
    return [opened(row, [records[pk] for pk in row.records if pk in records]) for row in chosen]


def requests_of(account: PortalAccount, today: date) -> list[Asked]:
    """What a person has asked, newest first; open ones before closed ones. One query."""
    rows = SubjectRequest.objects.filter(account=account).order_by("-pk")
    return sorted((asked(row, today) for row in rows), key=lambda one: not one.request.is_open)


def asked(row: SubjectRequest, today: date) -> Asked:
    """A request with its words opened."""
    return Asked(
        request=row,
        text=_words(row, "text", row.sealed),
        answer=_words(row, "answer", row.answer),
        days_left=row.days_left(today),
        elapsed=elapsed(row.received_at.date(), row.due_on, today),
    )


def _words(row: SubjectRequest, what: str, sealed: Any) -> str:
    return crypto.unseal_bytes(bytes(sealed), row.context(what)).decode() if sealed else ""
