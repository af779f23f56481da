"""Values as people read them: in words, masked where they are sensitive, with the source that said so."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from customers.models import Pin, SourceRecord
from customers.queries.catalogue import Spec
from customers.rules.survivorship import LABELS
from customers.types.address import LABELS as LABELS_OF_PARTS

NAMED = {"identifier": "scheme"}


@dataclass(frozen=True)
class Origin:
    """Who said it: the source with its trust, the record, and when it was observed."""

    record: int
    version: int
    source: str
    trust: int
    observed: datetime
    verified: bool = False


@dataclass(frozen=True)
class Held:
    """A pin in force: what was chosen or set aside, by whom and until when."""

    id: int
    kind: str
    until: date | None
    reason: str
    by: str
    since: datetime


@dataclass(frozen=True)
class Lost:
    """A claim that is not the golden value, and why."""

    attribute: str
    text: str
    reason: str
    origin: Origin
    masked: bool = False
    held: Held | None = None
    choosable: bool = False
    same: bool = False


@dataclass(frozen=True)
class Shown:
    """One golden value. ``value`` is its JSON form, absent where it is masked or withheld.

    ``substitute``: the winning claim lies in a domain that the reader may not see, this is the best of the others.
    ``withheld``: there is a value, and nothing of it may be seen.
    """

    attribute: str
    label: str
    text: str
    value: Any = None
    origin: Origin | None = None
    why: str = ""
    others: tuple[Lost, ...] = ()
    masked: bool = False
    revealable: bool = False
    substitute: bool = False
    withheld: bool = False
    held: Held | None = None
    choosable: bool = False
    kind: str = ""
    place: int = 0
    plain_label: str = ""
    comparison: str = "text"

    @property
    def agreed(self) -> bool:
        """Whether all the others say the same."""
        return all(one.same for one in self.others)

    @property
    def fold(self) -> str:
        """A name for the row that is its own on the page."""
        return f"{self.attribute}-{self.place}"


@dataclass(frozen=True)
class Group:
    """A group of the catalogue with what is known, and the labels of what nobody gave."""

    key: str
    label: Any
    rows: tuple[Shown, ...]
    absent: tuple[str, ...] = field(default=())


def plain(spec: Spec, value: Any) -> Any:
    """The value itself: elements of a many-valued plain type are wrapped."""
    return value["value"] if isinstance(value, Mapping) and not spec.type.structured else value


def text_of(spec: Spec, value: Any) -> str:
    """The value in words."""
    bare = plain(spec, value)
    if spec.options.choices:
        return spec.choices.get(str(bare), str(bare))
    return spec.type.display(bare, get_language() or "en")


def mask_of(spec: Spec, value: Any) -> str:
    """What somebody without the right to reveal is shown."""
    return spec.type.mask(plain(spec, value))


def is_sensitive(spec: Spec) -> bool:
    """Whether the catalogue calls the attribute sensitive."""
    return bool(spec.row.sensitivity == "sensitive")


def label_of(spec: Spec, value: Any) -> str:
    """The attribute, with the kind of contact point or the scheme of an identifier."""
    kind = kind_of(spec, value)
    if not kind:
        return spec.label
    words = spec.type.kinds.get(kind)
    named = lowered(str(words)) if words else kind.replace("_", " ")
    return _("%(label)s, %(kind)s") % {"label": spec.label, "kind": named}


def lowered(label: str) -> str:
    """A label within a sentence; German writes its nouns large there, too."""
    return label if (get_language() or "").startswith("de") else label.lower()


def part_label(spec: Spec, part: str) -> str:
    """What a part of an address is called; empty for other types, whose parts are no fields of their own."""
    return str(LABELS_OF_PARTS[part]) if spec.row.type == "address" and part in LABELS_OF_PARTS else ""


def kind_of(spec: Spec, value: Any) -> str:
    """The kind or scheme of an element; empty for other values."""
    return str(value.get(NAMED.get(spec.row.type, "kind"), "")) if isinstance(value, Mapping) else ""


def is_verified(value: Any) -> bool:
    """Whether an element says that it was proved."""
    return isinstance(value, Mapping) and bool(value.get("verified"))


def origin_of(record: SourceRecord, spec: Spec, value: Any, version: int, observed: datetime | None = None) -> Origin:
    """Where a claim comes from; the record's source is loaded."""
    return Origin(
        record=record.pk,
        version=version,
        source=record.source.name,
        trust=record.source.trust_in(spec.name),
        observed=observed or record.observed_at,
        verified=is_verified(value),
    )


def held_by(pin: Pin) -> Held:
    """A pin as the page shows it; who set it is loaded."""
    return Held(pin.pk, pin.kind, pin.until, pin.reason, str(pin.set_by), pin.set_at)


def in_words(rule: str) -> str:
    """The rule that chose a value."""
    label = LABELS.get(rule, rule)
    words = _(label) if label else ""
    return words[:1].upper() + words[1:]
