"""Recording deeds. Only the outermost action's call writes; values never get in."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from cmdm import access, clock
from cmdm.actions import core
from cmdm.database.kept import send
from cmdm.models import User

_WRITE = """
    INSERT INTO cmdm_auditentry (at, actor_id, deed, thing, thing_id, domains, origin, purpose, attributes, counts)
    VALUES (%s, %s, %s, %s, %s, %s::bigint[], %s, %s, %s::text[], %s::jsonb)
"""


def record(
    actor: User,
    deed: str,
    thing: Any = None,
    *,
    domains: Iterable[int] | None = None,
    attributes: Iterable[str] = (),
    counts: Mapping[str, int] | None = None,
    purpose: str = "",
) -> None:
    """Write the one entry of the running change; an inner action's call does nothing.

    :param deed: ``noun.done``, such as ``customer.merged``.
    :param thing: a row, or a route that was asked in vain.
    :param domains: ids; by default those of the thing.
    :param counts: whole numbers by name; never values.
    :raises RuntimeError: outside an action, or a second entry.
    """
    if core.depth() > 1:
        return
    core.mark_audited()
    if domains is None:
        domains = access.domains_of(thing) if thing is not None and _has_domain(thing) else ()
    kind, key = _named(thing)
    told = json.dumps({name: int(count) for name, count in (counts or {}).items()})
    send(
        _WRITE,
        [clock.now(), actor.pk, deed, kind, key, sorted(domains), core.origin_of_this(), purpose,
         sorted(attributes), told],
    )  # fmt: skip


def _named(thing: Any) -> tuple[str, str]:
    if thing is None:
        return "", ""
    if isinstance(thing, tuple):
        return thing[0][:40], thing[1][:64]
    return thing._meta.model_name, str(thing.pk)


def _has_domain(thing: Any) -> bool:
    return hasattr(thing, "domain_id") or hasattr(thing, "domain_ids")
