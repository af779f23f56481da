"""The words a model may use: comparison kinds with their levels, and the parts of keys.

Levels stand from the best to the worst. Every kind has a further level, `missing`, which always
weighs nothing.
"""

from typing import Final

MISSING: Final = "missing"
UNRELATED: Final = "unrelated"
WORDS: Final = "organisation_word"  # the table of a model that says how common words are in organisations' names

LEVELS: Final[dict[str, tuple[str, ...]]] = {
    "given_name": (
        "exact",
        "transliterated",
        "nickname",
        "swapped",
        "near",
        "initial",
        "heard",
        "middle",
        "alike",
        "different",
    ),
    "family_name": ("exact", "transliterated", "swapped", "part", "near", "alike", "married", "different"),
    "middle_name": ("exact", "near", "initial", "different"),
    "suffix": ("same", "one_sided", "different"),
    "date": ("exact", "swapped", "near", "partial", "month", "day", "year", "different"),
    "email": ("exact", "near", "user", "alike", "role", "different"),
    "phone": ("exact", "ending", "near", "different"),
    "address": ("same", "near", "street", "neighbour", "postcode", "city", "different"),
    "identifier": ("exact", "near", "different"),
    "organisation_name": ("exact", "words", "near", "within", "acronym", "partly", "different"),
    "website": ("same", "different"),
    "exact": ("same", "different"),
    "text": ("exact", "near", "alike", "different"),
}

# One event that shows in two comparisons at once: learned on each by itself it would count twice.
SHARED: Final = frozenset({("given_name", "swapped"), ("family_name", "swapped")})

# Levels that came later: a model written before weighs them as the level that they were.
CAME_LATER: Final[dict[tuple[str, str], str]] = {
    ("email", "alike"): "different",
    ("given_name", "heard"): "alike",
}

LABELS: Final[dict[str, str]] = {
    "missing": "missing",
    "exact": "the same",
    "same": "the same",
    "transliterated": "the same in another spelling or script",
    "nickname": "a short form of the other",
    "swapped": "the same with its parts exchanged",
    "near": "nearly the same",
    "initial": "an initial that fits",
    "heard": "the same by its sound",
    "middle": "the other's middle name",
    "alike": "similar",
    "part": "one part of a double name",
    "married": "another family name, as after a marriage",
    "one_sided": "only one has it",
    "partial": "the same as far as it is known",
    "month": "the same year and month",
    "day": "the same day in another year",
    "year": "the same year only",
    "user": "the same name at another provider",
    "role": "the same shared mailbox",
    "ending": "the same last digits",
    "street": "the same street",
    "neighbour": "the same street, another house",
    "postcode": "the same postcode only",
    "city": "the same city only",
    "words": "the same words in another order",
    "within": "all words of the shorter in the longer",
    "partly": "some telling words in common",
    "acronym": "an abbreviation of the other",
    "different": "different",
}

# By what a block over the cap is divided, where a model does not say.
FINER: Final = ("birth_year", "given_initial", "family_initial", "postcode", "house", "phone", "email")
# What records may agree in to be compared, in words.
PART_LABELS: Final[dict[str, str]] = {
    "identifier": "identifier",
    "email": "e-mail",
    "email_user": "name in the e-mail",
    "email_user_prefix": "beginning of the name in the e-mail",
    "email_domain": "domain of the e-mail",
    "phone": "phone",
    "names": "given and family name",
    "names_prefix": "beginnings of both names",
    "name": "one of the names",
    "name_initial": "first letter of a name",
    "name_letters": "letters of a name",
    "given": "given name",
    "given_spelt": "given name as spelt",
    "given_initial": "first letter of the given name",
    "middle": "middle name",
    "family": "family name",
    "family_spelt": "family name as spelt",
    "family_initial": "first letter of the family name",
    "family_prefix": "beginning of the family name",
    "birth_date": "birth date",
    "birth_year": "birth year",
    "postcode": "postcode",
    "house": "house number",
    "street": "street",
    "city": "city",
    "city_prefix": "beginning of the city",
    "organisation": "name of the organisation",
    "organisation_prefix": "beginning of the organisation's name",
    "organisation_word": "telling word of the name",
    "website": "website",
}
KEY_PARTS: Final = frozenset(PART_LABELS)

PARTY_TYPES: Final = ("person", "organisation")
