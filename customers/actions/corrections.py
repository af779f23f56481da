"""Corrections: what a steward or the customer knows better, a record of the domain's own source *about* another one.

A record has one correction; its values accumulate, attribute by attribute, and those of a many-valued attribute
element by element: one that is equal by its type's key takes the earlier one's place. It moves with the record that it
is about and is taken in like any other record, so that history, lineage and golden values need no second way.

What a steward corrected lies over the record from then on (`laying`): it is compared anew, as if its source had sent
it, and what was open about it is asked otherwise, or no longer.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from cmdm import access, audit, clock
from cmdm.actions import Invalid, Refused, action
from cmdm.models import User
from customers import ports
from customers.actions import records, writing
from customers.actions.pins import hold
from customers.actions.preparing import prepare
from customers.actions.received import Outcome, Received
from customers.actions.sources import own_source
from customers.actions.suggesting import answers
from customers.models import Customer, Source, SourceRecord
from customers.queries.catalogue import catalogue
from customers.queries.laid import is_compared, laid
from customers.sealing import open_raw, open_values
from customers.types.base import blank
from customers.types.standardising import standardise


@action
def correct(
    customer: Customer,
    *,
    actor: User,
    attribute: str,
    value: Any,
    about: SourceRecord,
    reason: str = "",
    role: str = Source.Role.STEWARD,
    instead: Any = None,
) -> SourceRecord:
    """Say what an attribute of a record ought to be; it wins over every source. The correction.

    Refused without ``correct`` in the record's domain, or when the record is no longer of this customer. Invalid when
    the attribute is not known, or its type or a quality rule refuses the value.

    :param role: whose word it is: the stewards', the customer's own, or a rule's that somebody took.
    :param instead: of a many-valued attribute, the element of an earlier correction that the new ones replace.
    """
    if attribute not in catalogue().specs:
        raise Invalid({attribute[:60]: [_("The catalogue has no such attribute.")]})
    if blank(value):
        raise Invalid({attribute: [_("Say a value, or set the claim aside.")]})
    if about.about_id is not None:
        raise Refused(_("A correction is about a record of a source."))
    own = own_source(about.domain, role, actor=actor)
    about, known = _alone(about, own)
    values = _said(known)
    before = _replaced(attribute, values.get(attribute), instead)
    values[attribute] = _together(attribute, before, value, own, about)
    received = _received(own, about, values, _why(known, attribute, reason, actor), known)
    _reserve(own, about, prepare(own, [received])[0].values)
    _hold(about, customer, actor=actor)
    outcome = _take_in(own, received, actor=actor)
    if outcome.record is None:  # refused, or held back by a quality rule: nobody would let a correction in later
        raise Invalid({attribute: [fault.message for fault in outcome.faults]})
    audit.record(actor, "record.corrected", about, attributes=[attribute])
    return outcome.record


@action
def withdraw(
    correction: SourceRecord, attribute: str, *, actor: User, element: Any = None, reason: str = ""
) -> SourceRecord:
    """Take one corrected attribute back; the last one closes the correction. Refused when it does not correct it.

    :param element: of a many-valued attribute, the one value to take back instead of all.
    """
    if correction.about_id is None:
        raise Refused(_("This is not a correction."))
    own = correction.source
    access.require(actor, "correct", correction)
    about, known = _alone(SourceRecord.objects.get(pk=correction.about_id), own)
    values = _said(known)
    if known is None or attribute not in values:
        raise Refused(_("This attribute is not corrected."))
    before = values.pop(attribute)
    left = _without(attribute, before, element) if element is not None else []
    if left:
        values[attribute] = left
    _reserve(own, about, values)
    _hold(about, None, actor=actor)
    if own.role == Source.Role.DERIVED:
        answers.taken_back(about, attribute, before if element is None else [element], actor=actor)
    if values:
        _take_in(own, _received(own, about, values, _why(known, attribute, reason, actor), known), actor=actor)
    else:
        records.close(own, [known.key], actor=actor, verb="correct")
    audit.record(actor, "correction.withdrawn", about, attributes=[attribute])
    return known


def _said(known: SourceRecord | None) -> dict[str, Any]:
    """What the correction says so far."""
    return open_values(known.values) if known and known.closed_at is None else {}


def _together(attribute: str, before: Any, value: Any, own: Source, about: SourceRecord) -> Any:
    """The new value; of a many-valued attribute, the earlier elements that it does not replace, and the new ones."""
    specs = catalogue().specs
    spec = specs[attribute]
    if not spec.many or not before:
        return value
    read = standardise({attribute: value}, specs, party_type=about.party_type, country=own.country)
    if read.faults:
        return value  # refused when it is taken in
    fresh = read.values[attribute]
    replaced = {spec.key_of(element) for element in fresh} - {""}
    return [*(element for element in before if spec.key_of(element) not in replaced), *fresh]


def _replaced(attribute: str, before: Any, instead: Any) -> Any:
    """What stays of an earlier correction when one of its elements is replaced."""
    spec = catalogue().specs[attribute]
    if instead is None or not spec.many or not before:
        return before
    return [one for one in before if spec.key_of(one) != spec.key_of(instead)]


def _without(attribute: str, before: Any, element: Any) -> list[Any]:
    spec = catalogue().specs.get(attribute)
    if spec is None or not spec.many:
        raise Refused(_("This attribute holds one value."))
    key = spec.key_of(element)
    left = [one for one in before if spec.key_of(one) != key]
    if len(left) == len(before):
        raise Refused(_("This value is not corrected."))
    return left


def key_of(about: SourceRecord) -> str:
    """The key of a record's correction in the domain's own source."""
    return f"record-{about.pk}"


def _alone(about: SourceRecord, own: Source) -> tuple[SourceRecord, SourceRecord | None]:
    """The record and its correction so far: until the end of the change nobody else says anything of either."""
    writing.lock_keys(about.source, [about.key])
    writing.lock_keys(own, [key_of(about)])
    about = SourceRecord.objects.select_related("source", "domain").get(pk=about.pk)
    return about, SourceRecord.objects.filter(source=own, key=key_of(about)).first()


def _reserve(own: Source, about: SourceRecord, correction: Mapping[str, Any]) -> None:
    """Lock the buckets of the record as it will be compared, before any row is locked."""
    if is_compared(own):
        ports.reserve([records.compared_as(about, laid(about, correction))])


def _hold(about: SourceRecord, customer: Customer | None, *, actor: User) -> None:
    """Lock the record and its customer. Refused where it is not this customer's any more."""
    now, _record = hold(about.pk, actor=actor)
    if customer is not None and now.pk != customer.pk:
        raise Refused(_("This record has moved to another customer."))


def _received(
    own: Source, about: SourceRecord, values: Mapping[str, Any], why: Mapping[str, Any], known: SourceRecord | None
) -> Received:
    # What was filled in is as old as what it completes: it must not make an old address the newest one.
    observed = None if own.role != Source.Role.DERIVED else about.observed_at
    if observed is not None and known is not None:
        observed = max(observed, known.observed_at)
    return Received(
        key=key_of(about),
        values=values,
        party_type=about.party_type,
        about=about.pk,
        raw={"values": values, "why": why},
        observed_at=observed,
    )


def _take_in(own: Source, received: Received, *, actor: User) -> Outcome:
    return records.take_in(own, [received], actor=actor, verb="correct")[0]


def _why(known: SourceRecord | None, attribute: str, reason: str, actor: User) -> dict[str, Any]:
    """Who said so, when and why, by attribute; it lies sealed in what was received."""
    before: Any = open_raw(bytes(known.raw)) if known and known.raw else {}
    said = {"by": actor.get_username(), "at": clock.now().isoformat(), "reason": reason[:300]}
    return {**(before.get("why") or {}), attribute: said}
