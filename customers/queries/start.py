"""What the start page says of customers, sources and imports, within the reader's rights."""

from collections.abc import Iterator

from django.db import connection
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cmdm import access
from cmdm.models import User
from cmdm.startpage import Attention, Figure, Part
from customers.models import Customer, Load, Source
from customers.queries.sources import CAP, capped_count, refused_waiting
from customers.queries.suggesting.worklist import CAP as MOST_MISSING
from customers.queries.suggesting.worklist import waiting


def holdings(user: User) -> Part | None:
    """Figures that lead to their rows; eight queries at most, none of which counts beyond the cap."""
    if not access.in_any(user, ["view", "import"]):
        return None
    return Part(figures=tuple(_figures(user)), attention=tuple(_attention(user)))


def missing(user: User) -> Part | None:
    """How many values are missing that can be filled in, as a figure that leads to them; one query."""
    count = waiting(user)
    if not count:
        return None
    label = _text(min(count, MOST_MISSING), count > MOST_MISSING)
    hint = _("a rule or the other customers tell them")
    return Part(figures=(Figure(_("Missing values"), label, reverse("customers:missing"), hint, "clipboard-list"),))


def _figures(user: User) -> Iterator[Figure]:
    if access.in_any(user, ["view"]):
        yield Figure(_("Customers"), _customers(user), reverse("customers:list"), _("active, in your domains"), "users")
        sources = Source.objects.visible_to(user).count()
        yield Figure(_("Sources"), sources, reverse("customers:sources"), _("systems that send records"), "database")
    if access.in_any(user, ["import"]):
        running = Load.objects.visible_to(user).filter(state__in=[Load.State.QUEUED, Load.State.RUNNING]).count()
        hint = ngettext("%(n)s is running", "%(n)s are running", running) % {"n": running}
        count, capped = capped_count(Load.objects.visible_to(user))
        yield Figure(_("Imports"), _text(count, capped), reverse("customers:imports"), hint, "file-import")


def _customers(user: User) -> str:
    """The number of customers: exact up to the cap; an estimate beyond it for whoever sees every domain."""
    count, capped = capped_count(Customer.objects.visible_to(user).active())
    if capped and access.everywhere(user, "view"):
        with connection.cursor() as cursor:
            cursor.execute("SELECT reltuples::bigint FROM pg_class WHERE oid = 'customers_customer'::regclass")
            estimate = int(cursor.fetchone()[0])
        if estimate > CAP:
            return _("about %(n)s") % {"n": number_format(round(estimate, -3), force_grouping=True)}
    return _text(count, capped)


def _text(count: int, capped: bool) -> str:
    number = number_format(count, force_grouping=True)
    return _("%(n)s and more") % {"n": number} if capped else number


def _attention(user: User) -> Iterator[Attention]:
    if not access.in_any(user, ["import"]):
        return
    count, capped = refused_waiting(user)
    if count:
        words = ngettext("%(n)s refused row waits", "%(n)s refused rows wait", count) % {"n": _text(count, capped)}
        yield Attention(words, reverse("customers:imports"))
    failed = Load.objects.visible_to(user).filter(state=Load.State.FAILED).order_by("-pk").first()
    if failed is not None:
        words = _("An import ended with a fault: %(file)s") % {"file": failed.file_name or failed.pk}
        yield Attention(words, reverse("customers:import", args=[failed.pk]), "alert-circle", "danger")
