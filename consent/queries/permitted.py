"""What may be done with customers' data: the one answer that every face gives."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from consent.queries.contacts import ATTRIBUTES, contacts_in, known_points
from consent.queries.material import Asked, born_on, places_in
from consent.queries.shapes import Told, shapes
from consent.rules.permitting import NEEDS, Facts, Permission, Terms, Why, age, gate
from consent.rules.shapes import Said, Shape, contacts_of, folded, said
from customers.models import Customer, PartyType

EVERY_AGE = 1_000
PERSON = PartyType.PERSON.value


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
    known = shapes(ids, purpose, channel, at, recipient)
    asked = known.asked
    unusable = asked.unusable(channel) if asked else Why.NO_PURPOSE
    if asked is None or unusable:
        return dict.fromkeys(ids, Permission(False, unusable or Why.NO_PURPOSE))
    judge = _Judge(asked, channel, at, known.told)
    apart = {one.pk: _manner(one) for one in customers if one.restricted or one.party_type != PERSON}
    found = dict.fromkeys(ids, judge.silent(PLAIN))
    found |= {pk: judge.silent(manner) for pk, manner in apart.items()}
    found |= {pk: judge.plain(told, apart.get(pk, PLAIN)) for pk, told in known.plain.items()}
    found |= {pk: judge.odd(records, apart.get(pk, PLAIN)) for pk, records in known.odd.items()}
    return found


class Manner(NamedTuple):
    """What of a customer himself matters."""

    restricted: bool
    person: bool


PLAIN = Manner(restricted=False, person=True)


def _manner(customer: Customer) -> Manner:
    return Manner(customer.restricted, customer.party_type != PartyType.ORGANISATION)


class _Judge:
    """One question. Customers whose records tell the same get the answer that is found once for all of them."""

    def __init__(self, asked: Asked, channel: str, at: datetime, told: Sequence[Told]) -> None:
        self.asked, self.channel, self.today, self.told = asked, channel, at.date(), told
        gates = {asked.minimum_age, *(terms.get("minimum_age") for terms in asked.rules.values())}
        self.ages = [-1, *sorted(one for one in gates if one)]
        self.terms: dict[frozenset[str], tuple[Terms, ...]] = {}
        self.answers: dict[tuple[Any, ...], Permission] = {}

    def silent(self, manner: Manner) -> Permission:
        """The answer for those of whom nothing is known."""
        return self.plain((), manner)

    def plain(self, told: tuple[int | None, ...], manner: Manner) -> Permission:
        """The answer for a customer by the numbers of what his records tell, each with the contact point spoken of."""
        contacts = told[1:] if len(told) <= 2 else tuple({one for one in told[1::2] if one is not None})
        # Without a contact point or with one alone, the words say which acts speak of it.
        apart = tuple([contacts.index(one) for one in told[1::2] if one is not None]) if len(contacts) > 1 else ()
        key = (told[::2], apart, manner)
        answer = self.answers.get(key)
        if answer is None:
            answer = self.answers[key] = self._plain(told, contacts, manner)
        return _with(answer, contacts) if answer.contacts or answer.refused else answer

    def _plain(self, told: tuple[int | None, ...], contacts: Sequence[int | None], manner: Manner) -> Permission:
        records = [
            (self.told[number or 0], None if contact is None else contacts.index(contact))
            for number, contact in zip(told[::2], told[1::2], strict=True)
        ]
        shape = tuple([Said(one.words, contacts_of(one.words, contact)) for one, contact in records if one.words])
        places = frozenset().union(*[_places(one.places) for one, _contact in records if one.places])
        years = min((self.ages[-1 - one.gates] for one, _contact in records if one.gates is not None), default=None)
        return self._folded(shape, places, years, manner)

    def odd(self, records: Sequence[Mapping[str, Any]], manner: Manner) -> Permission:
        """The answer for a customer whose records were told one by one."""
        numbers: dict[int, int] = {}
        shape = tuple([_said(one, numbers) for one in records if one["words"]])
        places = frozenset().union(*[_places(one["places"]) for one in records if one["places"]])
        born = [(one["id"], one["about_id"], day) for one in records if (day := born_on(one["born"] or ""))]
        corrected = {about for _record, about, _day in born if about}
        ages = [age(day, self.today) for record, about, day in born if about or record not in corrected]
        answer = self._folded(shape, places, min(ages, default=None), manner)
        return _with(answer, list(numbers))

    def _folded(self, shape: Shape, places: frozenset[str], years: int | None, manner: Manner) -> Permission:
        terms = self.terms.get(places)
        if terms is None:
            terms = self.terms[places] = tuple(self.asked.terms(places))
        years = years if manner.person and self.asked.aged else EVERY_AGE
        ages = tuple([gate(one.minimum_age, years) for one in terms])
        return folded(shape, terms, ages, self.channel, manner.restricted, self.asked.channel_bound)


def _said(record: Mapping[str, Any], numbers: dict[int, int]) -> Said:
    return said(record["words"], record["contacts"], record["ids"], record["names"], numbers)


@lru_cache(maxsize=4_096)
def _places(said: str) -> frozenset[str]:
    return places_in(said) if said.startswith("[") else frozenset((said,))


def _with(answer: Permission, contacts: Sequence[Any]) -> Permission:
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
