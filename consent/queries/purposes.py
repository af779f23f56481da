"""Purposes and the texts that are shown for them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

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
    """What data may be used for, by purpose and channel, as codes and labels; one query."""
    found = []
    for purpose in Purpose.objects.published().exclude(kind=LEGAL):
        found += [(f"{purpose.key}/{channel}", f"{purpose} · {CHANNELS[channel]}") for channel in purpose.channels]
        if not purpose.channels:
            found.append((purpose.key, str(purpose)))
    return found
