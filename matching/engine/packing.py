"""Features as one line of text: what is kept of a record once it is prepared, so that no mate is prepared again.

Fields stand between unit marks, the values of one field between value marks, the parts of one value between part marks
(ASCII separators 31, 30, 29), which folding leaves in no text.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final

from matching.engine.addresses import Address
from matching.engine.contacts import LAST_DIGITS, ROLES, Email, Identifier, PartialDate, Phone
from matching.engine.features import Features
from matching.engine.names import PersonName, organisation_name
from matching.engine.nicknames import full_names

FIELD, VALUE, PART = "\x1f", "\x1e", "\x1d"
FIELDS: Final = (
    *("given", "given_whole", "given_written", "middle", "family", "family_written", "parts", "generation", "gender"),
    *("emails", "phones", "addresses", "identifiers", "websites", "organisations", "dates", "texts", "others"),
)
_NONE: Final[frozenset[str]] = frozenset()


def packed(features: Features) -> str:
    """The line of features."""
    return FIELD.join(
        (
            *_parts_of(features.name),
            features.gender,
            VALUE.join(each.whole for each in features.emails),
            VALUE.join(each.number for each in features.phones),
            VALUE.join(_address(each) for each in features.addresses),
            VALUE.join(f"{x.scheme}{PART}{x.value}{PART}{int(x.verified)}" for x in features.identifiers),
            VALUE.join(features.websites),
            VALUE.join(each.whole for each in features.organisations),
            VALUE.join(
                f"{name}{PART}{x.year}{PART}{x.month}{PART}{x.day}" for name, x in sorted(features.dates.items())
            ),
            VALUE.join(f"{name}{PART}{text}" for name, texts in sorted(features.texts.items()) for text in texts),
            packed_names(features.others),
        )
    )


def unpacked(record: int, party_type: str, line: str) -> Features:
    """The features that a line was made of."""
    own = line.split(FIELD)
    return Features(
        id=record,
        party_type=party_type,
        name=_name(own[:8]),
        gender=own[8],
        emails=read_emails(own[9]),
        phones=read_phones(own[10]),
        addresses=read_addresses(own[11]),
        identifiers=read_identifiers(own[12]),
        websites=read_websites(own[13]),
        organisations=tuple(name for whole in own[14].split(VALUE) if whole and (name := organisation_name(whole))),
        dates=read_dates(own[15]),
        texts=read_texts(own[16]),
        others=unpacked_names(own[17]),
    )


def read_emails(field: str) -> tuple[Email, ...]:
    """The e-mails of a field, as all that follow: what this one is packed as."""
    return tuple(map(_email, field.split(VALUE))) if field else ()


def read_phones(field: str) -> tuple[Phone, ...]:
    """The phones of a field."""
    return tuple(Phone(each, each[-LAST_DIGITS:]) for each in field.split(VALUE)) if field else ()


def read_addresses(field: str) -> tuple[Address, ...]:
    """The addresses of a field."""
    return tuple(map(_read_address, field.split(VALUE))) if field else ()


def read_identifiers(field: str) -> tuple[Identifier, ...]:
    """The identifiers of a field."""
    return tuple(Identifier(scheme, value, told == "1") for scheme, value, told in _parts(field))


def read_websites(field: str) -> tuple[str, ...]:
    """The hosts of a field."""
    return tuple(field.split(VALUE)) if field else ()


@lru_cache(maxsize=65_536)
def read_dates(field: str) -> Mapping[str, PartialDate]:
    """The dates of a field, by attribute."""
    return {name: _date(int(year), int(month), int(day)) for name, year, month, day in _parts(field)}


def read_texts(field: str) -> dict[str, tuple[str, ...]]:
    """The plain values of a field, by attribute."""
    texts: dict[str, tuple[str, ...]] = {}
    for attribute, text in _parts(field):
        texts[attribute] = (*texts.get(attribute, ()), text)
    return texts


def packed_names(names: Iterable[PersonName]) -> str:
    """Further names as one field."""
    return VALUE.join(PART.join(_parts_of(name)) for name in names)


def unpacked_names(field: str) -> tuple[PersonName, ...]:
    """The names that such a field was made of."""
    return tuple(_name(each) for each in _parts(field))


def _parts_of(name: PersonName) -> tuple[str, ...]:
    written = (name.given, name.given_whole, name.given_written, name.middle, name.family, name.family_written)
    return (*written, " ".join(name.family_parts), str(name.generation))


def _name(parts: Sequence[str]) -> PersonName:
    given, given_whole, given_written, middle, family, family_written, family_parts, generation = parts
    return PersonName(
        given=given,
        given_whole=given_whole,
        given_written=given_written,
        full_names=full_names(given) if given else _NONE,
        middle=middle,
        family=family,
        family_written=family_written,
        family_parts=tuple(family_parts.split()),
        generation=int(generation),
    )


def _parts(field: str) -> list[list[str]]:
    return [each.split(PART) for each in field.split(VALUE)] if field else []


def _email(whole: str) -> Email:
    user, _at, domain = whole.rpartition("@")
    return Email(whole, user, domain, user in ROLES)


def _address(each: Address) -> str:
    return PART.join((each.house, each.street, " ".join(sorted(each.words)), each.postcode, each.city))


@lru_cache(maxsize=16_384)
def _read_address(text: str) -> Address:
    house, street, words, postcode, city = text.split(PART)
    return Address(house, street, frozenset(words.split()), postcode, city)


def _date(year: int, month: int, day: int) -> PartialDate:
    whole = f"{year:04d}" + (f"-{month:02d}" if month else "") + (f"-{day:02d}" if day else "")
    return PartialDate(whole, year, month, day)
