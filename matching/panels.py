"""What matching adds to the customer page."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from cmdm import access
from cmdm.models import User
from customers.models import Customer
from customers.ports import Panel
from matching.queries.memory import remembered
from matching.queries.origins import STEPS as STEPS_SHOWN
from matching.queries.origins import came_about
from matching.queries.reasons import ledger_lines
from matching.queries.sides import own_records

MOST = 100


def answers(customer: Customer, user: User) -> dict[str, Any] | None:
    """What people said of this customer and others."""
    rows = remembered(customer, user)
    return {"rows": rows} if rows else None


def links(customer: Customer, user: User) -> dict[str, Any] | None:
    """The ledger of this customer."""
    rows = ledger_lines(customer, user)
    return {"rows": rows, "may_undo": access.may(user, "decide", customer), "customer": customer} if rows else None


def steps(customer: Customer, user: User) -> dict[str, Any] | None:
    """How the customer came about, and his records to ask about."""
    found = came_about(customer, user)
    records = [(record.pk, f"{record.source.name} {record.key}") for record in own_records(customer, user)[:MOST]]
    cut = len(found) == STEPS_SHOWN
    return {"steps": found, "cut": cut, "records": records, "customer": customer} if found else None


ANSWERS = Panel(_("Said by people"), "matching/_answers.html", answers, column="side", tab="overview")
STEPS = Panel(_("How it came about"), "matching/_came_about.html", steps, column="main", tab="records")
LINKS = Panel(_("Links"), "matching/_ledger.html", links, column="side", tab="history")
