"""Links by which whoever reads a mail stops more of them: one for each address that may be written to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from cmdm import audit, clock
from cmdm.actions import Refused, action
from cmdm.models import User
from consent.actions.contacts import contact_points
from consent.models import Purpose
from consent.queries.contacts import contacts_in
from consent.queries.links import stop_headers
from consent.queries.permitted import permitted
from consent.rules.permitting import NEEDS
from customers.models import Customer, SourceRecord
from customers.sealing import open_values

Key = tuple[str, bytes]


@dataclass(frozen=True)
class StopLink:
    """The address or number of a customer (id), and the headers of a mail to it."""

    customer: int
    value: Mapping[str, Any]
    headers: Mapping[str, str]

    @property
    def url(self) -> str:
        """The link for the mail's text."""
        return self.headers["List-Unsubscribe"].strip("<>")


@action
def stop_links(customers: Sequence[Customer], *, actor: User, purpose: Purpose, channel: str) -> list[StopLink]:
    """The links of the addresses that may be used for the purpose by this channel, and stand on records of the actor.

    Refused for a channel that needs no address; without ``view`` there is none.
    """
    if channel not in NEEDS:
        raise Refused(_("This channel needs no address."))
    allowed = permitted(customers, purpose.key, channel, clock.now())
    held = _held([one.pk for one in customers if allowed[one.pk].allowed], NEEDS[channel], actor)
    points = contact_points({key: element for _record, key, element in held}, actor=actor)
    made, seen = [], set()
    for record, key, element in held:
        point, customer = points[key], record.customer_id or 0
        if allowed[customer].admits(point.pk) and (customer, point.pk) not in seen:
            seen.add((customer, point.pk))
            made.append(StopLink(customer, element, stop_headers(point, purpose, record)))
    domains, counts = {record.domain_id for record, _key, _element in held}, {"links": len(made)}
    audit.record(actor, "consent.links_made", purpose, domains=domains, counts=counts, purpose=purpose.key)
    return made


def _held(customers: Sequence[int], kind: str, actor: User) -> list[tuple[SourceRecord, Key, Mapping[str, Any]]]:
    """The addresses on the visible records of these customers, record by record; one query."""
    rows = SourceRecord.objects.current().visible_to(actor).filter(customer__in=customers, about__isnull=True)
    found = []
    for record in rows.defer("raw", "findings").order_by("customer", "pk"):
        found += [(record, key, one) for key, one in contacts_in(open_values(record.values), (kind,)).items()]
    return found
