"""Events: written in the transaction of the deed, dispatched by ``manage.py relay`` to handlers, as lists.

A handler may see an event twice; it sees every event. Handlers of one batch run in one transaction that also
removes the batch from the pending table.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import structlog
from django.db import connection, transaction

from cmdm import clock
from cmdm.actions import change_id
from cmdm.database.copying import insert_many
from cmdm.models import OutboxEvent, OutboxPending

log = structlog.get_logger("cmdm.events")
Handler = Callable[[Sequence["Event"]], None]
_handlers: dict[str, list[Handler]] = defaultdict(list)
ATTEMPTS = 5


@dataclass(frozen=True)
class Event:
    """What is emitted and what a handler gets; the payload holds ids and codes, never values."""

    topic: str
    subject: int | None = None
    version: int | None = None
    payload: dict[str, Any] = field(default_factory=dict)
    id: int = 0


def emit(topic: str, *, subject: int | None = None, version: int | None = None, **payload: Any) -> None:
    """Write one event."""
    emit_many([Event(topic, subject, version, payload)])


def emit_many(events: Iterable[Event]) -> None:
    """Write events in the order given; two statements."""
    now, change = clock.now(), change_id()
    rows = insert_many(
        OutboxEvent(
            topic=one.topic, subject=one.subject, version=one.version, payload=one.payload, at=now, change=change
        )
        for one in events
    )
    insert_many(OutboxPending(event=row, not_before=now) for row in rows)


def on(topic: str) -> Callable[[Handler], Handler]:
    """Register a handler of a topic."""

    def register(handler: Handler) -> Handler:
        if handler not in _handlers[topic]:
            _handlers[topic].append(handler)
        return handler

    return register


def dispatch(limit: int = 500) -> int:
    """Take one batch off the pending table and hand it on; the number taken.

    A handler's error keeps its events, with a growing pause, and parks them after five attempts.
    """
    with transaction.atomic():
        pending = list(
            OutboxPending.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("event")
            .filter(parked=False, not_before__lte=clock.now())
            .order_by("event_id")[:limit]
        )
        by_topic: dict[str, list[OutboxPending]] = defaultdict(list)
        for row in pending:
            by_topic[row.event.topic].append(row)
        for topic, rows in by_topic.items():
            _hand_on(topic, rows)
        return len(pending)


def _hand_on(topic: str, rows: list[OutboxPending]) -> None:
    events = [Event(topic, row.event.subject, row.event.version, row.event.payload, row.event_id) for row in rows]
    try:
        with transaction.atomic():
            for handler in _handlers[topic]:
                handler(events)
            OutboxPending.objects.filter(pk__in=[row.pk for row in rows]).delete()
    except Exception as error:
        log.error("handler failed", topic=topic, error_class=type(error).__name__, events=len(rows))
        for row in rows:
            row.attempts += 1
            row.error = type(error).__name__
            row.parked = row.attempts >= ATTEMPTS
            row.not_before = clock.now() + timedelta(seconds=2**row.attempts)
        OutboxPending.objects.bulk_update(rows, ["attempts", "error", "parked", "not_before"])


def oldest_pending_seconds() -> float:
    """Age of the oldest event that is still to be dispatched, for the readiness page."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.at FROM cmdm_outboxpending p JOIN cmdm_outboxevent e ON e.id = p.event_id "
            "WHERE NOT p.parked ORDER BY p.event_id LIMIT 1"
        )
        row = cursor.fetchone()
    return (clock.now() - row[0]).total_seconds() if row else 0.0
