"""Comparing dates, e-mails, phones, identifiers, web sites and plain values."""

from typing import Final

from matching.engine.comparing.distances import NEAR, best, distance, near, similarity
from matching.engine.contacts import Email, Identifier, PartialDate, Phone
from matching.engine.features import Features
from matching.engine.vocabulary import MISSING

PARTS_ALIKE: Final = 0.88


def date(left: Features, right: Features, attribute: str) -> str:
    """The level of two dates: exact, swapped day and month, one keying error (near), parts that agree, different."""
    one, other = left.dates.get(attribute), right.dates.get(attribute)
    if one is None or other is None:
        return MISSING
    if one.whole == other.whole:
        return "exact" if one.day else "partial"
    if not one.day or not other.day:
        return _partial(one, other)
    if one.year == other.year and one.month == other.day and one.day == other.month:
        return "swapped"
    if distance(one.whole, other.whole) <= 1:
        return "near"
    return _rest_of_date(one, other)


def _partial(one: PartialDate, other: PartialDate) -> str:
    fits = one.year == other.year and (not one.month or not other.month or one.month == other.month)
    return "partial" if fits else "different"


def _rest_of_date(one: PartialDate, other: PartialDate) -> str:
    if one.year == other.year:
        return "month" if one.month == other.month else "year"
    same_day = one.month == other.month and one.day == other.day
    return "day" if same_day and abs(one.year - other.year) <= 10 else "different"


def email(left: Features, right: Features, attribute: str) -> str:
    """The best level of any two mailboxes; those of a role, as info@, tell less and differ from all others."""
    return best(left.emails, right.emails, "email", _email)


def _email(one: Email, other: Email) -> str:
    if one.whole == other.whole:
        return "role" if one.role else "exact"
    if one.role or other.role:
        return "different"
    user, domain = one.user == other.user, one.domain == other.domain
    if user and len(one.user) > 3:
        return "near" if similarity(one.domain, other.domain) >= NEAR else "user"
    if min(len(one.user), len(other.user)) < 4:
        return "different"
    if (user or domain) and distance(one.whole, other.whole) <= 1:
        return "near"
    # Domains are few: of those it is known already.
    alike = similarity(one.domain, other.domain) >= PARTS_ALIKE and similarity(one.user, other.user) >= PARTS_ALIKE
    return "alike" if alike else "different"


def phone(left: Features, right: Features, attribute: str) -> str:
    """The best level of any two numbers: exact, also without a prefix, the same ending, one keying error, different."""
    return best(left.phones, right.phones, "phone", _phone)


def _phone(one: Phone, other: Phone) -> str:
    if one.number == other.number:
        return "exact"
    if one.ending == other.ending:
        short, long = sorted((one.number, other.number), key=len)
        return "exact" if len(short) > 8 and long.endswith(short) else "ending"
    return "near" if len(one.number) > 7 and distance(one.number, other.number) <= 1 else "different"


def identifier(left: Features, right: Features, attribute: str) -> str:
    """The best level of any two identifiers of one scheme; those of different schemes are not compared."""
    if not left.identifiers or not right.identifiers:
        return MISSING
    return best(left.identifiers, right.identifiers, "identifier", _identifier)


def _identifier(one: Identifier, other: Identifier) -> str:
    if one.scheme != other.scheme:
        return MISSING
    if one.value == other.value:
        return "exact"
    return "near" if len(one.value) > 5 and distance(one.value, other.value) <= 1 else "different"


def website(left: Features, right: Features, attribute: str) -> str:
    """Whether two web sites have a host in common."""
    if not left.websites or not right.websites:
        return MISSING
    return "same" if not set(left.websites).isdisjoint(right.websites) else "different"


def same(left: Features, right: Features, attribute: str) -> str:
    """Whether two records have a plain value of the attribute in common."""
    ones, others = left.texts.get(attribute), right.texts.get(attribute)
    if not ones or not others:
        return MISSING
    return "same" if not set(ones).isdisjoint(others) else "different"


def text(left: Features, right: Features, attribute: str) -> str:
    """The best level of any two texts of the attribute: exact, near (see `distances.near`), alike, different."""
    return best(left.texts.get(attribute, ()), right.texts.get(attribute, ()), "text", _text)


def _text(one: str, other: str) -> str:
    return "exact" if one == other else near(one, other)
