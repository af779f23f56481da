"""Anchors: which records an account may see. Each one stands on a proof, never on what the machine joined."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from cmdm import access, audit, clock, events
from cmdm.actions import Invalid, Refused, action, change_id
from cmdm.models import Domain, User
from consent.models import ContactPoint, PortalAccount, PortalAnchor, PortalClaim
from consent.queries.portal import carriers, text_of
from consent.rules.anchoring import Carrier, Fact, Ground, ground, more, opened
from customers.actions import records
from customers.actions.received import REJECTED, Received
from customers.actions.sources import own_source
from customers.models import PartyType, Source, SourceRecord

TRIES = 5
How = PortalAnchor.How
_TRY = "UPDATE consent_portalaccount SET tries = tries + 1 WHERE id = %s AND tries < %s RETURNING tries"


def bind(account: PortalAccount, contact: ContactPoint, found: Sequence[Carrier], *, actor: User) -> list[int]:
    """Open the records that a proved address opens; for an account with anchors, those that are plainly more of them.

    Writes within the deed that proved the address.
    """
    mine = anchored(account)
    if mine:
        return open_records(account, contact, more(found, mine), How.VERIFIED, actor=actor)
    if ground(found) is not Ground.OPEN:
        return []
    return open_records(account, contact, opened(found), How.VERIFIED, actor=actor)


def open_records(
    account: PortalAccount, contact: ContactPoint | None, chosen: Iterable[int], how: str, *, actor: User
) -> list[int]:
    """Bind the account to records, within the deed that proved it; the ids of those that are new to it."""
    known = anchored(account)
    fresh = [pk for pk in chosen if pk not in known]
    PortalAnchor.objects.bulk_create(
        PortalAnchor(
            account=account,
            record_id=pk,
            contact=contact,
            how=how,
            decided_by=actor if how == How.STEWARD else None,
            change=change_id(),
        )
        for pk in fresh
    )
    return fresh


@action
def prove(account: PortalAccount, contact: ContactPoint, fact: Fact, *, actor: User) -> bool:
    """Look at a fact that only the person gave; whether it fits. At most five are looked at, then a steward must help.

    A wrong fact is no refusal but an answer: the count of tries has to be kept.
    """
    with connection.cursor() as cursor:
        cursor.execute(_TRY, [account.pk, TRIES])
        if cursor.fetchone() is None:
            return False
    found = carriers(contact.kind, text_of(contact))
    mine = anchored(account)
    fits = [one.record for one in found if one.record in mine and fact.fits(one)] if mine else opened(found, fact)
    if fits:
        open_records(account, contact, fits, How.FACT, actor=actor)
        PortalAccount.objects.filter(pk=account.pk).update(tries=0, change=change_id())
    audit.record(actor, "portal.fact_fitted" if fits else "portal.fact_wrong", account)
    return bool(fits)


@action
def register(
    account: PortalAccount, contact: ContactPoint, *, actor: User, values: Mapping[str, Any], country: str = ""
) -> SourceRecord:
    """Take in what somebody says of himself whom no record knows; his account sees that record.

    Refused when the address stands on a record already: then the organisation has to say whose it is.
    """
    address = text_of(contact)
    if ground(carriers(contact.kind, address)) is not Ground.NOBODY or account.anchors.exists():
        raise Refused(_("We hold this address already. Ask us to confirm that you are the person."))
    source = own_source(portal_domain(), Source.Role.PORTAL, actor=actor)
    said = {**values, contact.kind: [{"value": address, "verified": True}]}
    received = Received(key=f"account-{account.key}", values=said, party_type=PartyType.PERSON)
    outcome = records.take_in(source, [received], actor=actor, verb="correct")[0]
    if outcome.status == REJECTED:
        raise Invalid({fault.field: [fault.message] for fault in outcome.faults})
    open_records(account, contact, [outcome.stored.pk], How.REGISTERED, actor=actor)
    audit.record(actor, "portal.registered", account, domains=[source.domain_id])
    return outcome.stored


def portal_domain() -> Domain:
    """The domain of people who register by themselves."""
    chosen = Domain.objects.filter(key=settings.PORTAL_DOMAIN) if settings.PORTAL_DOMAIN else Domain.objects.all()
    domain = chosen.order_by("pk").first()
    if domain is None:
        raise Refused(_("Nobody can register here yet."))
    return domain


@action
def claim(account: PortalAccount, contact: ContactPoint, *, actor: User) -> PortalClaim:
    """Ask the organisation to confirm who the person is. Asked again of an address, it is the same question."""
    waiting = PortalClaim.objects.waiting().filter(account=account, contact=contact).first()
    if waiting is not None:
        return waiting
    found = [one.record for one in carriers(contact.kind, text_of(contact))]
    domains = SourceRecord.objects.filter(pk__in=found).values_list("domain", flat=True)
    made = PortalClaim.objects.create(account=account, contact=contact, domains=sorted(set(domains)))
    audit.record(actor, "portal.claimed", made)
    return made


@action
def confirm(claim: PortalClaim, *, actor: User, chosen: Sequence[SourceRecord], reason: str) -> PortalClaim:
    """Confirm, with what proved it, that the person is the one on these records; his account sees them from now on.

    Refused without ``correct`` in their domains, when it is decided, and for a record that does not carry the address.
    """
    access.require(actor, "correct", *chosen)
    claim = _waiting(claim)
    if not reason.strip():
        raise Invalid({"reason": [_("Say how it was proved.")]})
    allowed = {one.record for one in carriers(claim.contact.kind, text_of(claim.contact))}
    if not chosen or not {record.pk for record in chosen} <= allowed:
        raise Refused(_("Choose records that carry this address."))
    before = anchored(claim.account)
    open_records(claim.account, claim.contact, [record.pk for record in chosen], How.STEWARD, actor=actor)
    PortalAccount.objects.filter(pk=claim.account_id).update(tries=0, change=change_id())
    propose_same(before, [record.pk for record in chosen])
    return _decide(claim, PortalClaim.State.CONFIRMED, reason, actor)


def anchored(account: PortalAccount) -> set[int]:
    """The records that the account sees."""
    return set(account.anchors.filter(ended_at__isnull=True).values_list("record", flat=True))


def propose_same(mine: Collection[int], others: Collection[int]) -> bool:
    """Ask the stewards whether what one person proved to be his, and lies in two customers, is one; whether they are.

    Their queue lies above this app: an event tells it which records the customer means, by their ids.
    """
    rows = SourceRecord.objects.current().filter(pk__in=[*mine, *others], customer__isnull=False)
    where = dict(rows.order_by("pk").values_list("pk", "customer"))
    left = next((pk for pk in sorted(mine) if pk in where), None)
    right = next((pk for pk in others if pk in where and left and where[pk] != where[left]), None)
    if left is None or right is None:
        return False
    events.emit("portal.also_me", left=left, right=right)
    return True


@action
def refuse(claim: PortalClaim, *, actor: User, reason: str = "") -> PortalClaim:
    """Say that the person is not the one, or could not show it. Refused without ``correct`` in one of its domains."""
    if not access.scope(actor, "correct") & claim.domain_ids():
        access.require(actor, "correct", claim)
    return _decide(_waiting(claim), PortalClaim.State.REFUSED, reason, actor)


def _waiting(claim: PortalClaim) -> PortalClaim:
    claim = PortalClaim.objects.select_related("account", "contact").select_for_update(of=("self",)).get(pk=claim.pk)
    if claim.state != PortalClaim.State.WAITING:
        raise Refused(_("This question has been answered."))
    return claim


def _decide(claim: PortalClaim, state: str, reason: str, actor: User) -> PortalClaim:
    claim.state, claim.reason, claim.decided_at, claim.decided_by = state, reason[:300], clock.now(), actor
    claim.change = change_id()
    claim.save(update_fields=["state", "reason", "decided_at", "decided_by", "change"])
    audit.record(actor, f"portal.claim_{state}", claim)
    return claim


@action
def let_go(account: PortalAccount, record: SourceRecord, *, actor: User, because: str) -> None:
    """The account no longer sees a record."""
    mine = account.anchors.filter(record=record, ended_at__isnull=True)
    mine.update(ended_at=clock.now(), ended_because=because[:20], change=change_id())
    audit.record(actor, "portal.anchor_ended", account)
