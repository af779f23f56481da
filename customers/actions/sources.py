"""Sources: the systems that send records, and the domain's own ones that hold what people say here."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from cmdm import access, audit, history
from cmdm.actions import Invalid, Refused, action, change_id
from cmdm.models import Domain, User
from customers.actions.rebuilding import ask_for_rebuild
from customers.models import Source
from customers.queries.catalogue import catalogue
from customers.rules import mapping
from customers.types.countries import country_code

EDITABLE = frozenset(
    "name kind owner party_class terms country trust trust_by_attribute half_life_by_attribute mapping "
    "second_above hold_unusual".split()
)
TRUSTING = frozenset({"trust", "trust_by_attribute", "half_life_by_attribute"})
LONGEST = 36_500
OWN = {
    Source.Role.STEWARD: {"name": "{domain}: stewards", "trust": 100, "party_class": Source.PartyClass.FIRST},
    Source.Role.PORTAL: {"name": "{domain}: customers", "trust": 90, "party_class": Source.PartyClass.ZERO},
    Source.Role.DERIVED: {"name": "{domain}: filled in", "trust": 0, "party_class": Source.PartyClass.FIRST},
}


@action
def add_source(*, actor: User, domain: Domain, key: str, fields: Mapping[str, Any]) -> Source:
    """Add a system that sends records. Refused without ``configure`` in its domain, or when the key is taken."""
    access.require(actor, "configure", domain)
    if Source.objects.filter(key=key).exists():
        raise Refused(_("There is a source with this key already."))
    source = Source(key=key, domain=domain, **_known(fields))
    _refuse_unfit(source)
    source.save()
    history.keep(Source, [source.pk], history.ADDED)
    audit.record(actor, "source.added", source)
    return source


@action
def change_source(source: Source, *, actor: User, fields: Mapping[str, Any]) -> Source:
    """Change what is known of a source. Refused without ``configure`` in its domain; key, domain and role stay."""
    source = Source.objects.select_for_update().get(pk=source.pk)
    access.require(actor, "configure", source)
    changed = {name: value for name, value in _known(fields).items() if getattr(source, name) != value}
    if not changed:
        return source
    for name, value in changed.items():
        setattr(source, name, value)
    _refuse_unfit(source)
    source.change = change_id()
    source.save()
    history.keep(Source, [source.pk], history.CHANGED)
    if TRUSTING & changed.keys():
        ask_for_rebuild(actor=actor)
    audit.record(actor, "source.changed", source, attributes=sorted(changed))
    return source


@action
def own_source(domain: Domain, role: str, *, actor: User) -> Source:
    """The domain's own source of this role, made when it is first needed. Refused without ``correct`` in the domain."""
    access.require(actor, "correct", domain)
    known = Source.objects.filter(domain=domain, role=role).first()
    if known is not None:
        return known
    # Two corrections at once both find none: the second waits here and finds the first's.
    domain = Domain.objects.select_for_update().get(pk=domain.pk)
    known = Source.objects.filter(domain=domain, role=role).first()
    if known is not None:
        return known
    own: Mapping[str, Any] = OWN[Source.Role(role)]
    name = own["name"].format(domain=domain.name)[:120]
    source = Source.objects.create(**{**own, "name": name}, key=f"{domain.key}-{role}"[:60], domain=domain, role=role)
    history.keep(Source, [source.pk], history.ADDED)
    audit.record(actor, "source.added", source)
    return source


def _known(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    if unknown := sorted(fields.keys() - EDITABLE):
        raise Invalid({name: [_("A source has no such field.")] for name in unknown})
    return fields


def _refuse_unfit(source: Source) -> None:
    errors: dict[str, list[Any]] = {}
    try:
        source.clean_fields(exclude=["change", "domain", "owner"])
    except ValidationError as error:
        errors = dict(error.message_dict)
    if source.country and country_code(source.country) != source.country:
        errors.setdefault("country", [_("This is not the code of a country, such as DE.")])
    if source.trust > 100:
        errors["trust"] = [_("Trust is a whole number from 0 to 100.")]
    known = catalogue()
    if not _are_numbers(source.half_life_by_attribute, known.specs, LONGEST):
        errors["half_life_by_attribute"] = [_("This names attributes of the catalogue, each with a number of days.")]
    if not _are_numbers(source.trust_by_attribute, known.specs, 100):
        errors["trust_by_attribute"] = [_("This names attributes of the catalogue, each with a number from 0 to 100.")]
    if source.mapping and (faults := mapping.check(source.mapping, known.mappable)):
        errors["mapping"] = [_(fault.msgid) % fault.params for fault in faults]
    if errors:
        raise Invalid(errors)


def _are_numbers(numbers: Any, known: Mapping[str, Any], most: int) -> bool:
    return isinstance(numbers, dict) and all(
        name in known and isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most
        for name, value in numbers.items()
    )
