"""Proposals: what a person says of his own records and a steward has to confirm before it counts."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from cmdm import access, audit, clock, crypto, events, history
from cmdm.actions import Refused, action, change_id
from cmdm.models import User
from consent.actions import portal_anchors, telling
from consent.models import PortalAccount, Proposal
from customers.models import SourceRecord

MOST_OPEN = 20
MAX_NOTE = 1_000


@action
def propose(
    account: PortalAccount,
    *,
    actor: User,
    kind: str,
    records: Sequence[SourceRecord],
    values: Mapping[str, Any] | None = None,
    instead: Mapping[str, Any] | None = None,
    note: str = "",
) -> Proposal:
    """Put something to the stewards. An earlier open proposal on the same attributes is taken back.

    Refused when twenty are open already.

    :param values: by attribute, one value or element each. :param instead: the elements that they replace.
    """
    account = PortalAccount.objects.select_for_update(of=("self",)).get(pk=account.pk)
    mine = list(Proposal.objects.open().filter(account=account).locked())
    attributes = sorted(values or ())
    earlier = [one for one in mine if one.kind == kind and attributes and set(one.attributes) & set(attributes)]
    _end(earlier, Proposal.State.WITHDRAWN, actor=None)
    if len(mine) - len(earlier) >= MOST_OPEN:
        raise Refused(_("We still have to look at what you told us before. Wait for our answer."))
    content = {"values": dict(values or {}), "instead": dict(instead or {}), "note": note[:MAX_NOTE]}
    made = Proposal(
        account=account,
        kind=kind,
        records=sorted(record.pk for record in records),
        domains=sorted({record.domain_id for record in records}),
        attributes=attributes,
    )
    made.sealed = crypto.seal_bytes(json.dumps(content, ensure_ascii=False).encode(), made.context)
    made.save(force_insert=True)
    history.keep(Proposal, [made.pk], history.ADDED)
    audit.record(actor, "proposal.made", made, attributes=attributes)
    return made


@action
def disown(account: PortalAccount, *, actor: User, records: Sequence[SourceRecord], note: str = "") -> Proposal:
    """Some records are about somebody else: stewards take them apart, and the account sees them no longer.

    Refused for a record that the account does not see, and as proposing is.
    """
    mine = set(account.anchors.filter(ended_at__isnull=True).values_list("record", flat=True))
    if not records or not {record.pk for record in records} <= mine:
        raise Refused(_("Choose records of yours."))
    made = propose(account, actor=actor, kind=Proposal.Kind.NOT_ME, records=records, note=note)
    for record in records:
        portal_anchors.let_go(account, record, actor=actor, because="not me")
        events.emit("portal.not_me", record=record.pk)
    return made


@action
def take_back(proposal: Proposal, *, actor: User) -> Proposal:
    """Its person no longer wants it. Refused once it is decided, and of records that he said are not about him."""
    proposal = _open_one(proposal)
    if proposal.kind == Proposal.Kind.NOT_ME:
        raise Refused(_("A person is looking at it already."))
    _end([proposal], Proposal.State.WITHDRAWN, actor=None)
    audit.record(actor, "proposal.taken_back", proposal)
    return proposal


@action
def accept(proposal: Proposal, *, actor: User) -> Proposal:
    """Let it count: a correction is written down as the person's word.

    Refused without ``correct`` in every domain it touches, once it is decided, or when the record changed hands.
    """
    access.require(actor, "correct", proposal)
    if proposal.kind == Proposal.Kind.CORRECTION:
        _write(proposal, actor=actor)
    # Customers and records are locked by now, and a proposal comes after them in the order of locks.
    proposal = _open_one(proposal)
    _end([proposal], Proposal.State.ACCEPTED, actor=actor)
    audit.record(actor, "proposal.accepted", proposal, attributes=proposal.attributes)
    return proposal


@action
def refuse(proposal: Proposal, *, actor: User) -> Proposal:
    """Do not let it count; records that were disowned can be seen again.

    Refused without ``correct`` in every domain, or once decided.
    """
    access.require(actor, "correct", proposal)
    proposal = _open_one(proposal)
    _end([proposal], Proposal.State.REFUSED, actor=actor)
    _open_again(proposal, actor=actor)
    audit.record(actor, "proposal.refused", proposal, attributes=proposal.attributes)
    return proposal


def _write(proposal: Proposal, *, actor: User) -> None:
    said = json.loads(crypto.unseal_bytes(bytes(proposal.sealed or b""), proposal.context))
    record = SourceRecord.objects.select_related("customer", "domain", "source").get(pk=proposal.records[0])
    for attribute, value in said["values"].items():
        telling.tell(record, actor=actor, attribute=attribute, value=value, instead=said["instead"].get(attribute))


def _open_again(proposal: Proposal, *, actor: User) -> None:
    """What the person disowned is his after all."""
    if proposal.kind == Proposal.Kind.NOT_ME:
        account = PortalAccount.objects.get(pk=proposal.account_id)
        portal_anchors.open_records(account, None, proposal.records, portal_anchors.How.STEWARD, actor=actor)


def _open_one(proposal: Proposal) -> Proposal:
    row: Proposal = Proposal.objects.filter(pk=proposal.pk).locked().get()
    if row.state != Proposal.State.OPEN:
        raise Refused(_("This has been decided already."))
    return row


def _end(proposals: Sequence[Proposal], state: str, *, actor: User | None) -> None:
    for one in proposals:
        one.state, one.decided_at, one.decided_by, one.change = state, clock.now(), actor, change_id()
        one.save(update_fields=["state", "decided_at", "decided_by", "change"])
    history.keep(Proposal, [one.pk for one in proposals], history.CHANGED)
