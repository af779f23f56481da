"""Accounts: made when an address is proved for the first time, ended in all browsers at once."""

import uuid
from dataclasses import dataclass

from django.utils.translation import gettext as _

from cmdm import audit, clock
from cmdm.actions import Refused, action, change_id
from cmdm.models import User
from consent.actions import contacts, portal_anchors, portal_changes, prolonging
from consent.actions.portal_codes import EMAIL, address_of
from consent.models import ContactPoint, Method, PortalAccount, PortalCode, PortalContact
from consent.queries.portal import carriers, shared_by_now


@dataclass(frozen=True)
class Entered:
    """Whose account a proved address opens; ``unsure`` when somebody else may read that mailbox by now."""

    account: PortalAccount
    contact: int
    unsure: bool


@action
def enter(code: PortalCode, *, actor: User) -> Entered:
    """Open the account of the address that a used code proved, a new one at the first proof.

    At the first proof the account is bound to the records that the address opens; later it keeps to those. Refused
    for an account that was closed.
    """
    value = address_of(code)
    contact = contacts.verified(contacts.contact_point(EMAIL, value, actor=actor), actor=actor, how="code")
    ContactPoint.objects.select_for_update().get(pk=contact.pk)
    account = _account(contact, code.language)
    portal_changes.settle(account, actor=actor)
    account.signed_in_at, account.change = clock.now(), change_id()
    account.save(update_fields=["signed_in_at", "change"])
    found = carriers(EMAIL, value)
    unsure = shared_by_now(account, found)
    if not unsure:
        portal_anchors.bind(account, contact, found, actor=actor)
        mine = account.anchors.filter(ended_at__isnull=True).values_list("record", flat=True)
        prolonging.seen(dict.fromkeys(mine, clock.now()), actor=actor, method=Method.PORTAL)
    audit.record(actor, "portal.signed_in", account)
    return Entered(account, contact.pk, unsure)


def _account(contact: ContactPoint, language: str) -> PortalAccount:
    row = PortalContact.objects.filter(contact=contact, ended_at__isnull=True).select_related("account").first()
    if row is None:
        account = PortalAccount.objects.create(language=language)
        PortalContact.objects.create(account=account, contact=contact)
        return account
    if row.account.state != PortalAccount.State.ACTIVE:
        raise Refused(_("This account was closed. Ask the organisation."))
    return row.account


@action
def sign_out_everywhere(account: PortalAccount, *, actor: User) -> None:
    """End every session of the account."""
    renew(account)
    audit.record(actor, "portal.signed_out_everywhere", account)


def renew(account: PortalAccount) -> None:
    """A new stamp: every session that carries the old one is over."""
    account.stamp, account.change = uuid.uuid4(), change_id()
    account.save(update_fields=["stamp", "change"])


@action
def speak(account: PortalAccount, *, actor: User, language: str) -> None:
    """Keep the language in which the person wants to be addressed."""
    account.language, account.change = language, change_id()
    account.save(update_fields=["language", "change"])
    audit.record(actor, "portal.language_chosen", account)


@action
def close(account: PortalAccount, *, actor: User) -> None:
    """End the account for good: no session, no address, no record hangs on it any more."""
    now = clock.now()
    renew(account)
    account.state = PortalAccount.State.CLOSED
    account.save(update_fields=["state"])
    account.contacts.filter(ended_at__isnull=True).update(ended_at=now, change=change_id())
    account.anchors.filter(ended_at__isnull=True).update(ended_at=now, ended_because="closed", change=change_id())
    audit.record(actor, "portal.account_closed", account)
