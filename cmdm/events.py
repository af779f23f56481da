"""Events: written in the transaction of the deed, dispatched by ``manage.py relay`` to handlers, as lists.

A handler may see an event twice; it sees every event. Handlers of one batch run in one transaction that also
removes the batch from the pending table.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from importlib import import_module
from typing import Any

from django.db import connection, transaction

from cmdm import clock
from cmdm.actions import change_id
from cmdm.database.kept import send
from cmdm.logs import Log
from cmdm.models import OutboxPending

log = Log("cmdm.events")
Handler = Callable[[Sequence["Event"]], None]
_handlers: dict[str, list[Handler]] = defaultdict(list)
_homes: list[str] = []
ATTEMPTS = 5
# Ids are drawn in the order of the rows: the versions of a customer follow each other in the outbox.
_JSON = json.JSONEncoder(default=str)  # made once: `json.dumps` would make one for every event
_EMIT = """
    WITH made AS (
        INSERT INTO cmdm_outboxevent (change, at, topic, subject, version, payload)
        SELECT %s, %s, n.topic, n.subject, n.version, n.payload::jsonb
          FROM unnest(%s::text[], %s::bigint[], %s::bigint[], %s::text[]) WITH ORDINALITY
               AS n(topic, subject, version, payload, place)
         ORDER BY n.place
        RETURNING id)
    INSERT INTO cmdm_outboxpending (event_id, attempts, not_before, error, parked)
    SELECT id, 0, %s, '', false FROM made
"""


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
    """Write events in the order given; one statement."""
    rows = [(one.topic, one.subject, one.version, _JSON.encode(one.payload)) for one in events]
    if rows:
        _write(*map(list, zip(*rows, strict=True)))


def emit_written(topic: str, subjects: Sequence[int], version: int, payloads: Sequence[str]) -> None:
    """Write one event for each subject, of which the payload is written as JSON already; one statement."""
    if subjects:
        _write([topic] * len(subjects), list(subjects), [version] * len(subjects), list(payloads))


def _write(*columns: list[Any]) -> None:
    now = clock.now()
    send(_EMIT, [change_id(), now, *columns, now])


def at(module: str) -> None:
    """Name a module that registers handlers. It is imported where events are dispatched, for it may need much."""
    _homes.append(module)


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
    for module in _homes:
        import_module(module)
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


def position() -> int:
    """The number of the last event that can be seen. What is read now holds that one and those whose changes were
    committed before it; a change that was being committed just then may have a lower number and be missing.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT COALESCE(max(id), 0) FROM cmdm_outboxevent")
        return int(cursor.fetchone()[0])


def oldest_pending_seconds() -> float:
    """Age of the oldest event that is still to be dispatched, for the readiness page."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.at FROM cmdm_outboxpending p JOIN cmdm_outboxevent e ON e.id = p.event_id "
            "WHERE NOT p.parked ORDER BY p.event_id LIMIT 1"
        )
        row = cursor.fetchone()
    return (clock.now() - row[0]).total_seconds() if row else 0.0
