"""Comparing in arrays: each kind of comparison as a kernel for one pair, and a class that does without numba.

Levels are numbers in the order of the vocabulary; MISSING where there is nothing to compare, UNDECIDED where only the
reference can tell.
"""

from typing import Final

from matching.engine.bulk.columns import Columns
from matching.engine.bulk.comparing import addresses, contacts, names, plain
from matching.engine.bulk.comparing.kind import MISSING, UNDECIDED, Kind

__all__ = ["KINDS", "MISSING", "UNDECIDED", "Kind", "kind_of"]

KINDS: Final[dict[str, type[Kind]]] = {
    "given_name": names.GivenName,
    "family_name": names.FamilyName,
    "middle_name": names.MiddleName,
    "suffix": names.Suffix,
    "date": plain.Date,
    "exact": plain.Exact,
    "text": plain.Text,
    "website": plain.Website,
    "organisation_name": plain.Organisation,
    "email": contacts.Email,
    "phone": contacts.Phone,
    "identifier": contacts.Identifier,
    "address": addresses.Address,
}


def kind_of(name: str, columns: Columns, attribute: str) -> Kind:
    """The comparison of this kind over these columns."""
    return KINDS[name](columns, attribute)
