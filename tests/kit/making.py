"""People and domains for tests, made as the hub makes them."""

from cmdm.actions.domains import add_domain, grant_role
from cmdm.actions.users import add_user
from cmdm.models import Domain, User, system_user


def make_domain(key: str = "north", **facts) -> Domain:
    return add_domain(actor=system_user(), key=key, name=facts.pop("name", key.title()), **facts)


def make_user(name: str = "rita", domain: Domain | None = None, *roles: str, **facts) -> User:
    user = add_user(actor=system_user(), username=name, **facts)
    for role in roles:
        grant_role(actor=system_user(), user=user, domain=domain, role=role)
    return User.objects.get(pk=user.pk)
