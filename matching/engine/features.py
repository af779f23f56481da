"""Features: the values of one party, cleaned of placeholders and made ready to compare.

Made once per record; keys and comparisons read nothing else.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar

from matching.engine.addresses import Address, address
from matching.engine.contacts import (
    PROVIDERS,
    Email,
    Identifier,
    PartialDate,
    Phone,
    domain,
    email,
    identifier,
    partial_date,
    phone,
)
from matching.engine.folding import fold, joined
from matching.engine.model import Model
from matching.engine.names import (
    OrganisationName,
    PersonName,
    organisation_name,
    organisation_names,
    person_name,
    spelt_otherwise,
    with_given,
)

T = TypeVar("T")

Ignore = Callable[[str, str], bool]
"""Whether a value (attribute, prepared value) is known to say nothing, as a phone of hundreds."""


@dataclass(frozen=True, slots=True)
class Party:
    """One record as the engine takes it: opened values, named by attribute."""

    id: int
    party_type: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Features:
    """What is left of a party's values for matching. Empty means unknown."""

    id: int
    party_type: str
    name: PersonName
    organisations: tuple[OrganisationName, ...]
    gender: str
    emails: tuple[Email, ...]
    phones: tuple[Phone, ...]
    addresses: tuple[Address, ...]
    identifiers: tuple[Identifier, ...]
    websites: tuple[str, ...]
    dates: Mapping[str, PartialDate]
    texts: Mapping[str, tuple[str, ...]]
    others: tuple[PersonName, ...] = ()
    """Further names of a person: at birth, before a marriage, an artist's."""

    @property
    def names(self) -> tuple[PersonName, ...]:
        return (self.name, *self.others)


def prepare(model: Model, party: Party, ignore: Ignore | None = None) -> Features:
    """The party's features under the model; `ignore` names further values that say nothing."""
    values = party.values
    parts = _name_parts(model, values)
    name = person_name(*parts)
    return Features(
        id=party.id,
        party_type=party.party_type,
        name=name,
        organisations=_organisations(model, values),
        gender=joined(first_of(values, "gender"))[:1],
        emails=_emails(model, values, ignore),
        phones=_phones(model, values, ignore),
        addresses=_addresses(model, values),
        identifiers=_identifiers(model, values, ignore),
        websites=_websites(model, party),
        dates=_dates(model, values),
        texts=_other_texts(model, values),
        others=_others(model, name, parts, texts_of(values, "other_name")),
    )


def without(features: Features, ignore: Ignore) -> Features:
    """The features as they would be had `prepare` been told to ignore these values."""
    return replace(
        features,
        emails=telling_emails(features.emails, ignore),
        phones=telling_phones(features.phones, ignore),
        identifiers=telling_identifiers(features.identifiers, ignore),
    )


def telling_emails(emails: Iterable[Email], ignore: Ignore) -> tuple[Email, ...]:
    """Those of the e-mails that are not ignored."""
    return tuple(each for each in emails if not ignore("email", each.whole))


def telling_phones(phones: Iterable[Phone], ignore: Ignore) -> tuple[Phone, ...]:
    """Those of the phones that are not ignored."""
    return tuple(each for each in phones if not ignore("phone", each.number))


def telling_identifiers(identifiers: Iterable[Identifier], ignore: Ignore) -> tuple[Identifier, ...]:
    """Those of the identifiers that are not ignored."""
    return tuple(each for each in identifiers if not ignore("identifier", f"{each.scheme}:{each.value}"))


def contacts(features: Features) -> Iterator[tuple[str, str]]:
    """The values that `ignore` is asked about."""
    yield from (("email", each.whole) for each in features.emails)
    yield from (("phone", each.number) for each in features.phones)
    yield from (("identifier", f"{each.scheme}:{each.value}") for each in features.identifiers)


def shared(model: Model, parties: Iterable[Features]) -> frozenset[tuple[str, str]]:
    """The contacts held by more parties than the model's limit."""
    counts = Counter(pair for features in parties for pair in set(contacts(features)))
    return frozenset(pair for pair, count in counts.items() if count > model.shared_limit)


def texts_of(values: Mapping[str, Any], attribute: str) -> list[str]:
    """The values of an attribute, single or many, as texts; what is sealed stays out."""
    found = values.get(attribute)
    if not found:
        return []
    if isinstance(found, str):
        return [found] if found.strip() else []
    each = found if isinstance(found, list) else [found]
    texts = [one.get("value") if isinstance(one, Mapping) else one for one in each]
    return [str(text) for text in texts if isinstance(text, str | int) and str(text).strip()]


def first_of(values: Mapping[str, Any], attribute: str) -> str:
    """The first value of an attribute as a text; empty where there is none."""
    return next(iter(texts_of(values, attribute)), "")


def _distinct(values: Iterable[T | None]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(value for value in values if value))


def _name_parts(model: Model, values: Mapping[str, Any]) -> tuple[str, str, str, str, str]:
    """Given, middle and family name, suffix and full name, as far as they say anything."""
    given, family, full = (first_of(values, each) for each in ("given_name", "family_name", "full_name"))
    whole = fold(full) if full and not (given and family) else fold(f"{given} {family}")
    if whole in model.placeholders.get("full_name", ()):
        given = family = full = ""
    if fold(given) in model.placeholders.get("given_name", ()):
        given = ""
    if fold(family) in model.placeholders.get("family_name", ()):
        family = ""
    return given, first_of(values, "middle_name"), family, first_of(values, "suffix"), full


