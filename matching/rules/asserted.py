"""What people say of themselves in the portal: it joins nothing by machine that they did not prove to reach.

Whoever registers with somebody else's name, birth date and address has told the machine everything that it compares.
So such a record joins, without a person, only records that carry an address or number which he proved himself.
"""

from collections.abc import Mapping
from typing import Any

PROVABLE = ("email", "phone")


def crosses(asserted: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether the other record's values hold none of the contact points that were proved for the asserted one."""
    return not any(
        element.get("verified") and element.get("value") in {one.get("value") for one in other.get(attribute, ())}
        for attribute in PROVABLE
        for element in asserted.get(attribute, ())
    )
