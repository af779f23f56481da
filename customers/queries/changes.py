"""What happened to a customer, version by version: the deed in words, who did it, and which values changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cmdm import access
from cmdm.models import AuditEntry, User
from customers.models import Customer, SourceRecord
from customers.queries import shown
from customers.queries.catalogue import Catalogue, Spec, catalogue
from customers.queries.past import Said, versions_said

# By the deed of the audit log: words, and how the dot of the timeline looks.
DEEDS: Mapping[str, tuple[Any, str]] = {
    "records.taken_in": (gettext_lazy("Data came in"), ""),
    "records.closed": (gettext_lazy("A source no longer has a record"), ""),
    "customer.merged": (gettext_lazy("Joined with another customer"), "did-join"),
    "customer.unmerged": (gettext_lazy("Taken apart"), "did-join"),
    "customer.merge_undone": (gettext_lazy("A merge was undone"), "did-join"),
    "customer.corrected": (gettext_lazy("A value was corrected"), "did-person"),
    "value.corrected": (gettext_lazy("A value was corrected"), "did-person"),
    "record.corrected": (gettext_lazy("A value was corrected"), "did-person"),
    "pin.set": (gettext_lazy("A value was pinned"), "did-person"),
    "claim.pinned": (gettext_lazy("A value was pinned"), "did-person"),
    "claim.ignored": (gettext_lazy("A value was set aside"), "did-person"),
    "pin.ended": (gettext_lazy("A pin was ended"), "did-person"),
    "task.decided": (gettext_lazy("A task was decided"), "did-person"),
    "answer.undone": (gettext_lazy("An answer was undone"), "did-person"),
}
OTHERWISE = (gettext_lazy("Values were derived anew"), "")


@dataclass(frozen=True)
class Difference:
    """An attribute that changed; texts are empty where there was, or is, none."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Change:
    """One version of the customer and how it came about."""

    version: int
    at: datetime
    words: str
    look: str
    by: str
    differences: tuple[Difference, ...]
    sources: tuple[str, ...]

    @property
    def summary(self) -> str:
        """One line for a timeline: "Address, phone from Shop DE"."""
        if not self.differences:
            return self.words
        labels = ", ".join(one.label for one in self.differences[:3])
        if len(self.differences) > 3:
            labels = _("%(labels)s and %(count)d more") % {"labels": labels, "count": len(self.differences) - 3}
        return labels


def changes(customer: Customer, user: User, *, before: int | None = None, size: int = 20) -> list[Change]:
    """The newest versions (before one of them), newest first; five queries."""
    known, past = catalogue(), Customer.history
    rows = past.filter(id=customer.pk)
    if before is not None:
        rows = rows.filter(version__lt=before)
    versions: list[Any] = list(rows.order_by("-version")[: size + 1])
    records, said = versions_said([row.lineage for row in versions], access.scope(user, "view"))
    entries = AuditEntry.objects.filter(change__in=[row.change for row in versions]).select_related("actor")
    deeds = {entry.change: entry for entry in entries}
    made = []
    for place, row in enumerate(versions[:size]):
        earlier = versions[place + 1] if place + 1 < len(versions) else None
        compared = _Compared(known, records, said, earlier.lineage if earlier else {}, row.lineage)
        made.append(_change(row, deeds.get(row.change), compared))
    return made


@dataclass(frozen=True)
class _Compared:
    known: Catalogue
    records: Mapping[int, SourceRecord]
    said: Mapping[tuple[int, int], Said]
    before: Mapping[str, Any]
    after: Mapping[str, Any]

    def differences(self) -> list[tuple[Spec, str, str]]:
        found = []
        for name, spec in self.known.specs.items():
            if self.before.get(name) == self.after.get(name):
                continue
            one, other = self.texts(spec, self.before.get(name)), self.texts(spec, self.after.get(name))
            if one != other:
                found.append((spec, _gone(one, other), _gone(other, one)))
        return found

    def texts(self, spec: Spec, lineage: Any) -> tuple[str, ...]:
        ones = lineage if isinstance(lineage, list) else [lineage] if lineage else []
        return tuple(text for one in ones if (text := self._text(spec, one)))

    def _text(self, spec: Spec, one: Mapping[str, Any]) -> str:
        said = self.said.get((one["record"], one["version"]))
        value = said.values.get(spec.name) if said else None
        if isinstance(value, list):
            value = value[one.get("item", 0)] if one.get("item", 0) < len(value) else None
        if value is None:
            return ""
        return shown.mask_of(spec, value) if shown.is_sensitive(spec) else shown.text_of(spec, value)

    def sources(self, specs: Sequence[Spec]) -> tuple[str, ...]:
        """Names of the sources whose claims came in, each once."""
        names: dict[str, None] = {}
        for spec in specs:
            lineage = self.after.get(spec.name)
            earlier = self.before.get(spec.name)
            old = earlier if isinstance(earlier, list) else [earlier]
            for one in lineage if isinstance(lineage, list) else [lineage] if lineage else []:
                record = self.records.get(one["record"])
                if record and one not in old:
                    names[record.source.name] = None
        return tuple(names)


def _gone(ones: tuple[str, ...], others: tuple[str, ...]) -> str:
    """What the other side lacks; all of it when only the order changed."""
    return ", ".join([text for text in ones if text not in others] or (ones if set(ones) == set(others) else ()))


def _change(row: Any, entry: AuditEntry | None, compared: _Compared) -> Change:
    found = compared.differences()
    words, look = DEEDS.get(entry.deed, OTHERWISE) if entry else OTHERWISE
    return Change(
        version=row.version,
        at=row.changed_at,
        words=str(words),
        look=look,
        by=str(entry.actor) if entry else "",
        differences=tuple(Difference(spec.label, before, after) for spec, before, after in found),
        sources=compared.sources([spec for spec, _before, _after in found]),
    )
