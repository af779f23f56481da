"""Rights: verbs on domains, read from the two permission tables and nowhere else.

``is_superuser`` gives nothing here. A scope is read once per request and kept on the user object; :func:`require`
reads anew, once a change, because an action judges at the moment of its writing.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils.translation import gettext_lazy as _

from cmdm import memo
from cmdm.database.kept import kept

if TYPE_CHECKING:
    from cmdm.models import User

MEMO = "scopes"
VERBS = (
    "view", "reveal", "decide", "correct", "import", "export", "configure", "grant", "audit", "identify", "publish",
)  # fmt: skip

ROLES: dict[str, tuple[str, ...]] = {
    "reader": ("view",),
    "steward": ("view", "decide", "correct"),
    "lead": ("view", "decide", "correct", "reveal", "export"),
    "data owner": ("view", "configure", "import", "export"),
    "privacy officer": ("view", "reveal", "correct", "export", "publish"),
    "auditor": ("audit",),
    "administrator": ("grant", "configure"),
    "consumer": ("view", "identify"),
}

# What the hub's own users hold in every domain: the hub itself, and the portal for the customers' own deeds.
OWN: dict[str, tuple[str, ...]] = {"system": VERBS, "portal": ("view", "reveal", "correct")}

ROLE_LABELS = {
    "reader": _("Reader"),
    "steward": _("Steward"),
    "lead": _("Lead"),
    "data owner": _("Data owner"),
    "privacy officer": _("Privacy officer"),
    "auditor": _("Auditor"),
    "administrator": _("Administrator"),
    "consumer": _("Consumer"),
}

_SCOPES = """
    SELECT p.codename, g.content_object_id
      FROM cmdm_domainuserpermission g JOIN auth_permission p ON p.id = g.permission_id WHERE g.user_id = %(user)s
    UNION
    SELECT p.codename, g.content_object_id
      FROM cmdm_domaingrouppermission g JOIN auth_permission p ON p.id = g.permission_id
      JOIN cmdm_user_groups m ON m.group_id = g.group_id WHERE m.user_id = %(user)s
    UNION
    SELECT '*', id FROM cmdm_domain
"""


def _read(user: "User") -> dict[str, frozenset[int]]:
    """Domain ids by verb; ``*`` holds all domains. One query."""
    with kept() as cursor:
        cursor.execute(_SCOPES, {"user": user.pk})
        found: dict[str, set[int]] = {}
        for verb, domain in cursor.fetchall():
            found.setdefault(verb, set()).add(domain)
    if user.kind in OWN:
        return {verb: frozenset(found.get("*", ())) for verb in (*OWN[user.kind], "*")}
    if not user.is_active:
        return {"*": frozenset(found.get("*", ()))}
    return {verb: frozenset(domains) for verb, domains in found.items()}


_HOLDERS = """
    SELECT g.user_id, g.content_object_id
      FROM cmdm_domainuserpermission g JOIN auth_permission p ON p.id = g.permission_id
     WHERE p.codename = %(verb)s AND g.content_object_id = ANY(%(domains)s)
    UNION
    SELECT m.user_id, g.content_object_id
      FROM cmdm_domaingrouppermission g JOIN auth_permission p ON p.id = g.permission_id
      JOIN cmdm_user_groups m ON m.group_id = g.group_id
     WHERE p.codename = %(verb)s AND g.content_object_id = ANY(%(domains)s)
"""


def holders(verb: str, domains: Iterable[int]) -> dict[int, frozenset[int]]:
    """Who was granted a verb in these domains: domain ids by user id, switched off or not. One query."""
    found: dict[int, set[int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_HOLDERS, {"verb": verb, "domains": sorted(domains)})
        for user, domain in cursor.fetchall():
            found.setdefault(user, set()).add(domain)
    return {user: frozenset(held) for user, held in found.items()}


def reach(user: "User") -> frozenset[int]:
    """The domains in which a user holds any verb, also while he is switched off. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_SCOPES, {"user": user.pk})
        return frozenset(domain for verb, domain in cursor.fetchall() if verb != "*")


def scopes(user: Any, *, fresh: bool = False) -> dict[str, frozenset[int]]:
    """All verbs of a user with their domains; one query per request."""
    if not getattr(user, "is_authenticated", False):
        return {}
    known: dict[str, frozenset[int]] | None = getattr(user, "_scopes", None)
    if known is None or fresh:
        known = user._scopes = _read(user)
    return known


def scope(user: Any, verb: str) -> frozenset[int]:
    """The domains in which the user holds the verb."""
    return scopes(user).get(verb, frozenset())


def everywhere(user: Any, verb: str, *, fresh: bool = False) -> bool:
    """Whether the user holds the verb in every domain (needed for things without one)."""
    held = scopes(user, fresh=fresh)
    if getattr(user, "kind", "") == "system":
        return True
    return bool(held.get(verb)) and held[verb] >= held.get("*", frozenset())


def domains_of(thing: Any) -> frozenset[int]:
    """The domains that a thing lies in, by its ``domain_ids()`` or ``domain_id``."""
    if hasattr(thing, "domain_ids"):
        return frozenset(thing.domain_ids())
    return frozenset([thing.domain_id]) if thing.domain_id is not None else frozenset()


def may(user: Any, verb: str, *things: Any) -> bool:
    """Whether the user holds the verb in every domain of every thing, as of this request."""
    held = scope(user, verb)
    return all(
        (needed <= held if (needed := domains_of(thing)) else everywhere(user, verb)) for thing in things
    ) and bool(things)


def require(actor: "User", verb: str, *things: Any) -> None:
    """Refuse unless the actor holds the verb now, in every domain of every thing.

    :raises PermissionDenied: he does not, or no longer.
    """
    _read_in_this_change(actor)
    if not may(actor, verb, *things):
        raise PermissionDenied(verb)


def _read_in_this_change(user: Any) -> None:
    read = memo.once(MEMO, dict[int, dict[str, frozenset[int]]])
    if user.pk not in read:
        read[user.pk] = _read(user)
    user._scopes = read[user.pk]


def require_everywhere(actor: "User", verb: str) -> None:
    """Refuse unless the actor holds the verb in every domain: for things that have none.

    :raises PermissionDenied: he does not.
    """
    if not everywhere(actor, verb, fresh=True):
        raise PermissionDenied(verb)


def in_any(user: Any, verbs: Iterable[str]) -> bool:
    """Whether the user holds one of the verbs anywhere (which links a page shows)."""
    return any(scope(user, verb) for verb in verbs)
