"""What matching adds to the customer page."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from cmdm import access
from cmdm.models import User
from customers.models import Customer
from customers.ports import Panel
from matching.queries.memory import remembered
from matching.queries.reasons import ledger_lines


def answers(customer: Customer, user: User) -> dict[str, Any] | None:
    """What people said of this customer and others."""
    rows = remembered(customer, user)
    return {"rows": rows} if rows else None


def links(customer: Customer, user: User) -> dict[str, Any] | None:
    """The ledger of this customer."""
    rows = ledger_lines(customer)
    return {"rows": rows, "may_undo": access.may(user, "decide", customer), "customer": customer} if rows else None


ANSWERS = Panel(_("Said by people"), "matching/_answers.html", answers, column="side", tab="overview")
LINKS = Panel(_("Links"), "matching/_ledger.html", links, column="side", tab="history")
