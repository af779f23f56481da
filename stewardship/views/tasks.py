"""What is done on the review card. Every deed works as a plain form; htmx swaps the card in place."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect, push_url, retarget

from cmdm.actions import Refused
from cmdm.errors import Invalid
from cmdm.requests import Request
from stewardship.actions import setting, tasks
from stewardship.actions.holding import LEASE
from stewardship.forms import DecisionForm, SettingForm
from stewardship.models import Answer, Task
from stewardship.queries.queue import waiting
from stewardship.queries.sides import versions_of
from stewardship.views.cards import FINGERPRINT, card_page, fingerprint, one_visible, visible, wanted_of


@login_required
@require_POST
def take(request: Request, pk: int) -> HttpResponse:
    """Hold the task, then back to the list or on to the card."""
    found = visible(request, pk)
    try:
        tasks.take(found, actor=request.user)
    except Refused as refusal:
        return _refused(request, found, refusal)
    if request.POST.get("stay"):
        return _to(request, _queue_address(request))
    return _arrive(request, found, said=_("Yours for 15 minutes."))


@login_required
@require_POST
def renew(request: Request, pk: int) -> HttpResponse:
    """Hold on to the task of an open card; says so when it is lost."""
    found = visible(request, pk)
    try:
        tasks.renew(found, actor=request.user)
    except Refused as refusal:
        context = {"refusal": refusal, "task": found, "wanted": wanted_of(request, found)}
        return render(request, "stewardship/_lost.html", context, status=409)
    return render(request, "stewardship/_held.html", {"minutes": LEASE.seconds // 60})


@login_required
@require_POST
def release(request: Request, pk: int) -> HttpResponse:
    """Give the task back to the queue."""
    found = visible(request, pk)
    try:
        tasks.release(found, actor=request.user)
    except Refused as refusal:
        return _refused(request, found, refusal)
    return _to(request, _queue_address(request))


@login_required
@require_POST
def decide(request: Request, pk: int) -> HttpResponse:
    """Answer, then on to the next card. A refusal keeps the card and says why in its place."""
    found = one_visible(request, pk)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _refused(request, found, Refused(_("This page is damaged. Load it again.")), status=422)
    try:
        answer = tasks.decide(found, actor=request.user, **form.deed)
    except Refused as refusal:
        return _refused(request, found, refusal)
    except Invalid as fault:
        sentence = next(message for messages in fault.errors.values() for message in messages)
        return _refused(request, found, Refused(sentence), status=422)
    said = _("%(answer)s saved.") % {"answer": answer.get_decision_display()}
    coming = _announced(request)
    taken = tasks.take_coming(coming, actor=request.user) if coming else None
    return _arrive(request, taken, said=said, given=answer) if taken else _onward(request, said=said, given=answer)


@login_required
@require_POST
def set_so(request: Request, pk: int) -> HttpResponse:
    """Set the value that would settle it; the card comes again with its new score."""
    found = visible(request, pk)
    form = SettingForm(request.POST)
    if not form.is_valid():
        return _refused(request, found, Refused(_("This page is damaged. Load it again.")), status=422)
    try:
        setting.set_so(found, actor=request.user, **form.cleaned_data)
    except Refused as refusal:
        return _refused(request, found, refusal)
    said = _("It is set and compared anew. The machine joins them when it matches next.")
    messages.success(request, said)
    return _arrive(request, found, said=said)


@login_required
@require_POST
def settle(request: Request, pk: int) -> HttpResponse:
    """Let a lapsed choice rest, then on to the next card."""
    found = visible(request, pk)
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
    if skipped.isascii() and skipped.isdigit() and len(skipped) < 19:
        found = Task.objects.visible_to(request.user).filter(pk=int(skipped)).first()
        if found is not None and found.taken_by_id == request.user.pk:
            tasks.release(found, actor=request.user)
        return _onward(request, behind=found)
    return _onward(request)


def _onward(
    request: Request, *, behind: Task | None = None, said: str = "", given: Answer | None = None
) -> HttpResponse:
    """To the first card that is to be had."""
    wanted = wanted_of(request)
    coming = waiting(wanted, request.user)
    found = tasks.take_next(wanted.behind(coming, behind) if behind else coming, actor=request.user)
    if found is None:
        messages.success(request, _("%(said)s Nothing else waits here.") % {"said": said})
        return _to(request, _queue_address(request))
    return _arrive(request, found, said=said, given=given)


def _announced(request: Request) -> int:
    """The card that the page has ready (its id, else 0): his next one, if he may have it."""
    pk = request.POST.get("ahead", "").partition("/")[0] if request.htmx else ""
    return int(pk) if pk.isascii() and pk.isdigit() and len(pk) < 19 else 0


def _arrive(request: Request, found: Task, *, said: str, given: Answer | None = None) -> HttpResponse:
    """On the card of a task, in the address as well."""
    address = f"{reverse('stewardship:task', args=[found.pk])}?{request.GET.urlencode()}"
    if not request.htmx:
        return HttpResponseRedirect(address)
    if request.POST.get("ahead") and request.POST["ahead"] == _as_it_is(request, found):
        return push_url(_revealed(request, found, said=said, given=given), address)
    return push_url(card_page(request, visible(request, found.pk), said=said), address)


def _as_it_is(request: Request, found: Task) -> str:
    return fingerprint(request, found, ",".join(f"{pk}:{version}" for pk, version in versions_of(found.customers)))


def _revealed(request: Request, found: Task, *, said: str, given: Answer | None) -> HttpResponse:
    """The page has this card already: that it is his now, and what he may take back; the rest is asked for later."""
    told = {"said": said}
    if given is not None:
        told["answer"] = str(given.get_decision_display())
        told["undo"] = f"{reverse('stewardship:undo', args=[given.pk])}?{request.GET.urlencode()}"
    if "skip" in request.POST:
        told["around"] = f"{reverse('stewardship:around', args=[found.pk])}?{request.GET.urlencode()}&onward=1"
    return JsonResponse(told, headers={FINGERPRINT: request.POST["ahead"]})


def _to(request: Request, address: str) -> HttpResponse:
    return HttpResponseClientRedirect(address) if request.htmx else HttpResponseRedirect(address)


def _queue_address(request: Request) -> str:
    return f"{reverse('stewardship:queue')}?{request.GET.urlencode()}"


def _refused(request: Request, found: Task, refusal: Refused, *, status: int = 409) -> HttpResponse:
    """The sentence in the place of the deed; the card stays as it is."""
    if request.htmx:
        note = render(request, "stewardship/_refusal.html", {"refusal": refusal, "task": found}, status=status)
        return retarget(note, "#refusal")
    return card_page(request, visible(request, found.pk), refusal=refusal, status=status)
