"""The queue: what waits, narrowed by the filters in its address."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from cmdm import access
from cmdm.requests import Request
from customers import ports
from customers.ports import WaitingList
from stewardship.forms import QueueFilter
from stewardship.models import SavedFilter, Task
from stewardship.models.task import TaskQuerySet
from stewardship.queries.leading import leads
from stewardship.queries.queue import CAP, SIZE, QueuePage, Wanted, kept_counts, queue_page, waiting
from stewardship.views.filters import sharing

SALT = "queue"
PEOPLE = ("taken_by", "assigned_to", "referred_to")


@login_required
@require_GET
def queue(request: Request) -> HttpResponse:
    """One queue, most useful first."""
    if not access.in_any(request.user, ["decide"]):
        raise PermissionDenied
    wanted = QueueFilter(request.GET).wanted()
    after = request.GET.get("after", "")
    rows = _after(waiting(wanted, request.user), wanted, after).select_related(*PEOPLE)
    found = list(rows[: SIZE + 1])
    page = queue_page(wanted, found[:SIZE], request.user)
    following = _cursor(found[SIZE - 1], wanted) if len(found) > SIZE else None
    context: dict[str, Any] = {
        "page": page,
        "next": following,
        "after": after,
        "cap": CAP,
        "size": SIZE,
        "beside": _beside(request),
        "saved": _saved(request, page),
    }
    context["is_lead"] = bool(leads(request.user))
    context["sharing"] = sharing(request) if page.chips or wanted.oldest else ()
    return render(request, "stewardship/queue.html", context)


def _saved(request: Request, page: QueuePage) -> list[tuple[SavedFilter, int, bool]]:
    """The reader's filters, each with what it shows among the first of its queue, and whether that queue is longer."""
    kept = [QueueFilter(one.parameters).wanted() for one in page.saved]
    long = {choice.parameters["queue"] for choice in page.queues.choices if choice.count > CAP}
    counted = zip(page.saved, kept, kept_counts(kept, request.user), strict=True)
    return [(one, count, wanted.queue in long) for one, wanted, count in counted]


def _beside(request: Request) -> list[tuple[WaitingList, int]]:
    """Work of other apps that is decided on pages of its own, with how much of it waits."""
    counted = [(one, one.count(request.user)) for one in ports.waiting_lists]
    return [(one, count) for one, count in counted if count is not None]


def _after(rows: TaskQuerySet, wanted: Wanted, cursor: str) -> TaskQuerySet:
    """The rows behind a cursor.

    :raises Http404: it was not made here.
    """
    if not cursor:
        return rows
    try:
        priority, pk = signing.loads(cursor, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        raise Http404 from None
    return wanted.behind(rows, Task(priority=priority, pk=pk))


def _cursor(task: Task, wanted: Wanted) -> dict[str, Any]:
    return wanted.parameters(after=signing.dumps([task.priority, task.pk], salt=SALT))
