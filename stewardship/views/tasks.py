"""The review card and what is done on it. Every deed works as a plain form; htmx swaps the card in place."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRedirect, push_url, retarget, trigger_client_event

from cmdm.actions import Refused
from cmdm.requests import Request
from stewardship.actions import refusals, tasks
from stewardship.forms import DecisionForm, QueueFilter
from stewardship.models import Answer, Task
from stewardship.queries.card import Card, review_card
from stewardship.queries.queue import Wanted, waiting


@login_required
@require_GET
def task(request: Request, pk: int) -> HttpResponse:
    """The card of a task; one that is settled says by whom and how."""
    return _card(request, _visible(request, pk))


@login_required
@require_POST
def take(request: Request, pk: int) -> HttpResponse:
    """Hold the task, then back to the list or on to the card."""
    found = _visible(request, pk)
    try:
        tasks.take(found, actor=request.user)
    except Refused as refusal:
        return _refused(request, found, refusal)
    return _back(request, found)


@login_required
@require_POST
def release(request: Request, pk: int) -> HttpResponse:
    """Give the task back to the queue."""
    found = _visible(request, pk)
    try:
        tasks.release(found, actor=request.user)
    except Refused as refusal:
        return _refused(request, found, refusal)
    return _to(request, _queue_address(request))


@login_required
@require_POST
def decide(request: Request, pk: int) -> HttpResponse:
    """Answer, then on to the next card. A refusal keeps the card and says why in its place."""
    found = _visible(request, pk)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _refused(request, found, Refused(_("This page is damaged. Load it again.")), status=422)
    try:
        answer = tasks.decide(found, actor=request.user, **form.deed)
    except Refused as refusal:
        return _refused(request, found, refusal)
    return _onward(request, said=_("%(answer)s saved.") % {"answer": answer.get_decision_display()})


@login_required
@require_POST
def settle(request: Request, pk: int) -> HttpResponse:
    """Let a lapsed choice rest, then on to the next card."""
    found = _visible(request, pk)
    try:
        tasks.settle(found, actor=request.user)
    except Refused as refusal:
        return _refused(request, found, refusal)
    return _onward(request, said=_("Noted."))


@login_required
@require_POST
def undo(request: Request, pk: int) -> HttpResponse:
    """Take an answer back; its card returns."""
    answer = get_object_or_404(Answer.objects.filter(task__in=Task.objects.visible_to(request.user)), pk=pk)
    try:
        found = tasks.undo(answer, actor=request.user)
    except Refused as refusal:
        return _refused(request, answer.task, refusal)
    said = _("“%(answer)s” was taken back.") % {"answer": answer.get_decision_display()}
    return _arrive(request, found, said=said)


@login_required
@require_POST
def following(request: Request) -> HttpResponse:
    """Take the best card that nobody holds; a card that is skipped is given back first."""
    skipped = request.POST.get("skip", "")
    if skipped.isascii() and skipped.isdigit():
        found = Task.objects.visible_to(request.user).filter(pk=int(skipped), taken_by=request.user).first()
        if found is not None:
            tasks.release(found, actor=request.user)
        return _onward(request, behind=Task.objects.visible_to(request.user).filter(pk=int(skipped)).first())
    return _onward(request)


def _visible(request: Request, pk: int) -> Task:
    return get_object_or_404(Task.objects.visible_to(request.user).select_related("taken_by"), pk=pk)


def _wanted(request: Request, found: Task | None = None) -> Wanted:
    """The filters of the address; a card opened without them belongs to the queue of its task."""
    given = request.GET if "queue" in request.GET or found is None else {"queue": found.queue}
    return QueueFilter(given).wanted()


def _onward(request: Request, *, behind: Task | None = None, said: str = "") -> HttpResponse:
    wanted = _wanted(request)
    coming = waiting(wanted, request.user)
    found = tasks.take_next(wanted.behind(coming, behind) if behind else coming, actor=request.user)
    if found is None:
        messages.success(request, _("%(said)s Nothing else waits here.") % {"said": said})
        return _to(request, _queue_address(request))
    return _arrive(request, found, said=said)


def _arrive(request: Request, found: Task, *, said: str) -> HttpResponse:
    """On the card of a task, in the address as well."""
    address = f"{reverse('stewardship:task', args=[found.pk])}?{request.GET.urlencode()}"
    if not request.htmx:
        return HttpResponseRedirect(address)
    return push_url(_card(request, _visible(request, found.pk), said=said), address)


def _to(request: Request, address: str) -> HttpResponse:
    return HttpResponseClientRedirect(address) if request.htmx else HttpResponseRedirect(address)


def _back(request: Request, found: Task) -> HttpResponse:
    if request.POST.get("stay"):
        return _to(request, _queue_address(request))
    return _arrive(request, found, said=_("Yours for 15 minutes."))


def _queue_address(request: Request) -> str:
    return f"{reverse('stewardship:queue')}?{request.GET.urlencode()}"


def _refused(request: Request, found: Task, refusal: Refused, *, status: int = 409) -> HttpResponse:
    """The sentence in the place of the deed; the card stays as it is."""
    if request.htmx:
        note = render(request, "stewardship/_refusal.html", {"refusal": refusal, "task": found}, status=status)
        return retarget(note, "#refusal")
    return _card(request, _visible(request, found.pk), refusal=refusal, status=status)


def _card(request: Request, found: Task, *, status: int = 200, said: str = "", **more: Any) -> HttpResponse:
    card = review_card(found, request.user, _wanted(request, found))
    settled = ""
    try:
        refusals.refuse_unless_open(found)
    except Refused as refusal:
        settled = str(refusal.sentence)
    template = "stewardship/_card_swap.html" if request.htmx else "stewardship/task.html"
    shown = {name: name in request.GET for name in ("blind", "script")} | {"all_rows": request.GET.get("rows") == "all"}
    answer = render(
        request, template, {"card": card, "settled": settled, "task": found, **shown, **more}, status=status
    )
    return trigger_client_event(answer, "say", {"text": _spoken(card, said)}, after="settle") if said else answer


def _spoken(card: Card, said: str) -> str:
    """What a screen reader says when a card took the place of the last one."""
    words = {"place": card.progress.place, "size": card.progress.size, "title": card.title}
    return f"{said} " + _("Card %(place)s of %(size)s: %(title)s.") % words
