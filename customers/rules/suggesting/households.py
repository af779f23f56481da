"""What whoever lives in one household shares: the address, and the landline. Never an e-mail address or a mobile."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from customers.rules.suggesting.numbers import is_landline
from customers.rules.suggesting.shapes import Names, Proposal, Said

ADDRESS, LANDLINE = "household_address", "household_landline"
FULL = frozenset({"line1", "city"})
OWN_KINDS = frozenset({"work", "billing", "shipping"})


def proposals(on: Said, mine: Sequence[Said], relative: Said, names: Names, who: str) -> Iterator[Proposal]:
    """What a member of the household has and none of a customer's records says.

    :param on: the record that it would stand with. :param relative: one record of the member.
    :param who: the member, as the reader knows him.
    """
    if names.addresses and not any(_has(one, names.addresses) for one in mine):
        for name in names.addresses[:1]:
            for address in relative.values.get(name) or ():
                if address.keys() >= FULL and address.get("kind") not in OWN_KINDS:
                    yield _proposal(ADDRESS, on, name, address, who)
    if names.phones and not any(_has(one, names.phones) for one in mine):
        for element in relative.values.get(names.phones[0]) or ():
            if element.get("kind") not in OWN_KINDS and is_landline(element):
                yield _proposal(LANDLINE, on, names.phones[0], element, who)


def _has(said: Said, names: Sequence[str]) -> bool:
    return any(said.values.get(name) for name in names)


def _proposal(rule: str, on: Said, attribute: str, element: Mapping[str, Any], who: str) -> Proposal:
    value = {part: text for part, text in element.items() if part != "verified"}
    return Proposal(rule, on.record, on.domain, attribute, value, facts={"who": who})
