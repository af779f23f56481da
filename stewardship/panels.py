"""What stewardship adds to the customer page."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from cmdm.models import User
from customers.models import Customer
from customers.ports import Panel
from stewardship.queries.notes import notes_on


def notes(customer: Customer, user: User) -> dict[str, Any] | None:
    """Notes, tags and files; nothing where there are none and the reader may not write any."""
    found = notes_on([customer.pk], user)
    empty = not (found.lines or found.words or found.files or found.may_write)
    return None if empty else {"notes": found, "customer": customer}


NOTES = Panel(_("Notes"), "stewardship/_notes_panel.html", notes, column="side", tab="overview")
