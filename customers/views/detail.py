"""One customer: overview, records, history."""

from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from cmdm import access, clock
from cmdm.models import User
from cmdm.requests import Request
from cmdm.templatetags.hub import short_date
from customers import ports
from customers.actions.reading import PURPOSES
from customers.forms import AsOfForm, correctable
from customers.models import Customer
from customers.queries.catalogue import catalogue
from customers.queries.changes import changes
from customers.queries.households import households_of
from customers.queries.profile import CustomerProfile, profile
from customers.queries.related import related
from customers.queries.suggesting.names import digest_of
from customers.queries.suggesting.suggestions import suggestions_of
from customers.queries.suggesting.worklist import taken_of
from customers.views.opening import of_customer

LATEST = 4
SIZE = 20


@dataclass(frozen=True)
class Filled:
    """A panel of another app with its content."""

    title: Any
    template: str
    column: str
    content: dict[str, Any]


@require_GET
@of_customer
def overview(request: Request, customer: Customer) -> HttpResponse:
    """Golden values with their lineage, today or on an earlier day."""
    return show_overview(request, customer, day=AsOfForm(request.GET).day())


def show_overview(
    request: Request,
    customer: Customer,
    *,
    day: Any = None,
    opened: Container[str] = (),
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    """The overview, with whatever a deed has to say on it."""
    found = profile(customer, request.user, day, opened=opened)
    context = {
        **frame(request, found, "overview"),
        "latest": changes(customer, request.user, size=LATEST) if day is None else (),
        "reasons": why_here(found, request.user) if day is None else {},
        "related": related(customer, request.user) if day is None else (),
        "homes": households_of(customer, request.user) if day is None else (),
        **(fillings(found, request.user) if day is None else {}),
        "panels": panels(customer, request.user, "overview") if day is None else (),
        **more,
    }
    return render(request, "customers/detail.html", context, status=status)


@require_GET
@of_customer
def records(request: Request, customer: Customer) -> HttpResponse:
    """Every record with why it lies here."""
    found = profile(customer, request.user)
    context = {
        **frame(request, found, "records"),
        "reasons": why_here(found, request.user),
        "panels": panels(customer, request.user, "records"),
    }
    return render(request, "customers/records.html", context)


@require_GET
@of_customer
def history(request: Request, customer: Customer) -> HttpResponse:
    """Version by version, newest first."""
    rows = changes(customer, request.user, before=_cursor(request), size=SIZE)
    last = rows[-1].version if rows else 0
    context = {
        **frame(request, profile(customer, request.user), "history"),
        "rows": rows,
        "next": f"?before={signing.dumps(last, salt='history')}" if last > 1 else "",
        "panels": panels(customer, request.user, "history"),
    }
    return render(request, "customers/history.html", context)


def _cursor(request: Request) -> int | None:
    """The version that the last page ended with.

    :raises Http404: the cursor was not made here.
    """
    if "before" not in request.GET:
        return None
    try:
        return int(signing.loads(request.GET["before"], salt="history"))
    except (signing.BadSignature, ValueError, TypeError):
        raise Http404 from None


def fillings(found: CustomerProfile, user: User) -> dict[str, Any]:
    """What can be filled in, by group of the catalogue, and what was, by the fold of its row."""
    customer = found.customer
    suggested: dict[str, list[Any]] = {}
    if correctable(found.records, user):
        for one in suggestions_of([customer], user).get(customer.pk, ()):
            suggested.setdefault(one.group, []).append(one)
    shown = {group.key for group in found.groups}
    besides = [one for key, ones in suggested.items() if key not in shown for one in ones]
    shown_first = [one for group in found.groups for one in suggested.get(group.key, ())] or besides
    about = {line.about for line in found.records if line.about is not None}
    taken = taken_of(sorted(about)) if about else {}
    rows = [row for group in found.groups for row in group.rows if row.value is not None]
    specs = catalogue().specs if taken else {}
    digests = {row.fold: (row.attribute, digest_of(specs[row.attribute], row.value)) for row in rows if taken}
    return {
        "suggested": suggested,
        "first_suggested": next(iter(shown_first), None),
        "suggested_besides": besides,
        "taken": {fold: taken[named] for fold, named in digests.items() if named in taken},
    }


def frame(request: Request, found: CustomerProfile, tab: str) -> dict[str, Any]:
    """What the head of every tab needs; other apps show tabs of their own with it."""
    customer, user = found.customer, request.user
    active = customer.status == Customer.Status.ACTIVE and found.past is None
    return {
        "profile": found,
        "customer": customer,
        "tab": tab,
        "more_tabs": list(ports.tabs),
        "may_correct": active and bool(correctable(found.records, user)),
        "may_decide": active and access.may(user, "decide", customer),
        "purposes": PURPOSES.items(),
        "dots": _dots(found),
        "today": clock.now().date(),
        "words": _version_words(found),
    }


def _dots(found: CustomerProfile) -> list[dict[str, Any]]:
    """The strip of versions; one of today has no day of its own to go back to."""
    address = reverse("customers:detail", args=[found.customer.key])
    today = clock.now().date()
    return [
        {
            "number": one.number,
            "at": one.at,
            "url": address if one.at.date() >= today else f"{address}?as_of={one.at.date().isoformat()}",
            "shown": one.number == found.version,
        }
        for one in found.versions
    ]


def _version_words(found: CustomerProfile) -> str:
    if found.since is None:
        return _("not known then")
    words = {"version": found.version, "last": found.customer.version, "day": short_date(found.since)}
    return _("version %(version)d of %(last)d, since %(day)s") % words


def why_here(found: CustomerProfile, user: User) -> dict[int, Any]:
    """Why each record lies in this customer, by record id."""
    return why_of([record.id for record in found.records], user)


def why_of(ids: Sequence[int], user: User) -> dict[int, Any]:
    """Why records lie where they do, from the app that knows."""
    said: dict[int, Any] = {}
    for reasons in ports.reasons:
        said |= reasons(ids, user)
    return said


def panels(customer: Customer, user: User, tab: str) -> list[Filled]:
    """What other apps add to a tab."""
    made = []
    for panel in ports.panels:
        content = panel.content(customer, user) if panel.tab == tab else None
        if content is not None:
            made.append(Filled(panel.title, panel.template, panel.column, content))
    return made
