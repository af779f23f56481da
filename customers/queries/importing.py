"""How far an import is, in figures and words."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _

from cmdm import clock
from customers.models import Load

OVER = (Load.State.DONE, Load.State.FAILED, Load.State.STOPPED)
SURE_AFTER = timedelta(seconds=5)


@dataclass(frozen=True)
class Account:
    """The account of a load; ``total`` is unknown until the file has been read to its end."""

    done: int
    total: int | None
    fraction: float
    left: str
    waiting: int
    is_over: bool
    phases: list[dict[str, Any]]


def account_of(load: Load) -> Account:
    """Rows by what became of them; one query."""
    total = load.position.get("total")
    kept = load.rejected + load.quarantined + load.incomplete
    fraction = min(load.rows / total, 1.0) if total else 0.0
    over = load.state in OVER
    step = _step_beside_rows(load)
    done = load.rows
    if step is not None:
        fraction, left, done = step
    else:
        left = "" if over else _left(load, fraction)
    return Account(
        done=done,
        total=total,
        fraction=1.0 if load.state == Load.State.DONE else fraction,
        left=left,
        waiting=load.rejects.filter(settled_at__isnull=True).count() if kept else 0,
        is_over=over,
        phases=[
            {"label": _("New"), "count": load.new, "state": ""},
            {"label": _("Changed"), "count": load.changed, "state": ""},
            {"label": _("Unchanged"), "count": load.unchanged, "state": ""},
            {"label": _("Refused"), "count": load.rejected, "state": ""},
            {"label": _("Held back"), "count": load.quarantined, "state": ""},
            *_if_any(_("Taken without a value"), load.incomplete),
            *_if_any(_("Closed"), load.closed),
        ],
    )


def _step_beside_rows(load: Load) -> tuple[float, str, int] | None:
    """How far what comes before the first row is accounted for, or after the last, is: in words, and in rows.

    A large file is placed after its last row; one that fills an empty hub is accounted for when all of it is written.
    """
    job, total = load.job, load.position.get("total", 0)
    if load.state != Load.State.RUNNING or job is None or not job.total or 0 < load.rows < total:
        return None
    counted = {"phase": job.phase, "done": f"{job.done:,}", "total": f"{job.total:,}"}
    words = _("%(phase)s: %(done)s of %(total)s") % counted
    return min(job.done / job.total, 1.0), words, load.rows or (job.done if job.total == total else 0)


def _if_any(label: str, count: int) -> list[dict[str, Any]]:
    return [{"label": label, "count": count, "state": ""}] if count else []


def _left(load: Load, fraction: float) -> str:
    """A rough time, once there is something to go by."""
    started = load.job.started_at if load.job else None
    if started is None or fraction <= 0:
        return ""
    passed = clock.now() - started
    if passed < SURE_AFTER:
        return ""
    minutes = round(passed.total_seconds() * (1 - fraction) / fraction / 60)
    return _("about %(n)d min left") % {"n": minutes} if minutes else _("less than a minute left")
