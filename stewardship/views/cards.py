"""The review card as it is read: a page, the next one fetched ahead, a partition that is being staged, the graph."""

from dataclasses import dataclass, replace
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_safe
from django_htmx.http import trigger_client_event

from cmdm import access
from cmdm.actions import Refused
from cmdm.database.rows import Rows
from cmdm.models import User
from cmdm.requests import Request
from stewardship.actions import refusals
from stewardship.actions.holding import LEASE
from stewardship.forms import QueueFilter
from stewardship.models import Task
from stewardship.queries.card import Card, as_his, card_around, review_card
from stewardship.queries.leading import leads
from stewardship.queries.queue import Wanted
from stewardship.queries.staging import staged_parts
from stewardship.rules.parting import staged
from stewardship.views.keys import manners_of

KEPT = "card"
LARGEST = 2**63
_VISIBLE = Rows(Task, "WHERE t.id = %s AND t.domains && %s::bigint[]")
FINGERPRINT = "X-Card"


@dataclass(frozen=True)
class Look:
    """How the reader wants cards; it goes on from card to card."""

    rows: str = ""
    script: str = ""
    view: str = ""
    blind: str = ""


@login_required
@require_safe
def task(request: Request, pk: int) -> HttpResponse:
    """The card of a task; one that is settled says by whom and how."""
    return card_page(request, visible(request, pk))


@login_required
@require_GET
@never_cache
def ahead(request: Request, pk: int) -> HttpResponse:
    """The next card before it is anybody's: kept by the page until the task is taken."""
    found = visible(request, pk)
    context = context_of(request, found)
    his = as_his(context["card"], minutes=LEASE.seconds // 60)
    answer = render(request, "stewardship/_card_ahead.html", {**context, "card": his, "fetched": True})
    answer[FINGERPRINT] = fingerprint(request, found, his.seen)
    return answer


@login_required
@require_GET
@never_cache
def around(request: Request, pk: int) -> HttpResponse:
    """What stands around the card of a task, for a page that has the card itself: the next one, what can be undone."""
    found = visible(request, pk)
    blind = look_of(request).blind == "1"
    card = replace(card_around(found, request.user, wanted_of(request, found)), blind=blind)
    context = {"card": card, "task": found, "spoken": spoken(card)}
    return render(request, "stewardship/_card_around.html", context)


@login_required
@require_GET
def parts(request: Request, pk: int) -> HttpResponse:
    """What saving would do with the groups that are staged."""
    found = visible(request, pk)
    groups, related = staged(request.GET)
    try:
        made = staged_parts(found, request.user, groups, related, blind=look_of(request).blind == "1")
    except ValueError:
        return HttpResponseBadRequest(_("This page is damaged. Load it again."))
    context = {"parts": made.parts, "heads": made.heads, "effects": made.effects, "group": True}
    return render(request, "stewardship/_parts_swap.html", context)


@login_required
@require_GET
def graph(request: Request, pk: int) -> HttpResponse:
    """Who is compared with whom, drawn and as a table."""
    context = context_of(request, visible(request, pk))
    return render(request, "stewardship/_graph.html" if request.htmx else "stewardship/graph.html", context)


def visible(request: Request, pk: int) -> Task:
    """A task that the reader may see, with who holds it."""
    return get_object_or_404(Task.objects.visible_to(request.user).select_related("taken_by"), pk=pk)


def one_visible(request: Request, pk: int) -> Task:
    """The same by a statement that is put together once: it is asked with every answer.

    :raises Http404: there is none, or he may not see it.
    """
    found = _VISIBLE(pk, sorted(access.scope(request.user, "decide"))) if pk < LARGEST else []
    if not found:
        raise Http404
    return found[0]


def wanted_of(request: Request, found: Task | None = None) -> Wanted:
    """The filters of the address; a card opened without them belongs to the queue of its task."""
    given = request.GET if "queue" in request.GET or found is None else {"queue": found.queue}
    return replace(QueueFilter(given).wanted(), onward="onward" in request.GET or "skip" in request.POST)


def look_of(request: Request) -> Look:
    """What the address says, else what was chosen on an earlier card, else the reader's habit."""
    kept = {**request.session.get(KEPT, {})}
    given = {name: request.GET[name][:10] for name in Look.__dataclass_fields__ if name in request.GET}
    if given.items() - kept.items():
        request.session[KEPT] = kept = {**kept, **given}
    if "blind" not in kept and manners_of(request).blind:
        kept["blind"] = "1"
    return Look(**kept)


def fingerprint(request: Request, found: Task, seen: str) -> str:
    """What a card fetched ahead shows; where it is another one by now, the card is made anew."""
    look = look_of(request)
    return f"{found.pk}/{found.round}/{found.stage}/{seen}/{look.rows}{look.script}{look.view}{look.blind}"


def context_of(request: Request, found: Task, **more: Any) -> dict[str, Any]:
    """What the templates of a card need."""
    look = look_of(request)
    card = review_card(found, request.user, wanted_of(request, found), blind=look.blind == "1")
    shown = {"all_rows": look.rows == "all", "script": look.script == "1", "view": look.view}
    return {"card": card, "settled": _settled(found, request.user), "task": found, **shown, **more}


def _settled(found: Task, reader: User) -> str:
    """Why the reader has nothing to decide here; empty where he has."""
    if found.status != Task.Status.OPEN:
        return refusals.settled(found)
    try:
        refusals.refuse_unless_meant(found, reader)
    except Refused as refusal:
        return str(refusal.sentence)
    if found.stage == Task.Stage.LEAD and not found.domain_ids() <= leads(reader):
        return _("Two answers differ. A lead decides.")
    return ""


def card_page(request: Request, found: Task, *, status: int = 200, said: str = "", **more: Any) -> HttpResponse:
    """The card, or for htmx what takes the place of the last one."""
    template = "stewardship/_card_swap.html" if request.htmx else "stewardship/task.html"
    context = context_of(request, found, **more)
    answer = render(request, template, context, status=status)
    if not said:
        return answer
    return trigger_client_event(answer, "say", {"text": f"{said} {spoken(context['card'])}"}, after="settle")


def spoken(card: Card) -> str:
    """What a screen reader says when a card took the place of the last one."""
    words = {"place": card.progress.place, "size": card.progress.size, "title": card.title}
    return _("Card %(place)s of %(size)s: %(title)s") % words
