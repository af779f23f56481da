"""What may be done with customers' data: the one answer that every face gives."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from consent.queries.contacts import ATTRIBUTES, contacts_in, known_points
from consent.queries.material import Asked
from consent.queries.shapes import NOBODY, Known, shapes
from consent.rules.permitting import NEEDS, Facts, Permission, Terms, Why, age, gate
from consent.rules.shapes import folded
from customers.models import Customer, PartyType

EVERY_AGE = 1_000


def facts_of(customer: Customer) -> Facts:
    """What judging needs to know of a customer besides his records."""
    return Facts(restricted=customer.restricted, organisation=customer.party_type == PartyType.ORGANISATION)


def permitted(
    customers: Sequence[Customer], purpose: str, channel: str, at: datetime, recipient: str = ""
) -> dict[int, Permission]:
    """By customer id, whether his data may be used for the purpose (key) by this channel; one query.

    ``at`` is the moment for expiry and age; links and acts are those of now. ``recipient`` names to whom outside the
    data would go: then a consent counts only where the text that was shown names him.
    """
    if not customers:
        return {}
    ids = [one.pk for one in customers]
    asked, known = shapes(ids, purpose, channel, at, recipient)
    unusable = asked.unusable(channel) if asked else Why.NO_PURPOSE
    if asked is None or unusable:
        return dict.fromkeys(ids, Permission(False, unusable or Why.NO_PURPOSE))
    judge = _Judge(asked, channel, at)
    return {pk: judge.answer(known.get(pk, NOBODY), one) for pk, one in zip(ids, customers, strict=True)}


class _Judge:
    """One question. Customers who said the same, at the same places and on the same side of each gate of age, get the
    answer that was found for the first of them.
    """

    def __init__(self, asked: Asked, channel: str, at: datetime) -> None:
        self.asked, self.channel, self.today = asked, channel, at.date()
        self.terms: dict[frozenset[str], tuple[Terms, ...]] = {}
        self.ages: dict[tuple[frozenset[str], int | None], tuple[Why | None, ...]] = {}
        self.found: dict[tuple[Any, ...], Permission] = {}

    def answer(self, known: Known, customer: Customer) -> Permission:
        """The answer for this customer."""
        places, shape, restricted = known.places, known.shape, customer.restricted
        ages = self._ages(places, self._years(known, customer))
        key = (shape, places, ages, restricted)
        answer = self.found.get(key)
        if answer is None:
            bound = self.asked.channel_bound
            answer = self.found[key] = folded(shape, self._terms(places), ages, self.channel, restricted, bound)
        return _with(answer, known.contacts) if answer.contacts or answer.refused else answer

    def _years(self, known: Known, customer: Customer) -> int | None:
        """How old he is, by the youngest of his records; enough where no age is asked for."""
        if not self.asked.aged or customer.party_type == PartyType.ORGANISATION:
            return EVERY_AGE
        return age(max(known.births), self.today) if known.births else None

    def _ages(self, places: frozenset[str], years: int | None) -> tuple[Why | None, ...]:
        found = self.ages.get((places, years))
        if found is None:
            found = tuple(gate(one.minimum_age, years) for one in self._terms(places))
            self.ages[places, years] = found
        return found

    def _terms(self, places: frozenset[str]) -> tuple[Terms, ...]:
        if places not in self.terms:
            self.terms[places] = tuple(self.asked.terms(places))
        return self.terms[places]


def _with(answer: Permission, contacts: Sequence[int]) -> Permission:
    """The answer with the customer's own contact points instead of their numbers in the shape."""
    named = frozenset([contacts[one] for one in answer.contacts]) if answer.contacts is not None else None
    refused = frozenset([contacts[one] for one in answer.refused]) if answer.refused else answer.refused
    return Permission(answer.allowed, answer.why, answer.answer, named, refused)


def usable(
    values: Mapping[int, Mapping[str, Any]], permissions: Mapping[int, Permission], channel: str
) -> dict[int, dict[str, Any]]:
    """Opened values by customer without the addresses and numbers that his permission does not cover; one query.

    A channel that needs an address leaves those of the other kinds out; who is not permitted keeps none at all.
    """
    kinds = (NEEDS[channel],) if channel in NEEDS else tuple(ATTRIBUTES)
    found = {pk: contacts_in(one, kinds) for pk, one in values.items() if permissions[pk].allowed}
    ids = known_points(key for keys in found.values() for key in keys)
    contacts = set(ATTRIBUTES.values())
    made = {}
    for pk, one in values.items():
        kept = {name: value for name, value in one.items() if name not in contacts}
        for (kind, digest), element in found.get(pk, {}).items():
            if permissions[pk].admits(ids.get((kind, digest))):
                kept.setdefault(ATTRIBUTES[kind], []).append(element)
        made[pk] = kept
    return made
