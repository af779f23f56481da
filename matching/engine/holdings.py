"""Holdings: the values of a party whose equality is the best level of a comparison.

What strangers agree on by chance follows from how the values are spread: if a share p(v) of the records holds the value
v, two of them agree with the chance Σ p(v)². It is exact, and needs no sampled pairs, which would never show two
strangers with one phone number (Winkler, "Frequency-Based Matching in the Fellegi-Sunter Model", 2000).
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Final

from matching.engine.features import Features

Held = Callable[[Features, str], Iterable[str]]


def held(kind: str, attribute: str, features: Features) -> tuple[str, ...]:
    """The distinct values; empty where the party has none, or where the kind has no such values."""
    holds = HOLDINGS.get(kind)
    return tuple(dict.fromkeys(value for value in holds(features, attribute) if value)) if holds else ()


def agreement(holders: Sequence[Collection[str]]) -> float:
    """The chance that two different holders share a value: Σ n(v)(n(v) - 1) / n(n - 1)."""
    counts = Counter(value for values in holders for value in values)
    return agreement_of_counts(counts.values(), sum(map(bool, holders)))


def agreement_of_counts(counts: Iterable[int], holders: int) -> float:
    """The same from how many hold each value."""
    if holders < 2:
        return 0.0
    return min(1.0, sum(count * (count - 1) for count in counts) / (holders * (holders - 1)))


def scheme(value: str) -> str:
    """What an identifier's value is compared within: its scheme; other values have none."""
    return value.partition(":")[0] if ":" in value else ""


def _date(features: Features, attribute: str) -> Iterable[str]:
    found = features.dates.get(attribute)
    return (found.whole,) if found and found.day else ()


def _addresses(features: Features, attribute: str) -> Iterable[str]:
    return (
        f"{each.house}|{each.street}|{each.postcode or each.city}"
        for each in features.addresses
        if each.street and (each.postcode or each.city)
    )


HOLDINGS: Final[Mapping[str, Held]] = {
    "given_name": lambda f, _: (f.name.given,) if len(f.name.given) > 1 else (),
    "family_name": lambda f, _: (f.name.family,),
    "middle_name": lambda f, _: (f.name.middle,) if len(f.name.middle) > 1 else (),
    "date": _date,
    "email": lambda f, _: (each.whole for each in f.emails if not each.role),
    "phone": lambda f, _: (each.number for each in f.phones),
    "address": _addresses,
    "identifier": lambda f, _: (f"{each.scheme}:{each.value}" for each in f.identifiers),
    "organisation_name": lambda f, _: (each.whole.replace(" ", "") for each in f.organisations),
    "website": lambda f, _: f.websites,
    "exact": lambda f, attribute: f.texts.get(attribute, ()),
    "text": lambda f, attribute: f.texts.get(attribute, ()),
}
