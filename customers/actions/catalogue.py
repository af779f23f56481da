"""The catalogue: which attributes customers have."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from cmdm import access, audit, history
from cmdm.actions import Invalid, Refused, action, change_id
from cmdm.models import User
from customers import types
from customers.actions.rebuilding import ask_for_rebuild
from customers.models import Attribute, SourceRecord
from customers.queries.catalogue import standing_catalogue
from customers.rules.mapping import FREE
from customers.rules.standing import SHIPPED

EDITABLE = frozenset(
    "label type group parties many origin sensitivity options quality rule tie_breakers half_life downgrade "
    "survives_with portal match_role searchable position retired".split()
)
SURVIVING = frozenset("type many rule tie_breakers half_life downgrade survives_with position retired".split())
FINDING = frozenset("type many searchable sensitivity retired".split())
STEP = 10


@action
def install_catalogue(*, actor: User) -> list[Attribute]:
    """Add the shipped attributes that are not there yet; what the business has changed stays. Returns the new ones."""
    access.require_everywhere(actor, "configure")
    known = set(Attribute.objects.values_list("name", flat=True))
    added = Attribute.objects.bulk_create(
        Attribute(**{**asdict(shipped), "tie_breakers": list(shipped.tie_breakers), "position": place * STEP})
        for place, shipped in enumerate(SHIPPED, start=1)
        if shipped.name not in known
    )
    if added:
        history.keep(Attribute, [attribute.pk for attribute in added], history.ADDED)
        audit.record(actor, "catalogue.installed", counts={"attributes": len(added)})
    return added


@action
def add_attribute(*, actor: User, name: str, fields: Mapping[str, Any]) -> Attribute:
    """Add an attribute. Refused when the name is taken or means something else in a mapping."""
    access.require_everywhere(actor, "configure")
    if name in FREE or Attribute.objects.filter(name=name).exists():
        raise Refused(_("This name of an attribute is taken."))
    attribute = Attribute(name=name, **_known(fields))
    _refuse_unfit(attribute)
    attribute.save()
    history.keep(Attribute, [attribute.pk], history.ADDED)
    audit.record(actor, "attribute.added", attribute, attributes=[name])
    return attribute


@action
def change_attribute(attribute: Attribute, *, actor: User, fields: Mapping[str, Any]) -> Attribute:
    """Change what the catalogue says of an attribute; customers are derived anew where that makes a difference.

    Refused where records that have it would no longer fit.
    """
    standing_catalogue.forget()
    attribute = Attribute.objects.select_for_update().get(pk=attribute.pk)
    access.require_everywhere(actor, "configure")
    changed = {name: value for name, value in _known(fields).items() if getattr(attribute, name) != value}
    if not changed:
        return attribute
    _refuse_while_in_use(attribute, changed)
    for name, value in changed.items():
        setattr(attribute, name, value)
    _refuse_unfit(attribute)
    attribute.change = change_id()
    attribute.save()
    history.keep(Attribute, [attribute.pk], history.CHANGED)
    if changed.keys() & (SURVIVING | FINDING):
        ask_for_rebuild(actor=actor, terms=bool(changed.keys() & FINDING))
    audit.record(actor, "attribute.changed", attribute, attributes=[attribute.name])
    return attribute


def _known(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    if unknown := sorted(fields.keys() - EDITABLE):
        raise Invalid({name: [_("The catalogue has no such field.")] for name in unknown})
    return fields


def _refuse_while_in_use(attribute: Attribute, changed: Mapping[str, Any]) -> None:
    """Stored values have the shape and the seal that the catalogue named when they came in."""
    sensitive = Attribute.Sensitivity.SENSITIVE
    sealing = "sensitivity" in changed and sensitive in (attribute.sensitivity, changed["sensitivity"])
    if not ({"type", "many"} & changed.keys() or sealing):
        return
    if SourceRecord.objects.filter(values__has_key=attribute.name).exists():
        raise Refused(
            _("Records have this attribute: its type, whether it is many-valued and whether it is sealed stay.")
        )


def _refuse_unfit(attribute: Attribute) -> None:
    errors: dict[str, list[Any]] = {}
    try:
        attribute.clean_fields(exclude=["change"])
    except ValidationError as error:
        errors = dict(error.message_dict)
    if attribute.type not in types.all():
        errors["type"] = [_("There is no such type.")]
    if not isinstance(attribute.tie_breakers, list) or not set(attribute.tie_breakers) <= set(Attribute.Rule.values):
        errors["tie_breakers"] = [_("Tie-breakers are a list of survivorship rules.")]
    if not isinstance(attribute.options, dict) or set(attribute.options) - set(types.Options.__dataclass_fields__):
        errors["options"] = [_("These options are not known.")]
    if not isinstance(attribute.quality, dict):
        errors["quality"] = [_("Quality rules are an object.")]
    if errors:
        raise Invalid(errors)
