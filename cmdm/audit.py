"""Recording deeds. Only the outermost action's call writes; values never get in."""

from collections.abc import Iterable, Mapping
from typing import Any

from cmdm import access, clock
from cmdm.actions import core
from cmdm.models import AuditEntry, User


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
    :param domains: ids; by default those of the thing.
    :param counts: whole numbers by name; never values.
    :raises RuntimeError: outside an action, or a second entry.
    """
    if core.depth() > 1:
        return
    core.mark_audited()
    if domains is None:
        domains = access.domains_of(thing) if thing is not None and _has_domain(thing) else ()
    AuditEntry.objects.create(
        at=clock.now(),
        actor=actor,
        deed=deed,
        thing=thing._meta.model_name if thing is not None else "",
        thing_id=str(thing.pk) if thing is not None else "",
        domains=sorted(domains),
        origin=core.origin_of_this(),
        purpose=purpose,
        attributes=sorted(attributes),
        counts={name: int(count) for name, count in (counts or {}).items()},
    )


def _has_domain(thing: Any) -> bool:
    return hasattr(thing, "domain_id") or hasattr(thing, "domain_ids")
