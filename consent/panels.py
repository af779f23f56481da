"""What consent adds to the customer page, to the review queue and to what a merge touches."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from cmdm import access
from cmdm.models import User
from consent.models import PortalClaim, Proposal, SubjectRequest, officer_in
from consent.queries.conflicts import waiting
from consent.queries.panel import consents_of
from customers.models import Customer
from customers.ports import Panel, Tab, WaitingList


def consents(customer: Customer, user: User) -> dict[str, Any] | None:
    """A line a purpose; nothing while no purpose is in use."""
    rows = consents_of(customer, user)
    if not rows:
        return None
    active = customer.status == Customer.Status.ACTIVE
    return {"rows": rows, "customer": customer, "may_record": active and access.in_any(user, ["correct"])}


def two_answers(user: User) -> int | None:
    """How many customers have two answers; nothing for those who cannot put it to them."""
    return waiting(user) if access.in_any(user, ["correct"]) else None


def proposals(user: User) -> int | None:
    """How many things customers said of themselves wait for somebody to confirm them."""
    return Proposal.objects.visible_to(user).open().count() if access.in_any(user, ["correct"]) else None


def claims(user: User) -> int | None:
    """How many people proved an address and wait for somebody to say which records are theirs."""
    return PortalClaim.objects.visible_to(user).waiting().count() if access.in_any(user, ["correct"]) else None


def requests(user: User) -> int | None:
    """How many requests wait for an answer."""
    return SubjectRequest.objects.visible_to(user).open().count() if officer_in(user) else None


CONSENTS = Panel(_("Consents"), "consent/_panel.html", consents, column="side", tab="overview")
TAB = Tab("consents", _("Consents"), "consent:customer")
TWO_ANSWERS = WaitingList(_("Two answers"), "consent:conflicts", "circle-half", two_answers)
WAITING = {
    "consent": TWO_ANSWERS,
    "consent.proposals": WaitingList(_("Told by customers"), "consent:proposals", "message-user", proposals),
    "consent.claims": WaitingList(_("Customers to confirm"), "consent:claims", "user-check", claims),
    "consent.requests": WaitingList(_("Requests of customers"), "consent:requests", "inbox", requests),
}
