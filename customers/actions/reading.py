"""Reading what is masked: a deed of its own, with a purpose, and in the audit log."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cmdm import access, audit
from cmdm.actions import Refused, action
from cmdm.models import User
from customers.models import Customer, Load, SourceRecord
from customers.queries.profile import profile
from customers.queries.shown import Shown
from customers.sealing import open_raw

# A purpose is a code, so that nobody writes a value into the audit log.
PURPOSES: Mapping[str, Any] = {
    "asked": gettext_lazy("The customer asked"),
    "identity": gettext_lazy("To check who somebody is"),
    "correction": gettext_lazy("To correct an error"),
    "duplicate": gettext_lazy("To decide who is who"),
    "law": gettext_lazy("A legal duty"),
    "fraud": gettext_lazy("A suspicion of fraud"),
}


@dataclass(frozen=True)
class Revealed:
    """A record's content as it was received."""

    record: SourceRecord
    raw: Any


@action
def reveal(customer: Customer, *, actor: User, attribute: str, purpose: str) -> tuple[Shown, ...]:
    """The values of a sensitive attribute in clear. Refused without ``reveal`` where they come from, or a purpose."""
    _refuse_without(purpose)
    rows = profile(customer, actor, opened=(attribute,)).shown.get(attribute, [])
    records = [row.origin.record for row in rows if row.origin and not row.masked]
    if not rows:
        raise Refused(_("There is no such value any more."))
    sources = SourceRecord.objects.filter(pk__in=records or [row.origin.record for row in rows if row.origin])
    domains = set(sources.values_list("domain", flat=True))
    access.require(actor, "reveal", *[_Place(domain) for domain in domains])
    audit.record(actor, "value.revealed", customer, domains=domains, attributes=[attribute], purpose=purpose)
    return tuple(rows)


@action
def reveal_raw(record: SourceRecord, *, actor: User, purpose: str) -> Revealed:
    """What a source sent, as it was received. Refused without ``reveal`` in the record's domain, or a purpose."""
    _refuse_without(purpose)
    access.require(actor, "reveal", record)
    raw = open_raw(bytes(record.raw)) if record.raw else None
    audit.record(actor, "record.revealed", record, purpose=purpose)
    return Revealed(record, raw)


@action
def hand_out_rejects(load: Load, *, actor: User) -> None:
    """Note that somebody takes the refused rows of a load along, in clear. Refused without ``import``."""
    access.require(actor, "import", load)
    audit.record(actor, "rejects.taken_along", load)


@dataclass(frozen=True)
class _Place:
    domain_id: int


def _refuse_without(purpose: str) -> None:
    if purpose not in PURPOSES:
        raise Refused(_("Say what you need it for."))
