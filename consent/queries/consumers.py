"""Which consuming systems read customers that would be joined or taken apart, and how many of those each reads."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cmdm import access, clock
from cmdm.models import ApiToken, User
from customers.models import CustomerDomain
from customers.ports import EffectFact, GroupEffect, Leaving

NAMED = 5


def found_reading(groups: Sequence[Sequence[int]], user: User, leaving: Mapping[int, Leaving]) -> dict[str, Any]:
    """The systems (ids) with a valid token that may view one of these customers (ids), with how many; three queries.

    :param leaving: by numbers below zero, which stand in groups like customers, what would leave a customer.
    """
    touched = {leaving[pk].customer if pk in leaving else pk for group in groups for pk in group}
    lies: dict[int, set[int]] = defaultdict(set)
    for domain, customer in CustomerDomain.objects.filter(customer__among=touched).values_list("domain", "customer"):
        lies[domain].add(customer)
    held = access.holders("view", lies)
    counts = [[one.pk, len(set().union(*(lies[domain] for domain in held[one.pk])))] for one in _systems(held)]
    return {"systems": sorted(counts, key=lambda one: (-one[1], one[0]))} if counts else {}


def told_reading(found: Mapping[str, Any]) -> list[EffectFact]:
    """The same in words, by the names that the systems have now; one query."""
    rows = found.get("systems", ())
    known = User.objects.in_bulk([pk for pk, _count in rows])
    counts = [(count, str(known[pk])) for pk, count in rows if pk in known]
    if not counts:
        return []
    said = [
        ngettext("%(name)s: %(n)d customer", "%(name)s: %(n)d customers", count) % {"name": name, "n": count}
        for count, name in sorted(counts, key=lambda one: (-one[0], one[1]))[:NAMED]
    ]
    more = [_("%(n)d more") % {"n": len(counts) - NAMED}] if len(counts) > NAMED else []
    return [EffectFact("api", _("Consuming systems that read them"), " · ".join(said + more), len(counts))]


CONSUMERS = GroupEffect(found_reading, told_reading)


def _systems(held: Mapping[int, object]) -> list[User]:
    """Of these users (ids) the consuming systems that have a token they can use."""
    token = ApiToken.objects.filter(user=OuterRef("pk"), revoked_at__isnull=True)
    valid = token.exclude(expires_at__lte=clock.now())
    rows = User.objects.filter(Exists(valid), pk__in=held, kind=User.Kind.CONSUMER, is_active=True)
    return list(rows.order_by("username"))
