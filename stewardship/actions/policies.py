"""Policies of review and targets of quality: what the owner of a domain wants of the people who decide there."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from cmdm import access, audit, clock, events, history
from cmdm.actions import Invalid, Refused, action, change_id
from cmdm.models import Domain, User
from stewardship.models import QualityTarget, ReviewPolicy

FIELDS = frozenset("name low high decision sensitive contradictory second_person share reason_required active".split())
AIMS = frozenset("precision sample minimum".split())


@action
def add_policy(*, actor: User, domain: Domain | None, fields: Mapping[str, Any]) -> ReviewPolicy:
    """Put a policy in force. Refused without ``configure`` in its domain; in every one when it has none."""
    _require(actor, domain)
    row = ReviewPolicy(domain=domain)
    _set(row, fields, FIELDS)
    row.save()
    history.keep(ReviewPolicy, [row.pk], history.ADDED)
    audit.record(actor, "policy.added", row)
    return row


@action
def change_policy(policy: ReviewPolicy, *, actor: User, fields: Mapping[str, Any]) -> ReviewPolicy:
    """Change a policy, or put it out of force. Refused without ``configure`` in its domain; the domain stays."""
    row = ReviewPolicy.objects.select_for_update(of=("self",)).get(pk=policy.pk)
    _require(actor, row.domain)
    changed = _set(row, fields, FIELDS)
    if changed:
        row.change = change_id()
        row.save()
        history.keep(ReviewPolicy, [row.pk], history.CHANGED)
        audit.record(actor, "policy.changed", row, attributes=changed)
    return row


@action
def set_target(domain: Domain, *, actor: User, fields: Mapping[str, Any]) -> QualityTarget:
    """Say what share of the automatic merges of a domain must be right, and how many are looked at.

    Refused without ``configure`` in the domain.
    """
    access.require(actor, "configure", domain)
    row = QualityTarget.objects.locked().filter(domain=domain).first() or QualityTarget(domain=domain)
    kind = history.CHANGED if row.pk else history.ADDED
    changed = _set(row, fields, AIMS)
    if not changed and row.pk:
        return row
    row.change = change_id()
    row.save()
    history.keep(QualityTarget, [row.pk], kind)
    audit.record(actor, "target.set", row, attributes=changed)
    return row


@action
def raise_again(target: QualityTarget, *, actor: User) -> QualityTarget:
    """Let the machine join by itself in this domain again; what is counted begins anew. Refused when it does already.

    Refused (PermissionDenied) without ``configure`` in the domain.
    """
    row = QualityTarget.objects.locked().get(pk=target.pk)
    access.require(actor, "configure", row)
    if row.lowered_at is None:
        raise Refused(_("The machine joins by itself here already."))
    row.lowered_at, row.measured_at = None, None
    row.measured = {**_kept(row), "since": clock.now().isoformat()}
    row.change = change_id()
    row.save(update_fields=["lowered_at", "measured", "measured_at", "change"])
    history.keep(QualityTarget, [row.pk], history.CHANGED)
    audit.record(actor, "quality.raised", row)
    events.emit("quality.raised", domain=row.domain_id)
    return row


def _kept(row: QualityTarget) -> dict[str, Any]:
    """How far the ledger has been drawn from stands beside what was measured."""
    return {"drawn_to": row.measured.get("drawn_to", 0)}


def _require(actor: User, domain: Domain | None) -> None:
    if domain is None:
        access.require_everywhere(actor, "configure")
    else:
        access.require(actor, "configure", domain)


def _set(row: Any, fields: Mapping[str, Any], known: frozenset[str]) -> list[str]:
    """Lay fields over a row; which of them changed. Invalid names what is no field, or does not fit."""
    if unknown := sorted(fields.keys() - known):
        raise Invalid({name: [_("There is no such field.")] for name in unknown})
    changed = [name for name in sorted(fields) if getattr(row, name) != fields[name]]
    for name in changed:
        setattr(row, name, fields[name])
    errors: dict[str, list[Any]] = {}
    try:
        row.clean_fields(exclude={field.name for field in row._meta.fields} - known)
    except ValidationError as error:
        errors = dict(error.message_dict)
    if isinstance(row, ReviewPolicy) and not errors and row.low > row.high:
        errors["high"] = [_("This lies under “score from”.")]
    if errors:
        raise Invalid(errors)
    return changed
