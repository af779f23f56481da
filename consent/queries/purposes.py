"""Purposes and the texts that are shown for them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from consent.models import Channel, Notice, Purpose
from consent.rules.permitting import LEGAL, Terms, terms_of

LANGUAGE = "en"
CHANNELS = dict(Channel.choices)


@dataclass(frozen=True)
class Offer:
    """A purpose that may be answered, with the notice that is shown for it."""

    purpose: Purpose
    notice: Notice | None


def terms(purpose: Purpose, jurisdictions: Iterable[str]) -> list[Terms]:
    """What these jurisdictions ask of a purpose."""
    return terms_of(
        purpose.kind,
        purpose.rules,
        jurisdictions,
        minimum_age=purpose.minimum_age,
        expires_after_days=purpose.expires_after_days,
        expires_from=purpose.expires_from,
    )


def shown_for(purpose: Purpose, language: str = LANGUAGE) -> Notice | None:
    """The notice in force that covers the purpose, in the language or else in English; one query."""
    rows = list(Notice.objects.published().covering(purpose.key).order_by("key"))
    return _best(rows, language)


def offers(language: str = LANGUAGE) -> list[Offer]:
    """All published purposes in their order, each with its notice; two queries."""
    notices = list(Notice.objects.published().order_by("key"))
    return [
        Offer(purpose, _best([one for one in notices if purpose.key in one.purposes], language))
        for purpose in Purpose.objects.published()
    ]


def _best(notices: Sequence[Notice], language: str) -> Notice | None:
    rank: Mapping[Any, int] = {language: 0, language[:2]: 1, LANGUAGE: 2}
    return min(notices, key=lambda one: rank.get(one.language, 3), default=None)


def uses() -> list[tuple[str, str]]:
    """What data may be used for, by purpose, channel, and recipient outside where a text names one; as codes and
    labels; two queries."""
    named: dict[str, set[str]] = defaultdict(set)
    texts = Notice.objects.exclude(state=Notice.State.DRAFT).exclude(named_recipients=[])
    for purposes, recipients in texts.values_list("purposes", "named_recipients"):
        for key in purposes:
            named[key] |= set(recipients)
    found = []
    for purpose in Purpose.objects.published().exclude(kind=LEGAL):
        for channel in purpose.channels or [""]:
            label = f"{purpose} · {CHANNELS[channel]}" if channel else str(purpose)
            found.append((f"{purpose.key}/{channel}".rstrip("/"), label))
            for one in sorted(named[purpose.key]):
                words = {"use": label, "recipient": one}
                found.append((f"{purpose.key}/{channel}/{one}", _("%(use)s, to %(recipient)s") % words))
    return found
