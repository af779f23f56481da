"""Who leads: where a user holds the verbs of the role lead."""

from cmdm import access
from cmdm.models import User

LEADING = ("decide", "reveal", "export")


def leads(user: User) -> frozenset[int]:
    """The domains that he leads: he decides there, and holds the lead's other verbs."""
    return frozenset.intersection(*[access.scope(user, verb) for verb in LEADING])
