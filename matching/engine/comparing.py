"""Comparing: one level for each comparison of two records.

A comparison is symmetric and looks at nothing but the two features. Where an attribute has many
values, the best pair of them counts. Whatever can be decided by equality is decided first; string
distances are cached, and computed in one order of their arguments, for the algorithms are not
symmetric to the last digit.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final, TypeVar

from jellyfish import damerau_levenshtein_distance, jaro_winkler_similarity

from matching.engine.addresses import Address
from matching.engine.contacts import Email, Identifier, PartialDate, Phone
from matching.engine.features import Features
from matching.engine.model import Model
from matching.engine.names import OrganisationName, PersonName, sound
from matching.engine.vocabulary import LEVELS, MISSING

T = TypeVar("T")

Compare = Callable[[Features, Features, str], str]

NEAR: Final = 0.92
ALIKE: Final = 0.84


def similarity(one: str, other: str) -> float:
    """Jaro-Winkler, the same in either order."""
    return _similarity(one, other) if one <= other else _similarity(other, one)


def distance(one: str, other: str) -> int:
    """Edits between two short texts, an exchange of neighbours being one."""
    if abs(len(one) - len(other)) > 1:
        return 2
    return _distance(one, other) if one <= other else _distance(other, one)


@lru_cache(maxsize=262_144)
def _similarity(one: str, other: str) -> float:
    return jaro_winkler_similarity(one, other)


@lru_cache(maxsize=65_536)
def _distance(one: str, other: str) -> int:
    return damerau_levenshtein_distance(one, other)


def conflict(model: Model, left: Features, right: Features) -> bool:
    """Differing verified identifiers of a scheme that the model calls exclusive."""
    for scheme in model.exclusive_schemes:
        ours = [each.value for each in left.identifiers if each.scheme == scheme and each.verified]
        theirs = [each.value for each in right.identifiers if each.scheme == scheme and each.verified]
        if ours and theirs and all(distance(one, other) > 1 for one in ours for other in theirs):
            return True
    return False


def _near(one: str, other: str) -> str:
    """How close two names are that are not equal: near, alike or different."""
    if min(len(one), len(other)) > 3 and distance(one, other) <= 1:
        return "near"
    close = similarity(one, other)
    if close >= NEAR and abs(len(one) - len(other)) <= 2:
        return "near"
    return "alike" if close >= ALIKE or sound(one) == sound(other) else "different"


def _crossed(one: PersonName, other: PersonName) -> bool:
    """Given and family name exchanged in one of the two; a part that is absent does not speak against it."""
    there, back = _crosses(one.given_whole, other.family), _crosses(one.family, other.given_whole)
    return (there and back) or (there and not (one.family and other.given)) or (back and not (one.given and other.family))


def _crosses(given: str, family: str) -> bool:
    if not given or not family:
        return False
    return given == family or (len(given) > 2 and _near(given, family) == "near")


def given_name(left: Features, right: Features, attribute: str) -> str:
    one, other = left.name, right.name
    if not one.given or not other.given:
        return MISSING
    if one.given == other.given or one.given_whole == other.given_whole:
        if len(one.given) == 1:
            return "initial"
        transliterated = one.given_written != other.given_written and not (
            one.given_written.isascii() and other.given_written.isascii()
        )
        return "transliterated" if transliterated else "exact"
    if not one.full_names.isdisjoint(other.full_names):
        return "nickname"
    if len(one.given) == 1 or len(other.given) == 1:
        return "initial" if one.given[0] == other.given[0] else "different"
    close = _near(one.given, other.given)
    if close != "near" and _crossed(one, other):
        return "swapped"
    if close != "near" and _is_middle(one, other):
        return "middle"
    return close


def _is_middle(one: PersonName, other: PersonName) -> bool:
    return one.given in other.middle.split() or other.given in one.middle.split()


def family_name(left: Features, right: Features, attribute: str) -> str:
    one, other = left.name, right.name
    if not one.family or not other.family:
        return MISSING
    if one.family == other.family:
        transliterated = one.family_written != other.family_written and not (
            one.family_written.isascii() and other.family_written.isascii()
        )
        return "transliterated" if transliterated else "exact"
    if (one.family_parts or other.family_parts) and _part_in_common(one, other):
        return "part"
    close = _near(one.family, other.family)
    if close != "near" and _crossed(one, other):
        return "swapped"
    if close == "different" and left.gender == right.gender == "f":
        return "married"
    return close


def _part_in_common(one: PersonName, other: PersonName) -> bool:
    return not {one.family, *one.family_parts}.isdisjoint({other.family, *other.family_parts})


def middle_name(left: Features, right: Features, attribute: str) -> str:
    one, other = left.name.middle, right.name.middle
    if not one or not other:
        return MISSING
    if one == other:
        return "exact" if len(one) > 1 else "initial"
    if one[0] == other[0] and (len(one) == 1 or len(other) == 1):
        return "initial"
    if not set(one.split()).isdisjoint(other.split()):
        return "near"
    return "near" if _near(one, other) == "near" else "different"


def suffix(left: Features, right: Features, attribute: str) -> str:
    one, other = left.name.generation, right.name.generation
    if one == other:
        return "same" if one else MISSING
    return "different" if one and other else "one_sided"


def date(left: Features, right: Features, attribute: str) -> str:
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


def _best(ones: Sequence[T], others: Sequence[T], kind: str, level: Callable[[T, T], str]) -> str:
    """The best level over all pairs of values; missing when either side has none to compare."""
    if not ones or not others:
        return MISSING
    if len(ones) == 1 and len(others) == 1:
        return level(ones[0], others[0])
    order = _ORDER[kind]
    return min((level(one, other) for one in ones for other in others), key=order.__getitem__)


def email(left: Features, right: Features, attribute: str) -> str:
    return _best(left.emails, right.emails, "email", _email)


def _email(one: Email, other: Email) -> str:
    if one.whole == other.whole:
        return "role" if one.role else "exact"
    if one.role or other.role:
        return "different"
    user, domain = one.user == other.user, one.domain == other.domain
    if user and len(one.user) > 3:
        return "near" if similarity(one.domain, other.domain) >= NEAR else "user"
    if (user or domain) and len(one.user) > 3 and len(other.user) > 3:
        return "near" if distance(one.whole, other.whole) <= 1 else "different"
    return "different"


def phone(left: Features, right: Features, attribute: str) -> str:
    return _best(left.phones, right.phones, "phone", _phone)


def _phone(one: Phone, other: Phone) -> str:
    if one.number == other.number:
        return "exact"
    if one.ending == other.ending:
        short, long = sorted((one.number, other.number), key=len)
        return "exact" if len(short) > 8 and long.endswith(short) else "ending"
    return "near" if len(one.number) > 7 and distance(one.number, other.number) <= 1 else "different"


def address(left: Features, right: Features, attribute: str) -> str:
    return _best(left.addresses, right.addresses, "address", _address)


def _address(one: Address, other: Address) -> str:
    postcode = one.postcode != "" and one.postcode == other.postcode
    city = not postcode and one.city != "" and other.city != "" and _same_place(one.city, other.city)
    if one.street and other.street and _same_street(one, other):
        return _in_one_street(one, other, postcode or city)
    if postcode:
        return "near" if one.house and one.house == other.house else "postcode"
    if city:
        return "city"
    comparable = (one.street and other.street) or (one.postcode and other.postcode) or (one.city and other.city)
    return "different" if comparable else MISSING


def _in_one_street(one: Address, other: Address, together: bool) -> str:
    if one.house and one.house == other.house:
        apart = not together and (_differ(one.postcode, other.postcode) or _differ(one.city, other.city))
        return "near" if apart else "same"
    if not together:
        return "street" if not (one.house and other.house) and not _differ(one.postcode, other.postcode) else "different"
    return "neighbour" if one.house and other.house else "street"


def _differ(one: str, other: str) -> bool:
    return one != "" and other != "" and one != other


def _same_place(one: str, other: str) -> bool:
    return one == other or similarity(one, other) >= NEAR


def _same_street(one: Address, other: Address) -> bool:
    if one.street == other.street or similarity(one.street, other.street) >= 0.9:
        return True
    ours, theirs = one.street.split(), other.street.split()
    return one.words.issuperset(theirs) or other.words.issuperset(ours)


def identifier(left: Features, right: Features, attribute: str) -> str:
    if not left.identifiers or not right.identifiers:
        return MISSING
    return _best(left.identifiers, right.identifiers, "identifier", _identifier)


def _identifier(one: Identifier, other: Identifier) -> str:
    if one.scheme != other.scheme:
        return MISSING
    if one.value == other.value:
        return "exact"
    return "near" if len(one.value) > 5 and distance(one.value, other.value) <= 1 else "different"


def organisation_name(left: Features, right: Features, attribute: str) -> str:
    return _best(left.organisations, right.organisations, "organisation_name", _organisation)


def _organisation(one: OrganisationName, other: OrganisationName) -> str:
    if one.whole == other.whole or one.whole.replace(" ", "") == other.whole.replace(" ", ""):
        return "exact"
    overlap = _overlap(one, other)
    if overlap > 0.99:
        return "words"
    if overlap >= 0.8 or similarity(one.whole, other.whole) >= 0.94:
        return "near"
    if one.acronym == other.whole or other.acronym == one.whole:
        return "acronym"
    return "partly" if overlap >= 0.5 else "different"


def _overlap(one: OrganisationName, other: OrganisationName) -> float:
    """The share of the shorter name's telling words that the other has too, spelling errors forgiven."""
    mine, yours = sum(one.weights.values()), sum(other.weights.values())
    short, long = (one, other) if (mine, one.whole) <= (yours, other.whole) else (other, one)
    common = sum(short.weights[word] for word in short.words if _has_word(long, word))
    smaller, larger = sorted((mine, yours))
    return 2 * common / (smaller + larger)


