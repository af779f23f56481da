"""How a customer came about: every step that built it, oldest first, with rule, score and model version, in words."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cmdm.models import User
from cmdm.templatetags.hub import signed
from customers.models import Customer
from matching.models import LedgerEntry
from matching.queries.explaining import labels_of
from matching.queries.ledgers import brought_along, in_sight, visible_of
from matching.queries.models import InForce, models_in_force

STEPS = 200
SHOWN = 6
Deed = LedgerEntry.Deed

RULES: Mapping[str, Any] = {
    "new": gettext_lazy("nothing known was like it"),
    "automatic": gettext_lazy("at or above the automatic line, and clearly better than any other"),
    "same key": gettext_lazy("the same record of the same source"),
    "steward": gettext_lazy("a person said so"),
    "regrouped": gettext_lazy("all records taken together, better evidence joins it otherwise, or speaks against"),
}
DEEDS: Mapping[str, Any] = {
    Deed.FOUND: gettext_lazy("%(who)s was the first record of %(customer)s"),
    Deed.LINK: gettext_lazy("%(who)s was linked to %(customer)s"),
    Deed.MERGE: gettext_lazy("%(other)s with %(who)s was joined with %(customer)s"),
    Deed.UNMERGE: gettext_lazy("%(who)s was taken out of %(other)s"),
    Deed.UNDO: gettext_lazy("%(who)s went back to %(customer)s: a merge was undone"),
}
BACK = gettext_lazy("%(who)s came back to %(customer)s: a separation was undone")


@dataclass(frozen=True)
class Step:
    """One entry of the ledger as a step."""

    deed: str
    words: str
    rule: str
    score: float | None
    version: int | None
    agreed: str
    at: datetime
    by: str
    by_machine: bool
    reason: str


def came_about(customer: Customer, user: User) -> list[Step]:
    """The first steps, those of customers that came by merges included; five queries. Hidden records have no name."""
    around = brought_along([customer.pk])
    rows = LedgerEntry.objects.filter(Q(customer__in=around) | Q(source_customer__in=around))
    entries = list(rows.select_related("actor", "customer", "source_customer").order_by("pk")[:STEPS])
    names = visible_of(entries, user)
    models = models_in_force() if entries else {}
    return [step_of(entry, names, models) for entry in entries]


def step_of(
    entry: LedgerEntry, names: Mapping[int, str], models: Mapping[str, InForce], seen: Collection[int] | None = None
) -> Step:
    """One entry in words, by the names of records; ``seen`` are those that the reader may see, where some have no name.

    What the records agree in and a person's reason are left out where they tell of a record that he may not see.
    """
    whole = in_sight(entry, names if seen is None else seen)
    version = entry.model_version or entry.evidence.get("model")
    facts = {
        "who": named_records(entry.records, names),
        "customer": entry.customer.number,
        "other": entry.source_customer.number if entry.source_customer else "–",
    }
    return Step(
        deed=entry.deed,
        words=(BACK if entry.deed == Deed.MERGE and entry.reverses_id else DEEDS[Deed(entry.deed)]) % facts,
        rule=str(RULES.get(entry.rule, entry.rule)),
        score=entry.probability,
        version=version if isinstance(version, int) else None,
        agreed=", ".join(_weightiest(entry.evidence.get("levels", ()), models)) if whole else "",
        at=entry.at,
        by=str(entry.actor),
        by_machine=entry.by_machine,
        reason=entry.reason if whole else "",
    )


def named_records(records: Sequence[int], names: Mapping[int, str]) -> str:
    """Records by source and key; the rest by number."""
    shown = [names[pk] for pk in records if pk in names][:SHOWN]
    rest = len(records) - len(shown)
    if rest:
        shown.append(_("%(n)d more") % {"n": rest} if shown else _("a record that you may not see"))
    return ", ".join(shown)


def _weightiest(levels: Sequence[Sequence[Any]], models: Mapping[str, InForce]) -> list[str]:
    """The comparisons that spoke most, each with its bits, the weightiest first."""
    labels: dict[str, str] = {}
    for model in models.values():
        labels |= labels_of(model.model)
    best = sorted((row for row in levels if abs(row[2]) >= 0.05), key=lambda row: -abs(row[2]))[:SHOWN]
    bits = [signed(row[2]) for row in best]
    return [f"{labels.get(row[0], row[0].replace('_', ' '))} {text}" for row, text in zip(best, bits, strict=True)]
