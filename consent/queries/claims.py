"""Customers who wait to be confirmed, as a steward sees them: the records with their address, by his rights."""

from dataclasses import dataclass

from cmdm import access
from cmdm.models import User
from consent.models import PortalClaim
from consent.queries.contacts import masked, shown
from consent.queries.portal import carriers, text_of
from customers.models import SourceRecord
from customers.queries.naming import name_in
from customers.sealing import open_values


@dataclass(frozen=True)
class Named:
    """One record with the address: what it says of who its person is."""

    record: SourceRecord
    name: str
    birth_date: str

    @property
    def label(self) -> str:
        return f"{self.name or self.record.key} · {self.record.source.name}"


@dataclass(frozen=True)
class Waiting:
    """One claim: the address that was proved, the records one may see, how many lie elsewhere, and what the person sees
    already by another address of his."""

    claim: PortalClaim
    address: str
    records: tuple[Named, ...]
    elsewhere: int
    known: tuple[Named, ...] = ()

    @property
    def choices(self) -> list[tuple[str, str]]:
        """The records as a form offers them."""
        return [(str(one.record.pk), one.label) for one in self.records]


def waiting(claim: PortalClaim, user: User) -> Waiting:
    """Ten queries, whatever the number of records."""
    found = [one.record for one in carriers(claim.contact.kind, text_of(claim.contact))]
    mine = SourceRecord.objects.filter(domain__in=access.scope(user, "correct"))
    rows = mine.select_related("source", "customer", "domain").order_by("pk")
    named = tuple(_named(row) for row in rows.filter(pk__in=found))
    anchors = claim.account.anchors.filter(ended_at__isnull=True).values("record")
    known = tuple(_named(row) for row in rows.filter(pk__in=anchors))
    reveals = access.scope(user, "reveal") >= claim.domain_ids()
    address = shown(claim.contact) if reveals else masked(claim.contact)
    return Waiting(claim, address, named, len(found) - len(named), known)


def _named(row: SourceRecord) -> Named:
    values = open_values(row.values)
    return Named(row, name_in(values, row.party_type), values.get("birth_date", ""))
