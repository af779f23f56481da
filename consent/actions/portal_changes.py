"""Changing an address: proof of the old one and of the new one, a notice to the old, a day to take it back."""

import uuid
from datetime import timedelta

from django.utils.translation import gettext as _

from cmdm import audit, clock, crypto, jobs
from cmdm.actions import Refused, action, change_id
from cmdm.models import User
from consent.actions import contacts, portal_codes, telling
from consent.actions.portal_codes import EMAIL
from consent.models import ContactPoint, PortalAccount, PortalChange, PortalCode, PortalContact
from consent.queries.portal import text_of
from customers.models import SourceRecord
from customers.sealing import open_values

DAY = timedelta(days=1)
CONTEXT = "portal change"
State = PortalChange.State
Asked = tuple[str, str, str]  # the browser's secret, where it asks from, the language


@action
def ask(account: PortalAccount, old: ContactPoint, new: str, *, actor: User, asked: Asked) -> PortalChange:
    """Send a code to the old address and one to the new. Refused while another change can still be taken back, for an
    address that is not the account's, and when one of the addresses had its share of codes."""
    account = PortalAccount.objects.select_for_update().get(pk=account.pk)
    if account.changes.filter(state=State.WAITING).exists():
        raise Refused(_("Another change can still be taken back. Wait until it is done."))
    if not account.contacts.filter(contact=old, ended_at__isnull=True).exists():
        raise Refused(_("This address is not one of yours."))
    before = text_of(old)
    if before == new:
        raise Refused(_("This is the address that you have already."))
    browser, sender, language = asked
    sent = [
        portal_codes.ask(purpose, to, actor=actor, browser=browser, sender=sender, language=language, account=account)
        for purpose, to in ((PortalCode.Purpose.CHANGE_OLD, before), (PortalCode.Purpose.CHANGE_NEW, new))
    ]
    if None in sent:
        raise Refused(_("Too many codes were sent today. Try again tomorrow."))
    account.changes.filter(state=State.ASKED).update(state=State.UNDONE, ended_at=clock.now(), change=change_id())
    made = PortalChange.objects.create(
        account=account,
        old=old,
        old_code=sent[0],
        new_code=sent[1],
        sealed=crypto.seal_bytes(new.encode(), CONTEXT),
    )
    audit.record(actor, "portal.change_asked", account)
    return made


@action
def prove(change: PortalChange, *, actor: User, browser: str, old: str, new: str) -> bool:
    """Look at both codes; whether the change waits from now on. A code that fitted stays used.

    From then on the old address has a day to take it back, and gets a notice that says so.
    """
    change = PortalChange.objects.select_for_update(of=("self",)).select_related("account").get(pk=change.pk)
    if change.state != State.ASKED:
        raise Refused(_("This change is no longer open."))
    typed = ((change.old_code_id, old), (change.new_code_id, new))
    fits = [_fits(code, text, browser, change.account, actor) for code, text in typed]
    if not all(fits):
        audit.record(actor, "portal.change_not_proved", change.account)
        return False
    change.state, change.due_at, change.change = State.WAITING, clock.now() + DAY, change_id()
    change.save(update_fields=["state", "due_at", "change"])
    jobs.enqueue("portal.change_notice", actor=actor, waiting=change.pk)
    audit.record(actor, "portal.change_waits", change.account)
    return True


def _fits(code: int | None, text: str, browser: str, account: PortalAccount, actor: User) -> bool:
    if PortalCode.objects.filter(pk=code or 0, account=account, used_at__isnull=False).exists():
        return True
    return portal_codes.check(code or 0, actor=actor, browser=browser, typed=text, account=account) is not None


@action
def undo(change: PortalChange, *, actor: User) -> PortalChange:
    """Take a change back and end every session: somebody else may have asked for it. Refused once it is done."""
    change = PortalChange.objects.select_for_update(of=("self",)).select_related("account").get(pk=change.pk)
    if change.state != State.WAITING or is_due(change):
        raise Refused(_("This change can no longer be taken back here. Ask the organisation."))
    _end(change, State.UNDONE)
    PortalAccount.objects.filter(pk=change.account_id).update(stamp=uuid.uuid4(), change=change_id())
    audit.record(actor, "portal.change_undone", change.account)
    return change


def is_due(change: PortalChange) -> bool:
    """Whether the day for taking it back is over."""
    return change.due_at is not None and change.due_at <= clock.now()


def _end(change: PortalChange, state: str) -> None:
    change.state, change.ended_at, change.change = state, clock.now(), change_id()
    change.save(update_fields=["state", "ended_at", "change"])


@action
def settle(account: PortalAccount, *, actor: User) -> bool:
    """Let the waiting change count when its day is over; whether it did. The new address opens the account then."""
    rows = PortalChange.objects.select_for_update(of=("self",)).select_related("old")
    change = rows.filter(account=account, state=State.WAITING, due_at__lte=clock.now()).first()
    if change is None:
        return False
    new = new_of(change)
    contact = contacts.verified(contacts.contact_point(EMAIL, new, actor=actor), actor=actor, how="code")
    if PortalContact.objects.filter(contact=contact, ended_at__isnull=True).exclude(account=account).exists():
        _end(change, State.UNDONE)  # meanwhile it opens somebody's account
    else:
        account.contacts.filter(contact=change.old, ended_at__isnull=True).update(
            ended_at=clock.now(), change=change_id()
        )
        PortalContact.objects.get_or_create(account=account, contact=contact, ended_at=None)
        account.stamp, account.change = uuid.uuid4(), change_id()  # whoever came by the old address is out
        account.save(update_fields=["stamp", "change"])
        _tell_records(account, text_of(change.old), new, actor=actor)
        _end(change, State.DONE)
    audit.record(actor, "portal.change_settled", account)
    return True


@action
def settle_due(*, actor: User) -> int:
    """Settle every change whose day is over; how many."""
    due = PortalChange.objects.filter(state=State.WAITING, due_at__lte=clock.now()).select_related("account")
    settled = sum(settle(change.account, actor=actor) for change in due)
    if settled:
        audit.record(actor, "portal.changes_settled", counts={"changes": settled})
    return settled


def new_of(change: PortalChange) -> str:
    """The address that is to come."""
    return crypto.unseal_bytes(bytes(change.sealed), CONTEXT).decode()


def _tell_records(account: PortalAccount, old: str, new: str, *, actor: User) -> None:
    """The person's records say the new address instead of the old one; one that cannot be corrected now stays."""
    anchors = account.anchors.filter(ended_at__isnull=True).values_list("record", flat=True)
    for record in SourceRecord.objects.current().filter(pk__in=anchors).select_related("customer", "domain", "source"):
        elements = open_values(record.values).get("email", [])
        carried = next((one for one in elements if one.get("value") == old), None)
        if carried is not None and record.customer is not None and not record.customer.restricted:
            value = {**carried, "value": new, "verified": True}
            telling.tell(record, actor=actor, attribute="email", value=value, instead=carried)
