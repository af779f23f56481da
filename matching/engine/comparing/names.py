"""Comparing the names of persons and of organisations."""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from matching.engine.comparing.distances import NEAR, Compare, best, near, similarity
from matching.engine.features import Features
from matching.engine.lexicon import DIVISIONS
from matching.engine.names import OrganisationName, PersonName, foreign, sound
from matching.engine.nicknames import known
from matching.engine.vocabulary import MISSING

TELLING: Final = 0.003  # a word in no larger share of the names tells as much as any
LEAST_TELLING: Final = 0.05
REMEMBERED: Final = 100_000


def given_name(left: Features, right: Features, attribute: str) -> str:
    """The best level of any two given names; `attribute` is of no matter here, nor in what follows."""
    if not left.others and not right.others:
        return _given_name(left.name, right.name)
    return best(left.names, right.names, "given_name", _given_name)


def _given_name(one: PersonName, other: PersonName) -> str:
    if not one.given or not other.given:
        return MISSING
    if one.given == other.given or one.given_whole == other.given_whole:
        if len(one.given) == 1:
            return "initial"
        return _spelling(one.given_written, other.given_written)
    if not one.full_names.isdisjoint(other.full_names):
        return (
            "transliterated" if _heard(one.given, other.given, one.given_written, other.given_written) else "nickname"
        )
    if len(one.given) == 1 or len(other.given) == 1:
        return "initial" if one.given[0] == other.given[0] else "different"
    return _further(one, other)


def _further(one: PersonName, other: PersonName) -> str:
    """The level of two given names that no table and no spelling makes one."""
    close = near(one.given, other.given)
    listed = known(one.given) and known(other.given)
    if not listed and _given_heard(one, other):
        return "near"
    if close == "near" and not listed:
        return close
    if _crossed(one, other):
        return "swapped"
    if not listed and sound(one.given) == sound(other.given):
        return "heard"
    if _is_middle(one, other):
        return "middle"
    return "alike" if close == "near" else close


def _spelling(one: str, other: str) -> str:
    """The level of two names that fold to the same."""
    return "exact" if one == other or (one.isascii() and other.isascii()) else "transliterated"


def _heard(one: str, other: str, written: str, written_there: str) -> bool:
    """Two scripts that sound alike: transliteration knows letters, but no vowels that are not written."""
    return foreign(written) != foreign(written_there) and sound(one) == sound(other)


def _given_heard(one: PersonName, other: PersonName) -> bool:
    """By the first given name or by all of them, which another script may write in one."""
    return _heard(one.given, other.given, one.given_written, other.given_written) or _heard(
        one.given_whole, other.given_whole, one.given_written, other.given_written
    )


def _is_middle(one: PersonName, other: PersonName) -> bool:
    return one.given in other.middle.split() or other.given in one.middle.split()


def family_name(left: Features, right: Features, attribute: str) -> str:
    """The best level of any two family names; of two women a different one may be that of a marriage."""
    if left.others or right.others:
        found = best(left.names, right.names, "family_name", _family_name)
    else:
        found = _family_name(left.name, right.name)
    return "married" if found == "different" and left.gender == right.gender == "f" else found


def _family_name(one: PersonName, other: PersonName) -> str:
    if not one.family or not other.family:
        return MISSING
    if one.family == other.family:
        return _spelling(one.family_written, other.family_written)
    if (one.family_parts or other.family_parts) and _part_in_common(one, other):
        return "part"
    close = near(one.family, other.family)
    if _heard(one.family, other.family, one.family_written, other.family_written):
        close = "near"
    if close != "near" and _crossed(one, other):
        return "swapped"
    if close != "near" and (_before(one, other) or _before(other, one)):
        return "part"
    return close


def _part_in_common(one: PersonName, other: PersonName) -> bool:
    return not {one.family, *one.family_parts}.isdisjoint({other.family, *other.family_parts})


def _before(one: PersonName, other: PersonName) -> bool:
    """Whether the family name stands before the other's: Susan Meyer, Susan Meyer Thomas; García, García López."""
    return len(one.family) > 2 and one.family in other.middle.split()


