"""This is also me: a second address of the same person. Whether two customers are one a steward decides, in the queue.

The queue lies above this app: an event tells it which records the customer means, by their ids.
"""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from cmdm import audit, events
from cmdm.actions import Refused, action
from cmdm.models import User
from consent.actions import contacts, portal_anchors
from consent.actions.portal_anchors import How
from consent.actions.portal_codes import EMAIL, address_of
from consent.models import ContactPoint, PortalAccount, PortalCode, PortalContact
from consent.queries.portal import carriers, facts_of
from consent.rules.anchoring import Carrier, Fact, Ground, ground, opened
from customers.models import SourceRecord


@dataclass(frozen=True)
class Added:
    """What became of a second address: records that opened, and whether stewards were asked something."""

    contact: ContactPoint
    opened: int = 0
    proposed: bool = False
    claimed: bool = False


@action
def also_me(account: PortalAccount, code: PortalCode, *, actor: User) -> Added:
    """The person reads a second address, too. It signs in from now on, opens what it would open by itself, and the
    stewards are asked whether the records behind both are one customer. Refused when it opens another account."""
    value = address_of(code)
    contact = contacts.verified(contacts.contact_point(EMAIL, value, actor=actor), actor=actor, how="code")
    ContactPoint.objects.select_for_update().get(pk=contact.pk)
    owner = PortalContact.objects.filter(contact=contact, ended_at__isnull=True).first()
    if owner is not None and owner.account_id != account.pk:
        raise Refused(_("This address opens another account. Sign in with it, and ask us to join the two."))
    if owner is None:
        PortalContact.objects.create(account=account, contact=contact)
    mine = _anchored(account)
    found = [one for one in carriers(EMAIL, value) if one.record not in mine]
    how, chosen = _opens(found, facts_of(mine))
    portal_anchors.open_records(account, contact, chosen, how, actor=actor)
    claimed = bool(found) and not chosen
    if claimed:
        portal_anchors.claim(account, contact, actor=actor)
    proposed = _propose(mine, chosen)
    audit.record(actor, "portal.address_added", account)
    return Added(contact, len(chosen), proposed, claimed)


def _anchored(account: PortalAccount) -> set[int]:
    return set(account.anchors.filter(ended_at__isnull=True).values_list("record", flat=True))


def _opens(found: list[Carrier], born: set[str]) -> tuple[str, list[int]]:
    """The records that the second address opens: verified there, or of the birth date the person showed before."""
    if ground(found) is Ground.OPEN:
        return How.VERIFIED, list(opened(found))
    return How.FACT, sorted({pk for day in born for pk in opened(found, Fact(birth_date=day))})


def _propose(mine: set[int], others: list[int]) -> bool:
    """Ask whether what lies in two customers is one."""
    rows = SourceRecord.objects.current().filter(pk__in=[*mine, *others], customer__isnull=False)
    where = dict(rows.order_by("pk").values_list("pk", "customer"))
    left = next((pk for pk in sorted(mine) if pk in where), None)
    right = next((pk for pk in others if pk in where and left and where[pk] != where[left]), None)
    if left is None or right is None:
        return False
    events.emit("portal.also_me", left=left, right=right)
    return True
