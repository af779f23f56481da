"""What survivorship would make of some records, as a reader may see it: the material of previews."""

from collections.abc import Sequence
from dataclasses import dataclass

from cmdm.models import User
from customers.models import Pin, SourceRecord
from customers.queries import shown
from customers.queries.catalogue import catalogue
from customers.queries.claims import claims_of, pin_rules
from customers.queries.naming import name_in
from customers.queries.profile import Material, Rights, groups_of, value_rows
from customers.queries.shown import Group, Shown
from customers.rules.losing import losing
from customers.rules.survivorship import golden


@dataclass(frozen=True)
class Derived:
    """The values that records make together, and the name in them."""

    name: str
    groups: tuple[Group, ...]

    @property
    def rows(self) -> list[Shown]:
        """All values in the order of the catalogue."""
        return [row for group in self.groups for row in group.rows]

    def of(self, attribute: str) -> list[Shown]:
        """The values of one attribute."""
        return [row for row in self.rows if row.attribute == attribute]


def derived(records: Sequence[SourceRecord], user: User, party_type: str) -> Derived:
    """Open records (source loaded) put together; what the reader may not see counts as absent. Two queries."""
    rights, known = Rights.of(user), catalogue()
    by_id = {one.pk: one for one in records if one.domain_id in rights.view and one.closed_at is None}
    pins = list(Pin.objects.in_force().filter(record__in=by_id).select_related("set_by"))
    held = {(pin.record_id, pin.attribute): shown.held_by(pin) for pin in pins}
    claims, rules = claims_of(by_id.values()), pin_rules(pins, by_id, known)
    made = golden(claims, known.rules, rules)
    lost = losing(claims, known.rules, made, rules)
    material = Material(known, by_id, rights, held)
    rows = {
        name: value_rows(material, spec, made, lost.get(name, ()))
        for name, spec in known.specs.items()
        if name in made.values
    }
    return Derived(name_in(made.values, party_type), groups_of(known, party_type, rows))
