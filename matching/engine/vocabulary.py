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
KEY_PARTS: Final = frozenset(
    {
        "identifier",
        "email",
        "email_user",
        "email_user_prefix",
        "email_domain",
        "phone",
        "names",
        "names_prefix",
        "name",
        "name_initial",
        "name_letters",
        "given",
        "given_spelt",
        "given_initial",
        "family",
        "family_spelt",
        "family_initial",
        "family_prefix",
        "birth_date",
        "birth_year",
        "postcode",
        "house",
        "street",
        "city",
        "city_prefix",
        "organisation",
        "organisation_prefix",
        "organisation_word",
        "website",
    }
)

PARTY_TYPES: Final = ("person", "organisation")
