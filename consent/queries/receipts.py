"""The receipt of an act: read from rows that never change, so it is made anew whenever somebody asks for it."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from cmdm import crypto
from consent.models import ConsentEvent, Notice
from consent.rules import receipts
from consent.rules.receipts import Receipt, Shown, Step, Use

PUBLISHER = "Customer hub"
WITH = ("purpose", "contact", "notice")


def opaque(kind: str, pk: int) -> str:
    """A number as an identifier that leads nobody to its row."""
    value = int.from_bytes(crypto.digest(f"{kind}:{pk}", "receipt")[:16], "big")
    # Version 8 of RFC 9562, which uuid knows from Python 3.14 on.
    return str(UUID(int=value & ~(0xF << 76) & ~(0x3 << 62) | (0x8 << 76) | (0x2 << 62)))


def receipts_of(events: Sequence[ConsentEvent]) -> list[Receipt]:
    """One receipt an event, in the order given; one query.

    A receipt holds the acts on the same record, purpose, channel and address up to its own, so that both steps of a
    double opt-in stand in it.
    """
    before = _before(events)
    return [_receipt(event, [one for one in before if _same(one, event) and one.pk <= event.pk]) for event in events]


def _before(events: Iterable[ConsentEvent]) -> list[ConsentEvent]:
    records, purposes = {event.record_id for event in events}, {event.purpose_id for event in events}
    rows = ConsentEvent.objects.filter(record__in=records, purpose__in=purposes)
    return list(rows.select_related(*WITH).order_by("pk"))


def _same(one: ConsentEvent, event: ConsentEvent) -> bool:
    names = ("record_id", "purpose_id", "channel", "contact_id")
    return all(getattr(one, name) == getattr(event, name) for name in names)


def _receipt(event: ConsentEvent, acts: Sequence[ConsentEvent]) -> Receipt:
    purpose, contact = event.purpose, event.contact
    return Receipt(
        id=opaque("event", event.pk),
        subject=opaque("record", event.record_id),
        use=Use(
            key=purpose.key,
            label=purpose.label,
            dpv=purpose.dpv,
            kind=event.basis,
            description=purpose.description,
            channel=event.channel,
            contact_kind=contact.kind if contact else "",
            contact=opaque("contact", contact.pk) if contact else "",
        ),
        steps=[_step(one) for one in acts],
        notice=_shown(_notice(event, acts)),
        publisher=PUBLISHER,
    )


def _notice(event: ConsentEvent, acts: Sequence[ConsentEvent]) -> Notice | None:
    """What was shown with the act, else with the last one before it: a withdrawal needs no notice of its own."""
    return next((one.notice for one in (event, *reversed(acts)) if one.notice is not None), None)


def _step(event: ConsentEvent) -> Step:
    return Step(
        id=opaque("event", event.pk),
        act=event.act,
        occurred_at=event.occurred_at,
        recorded_at=event.recorded_at,
        method=event.method,
        actor=event.actor_kind,
        jurisdiction=event.jurisdiction,
        expires_at=event.expires_at,
    )


def _shown(notice: Notice | None) -> Shown | None:
    if notice is None:
        return None
    return Shown(
        id=opaque("notice", notice.pk),
        version=notice.version,
        language=notice.language,
        sha256=notice.sha256,
        controller=notice.controller,
        recipients=lines(notice.recipients),
        data=lines(notice.categories),
        retention=notice.retention,
        rights=notice.rights,
        withdrawal=notice.withdrawal,
    )


def lines(text: str) -> list[str]:
    """One entry a line."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def signed(receipt: Receipt) -> str:
    """The receipt as its person keeps it: signed, and verified by whoever has the published keys."""
    return receipts.signed(receipts.document(receipt), key=crypto.signing_key(), sign=crypto.sign)


def published() -> dict[str, Any]:
    """The public keys, as a JSON Web Key Set."""
    return receipts.published(crypto.verifying_keys())
