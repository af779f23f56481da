"""Comparing: one level for each comparison of two records.

A comparison is symmetric and looks at nothing but the two features. Where an attribute has many
values, the best pair of them counts. Whatever can be decided by equality is decided first; string
distances are cached, and computed in one order of their arguments, for the algorithms are not
symmetric to the last digit.
"""

from typing import Final

from matching.engine.comparing import addresses, contacts, names
from matching.engine.comparing.distances import Compare, distance
from matching.engine.features import Features
from matching.engine.model import Comparison, Model
from matching.engine.vocabulary import WORDS

__all__ = ["KINDS", "Compare", "compare_of", "conflict"]

KINDS: Final[dict[str, Compare]] = {
    "given_name": names.given_name,
    "family_name": names.family_name,
    "middle_name": names.middle_name,
    "suffix": names.suffix,
    "organisation_name": names.organisation_name,
    "date": contacts.date,
    "email": contacts.email,
    "phone": contacts.phone,
    "identifier": contacts.identifier,
    "website": contacts.website,
    "exact": contacts.same,
    "text": contacts.text,
    "address": addresses.address,
}


def compare_of(model: Model, comparison: Comparison) -> Compare:
    """The function of a comparison; words of organisations' names tell what the model learned of them."""
    words = model.frequencies.get(WORDS)
    if comparison.kind == "organisation_name" and words is not None:
        return names.by_words(words.shares)
    return KINDS[comparison.kind]


def conflict(model: Model, left: Features, right: Features) -> bool:
    """Differing verified identifiers of a scheme that the model calls exclusive."""
    for scheme in model.exclusive_schemes:
        ours = [each.value for each in left.identifiers if each.scheme == scheme and each.verified]
        theirs = [each.value for each in right.identifiers if each.scheme == scheme and each.verified]
        if ours and theirs and all(distance(one, other) > 1 for one in ours for other in theirs):
            return True
    return False
