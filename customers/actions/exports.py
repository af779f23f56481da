"""Exports: what leaves is noted before the first byte does.

Up to 20,000 customers leave while the reader waits; more are written to a file first, see ``export_files``.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cmdm import access, audit, events
from cmdm.actions import Refused, action
from cmdm.models import User
from customers.models import Customer
from customers.queries.sheets import Sheet, customers_sheet, links_sheet
from customers.rules.safe_csv import safe_lines

# A purpose is a code, so that nobody writes a value into the audit log.
PURPOSES: Mapping[str, Any] = {
    "system": gettext_lazy("For another system"),
    "analysis": gettext_lazy("For an analysis"),
    "quality": gettext_lazy("To check the quality"),
    "asked": gettext_lazy("The customer asked"),
    "law": gettext_lazy("A legal duty"),
}
SHEETS: Mapping[str, Callable[[User], Sheet]] = {"customers": customers_sheet, "links": links_sheet}
MAX_STREAMED = 20_000


@action
def export(what: str, *, actor: User, purpose: str) -> Iterator[str]:
    """Lines of a CSV file with all customers or links of the domains where the actor may export.

    Refused without ``export`` in any domain, or without a purpose.
    """
    return _noted(what, SHEETS[what](actor), actor=actor, purpose=purpose)


@action
def export_customers(
    customers: QuerySet[Customer], *, actor: User, purpose: str, use: str = "", as_of: int | None = None
) -> Iterator[str]:
    """Lines of a CSV file with the chosen customers that the actor may export; refused for more than 20,000.

    :param use: ``purpose/channel``, or ``purpose/channel/recipient`` where the file goes to somebody outside: those
        only who permit this use of their data when their line is written. :param as_of: the last event before it.
    """
    sheet = customers_sheet(actor, customers, use=use)
    if sheet.count > MAX_STREAMED:
        raise Refused(_("More than 20,000 customers are written to a file first."), code="too_many")
    return _noted("customers", sheet, actor=actor, purpose=purpose, use=use, as_of=as_of)


def leaving(*, actor: User, purpose: str) -> frozenset[int]:
    """The domains that the actor may export from now.

    :raises PermissionDenied: there is none. :raises Refused: nobody said what for.
    """
    access.scopes(actor, fresh=True)
    domains = access.scope(actor, "export")
    if not domains:
        raise PermissionDenied("export")
    if purpose not in PURPOSES:
        raise Refused(_("Say for which purpose."))
    return domains


def _noted(
    what: str, sheet: Sheet, *, actor: User, purpose: str, use: str = "", as_of: int | None = None
) -> Iterator[str]:
    domains = leaving(actor=actor, purpose=purpose)
    audit.record(
        actor,
        f"{what}.exported",
        domains=domains,
        attributes=sheet.attributes,
        counts={"rows": sheet.count, "event": events.position() if as_of is None else as_of},
        purpose=f"{purpose} {use}".strip()[:60],
    )
    return safe_lines(sheet.header, sheet.rows)
