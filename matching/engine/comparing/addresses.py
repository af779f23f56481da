"""Comparing addresses: street, house, postcode and city are one comparison, for they move together."""

from matching.engine.addresses import Address
from matching.engine.comparing.distances import NEAR, best, distance, similarity
from matching.engine.features import Features
from matching.engine.vocabulary import MISSING


def address(left: Features, right: Features, attribute: str) -> str:
    """The best level of any two addresses: same, near, one street, neighbours, one postcode, one city, different."""
    return best(left.addresses, right.addresses, "address", _address)


def _address(one: Address, other: Address) -> str:
    postcode = one.postcode != "" and one.postcode == other.postcode
    city = not postcode and one.city != "" and other.city != "" and _same_place(one.city, other.city)
    if one.street and other.street and _same_street(one, other):
        return _in_one_street(one, other, postcode or city)
    if postcode:
        return "near" if one.house and one.house == other.house else "postcode"
    if city:
        return "city"
    comparable = (one.street and other.street) or (one.postcode and other.postcode) or (one.city and other.city)
    return "different" if comparable else MISSING


def _in_one_street(one: Address, other: Address, together: bool) -> str:
    """Streets of one name; in one city with postcodes that are no slip of each other they are two streets."""
    two = together and _differ(one.postcode, other.postcode) and distance(one.postcode, other.postcode) > 1
    if one.house and one.house == other.house:
        apart = not together and (_differ(one.postcode, other.postcode) or _differ(one.city, other.city))
        return "near" if apart or two else "same"
    if two:
        return "city"
    if not together:
        return (
            "street" if not (one.house and other.house) and not _differ(one.postcode, other.postcode) else "different"
        )
    return "neighbour" if one.house and other.house else "street"


def _differ(one: str, other: str) -> bool:
    return one != "" and other != "" and one != other


def _same_place(one: str, other: str) -> bool:
    if one == other or similarity(one, other) >= NEAR:
        return True
    return min(len(one), len(other)) > 3 and (one.startswith(other) or other.startswith(one))


def _same_street(one: Address, other: Address) -> bool:
    if one.street == other.street or similarity(one.street, other.street) >= 0.9:
        return True
    ours, theirs = one.street.split(), other.street.split()
    return one.words.issuperset(theirs) or other.words.issuperset(ours)
