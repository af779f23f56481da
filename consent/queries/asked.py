"""What people have proposed and asked, opened for whoever may read it: they themselves, and who answers."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from cmdm import crypto
from cmdm.models import User
from consent.models import PortalAccount, Proposal, SubjectRequest
from consent.queries.portal_words import label_of, text_of
from consent.rules.deadlines import elapsed
from customers.models import Customer, SourceRecord
from customers.queries import shown
from customers.queries.catalogue import Spec, catalogue
from customers.queries.summaries import Summary, summaries
from customers.sealing import open_values


@dataclass(frozen=True)
class Line:
    """What a proposal says of one attribute, and what it would replace."""

    label: str
    text: str
    before: str = ""


@dataclass(frozen=True)
class Proposed:
    """One proposal: what it says by attribute, the person's own words, and whom it is about."""

    proposal: Proposal
    lines: tuple[Line, ...]
    note: str
    records: tuple[SourceRecord, ...] = ()
    customers: tuple[Summary, ...] = ()


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
    """What a proposal says; sensitive values masked. With its records also what they say now."""
    content: dict[str, Any] = json.loads(crypto.unseal_bytes(bytes(proposal.sealed or b""), proposal.context))
    specs, chosen = catalogue().specs, tuple(records)
    held = [open_values(row.values) for row in chosen]
    lines = []
    for name, value in content["values"].items():
        if spec := specs.get(name):
            said = (one[name] for one in held if not spec.many and name in one)
            before = content["instead"].get(name) or next(said, None)
            lines.append(Line(label_of(spec, value), _text(spec, value), _text(spec, before) if before else ""))
    return Proposed(proposal, tuple(lines), content["note"], chosen)


def _text(spec: Spec, value: Any) -> str:
    return shown.mask_of(spec, value) if shown.is_sensitive(spec) else text_of(spec, value)


def proposals_for(rows: Iterable[Proposal], user: User) -> list[Proposed]:
    """Proposals as a steward reads them, with the records that he may see and their customers. Two queries, the
    catalogue, and what names of customers take."""
    chosen = list(rows)
    wanted = {record for row in chosen for record in row.records}
    found = SourceRecord.objects.visible_to(user).filter(pk__in=wanted).select_related("source", "customer")
    records = {row.pk: row for row in found.defer("raw", "findings")}
    theirs = Customer.objects.visible_to(user).filter(pk__in={row.customer_id for row in records.values()})
    named = {one.id: one for one in summaries(list(theirs), user)} if records else {}
    return [_with_names(opened(row, [records[pk] for pk in row.records if pk in records]), named) for row in chosen]


def _with_names(one: Proposed, named: Mapping[int, Summary]) -> Proposed:
    ids = dict.fromkeys(row.customer_id or 0 for row in one.records)
    return replace(one, customers=tuple(named[pk] for pk in ids if pk in named))


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
