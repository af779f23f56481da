"""Domains and people for tests, made by the hub's own actions."""

import itertools

from cmdm.actions.domains import add_domain, grant_role
from cmdm.actions.users import add_user
from cmdm.models import Domain, User, system_user

PASSWORD = "a password for tests only"
_numbers = itertools.count(1)


def make_domain(key: str = "", *, match_space: str = "main") -> Domain:
    """A domain; the key is new where none is given."""
    key = key or f"domain-{next(_numbers)}"
    return add_domain(actor=system_user(), key=key, name=key.replace("-", " ").title(), match_space=match_space)


def make_user(*roles: str, domain: Domain | None = None, domains: tuple[Domain, ...] = (), name: str = "") -> User:
    """A user with these roles in the domain or domains: `make_user("steward", domain=retail)`.

    Read anew, so that no scope from before the grants is remembered.
    """
    name = name or f"{'-'.join(roles).replace(' ', '-') or 'user'}-{next(_numbers)}"
    kind = User.Kind.CONSUMER if roles == ("consumer",) else User.Kind.PERSON
    password = "" if kind == User.Kind.CONSUMER else PASSWORD
    user = add_user(
        actor=system_user(), username=name, display_name=name.replace("-", " ").title(), kind=kind, password=password
    )
    for place in (*domains, *([domain] if domain else [])):
        for role in roles:
            grant_role(actor=system_user(), user=user, domain=place, role=role)
    return User.objects.get(pk=user.pk)
