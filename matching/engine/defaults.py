"""The shipped models, their weights set by hand.

Bits are log2 of (share of the level among pairs of one person) : (share among pairs of strangers).
For persons three alternatives stand beside the stranger: the *household* shares family name,
address and landline but not given name, birth date and identifiers; the *namesake* shares only
the name; the *junior* shares name and home with a parent, but neither birth date nor identifiers. They keep
families and namesakes apart without any rule of their own. Organisations have
two: the *group*, whose members share name and web site but neither place nor phone, and the *site*, where
several share place and switchboard but no name.
"""

import math
from dataclasses import replace
from typing import Final

from matching.engine.frequencies import person_names
from matching.engine.model import SMALLEST, Alternative, Comparison, LevelWeight, Model, Rule
from matching.engine.vocabulary import FINER

# Folded. Names that people bear stay out: Guest and Gast, Li Na, the initial N.
_NO_NAME: Final = (
    *"test tester unknown unbekannt none null nn xx xxx xxxx anonymous anonym customer noname tbd tba dummy".split(),
    *("n a", "not available", "not provided", "not known", "no name", "not applicable"),
)
_NOBODY: Final = (
    "john doe",
    "jane doe",
    "joe bloggs",
    "max mustermann",
    "erika mustermann",
    "maria mustermann",
    "test test",
    "test user",
    "test customer",
    "john q public",
    "mickey mouse",
    "donald duck",
    "unknown unknown",
)
_NO_DATE: Final = (
    "1800-01-01",
    "1900-01-01",
    "1901-01-01",
    "1900-12-31",
    "1899-12-30",
    "1899-12-31",
    "1111-11-11",
    "1753-01-01",
    "9999-12-31",
    "1900",
    "0001-01-01",
)
_NO_MAIL: Final = tuple(
    "none no noemail no-email nomail no-mail noreply no-reply donotreply nobody unknown unbekannt na n/a null test "
    "tester keine keineemail example invalid dummy notprovided anonymous xxx".split()
)
_NO_TEXT: Final = (*_NO_NAME, "unknown address", "no address", "00000", "0000", "99999")


def _levels(table: str, *alternatives: str) -> tuple[LevelWeight, ...]:
    """One level a line: its code, its bits for the same party, then its bits under each alternative."""
    levels = []
    for line in table.strip().splitlines():
        code, bits, *under = line.split()
        levels.append(LevelWeight(code, float(bits), dict(zip(alternatives, map(float, under), strict=True))))
    return tuple(levels)


def _of_person(code: str, label: str, kind: str, table: str, *, attribute: str = "", rarity: float = 0.0) -> Comparison:
    return Comparison(code, label, kind, attribute or code, _levels(table, "household", "namesake", "junior"), rarity)


def _of_organisation(code: str, label: str, kind: str, table: str, *, rarity: float = 0.0) -> Comparison:
    return Comparison(code, label, kind, code, _levels(table, "group", "site"), rarity)


_GIVEN_NAME: Final = """
exact           8     2     8     8
transliterated  7.5   1.6   7.5   7.5
nickname        5     0     3.5   3.5
swapped         8     2.5   4     4
near            6     0     0     0
initial         3.5   0     2     2
heard           3.5   1.5   0     0
middle          1.5   0.5   0     0
alike           0.8   2.3   0     0
different       -5.5  0     -6    -6
"""
_FAMILY_NAME: Final = """
exact           10    9.8   10    9.8
transliterated  9     8.8   9     8.8
swapped         6     3     3     5
part            7     6     3     6
near            7     5.5   0.5   5.5
alike           2.5   1     0     1
married         -3    -1.5  -6    -1.5
different       -5.5  -2    -6    -2
"""
_MIDDLE_NAME: Final = """
exact           7     1     0     0
near            5     0     0     0
initial         4     0     0     0
different       -4    0     0     0
"""
_SUFFIX: Final = """
same            1.5   0     0     -1
one_sided       -1    0     0     2
different       -12   1     1     6
"""
_BIRTH_DATE: Final = """
exact           14    8.5   0     -3
swapped         9     0     0     -3
near            5     1     0     -3
partial         5     1     0     -3
month           3.5   1     0     -3
day             2     0     0     0
year            -2    1     0     -3
different       -5.5  0     0     0
"""
_GENDER: Final = """
same            1     -0.5  0.7   0.9
different       -6    0.5   -2    -4
"""
_EMAIL: Final = """
exact           16.5  13.5  0     13.5
near            12    6     5     6
user            8     2     5     2
alike           5     3     5     3
role            1     1     0     1
different       -1.6  -0.1  0     -0.1
"""
_PHONE: Final = """
exact           15.5  12.5  0     12.5
ending          11    8     0     8
near            10    5     0     5
different       -1.2  -0.2  0     -0.2
"""
_ADDRESS: Final = """
same            13    13.2  0     13.2
near            10.5  10.5  0     10.5
street          10    10    0     10
neighbour       7     6     0     6
postcode        7     7     0     7
city            3.5   3     0     3
different       -3    -3.5  0     -3
"""
_IDENTIFIER: Final = """
exact           18    4     0     0
near            10    1     0     0
different       -4.5  0     0     0
"""


