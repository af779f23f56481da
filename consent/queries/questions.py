"""What a steward puts to a customer: to which mailbox the question goes, and what the portal then asks."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from cmdm import clock
from consent.models import ConsentEvent, ContactPoint, PortalAnchor, PortalContact
from consent.queries.conflicts import asked_of
from consent.queries.material import Material, material
from consent.queries.portal import text_of
from consent.rules.folding import DENYING, GRANTING, conflicting, fold
from customers.models import SourceRecord
from customers.sealing import open_values

EMAIL = ContactPoint.Kind.EMAIL
MOST = 5


@dataclass(frozen=True)
class Mailbox:
    """An address that is asked, and the language in which."""

    contact: ContactPoint
    address: str
    language: str


@dataclass(frozen=True)
class Reach:
    """Where a person can be asked about himself: the record (id) that is his, and the addresses with their language."""

    record: int
    addresses: tuple[tuple[str, str], ...]


def reach(customer: int) -> Reach | None:
    """How a customer (id) is asked something in the portal: by his account, else at an address that stands on a record.

    Three queries at most.
    """
    mine = PortalAnchor.objects.filter(
        record__customer=customer, ended_at__isnull=True, record__closed_at__isnull=True, account__state="active"
    )
    anchor = mine.order_by("pk").values_list("record", "account").first()
    if anchor is not None:
        return Reach(anchor[0], _of_account(anchor[1]))
    rows = SourceRecord.objects.current().filter(customer=customer, about__isnull=True)
    for record in rows.defer("raw", "findings").order_by("pk"):
        found = open_values(record.values).get("email", ())
        if found:
            first = min(found, key=lambda one: not one.get("verified"))
            return Reach(record.pk, ((first["value"], settings.LANGUAGE_CODE),))
    return None


def reached(record: SourceRecord) -> tuple[tuple[str, str], ...]:
    """The addresses at which the person of a record is told of a question, with their language."""
    found = reach(record.customer_id or 0)
    return found.addresses if found else ()


def _of_account(account: int) -> tuple[tuple[str, str], ...]:
    rows = PortalContact.objects.filter(account=account, ended_at__isnull=True, contact__kind=EMAIL)
    found = [(text_of(one.contact), one.account.language) for one in rows.select_related("contact", "account")]
    return tuple((address, language) for address, language in found if address)


def mailboxes(customer: int, purpose: int) -> list[Mailbox]:
    """Where a customer (id) is asked about a purpose (id): at the addresses of his accounts here, else at those for
    which he gave the answers; nobody else is written to. Three queries at most.
    """
    mine = PortalContact.objects.filter(
        ended_at__isnull=True, contact__kind=EMAIL, account__state="active",
        account__anchors__record__customer=customer, account__anchors__ended_at__isnull=True,
    )  # fmt: skip
    rows = mine.select_related("contact", "account").order_by("account", "pk").distinct("account")
    found = [Mailbox(row.contact, text_of(row.contact), row.account.language) for row in rows[:MOST]]
    if not found:
        found = _of_the_answers(customer, purpose)
    return [one for one in found if one.address]


def _of_the_answers(customer: int, purpose: int) -> list[Mailbox]:
    said = ConsentEvent.objects.filter(
        record__customer=customer, purpose=purpose, act__in=[*GRANTING, *DENYING], contact__kind=EMAIL
    )
    spoken: dict[int, str] = {}
    for contact, language in said.order_by("pk").values_list("contact", "notice__language"):
        spoken[contact] = language or spoken.get(contact, settings.LANGUAGE_CODE)
    points = ContactPoint.objects.filter(pk__in=spoken).order_by("pk")[:MOST]
    return [Mailbox(one, text_of(one), spoken[one.pk]) for one in points]


def put_to(customers: Sequence[int]) -> dict[str, datetime]:
    """The purposes (keys) about which a steward asked these customers (ids), and which still have two answers: when.

    One query where nobody asked, two otherwise.
    """
    asked = asked_of(customers)
    if not asked:
        return {}
    known = material(customers=customers, purposes=sorted({purpose for _customer, purpose in asked}))
    found: dict[str, datetime] = {}
    for (customer, purpose), entry in asked.items():
        about = known.purposes.get(purpose)
        if about is not None and _two(about.id, known.records.get(customer, ()), known):
            found[purpose] = max(entry.at, found.get(purpose, entry.at))
    return found


def _two(purpose: int, records: Collection[int], known: Material) -> bool:
    """Whether one record grants what another denies, on some channel or address."""
    acts = [found for record in records if (found := known.said(purpose, record))]
    now = clock.now()
    scopes = {(act.channel, act.contact) for found in acts for act in found}
    return any(conflicting(fold(found, *scope, now) for found in acts) for scope in scopes)