def _others(
    model: Model, name: PersonName, parts: tuple[str, str, str, str, str], texts: Iterable[str]
) -> tuple[PersonName, ...]:
    spelt = spelt_otherwise(*parts)
    return tuple(dict.fromkeys((*spelt, *other_names(model, name, texts))))


def other_names(model: Model, name: PersonName, texts: Iterable[str]) -> tuple[PersonName, ...]:
    """Further names, in one piece each; a mere family name, as a maiden name, is borne with the given one."""
    empty = (*model.placeholders.get("full_name", ()), *model.placeholders.get("family_name", ()))
    found = [person_name("", "", "", "", text) for text in texts if fold(text) not in empty]
    whole = [each if each.given else with_given(each, name) for each in found if each.family]
    return tuple(each for each in dict.fromkeys(whole) if each != name)


def _organisations(model: Model, values: Mapping[str, Any]) -> tuple[OrganisationName, ...]:
    empty = model.placeholders.get("organisation_name", ())
    texts = [*texts_of(values, "organisation_name"), *texts_of(values, "trading_name")]
    each = (part for text in texts for part in organisation_names(text))
    found = {name.whole: name for name in map(organisation_name, each) if name is not None}
    return tuple(name for whole, name in found.items() if whole not in empty)


def _emails(model: Model, values: Mapping[str, Any], ignore: Ignore | None) -> tuple[Email, ...]:
    empty = model.placeholders.get("email", ())
    found = _distinct(map(email, texts_of(values, "email")))
    return tuple(
        each
        for each in found
        if each.user not in empty and each.whole not in empty and not (ignore and ignore("email", each.whole))
    )


def _websites(model: Model, party: Party) -> tuple[str, ...]:
    """The hosts of the web sites; an organisation's mailboxes have one, too, unless a provider keeps them."""
    written = [domain(text) for text in texts_of(party.values, "website")]
    emails = _emails(model, party.values, None) if party.party_type == "organisation" else ()
    return _distinct([*written, *(each.domain for each in emails if each.domain not in PROVIDERS)])


def _phones(model: Model, values: Mapping[str, Any], ignore: Ignore | None) -> tuple[Phone, ...]:
    empty = model.placeholders.get("phone", ())
    found = _distinct(map(phone, texts_of(values, "phone")))
    return tuple(
        each
        for each in found
        if not made_up(each.ending)
        and each.number not in empty
        and each.ending not in empty
        and not (ignore and ignore("phone", each.number))
    )


def _identifiers(model: Model, values: Mapping[str, Any], ignore: Ignore | None) -> tuple[Identifier, ...]:
    empty = model.placeholders.get("identifier", ())
    elements = values.get("identifier")
    found = _distinct(
        identifier(str(each.get("scheme", "")), str(each.get("value", "")), each.get("verified") is True)
        for each in (elements if isinstance(elements, list) else ())
        if isinstance(each, Mapping)
    )
    return tuple(
        each
        for each in found
        if not made_up(each.value)
        and each.value not in empty
        and not (ignore and ignore("identifier", f"{each.scheme}:{each.value}"))
    )


def _addresses(model: Model, values: Mapping[str, Any]) -> tuple[Address, ...]:
    elements = values.get("address")
    empty = model.placeholders.get("address", ())
    found = _distinct(
        address({name: str(part) for name, part in each.items() if part and fold(str(part)) not in empty})
        for each in (elements if isinstance(elements, list) else ())
        if isinstance(each, Mapping) and "sealed" not in each
    )
    return tuple(each for each in found if not each.empty)


def _dates(model: Model, values: Mapping[str, Any]) -> dict[str, PartialDate]:
    dates: dict[str, PartialDate] = {}
    for attribute in {"birth_date", *(each.attribute for each in model.comparisons if each.kind == "date")}:
        found = partial_date(first_of(values, attribute))
        if found is not None and found.whole not in model.placeholders.get(attribute, ()):
            dates[attribute] = found
    return dates


def _other_texts(model: Model, values: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """The attributes that the model compares as plain values."""
    texts: dict[str, tuple[str, ...]] = {}
    for attribute in {each.attribute for each in model.comparisons if each.kind in ("exact", "text")}:
        empty = model.placeholders.get(attribute, ())
        found = _distinct(fold(text) for text in texts_of(values, attribute))
        if kept := tuple(each for each in found if each not in empty):
            texts[attribute] = kept
    return texts


LISTED: Final = 20
_COUNTING: Final = ("01234567890123456789", "98765432109876543210")


def made_up(number: str) -> bool:
    """All digits the same, or counting up or down."""
    if not number.isdigit():
        return False
    return len(set(number)) == 1 or any(number in each for each in _COUNTING)


def _made_up_numbers() -> frozenset[str]:
    alike = {digit * length for digit in "0123456789" for length in range(1, LISTED + 1)}
    spans = [(start, end) for end in range(1, LISTED + 1) for start in range(end)]
    return frozenset(alike | {each[start:end] for start, end in spans for each in _COUNTING})


MADE_UP: Final = _made_up_numbers()
"""All of up to `LISTED` ASCII digits that `made_up` finds."""
