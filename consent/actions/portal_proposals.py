"""This is also me: a second address of a person. Whether two customers are one a steward decides in the queue."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from cmdm import audit
from cmdm.actions import Refused, action
from cmdm.models import User
from consent.actions import contacts, portal_anchors
from consent.actions.portal_anchors import How
from consent.actions.portal_codes import EMAIL, address_of
from consent.models import ContactPoint, PortalAccount, PortalCode, PortalContact
from consent.queries.portal import carriers, facts_of
from consent.rules.anchoring import Carrier, Fact, Ground, ground, opened


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
    mine = portal_anchors.anchored(account)
    found = [one for one in carriers(EMAIL, value) if one.record not in mine]
    how, chosen = _opens(found, facts_of(mine))
    portal_anchors.open_records(account, contact, chosen, how, actor=actor)
    claimed = bool(found) and not chosen
    if claimed:
        portal_anchors.claim(account, contact, actor=actor)
    proposed = portal_anchors.propose_same(mine, chosen)
    audit.record(actor, "portal.address_added", account)
    return Added(contact, len(chosen), proposed, claimed)


def _opens(found: list[Carrier], born: set[str]) -> tuple[str, list[int]]:
    """The records that the second address opens: verified there, or of the birth date the person showed before."""
    if ground(found) is Ground.OPEN:
        return How.VERIFIED, list(opened(found))
    return How.FACT, sorted({pk for day in born for pk in opened(found, Fact(birth_date=day))})
