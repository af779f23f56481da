"""Customers of whom one lacks what all others have, and a count of them."""

from typing import Any

from cmdm.models import Domain, User, system_user
from customers.actions.suggesting import counting
from customers.models import Customer, Source, SourceRecord, SuggestionRun
from customers.queries.suggesting.suggestions import Suggestion, suggestions_of
from tests.support.records import person, stored

BERLIN = {"postal_code": "10115", "city": "Berlin", "country": "DE"}
NAMES = "Adler Bauer Claus Dietz Ernst Fuchs Graf Haas Ihle Jung Kern Lang".split()


def address(street: str, **parts: Any) -> list[dict[str, Any]]:
    """One address in the middle of Berlin, without the parts that are given as nothing."""
    return [{"line1": street, **{name: text for name, text in {**BERLIN, **parts}.items() if text}}]


def neighbours(source: Source, count: int = 6, **parts: Any) -> list[SourceRecord]:
    """So many people in Berlin, each a customer."""
    return [
        stored(
            source,
            f"n{number}",
            person(
                name * 2, name, f"19{number + 50}-03-0{number % 9 + 1}", address=address(f"{name}weg {number}", **parts)
            ),
        )
        for number, name in enumerate(NAMES[:count])
    ]


def lacking(source: Source, key: str = "lacking", **more: Any) -> SourceRecord:
    """Somebody whose address has no city."""
    values = {**person("Vera", "Zabel", "1990-01-02", address=address("Invalidenstr. 7", city="")), **more}
    return stored(source, key, values)


def counted() -> SuggestionRun:
    """Count, as the job does."""
    return counting.count(actor=system_user(), hold=lambda: None, report=lambda *_told: None)


def suggested(customer: Customer | None, user: User) -> list[Suggestion]:
    """What is suggested for a customer as he is now."""
    assert customer is not None
    customer.refresh_from_db()
    return suggestions_of([customer], user).get(customer.pk, [])


def source_of(domain: Domain, **fields: Any) -> Source:
    """What was filled in there."""
    return Source.objects.get(domain=domain, role=Source.Role.DERIVED)


OTHERS = (("Otto", "Maas"), ("Ute", "Quandt"), ("Rolf", "Timm"), ("Silke", "Voss"), ("Ingo", "Pohl"), ("Dora", "Nagel"))


def several(source: Source, count: int) -> list[SourceRecord]:
    """So many people, each a customer whose address has no city."""
    return [
        lacking(
            source,
            f"l{number}",
            **person(
                given,
                family,
                f"19{60 + 5 * number}-0{number + 1}-11",
                address=address(f"{family}gasse {number}", city=""),
            ),
        )
        for number, (given, family) in enumerate(OTHERS[:count])
    ]
