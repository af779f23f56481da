"""What people say of their own records, written down at once: a correction of the domain's portal source."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from cmdm import audit
from cmdm.actions import Refused, action
from cmdm.models import User
from customers.actions import corrections, pins
from customers.models import Pin, Source, SourceRecord
from customers.queries.catalogue import Spec, catalogue
from customers.sealing import open_values

NOT_NOW = _("This cannot be changed at the moment.")


@action
def tell(record: SourceRecord, *, actor: User, attribute: str, value: Any, instead: Any = None) -> SourceRecord:
    """Write down what the person says an attribute of the record ought to be. The correction.

    Refused as correcting is. Of many values, the record's others are said along, and the record's own claim is set
    aside when one of them is replaced, so that the old one stops counting.

    :param value: one value or element. :param instead: the element that it replaces.
    """
    spec = catalogue().specs.get(attribute)
    if record.customer is None or spec is None:
        raise Refused(NOT_NOW)
    said = open_values(record.values).get(attribute, [])
    replaced = spec.many and instead is not None and any(_same(spec, one, instead) for one in said)
    kept = [one for one in said if not _same(spec, one, instead)] if replaced else []
    made = corrections.correct(
        record.customer,
        actor=actor,
        attribute=attribute,
        value=[*kept, value] if spec.many else value,
        about=record,
        role=Source.Role.PORTAL,
        instead=instead,
    )
    aside = Pin.objects.in_force().filter(record=record, attribute=attribute, kind=Pin.Kind.IGNORE)
    if replaced and not aside.exists():
        pins.ignore(record, attribute, actor=actor)
    audit.record(actor, "value.told", record, attributes=[attribute])
    return made


def _same(spec: Spec, one: Any, other: Any) -> bool:
    return other is not None and spec.key_of(one) == spec.key_of(other)
