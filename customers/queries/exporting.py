"""What an export file is about: its filters as rows and in words, and its bytes."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from cmdm import access, crypto
from cmdm.models import Domain, User
from customers import ports
from customers.models import Customer, ExportChunk, ExportFile, PartyType, Source
from customers.queries.records import listed


def chosen(filters: Mapping[str, Any], user: User) -> QuerySet[Customer] | None:
    """The customers of the user's list that fit; nothing when he may not see what they are narrowed by any more."""
    domain, source = filters.get("domain"), None
    if domain is not None and domain not in access.scope(user, "view"):
        return None
    if filters.get("source") is not None:
        source = Source.objects.filter(pk=filters["source"], domain__in=access.scope(user, "view")).first()
        if source is None:
            return None
    plain = {name: filters.get(name) or "" for name in ("party_type", "status")}
    return listed(user, **plain, domain=domain, source=source)


def described(file: ExportFile) -> str:
    """Its filters, for its owner; four queries at most."""
    filters = file.filters
    words = [
        PartyType(filters["party_type"]).label if filters.get("party_type") else _("Persons and organisations"),
        Customer.Status(filters.get("status") or Customer.Status.ACTIVE).label,
    ]
    if filters.get("domain") is not None:
        words += Domain.objects.filter(pk=filters["domain"]).values_list("name", flat=True)
    if filters.get("source") is not None:
        words += Source.objects.filter(pk=filters["source"]).values_list("name", flat=True)
    if filters.get("use"):
        words.append(dict(use for offer in ports.uses for use in offer()).get(filters["use"], filters["use"]))
    return " · ".join(str(word) for word in words)


def context(file: ExportFile, number: int) -> str:
    """What a piece is sealed for: its place in its file."""
    return f"export:{file.pk}:{number}"


def bytes_of(file: ExportFile) -> Iterator[bytes]:
    """The file, opened piece by piece; memory stays at one.

    :raises LookupError: a piece is gone: better a broken transfer than a file that looks whole.
    """
    rows = ExportChunk.objects.filter(file=file)
    for number in range(file.pieces):
        sealed = rows.filter(number=number).values_list("sealed", flat=True).first()
        if sealed is None:
            raise LookupError("a piece of the export file is gone")
        yield crypto.unseal_bytes(bytes(sealed), context(file, number))
