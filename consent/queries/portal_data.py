"""What the hub holds about a person, as that person reads it: from the proved records alone, with where from and when.

Survivorship runs here over the proved records and their corrections only. The golden values of the customer would also
carry what came by a fuzzy link, and none of that may show, not even as the reason why something else lost.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consent.queries.portal_words import label_of, origin_of, text_of
from customers.models import Attribute, Pin, Source, SourceRecord
from customers.queries import shown
from customers.queries.catalogue import Catalogue, Spec, catalogue
from customers.queries.claims import claims_of, pin_rules
from customers.queries.naming import PARTS, name_in
from customers.queries.seen import identity, pairs_of
from customers.rules.losing import IGNORED, KEPT, SAME, Losing, losing
from customers.rules.survivorship import Golden, golden
from customers.sealing import open_values

NAME = "name"
REACHED = frozenset({"email", "phone", "address"})
SECTIONS: Mapping[str, Any] = {
    "you": gettext_lazy("About you"),
    "reach": gettext_lazy("How to reach you"),
    "more": gettext_lazy("What else we hold"),
}


@dataclass(frozen=True)
class Held:
    """One value: its words, who said it, since when it is said, and what the person may do about it."""

    attribute: str
    label: str
    text: str = ""
    origin: str = ""
    since: datetime | None = None
    record: int = 0
    about: int = 0
    version: int = 0
    place: int = 0
    value: Any = None
    mine: bool = False
    confirmed: bool = False
    masked: bool = False
    correctable: bool = False
    waiting: bool = False
    others: tuple[str, ...] = ()

    @property
    def given(self) -> bool:
        return bool(self.text)

    @property
    def seen(self) -> str:
        """What tells, when it comes back, that the value is still the one that was shown."""
        return f"{self.record}.{self.version}" if self.given else ""


@dataclass(frozen=True)
class Section:
    """A part of the page."""

    key: str
    title: Any
    rows: tuple[Held, ...]


@dataclass(frozen=True)
class Holdings:
    """All that is shown: sections, the name by which the person is greeted, and the records by number."""

    name: str
    party_type: str
    sections: tuple[Section, ...]
    values: Mapping[str, Any] = field(default_factory=dict)
    preferences: tuple[Held, ...] = ()

    def rows(self, attribute: str) -> list[Held]:
        """What is held of an attribute."""
        everything = [*self.preferences, *[row for section in self.sections for row in section.rows]]
        return [row for row in everything if row.attribute == attribute]


@dataclass(frozen=True)
class _Read:
    """The proved records with their corrections, what they say together, and since when each says it."""

    known: Catalogue
    records: Mapping[int, SourceRecord]
    made: Golden
    lost: Mapping[str, Sequence[Losing]]
    since: Mapping[tuple[int, str, str], datetime]
    waiting: frozenset[str]

    def told_by(self, record: int) -> Source:
        return self.records[record].source

    def anchor(self, record: int) -> int:
        """The record itself, or the one that it corrects."""
        return self.records[record].about_id or record


def holdings(anchors: Iterable[int], *, waiting: Iterable[str] = ()) -> Holdings:
    """What is held in these records; four queries.

    :param waiting: attributes for which the person has proposed something that is not decided yet.
    """
    known = catalogue()
    found = _records(anchors)
    read = _read(known, found, frozenset(waiting))
    party = next((row.party_type for row in found if row.about_id is None), "person")
    specs = [spec for spec in known.specs.values() if spec.fits(party) and spec.row.portal != Attribute.Portal.HIDDEN]
    rows: dict[str, list[Held]] = defaultdict(list)
    if named := _name_row(read, party):
        rows["you"].append(named)
    for spec in specs:
        if spec.name not in PARTS[party]:
            rows[_section_of(spec)] += _rows(read, spec)
    sections = tuple(Section(key, title, tuple(rows[key])) for key, title in SECTIONS.items() if rows[key])
    visible = {spec.name for spec in specs} - known.sensitive
    values = {name: value for name, value in read.made.values.items() if name in visible}
    return Holdings(name_in(read.made.values, party), party, sections, values, tuple(rows["preferences"]))


def _records(anchors: Iterable[int]) -> list[SourceRecord]:
    chosen = list(anchors)
    rows = SourceRecord.objects.current().filter(pk__in=chosen) | SourceRecord.objects.current().filter(
        about__in=chosen
    )
    return list(rows.select_related("source").defer("raw", "findings").order_by("pk"))


def _read(known: Catalogue, found: Sequence[SourceRecord], waiting: frozenset[str]) -> _Read:
    records = {row.pk: row for row in found}
    claims = claims_of(found)
    pins = pin_rules(Pin.objects.in_force().filter(record__in=records), records, known)
    made = golden(claims, known.rules, pins) if claims else Golden({}, {})
    lost = losing(claims, known.rules, made, pins)
    return _Read(known, records, made, lost, _since(known, found), waiting)


def _since(known: Catalogue, found: Sequence[SourceRecord]) -> dict[tuple[int, str, str], datetime]:
    """When each record began to say what it says now, without a break; one query over its earlier versions."""
    past: Any = SourceRecord.history
    earlier = past.filter(id__in=[row.pk for row in found]).order_by("id", "-version")
    versions: dict[int, list[Any]] = defaultdict(list)
    for row in earlier.only("id", "version", "values", "observed_at"):
        versions[row.id].append(row)
    begun: dict[tuple[int, str, str], datetime] = {}
    for record in found:
        running = dict.fromkeys(_said(known, record), record.observed_at)
        begun |= {(record.pk, *key): at for key, at in running.items()}
        for version in versions[record.pk]:
            said = _said(known, version)
            running = {key: version.observed_at for key in running if key in said}
            begun |= {(record.pk, *key): min(at, begun[(record.pk, *key)]) for key, at in running.items()}
    return begun


def _said(known: Catalogue, version: Any) -> set[tuple[str, str]]:
    """The attributes of a version, each with the key of a value."""
    return {
        (name, identity(spec, one)[0])
        for name, value in open_values(version.values).items()
        if (spec := known.specs.get(name))
        for one in (value if spec.many else [value])
    }


def _section_of(spec: Spec) -> str:
    if spec.row.group == Attribute.Group.PREFERENCES:
        return "preferences"
    if spec.row.type in REACHED:
        return "reach"
    return "you" if spec.row.group in (Attribute.Group.IDENTIFYING, Attribute.Group.DEMOGRAPHIC) else "more"


def _rows(read: _Read, spec: Spec) -> list[Held]:
    """What is held of an attribute; where nothing is, a row to add something, if the catalogue lets people."""
    made, name = read.made, spec.name
    if name not in made.values:
        blank = Held(name, spec.label, correctable=True, waiting=name in read.waiting)
        return [blank] if _may_correct(spec) else []
    if not spec.many:
        others = _others(read, spec, read.lost.get(name, ()))
        return [_held(read, spec, made.values[name], made.lineage[name], others=others)]
    pairs = pairs_of(made.values, made.lineage, name)
    return [_held(read, spec, value, one, place=place) for place, (value, one) in enumerate(pairs)]


def _may_correct(spec: Spec) -> bool:
    return bool(spec.row.portal == Attribute.Portal.CORRECTABLE)


def _held(
    read: _Read, spec: Spec, value: Any, one: Mapping[str, Any], *, place: int = 0, others: tuple[str, ...] = ()
) -> Held:
    record, source = read.records[one["record"]], read.told_by(one["record"])
    masked = shown.is_sensitive(spec)
    mine = source.role == Source.Role.PORTAL
    return Held(
        attribute=spec.name,
        label=label_of(spec, value),
        text=shown.mask_of(spec, value) if masked else text_of(spec, value),
        origin=origin_of(source),
        since=read.since.get((record.pk, spec.name, identity(spec, value)[0]), record.observed_at),
        record=record.pk,
        about=read.anchor(record.pk),
        version=record.version,
        place=place,
        value=None if masked else value,
        mine=mine,
        confirmed=shown.is_verified(value) or (mine and _agrees(read, spec, record, value)),
        masked=masked,
        correctable=_may_correct(spec) and not masked,
        waiting=spec.name in read.waiting,
        others=() if masked else others,
    )


def _agrees(read: _Read, spec: Spec, record: SourceRecord, value: Any) -> bool:
    """Whether a record of a source says what the person said."""
    key = identity(spec, value)[0]
    return any(
        (row.pk, spec.name, key) in read.since for row in read.records.values() if row.source_id != record.source_id
    )


def _others(read: _Read, spec: Spec, lost: Sequence[Losing]) -> tuple[str, ...]:
    """What else is held of an attribute of one value, with who says so."""
    found: dict[str, None] = {}
    for one in lost:
        if one.reason not in (SAME, IGNORED, KEPT) and one.record in read.records:
            words = {"value": text_of(spec, one.value), "origin": origin_of(read.told_by(one.record))}
            found[_("%(value)s %(origin)s") % words] = None
    return tuple(found)


def _name_row(read: _Read, party: str) -> Held | None:
    """The parts of the name as one row; since when is that of its youngest part."""
    parts = [read.known.specs[name] for name in PARTS[party] if name in read.known.specs]
    parts = [spec for spec in parts if spec.row.portal != Attribute.Portal.HIDDEN]
    correctable = any(_may_correct(spec) for spec in parts)
    rows = [row for spec in parts for row in _rows(read, spec) if row.given]
    label, waiting = _("Name"), any(spec.name in read.waiting for spec in parts)
    if not rows:
        return Held(NAME, label, correctable=True, waiting=waiting) if correctable else None
    first = max(rows, key=lambda row: row.since or datetime.max)
    text = name_in({row.attribute: row.value for row in rows}, party)
    others = tuple(dict.fromkeys(other for row in rows for other in row.others))
    return Held(
        attribute=NAME,
        label=label,
        text=text,
        origin=first.origin,
        since=first.since,
        record=first.record,
        about=rows[-1].about,
        version=first.version,
        mine=all(row.mine for row in rows),
        confirmed=all(row.confirmed for row in rows),
        correctable=correctable,
        waiting=waiting,
        others=others,
    )


def waits(spec: Spec) -> bool:
    """Whether a steward confirms a correction first: what is compared could make one person look like another."""
    return bool(spec.row.match_role != Attribute.MatchRole.NONE or shown.is_sensitive(spec))
