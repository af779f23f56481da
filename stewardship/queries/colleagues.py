"""Colleagues: who may see or decide something, by the grants alone."""

from collections.abc import Collection

from cmdm import access
from cmdm.models import User


def who_may(verb: str, domains: Collection[int], *, everywhere: bool = True) -> list[User]:
    """People who hold the verb in all of these domains (or, not ``everywhere``, in one), by name; two queries."""
    held = access.holders(verb, domains)
    needed = frozenset(domains)
    ids = [user for user, granted in held.items() if granted >= needed or not everywhere]
    rows = User.objects.filter(pk__in=ids, is_active=True, kind=User.Kind.PERSON)
    return sorted(rows.only("username", "display_name", "kind", "is_active"), key=lambda one: str(one).casefold())
