"""What was said of the records of a card before, by whom, and what has changed since."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from cmdm import clock
from cmdm.models import User
from customers.models import SourceRecord
from customers.queries.shown import lowered
from matching.models import Verdict
from matching.queries.seen import changed_since
from stewardship.models import Answer, Task
from stewardship.queries.material import Head, Material
from stewardship.queries.queue import label_of

SHOWN = 3
UNDOABLE = 10
UNDO_HOURS = 12


@dataclass(frozen=True)
class Earlier:
    """What somebody said before. ``since``: what has changed, in words; ``stale``: enough to be asked again."""

    answer: str
    label: Any
    by: str
    at: datetime
    reason: str
    withdrawn: bool
    since: Sequence[str] = ()
    stale: bool = False


def earlier(made: Material, heads: Sequence[Head]) -> list[Earlier]:
    """Verdicts between the records shown, and answers of this task that were taken back; newest first; two queries."""
    records = {record.pk: record for side in made.sides for record in side}
    unseen = _unseen(made.task)
    said = Verdict.objects.filter(left__in=records, right__in=records, derived=False).exclude(decided_by__in=unseen)
    found = [
        Earlier(
            row.answer,
            row.get_answer_display(),
            str(row.decided_by),
            row.decided_at,
            row.reason,
            row.revoked_at is not None,
            _since(row, records, made, heads),
            row.stale_since is not None and row.revoked_at is None,
        )
        for row in said.select_related("decided_by").order_by("-pk")[:SHOWN]
    ]
    back = Answer.objects.filter(task=made.task).filter(_told(made.task)).exclude(by__in=unseen).select_related("by")
    found += [
        Earlier(row.decision, row.get_decision_display(), str(row.by), row.at, row.reason, row.withdrawn_at is not None)
        for row in back.order_by("-pk")[:SHOWN]
    ]
    return sorted(found, key=lambda one: one.at, reverse=True)[:SHOWN]


def _unseen(task: Task) -> Any:
    """Who answered first: whoever answers second is told nothing that they said, not even what they took back."""
    first = Answer.objects.filter(task=task, round=task.round, withdrawn_at__isnull=True).values("by")
    return first if task.stage == Task.Stage.SECOND else first.none()


def last_answers(user: User) -> list[Answer]:
    """The last ten that can be taken back, newest first; one query."""
    since = clock.now() - timedelta(hours=UNDO_HOURS)
    rows = Answer.objects.filter(by=user, withdrawn_at__isnull=True, at__gte=since)
    return list(rows.select_related("task").order_by("-pk")[:UNDOABLE])


def _told(task: Task) -> Q:
    """Answers that say something new: joined and taken back; and with a lead the two that differ."""
    taken_back = Q(withdrawn_at__isnull=False, decision="same")
    if task.stage != Task.Stage.LEAD:
        return taken_back
    return taken_back | Q(round=task.round, withdrawn_at__isnull=True)


def _since(verdict: Verdict, records: Mapping[int, SourceRecord], made: Material, heads: Sequence[Head]) -> list[str]:
    """Sentences such as "B: birth date added (Portal)"."""
    ends = [records[end] for end in (verdict.left_id, verdict.right_id)]
    called = {record.pk: head.called for head, side in zip(heads, made.sides, strict=True) for record in side}
    words = {
        "added": _("%(who)s: %(what)s was added (%(source)s)"),
        "removed": _("%(who)s: %(what)s is no longer given (%(source)s)"),
        "changed": _("%(who)s: %(what)s changed (%(source)s)"),
    }
    return [
        words[how] % {"who": called[pk], "what": lowered(label_of(made.known, name)), "source": records[pk].source.name}
        for pk, changes in changed_since(verdict, ends).items()
        for name, how in changes
    ]