def middle_name(left: Features, right: Features, attribute: str) -> str:
    """The level of two middle names: exact, initial, near (a misspelling, or one of several), different.

    Of Marie-Claire and Marie-Claire the given name says it already.
    """
    if left.name.given_whole == right.name.given_whole != left.name.given:
        return MISSING
    one, other = left.name.middle, right.name.middle
    if not one or not other:
        return MISSING
    if one == other:
        return "exact" if len(one) > 1 else "initial"
    if one[0] == other[0] and (len(one) == 1 or len(other) == 1):
        return "initial"
    if not set(one.split()).isdisjoint(other.split()):
        return "near"
    return "near" if near(one, other) == "near" else "different"


def suffix(left: Features, right: Features, attribute: str) -> str:
    """The level of two generations, as junior and III: same, different, or told of one alone."""
    one, other = left.name.generation, right.name.generation
    if one == other:
        return "same" if one else MISSING
    return "different" if one and other else "one_sided"


def organisation_name(left: Features, right: Features, attribute: str) -> str:
    """The best level of any two names of organisations, by their telling words as the language at large weighs them."""
    return best(left.organisations, right.organisations, "organisation_name", _organisation)


def by_words(shares: Mapping[str, float]) -> Compare:
    """The comparison of organisations' names where it is known in which share of them a word stands.

    A word in the share p of all names tells log p / log `TELLING` of what a rare one does, its information; and never
    more than it does among organisations at large.
    """
    tells = {word: max(LEAST_TELLING, math.log(share) / math.log(TELLING)) for word, share in shares.items()}

    known: dict[str, OrganisationName] = {}

    def weighed(name: OrganisationName) -> OrganisationName:
        made = known.get(name.whole)
        if made is None:
            if len(known) > REMEMBERED:
                known.clear()
            weights = {word: min(tells.get(word, 1.0), own) for word, own in name.weights.items()}
            made = known[name.whole] = replace(name, weights=weights)
        return made

    def level(one: OrganisationName, other: OrganisationName) -> str:
        return _organisation(weighed(one), weighed(other))

    return lambda left, right, attribute: best(left.organisations, right.organisations, "organisation_name", level)


def _organisation(one: OrganisationName, other: OrganisationName) -> str:
    if one.whole == other.whole or one.whole.replace(" ", "") == other.whole.replace(" ", ""):
        return "exact"
    overlap, within = _overlap(one, other)
    if not DIVISIONS.isdisjoint(one.weights.keys() ^ other.weights.keys()):
        return "partly" if overlap >= 0.5 else "different"
    if overlap > 0.99:
        return "words"
    if overlap >= 0.8 or similarity(one.whole, other.whole) >= 0.94:
        return "near"
    if one.acronym == other.whole or other.acronym == one.whole:
        return "acronym"
    if within:
        return "within"
    return "partly" if overlap >= 0.5 else "different"


def _overlap(one: OrganisationName, other: OrganisationName) -> tuple[float, bool]:
    """The share of telling words in common, spelling errors forgiven; whether the shorter has no others."""
    mine, yours = sum(one.weights.values()), sum(other.weights.values())
    short, long = (one, other) if (mine, one.whole) <= (yours, other.whole) else (other, one)
    common = sum(short.weights[word] for word in short.words if _has_word(long, word))
    least, most = sorted((mine, yours))
    return 2 * common / (least + most), common == least and (least >= 1 or len(short.words) > 1)


def _has_word(name: OrganisationName, word: str) -> bool:
    return word in name.weights or (len(word) > 3 and any(len(each) > 3 and _alike(word, each) for each in name.words))


def _alike(one: str, other: str) -> bool:
    """The same word but for an error, or one cut short: deli, delicatessen."""
    short, long = sorted((one, other), key=len)
    return similarity(one, other) >= NEAR or (len(long) - len(short) > 2 and long.startswith(short))


def _crossed(one: PersonName, other: PersonName) -> bool:
    """Given and family name exchanged in one of the two; a part that is absent does not speak against it."""
    there, back = _crosses(one.given_whole, other.family), _crosses(one.family, other.given_whole)
    return (
        (there and back) or (there and not (one.family and other.given)) or (back and not (one.given and other.family))
    )


def _crosses(given: str, family: str) -> bool:
    if not given or not family:
        return False
    return given == family or (len(given) > 2 and near(given, family) == "near")
