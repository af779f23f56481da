"""What a customer's own account may see, and what an address stands on."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from consent.models import ContactPoint, PortalAccount, PortalAnchor, PortalChange, PortalContact
from consent.queries.contacts import value_of
from consent.rules.anchoring import Carrier, Fact, is_shared
from customers.models import Customer, SearchTerm, SourceRecord
from customers.queries.catalogue import catalogue
from customers.queries.terms import exact_term
from customers.sealing import open_values
from customers.types.folding import fold

LOOKED_UP = {ContactPoint.Kind.EMAIL: "email", ContactPoint.Kind.PHONE: "phone"}


@dataclass(frozen=True)
class Portal:
    """Who is signed in to the portal, as its pages see him.

    ``anchors`` are ids of open records that he may see, ``customers`` those of the customers they lie in; ``contacts``
    the addresses that he proved. ``sealed_off`` while it is not certain that the reader of the mailbox is he.
    """

    account: PortalAccount
    anchors: tuple[int, ...] = ()
    customers: tuple[int, ...] = ()
    contacts: tuple[ContactPoint, ...] = ()
    change: PortalChange | None = None
    fresh: bool = False
    gpc: bool = False

    @property
    def may_grant(self) -> bool:
        """Not while the change of an address can still be taken back."""
        return self.change is None


def portal_of(account: PortalAccount, *, fresh: bool = False, gpc: bool = False) -> Portal:
    """Three queries."""
    rows = PortalAnchor.objects.filter(account=account, ended_at__isnull=True, record__closed_at__isnull=True)
    pairs = list(rows.order_by("record").values_list("record", "record__customer"))
    proved = PortalContact.objects.filter(account=account, ended_at__isnull=True).select_related("contact")
    return Portal(
        account,
        anchors=tuple(record for record, _customer in pairs),
        customers=tuple(sorted({customer for _record, customer in pairs if customer})),
        contacts=tuple(row.contact for row in proved.order_by("pk")),
        change=PortalChange.objects.filter(account=account, state=PortalChange.State.WAITING).first(),
        fresh=fresh,
        gpc=gpc,
    )


def carriers(kind: str, value: str) -> list[Carrier]:
    """The open, placed records that carry an address, with what tells their people apart.

    A correction counts as the record that it is about. Four queries.
    """
    found = _found(kind, value)
    rows = SourceRecord.objects.current().filter(pk__in=found, customer__status=Customer.Status.ACTIVE)
    rows = rows.select_related("customer").defer("raw", "findings")
    records = list(rows.order_by("pk"))
    corrections = SourceRecord.objects.current().filter(about__in=[row.pk for row in records]).defer("raw", "findings")
    said: dict[int, list[dict[str, Any]]] = {row.pk: [open_values(row.values)] for row in records}
    for row in corrections:
        said[row.about_id or 0].append(open_values(row.values))
    return [_carrier(row, said[row.pk], LOOKED_UP[ContactPoint.Kind(kind)], value) for row in records]


def stands_on(kind: str, value: str) -> bool:
    """Whether an open record carries an address. Two queries."""
    return bool(_found(kind, value))


def _found(kind: str, value: str) -> set[int]:
    attribute = LOOKED_UP.get(ContactPoint.Kind(kind), "")
    known = catalogue()
    spec = known.specs.get(attribute)
    if spec is None:
        return set()
    term = exact_term(attribute, spec.type.key({"value": value}), sensitive=attribute in known.sensitive)
    rows = SearchTerm.objects.filter(kind=SearchTerm.Kind.EXACT, term=term, record__closed_at__isnull=True)
    return {about or record for record, about in rows.values_list("record", "record__about")}


def _carrier(row: SourceRecord, said: Sequence[dict[str, Any]], attribute: str, value: str) -> Carrier:
    own = said[0]
    elements = [element for one in said for element in one.get(attribute, ()) if element.get("value") == value]
    dates = {one["birth_date"] for one in said if one.get("birth_date")}
    return Carrier(
        record=row.pk,
        customer=row.customer_id or 0,
        verified=any(element.get("verified") for element in elements),
        birth_date=own.get("birth_date") or next(iter(sorted(dates)), ""),
        name=fold(f"{own.get('given_name', '')} {own.get('family_name', '')} {own.get('organisation_name', '')}"),
        numbers=frozenset({fold(row.key), fold(row.customer.number if row.customer else "")} - {""}),
    )


def text_of(contact: ContactPoint) -> str:
    """The address of an e-mail or phone contact point as text; empty once its person was erased."""
    return str((value_of(contact) or {}).get("value", ""))


def fact_of(birth_date: Any, number: str) -> Fact:
    """What somebody said, in the form that carriers have."""
    return Fact(birth_date.isoformat() if birth_date else "", fold(number))


def facts_of(anchors: Collection[int]) -> set[str]:
    """The birth dates that stand on these records: what an account's person already showed."""
    rows = SourceRecord.objects.current().filter(pk__in=anchors).defer("raw", "findings")
    return {born for row in rows if (born := open_values(row.values).get("birth_date"))}


def shared_by_now(account: PortalAccount, found: Iterable[Carrier]) -> bool:
    """Whether the address has come to stand on a record of somebody else than this account's person."""
    anchors = PortalAnchor.objects.filter(account=account, ended_at__isnull=True)
    return is_shared(list(found), set(anchors.values_list("record", flat=True)))