_PERSON_RULES: Final = (
    Rule("identifier", ("identifier",)),
    Rule("email", ("email",)),
    Rule("phone", ("phone",)),
    Rule("names", ("names",)),
    Rule("birth_city", ("birth_date", "city")),
    Rule("family_postcode", ("family_prefix", "postcode")),
    Rule("given_postcode", ("given", "postcode")),
    Rule("family_street", ("family", "street", "house")),
    Rule("email_user", ("email_user",)),
)
# Not asked of a model that is to count as shipped: earlier ones lack them, or have those for dirty values at any size.
_PERSON_FURTHER: Final = (
    # Not one initial and the date: two million people share too many of those.
    Rule("name_date", ("name", "birth_date")),
    Rule("initials_date", ("given_initial", "family_initial", "birth_date")),
    Rule("given_street", ("given", "street", "house")),
    Rule("name_city", ("name", "city_prefix"), up_to=300_000),
    Rule("letters_year", ("name_letters", "birth_year"), up_to=300_000),
)
_ORGANISATION_RULES: Final = (
    Rule("identifier", ("identifier",)),
    Rule("email", ("email",)),
    Rule("phone", ("phone",)),
    Rule("website", ("website",)),
    Rule("organisation", ("organisation",)),
    Rule("organisation_postcode", ("organisation_word", "postcode")),
    Rule("organisation_city", ("organisation_word", "city")),
    Rule("street", ("street", "house")),
    Rule("domain", ("email_domain",)),
)
_PERSON_WIDE: Final = (
    Rule("begins", ("names_prefix",), up_to=300_000),
    Rule("birth", ("birth_date",), up_to=200_000),
    Rule("user_begins", ("email_user_prefix",), up_to=20_000),
    Rule("given_initial", ("given", "family_initial"), up_to=20_000),
    Rule("family_initial", ("family", "given_initial"), up_to=20_000),
    Rule("name", ("name",), up_to=10_000),
)
_ORGANISATION_WIDE: Final = (
    Rule("begins", ("organisation_prefix",), up_to=200_000),
    Rule("word", ("organisation_word",), up_to=50_000),
)


def widened(model: Model, records: int) -> Model:
    """The model for a hub of this size, with the shipped wide rules that pay there."""
    return wide(model, records).sized(records)


def wide(model: Model, records: int) -> Model:
    """The same weights, with the shipped wide rules that pay in a hub of this size: more pairs, no other scores.

    A model that leaves out shipped rules has rules of somebody's own, and keeps them.
    """
    known = {rule.parts for rule in model.rules}
    shipped = _PERSON_RULES if model.party_type == "person" else _ORGANISATION_RULES
    if not known.issuperset(rule.parts for rule in shipped):
        return model
    more = (*_PERSON_FURTHER, *_PERSON_WIDE) if model.party_type == "person" else _ORGANISATION_WIDE
    paying = (rule for rule in more if rule.parts not in known and (not rule.up_to or records <= rule.up_to))
    return replace(model, rules=(*model.rules, *paying))