def _has_word(name: OrganisationName, word: str) -> bool:
    return word in name.weights or (
        len(word) > 3 and any(len(each) > 3 and similarity(word, each) >= NEAR for each in name.words)
    )


def website(left: Features, right: Features, attribute: str) -> str:
    if not left.websites or not right.websites:
        return MISSING
    return "same" if not set(left.websites).isdisjoint(right.websites) else "different"


def same(left: Features, right: Features, attribute: str) -> str:
    ones, others = left.texts.get(attribute), right.texts.get(attribute)
    if not ones or not others:
        return MISSING
    return "same" if not set(ones).isdisjoint(others) else "different"


def text(left: Features, right: Features, attribute: str) -> str:
    return _best(left.texts.get(attribute, ()), right.texts.get(attribute, ()), "text", _text)


def _text(one: str, other: str) -> str:
    return "exact" if one == other else _near(one, other)


KINDS: Final[dict[str, Compare]] = {
    "given_name": given_name,
    "family_name": family_name,
    "middle_name": middle_name,
    "suffix": suffix,
    "date": date,
    "email": email,
    "phone": phone,
    "address": address,
    "identifier": identifier,
    "organisation_name": organisation_name,
    "website": website,
    "exact": same,
    "text": text,
}

_ORDER: Final = {
    kind: {level: index for index, level in enumerate((*levels, MISSING))} for kind, levels in LEVELS.items()
}
