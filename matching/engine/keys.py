"""Keys: records that share one are compared; all others never meet.

Each rule of the model joins the values of its parts. A record makes one key for every combination
of its values (two e-mails, two keys), none where a part is missing or a placeholder. Many rules in
several passes forgive an error in any one attribute.

A block larger than `model.block_cap` is not compared whole: the caller replaces its key by what
`subdivide` gives for each of its records: the key's text and one further value, for every value
that the record has. Records that share such a text are compared. A record without any, and a finer
block still over the cap, is the caller's to report; nothing is dropped in silence. Of such a block
the caller orders the records by the least value of each part of `NEIGHBOURLY` and compares those of
each window of up to `WINDOW`, which begin `step_of` apart (the sorted neighbourhood of Hernandez &
Stolfo, "The Merge/Purge Problem for Large Databases", 1995): however many records one customer has,
each meets some of the others, and costs no more than in a smaller block.
"""

from collections.abc import Callable, Iterable
from itertools import product
from typing import Final, NamedTuple

from matching.engine.contacts import PROVIDERS
from matching.engine.features import Features
from matching.engine.model import Model
from matching.engine.names import OrganisationName, PersonName, sound

PREFIX: Final = 3
WINDOW: Final = 32
NEIGHBOURLY: Final = ("names", "organisation", "birth_date", "house", "phone", "email")


class Key(NamedTuple):
    """One key: the number of its rule and its text."""

    rule: int
    text: str


Part = Callable[[Features], Iterable[str]]


def keys(model: Model, features: Features) -> list[Key]:
    """All keys of a record, in the order of the rules, without repeats."""
    known: dict[str, tuple[str, ...]] = {}
    found: list[Key] = []
    for index, rule in enumerate(model.rules):
        values = []
        for part in rule.parts:
            of_part = known.get(part)
            if of_part is None:
                of_part = known[part] = _values(part, features)
            if not of_part:
                break
            values.append(of_part)
        else:
            texts = ["|".join(each) for each in product(*values)]
            found += [Key(index, text) for text in (texts if len(texts) == 1 else dict.fromkeys(texts))]
    return found


def subdivide(model: Model, features: Features, key: Key) -> tuple[str, ...]:
    """The finer texts that stand for this key of the record where its block is too large."""
    parts = model.rules[key.rule].parts
    known = {implied for part in parts for implied in IMPLIED.get(part, (part,))}
    return tuple(
        f"{key.text}|{part}={value}" for part in model.finer if part not in known for value in _values(part, features)
    )


def step_of(size: int) -> int:
    """How far apart windows of this size begin."""
    return size - max(1, size // 4)


def _values(part: str, features: Features) -> tuple[str, ...]:
    found = tuple(filter(None, PARTS[part](features)))
    return found if len(found) == 1 else tuple(dict.fromkeys(found))


def _given(features: Features) -> Iterable[str]:
    return (each for name in features.names for each in _sounds_given(name))


def _family(features: Features) -> Iterable[str]:
    return (each for name in features.names for each in _sounds_family(name))


def _sounds_given(name: PersonName) -> Iterable[str]:
    return (sound(each) for each in sorted(name.full_names))


def _sounds_family(name: PersonName) -> Iterable[str]:
    return (sound(each) for each in (name.family, *name.family_parts))


def _names(features: Features) -> Iterable[str]:
    """Given and family name in one, in either order."""
    pairs = (pair for name in features.names for pair in product(_sounds_given(name), _sounds_family(name)))
    return (" ".join(sorted(pair)) for pair in pairs if all(pair))


def _birth(features: Features) -> str:
    found = features.dates.get("birth_date")
    return found.whole if found and found.day else ""


def _birth_year(features: Features) -> str:
    found = features.dates.get("birth_date")
    return f"{found.year:04d}" if found else ""


def rarest_words(name: OrganisationName) -> Iterable[str]:
    """The first and the longest of the telling words of a name, as they sound."""
    highest = max(name.weights.values())
    telling = [word for word in name.words if name.weights[word] == highest]
    yield sound(telling[0])
    yield sound(max(telling, key=len))


def _letters(features: Features) -> Iterable[str]:
    """The letters of each name without order or repeats: they outlive an exchange and a slip of the finger."""
    parts = (part for name in features.names for part in (name.given, name.family))
    return ("".join(sorted(set(each))) for each in parts if len(each) > 1)


def _names_prefix(features: Features) -> Iterable[str]:
    """How both names begin, in one, in either order."""
    begins = ((name.given[:PREFIX], name.family[:PREFIX]) for name in features.names)
    return (" ".join(sorted(each)) for each in begins if all(each))


OF_NAMES: Final = frozenset(
    (
        *("names", "names_prefix", "name", "name_initial", "name_letters"),
        *("given", "given_spelt", "given_initial", "middle"),
        *("family", "family_spelt", "family_initial", "family_prefix"),
    )
)
PARTS: Final[dict[str, Part]] = {
    "identifier": lambda f: (f"{each.scheme}:{each.value}" for each in f.identifiers),
    "email": lambda f: (each.whole for each in f.emails if not each.role or f.party_type == "organisation"),
    "email_user": lambda f: (each.user for each in f.emails if not each.role and len(each.user) > 3),
    "email_user_prefix": lambda f: (each.user[:5] for each in f.emails if not each.role and len(each.user) > 4),
    "email_domain": lambda f: (each.domain for each in f.emails if each.domain not in PROVIDERS),
    "phone": lambda f: (each.ending for each in f.phones),
    "names": _names,
    "names_prefix": _names_prefix,
    "name": lambda f: (*_given(f), *_family(f)),
    "name_letters": _letters,
    "name_initial": lambda f: (part[:1] for name in f.names for part in (name.given, name.family)),
    "given": _given,
    "given_spelt": lambda f: (name.given for name in f.names),
    "given_initial": lambda f: (name.given[:1] for name in f.names),
    "middle": lambda f: (name.middle for name in f.names),
    "family": _family,
    "family_spelt": lambda f: (name.family for name in f.names),
    "family_initial": lambda f: (name.family[:1] for name in f.names),
    "family_prefix": lambda f: (each[:PREFIX] for name in f.names for each in (name.family, *name.family_parts)),
    "birth_date": lambda f: (_birth(f),),
    "birth_year": lambda f: (_birth_year(f),),
    "postcode": lambda f: (each.postcode for each in f.addresses),
    "house": lambda f: (each.house for each in f.addresses),
    "street": lambda f: (each.street.replace(" ", "")[:6] for each in f.addresses),
    "city": lambda f: (each.city for each in f.addresses),
    "city_prefix": lambda f: (each.city[:PREFIX] for each in f.addresses),
    "organisation": lambda f: (each.whole.replace(" ", "") for each in f.organisations),
    "organisation_prefix": lambda f: (each.whole.replace(" ", "")[:6] for each in f.organisations),
    "organisation_word": lambda f: (word for name in f.organisations for word in rarest_words(name)),
    "website": lambda f: f.websites,
}

IMPLIED: Final[dict[str, tuple[str, ...]]] = {
    "birth_date": ("birth_date", "birth_year"),
    "given": ("given", "given_initial"),
    "given_spelt": ("given", "given_initial"),
    "family": ("family", "family_initial"),
    "family_spelt": ("family", "family_initial"),
    "family_prefix": ("family_prefix", "family_initial"),
    "names": ("given", "given_initial", "family", "family_initial"),
    "names_prefix": ("given_initial", "family_initial"),
}
