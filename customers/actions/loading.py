"""The steps of a running load. Each is one transaction that holds the fence and moves position and counters on.

A step that finds the load elsewhere than its batch begins was overtaken by another worker and writes nothing.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from cmdm import audit, clock
from cmdm.actions import Refused, action, change_id
from cmdm.jobs import Cancelled, Fenced
from cmdm.models import User
from customers.actions import writing
from customers.actions.absences import Absent
from customers.actions.received import CHANGED, CLOSED, NEW, QUARANTINED, REJECTED, UNCHANGED, Outcome
from customers.actions.records import close, take_in
from customers.actions.rows import Rows
from customers.models import Load, LoadChunk
from customers.queries.unusual_joined import last_record
from customers.rules.batching import Batch

COUNTERS = (NEW, CHANGED, UNCHANGED, REJECTED, QUARANTINED)
RUNNABLE = (Load.State.UPLOADED, Load.State.QUEUED, Load.State.RUNNING)
Hold = Callable[[], None]
Taking = Callable[..., tuple[list[Outcome], int]]


class Early(NamedTuple):
    """Rows of a load whose records were written before the rows are accounted for; of them taken without a value."""

    rows: int
    noted: int

    def without(self, others: "Early") -> "Early":
        """The rest."""
        return Early(max(self.rows - others.rows, 0), max(self.noted - others.noted, 0))


NONE = Early(0, 0)


@action
def begin(load: Load, *, actor: User, hold: Hold) -> Load:
    """Set a waiting load running; one that was cut off goes on, one that is done stays so. Refused when stopped."""
    load = _held(load, hold)
    if load.state in (Load.State.DONE, Load.State.RUNNING):
        return load
    if load.state not in RUNNABLE:
        raise Cancelled
    if load.needs_second and load.approved_by_id is None:
        raise Refused(_("This load waits until somebody else has looked at it."))
    load.state, load.change = Load.State.RUNNING, change_id()
    load.position = {"behind": last_record(), **load.position}
    load.save(update_fields=["state", "position", "change"])
    audit.record(actor, "load.begun", load)
    return load


@action
def note_size(load: Load, *, actor: User, rows: int, hold: Hold) -> Load:
    """Note how many rows the file has, once it has been read to its end."""
    load = _running(load, hold)
    load.position, load.change = {**load.position, "total": rows}, change_id()
    load.save(update_fields=["position", "change"])
    audit.record(actor, "load.counted", load, counts={"rows": rows})
    return load


@action
def take_batch(load: Load, batch: Batch, rows: Rows, *, actor: User, hold: Hold) -> Load:
    """Take in the rows of a batch, close what they close, and account for them. Refused without ``import``."""
    return account_for(load, batch, rows, _taken_in, actor=actor, hold=hold)


def _taken_in(*args: Any, **named: Any) -> tuple[list[Outcome], int]:
    return take_in(*args, **named), 0


def account_for(
    load: Load,
    batch: Batch,
    rows: Rows,
    taking: Taking,
    *,
    actor: User,
    hold: Hold,
    same: int = 0,
    early: Early = NONE,
) -> Load:
    """Take rows in by ``taking``, close what they close, and move the load on; a step of an action.

    :param same: further rows, which were found to be unchanged.
    :param early: further rows, of which the records were written before. Of a load that was cut off thereafter they
        are found again unchanged: they count as what they were.
    """
    load = _running(load, hold)
    if load.position.get("line", 0) != batch.start:
        raise Fenced
    outcomes, fresh = taking(load.source, rows.received, actor=actor, load=load)
    writing.keep_refused(load, rows.aside)
    closed = close(load.source, [one.key for one in rows.closing], actor=actor, load=load) if rows.closing else []
    counts = Counter(one.status for one in [*outcomes, *rows.aside])
    counts[NEW] += fresh
    counts[CHANGED] += len(closed)
    counts[UNCHANGED] += len(rows.closing) - len(closed) + same
    counts["incomplete"] = sum(one.is_incomplete for one in outcomes)
    left = Early(load.position.get("brought", 0), load.position.get("noted", 0))
    if not early.rows:
        again = min(counts[UNCHANGED], left.rows)
        counts[UNCHANGED] -= again
        early = Early(again, left.noted if again else 0)
    counts[NEW] += early.rows
    counts["incomplete"] += early.noted
    _account(load, batch, counts, closed=len(closed), left=left.without(early))
    audit.record(actor, "records.taken_in", load, counts={**counts, CLOSED: len(closed)})
    return load


def _account(load: Load, batch: Batch, counts: Counter[str], *, closed: int, left: Early) -> None:
    for name in (*COUNTERS, "incomplete"):
        setattr(load, name, getattr(load, name) + counts[name])
    load.closed += closed
    load.rows += sum(counts[name] for name in COUNTERS)
    load.lines = batch.end
    before = load.position
    load.position = {
        **before,
        "line": batch.end,
        "header": before.get("header", 0) + batch.header,
        "blank": before.get("blank", 0) + batch.blank,
        "spanned": before.get("spanned", 0) + batch.spanned,
        **({"brought": left.rows, "noted": left.noted} if load.has_brought else {}),
    }
    load.change = change_id()
    load.save(update_fields=[*COUNTERS, "incomplete", "closed", "rows", "lines", "position", "change"])


@action
def forgo_filling(load: Load, *, actor: User, hold: Hold) -> Load:
    """Have a load stored piece by piece from its beginning: it is too large to be taken in within a slice of time."""
    load = _running(load, hold)
    load.position, load.change = {**load.position, "stored": True}, change_id()
    load.save(update_fields=["position", "change"])
    audit.record(actor, "load.handed_on", load)
    return load


def refuse_emptying(load: Load, absent: Absent) -> None:
    """Refuse to close more than a fifth of a source's open records unless a person has confirmed it.

    :raises Refused: with both numbers.
    """
    if absent.too_many and not load.position.get("confirmed"):
        sentence = _("The file lacks %(closing)d of the %(open)d open records. Confirm that they shall be closed.")
        raise Refused(sentence % absent._asdict(), code="confirm_closing", **absent._asdict())


@action
def close_absent(load: Load, keys: Sequence[str], *, actor: User, hold: Hold) -> Load:
    """Close records that the file no longer has. Refused without ``import``."""
    load = _running(load, hold)
    closed = close(load.source, keys, actor=actor, load=load)
    load.closed, load.change = load.closed + len(closed), change_id()
    load.save(update_fields=["closed", "change"])
    audit.record(actor, "records.closed", load, counts={CLOSED: len(closed)})
    return load


@action
def end(load: Load, state: str, *, actor: User, hold: Hold, error: str = "") -> Load:
    """End a load as done, failed or stopped; its file goes when it is done and nothing is left to look at."""
    load = _running(load, hold)
    load.state, load.error, load.finished_at, load.change = state, error[:300], clock.now(), change_id()
    load.save(update_fields=["state", "error", "finished_at", "change"])
    forget_file(load, actor=actor)
    counts = {name: getattr(load, name) for name in ("lines", "rows", *COUNTERS, "incomplete", "closed")}
    audit.record(actor, f"load.{state}", load, counts=counts)
    return load


@action
def forget_file(load: Load, *, actor: User) -> None:
    """Delete the file of a load that is done and has no row left to look at."""
    if load.state == Load.State.DONE and not load.rejects.filter(settled_at__isnull=True).exists():
        LoadChunk.objects.filter(load=load).delete()


def locked(load: Load) -> Load:
    """The load as it is now, locked, with its source."""
    return Load.objects.select_for_update(of=("self",)).select_related("source").get(pk=load.pk)


def _held(load: Load, hold: Hold) -> Load:
    hold()
    return locked(load)


def _running(load: Load, hold: Hold) -> Load:
    load = _held(load, hold)
    if load.state != Load.State.RUNNING:
        raise Fenced
    return load


def progress_of(load: Load) -> tuple[int, int | None]:
    """Rows done, and rows of the whole file when they have been counted."""
    return load.rows, load.position.get("total")


def account(load: Load) -> dict[str, Any]:
    """What became of every line and row."""
    names = ("lines", "rows", *COUNTERS, "incomplete", "closed")
    spans = {f"{name}_lines": load.position.get(name, 0) for name in ("header", "blank")}
    return {**{name: getattr(load, name) for name in names}, **spans, "row_lines": load.position.get("spanned", 0)}
