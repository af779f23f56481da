"""The receipts of a person: one for each act, from his proved records."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from consent.models import Act, ConsentEvent
from consent.queries.portal_consents import TITLES, language
from consent.rules.folding import DENYING, GRANTING

MOST = 200
KEPT = (*GRANTING, *DENYING, Act.REQUESTED)


@dataclass(frozen=True)
class Acted:
    """One act in the list of receipts."""

    group: UUID
    at: datetime
    act: str
    title: str


def acts_of(anchors: Sequence[int]) -> list[Acted]:
    """The acts on these records, newest first, each once; one query."""
    rows = ConsentEvent.objects.filter(record__in=list(anchors), act__in=KEPT).select_related("purpose")
    found: dict[UUID, Acted] = {}
    for row in rows.order_by("-pk")[: MOST * 4]:
        found.setdefault(row.group, Acted(row.group, row.effective_at, row.get_act_display(), title_of(row)))
    return list(found.values())[:MOST]


def title_of(event: ConsentEvent) -> str:
    """What an act was about: "Offers by e-mail"; its purpose is loaded."""
    label = event.purpose.said_in(language())[0]
    return str(TITLES[event.channel] % {"purpose": label}) if event.channel in TITLES else label