def size_of(records: int) -> int:
    """A round number of records, two to the decade, that a hub of so many is meant by."""
    return int(round(10 ** (round(2 * math.log10(max(records, SMALLEST))) / 2), -2))


def person_model() -> Model:
    """The shipped model for persons, for a hub that may stay small; `widened` adds what pays in one that surely does.

    Among a million made records its rules of any size find 99.4 % of the pairs that are one person, `name_city` and
    `letters_year` two in a thousand more, for four of five pairs to compare: larger hubs leave these out.
    """
    return Model(
        party_type="person",
        prior=-17,
        comparisons=(
            _of_person("given_name", "Given name", "given_name", _GIVEN_NAME, rarity=1.0),
            _of_person("family_name", "Family name", "family_name", _FAMILY_NAME, rarity=0.75),
            _of_person("middle_name", "Middle name", "middle_name", _MIDDLE_NAME),
            _of_person("suffix", "Junior or senior", "suffix", _SUFFIX),
            _of_person("birth_date", "Birth date", "date", _BIRTH_DATE),
            _of_person("gender", "Gender", "exact", _GENDER),
            _of_person("email", "E-mail", "email", _EMAIL),
            _of_person("phone", "Phone", "phone", _PHONE),
            _of_person("address", "Address", "address", _ADDRESS),
            _of_person("identifier", "Identifier", "identifier", _IDENTIFIER),
        ),
        rules=(*_PERSON_RULES, *_PERSON_FURTHER),
        block_cap=20,
        finer=(*FINER, "city", "middle"),
        alternatives=(
            Alternative(
                "household",
                "Same household",
                prior=-17,
                related=True,
                learns=("family_name", "email", "phone", "address"),
            ),
            Alternative("namesake", "Same name", prior=-18, learns=("email",)),
            Alternative("junior", "Parent and child of one name", prior=-23, related=True),
        ),
        placeholders={
            "given_name": _NO_NAME,
            "family_name": _NO_NAME,
            "full_name": _NOBODY,
            "birth_date": _NO_DATE,
            "email": _NO_MAIL,
            "address": _NO_TEXT,
            "gender": ("u", "unknown", "x", "not known", "n a", "na"),
        },
        frequencies=person_names(),
    )


_ORGANISATION_NAME: Final = """
exact          14    13     4
words          12    11     4
near            9     9     4.5
within          6     7     2.5
acronym         5     5     1
partly          3     5     3
different      -7    -3     0
"""


def organisation_model() -> Model:
    """The shipped model for organisations."""
    return Model(
        party_type="organisation",
        prior=-15,
        comparisons=(
            _of_organisation("organisation_name", "Name", "organisation_name", _ORGANISATION_NAME, rarity=0.75),
            _of_organisation("identifier", "Identifier", "identifier", "exact 18 2 1\nnear 8 1 0\ndifferent -4 0 0"),
            _of_organisation("website", "Web site", "website", "same 11 11 3\ndifferent -2 -1 0"),
            _of_organisation(
                "email",
                "E-mail",
                "email",
                "exact 14 11 4\nnear 9 3 1\nuser 4 4 0\nalike 2 2 0\nrole 12 9 2\ndifferent -0.5 0 0",
            ),
            _of_organisation("phone", "Phone", "phone", "exact 14 4 13.5\nending 9 2 8\nnear 7 1 6\ndifferent -2 0 -1"),
            _of_organisation(
                "address",
                "Address",
                "address",
                "same 11 2 11\nnear 8 1 8\nstreet 6 1 6\nneighbour 2 0 2\npostcode 4 1.5 2\ncity 3.5 0.5 -1\n"
                "different -2 0.5 -6",
            ),
        ),
        rules=_ORGANISATION_RULES,
        alternatives=(
            Alternative(
                "group", "Same group", prior=-16, related=True, learns=("organisation_name", "website", "email")
            ),
            Alternative("site", "At the same place", prior=-17, related=True, learns=("phone", "address")),
        ),
        placeholders={
            "organisation_name": _NO_NAME,
            "email": _NO_MAIL,
            "address": _NO_TEXT,
        },
    )
