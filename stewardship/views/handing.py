"""Handing a card over: back with a comment, to a colleague, to one who knows; and answering when one is asked."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from cmdm import access
from cmdm.actions import Refused
from cmdm.requests import Request
from customers.models import Customer
from stewardship.actions import referrals, tasks
from stewardship.actions.exporting import export_group
from stewardship.forms import AssignForm, CommentForm, ReferForm, ReplyForm
from stewardship.models import Referral, Task
from stewardship.queries.asking import asked_by, asked_of, asking_of
from stewardship.queries.leading import leads
from stewardship.queries.notes import notes_on
from stewardship.queries.sides import Side, sides_of

PEOPLE = ("taken_by", "assigned_to", "referred_to")


@login_required
@require_GET
def hand(request: Request, pk: int) -> HttpResponse:
    """Where a card may go: back, to a colleague, to somebody who knows."""
    return _page(request, _visible(request, pk))


@login_required
@require_POST
def release(request: Request, pk: int) -> HttpResponse:
    """Give it back, with what the next one should know."""
    task = _visible(request, pk)
    form = CommentForm(request.POST)
    if not form.is_valid():
        return _page(request, task, status=422, release=form)
    try:
        tasks.release(task, actor=request.user, **form.cleaned_data)
    except Refused as refusal:
        return _page(request, task, status=409, refusal=refusal.sentence)
    return _done(request, _("Given back to the queue."))


@login_required
@require_POST
def assign(request: Request, pk: int) -> HttpResponse:
    """A lead gives it to somebody, or takes that back."""
    task = _visible(request, pk)
    form = AssignForm(request.POST, task=task)
    if not form.is_valid():
        return _page(request, task, status=422, assign=form)
    try:
        tasks.assign(task, actor=request.user, to=form.cleaned_data["to"])
    except Refused as refusal:
        return _page(request, task, status=409, refusal=refusal.sentence)
    to = form.cleaned_data["to"]
    return _done(request, _("Assigned to %(who)s.") % {"who": to} if to else _("No longer assigned."))


@login_required
@require_POST
def refer(request: Request, pk: int) -> HttpResponse:
    """Ask a colleague, the owner of a source, or one of the customers."""
    task = _visible(request, pk)
    form = ReferForm(request.POST, task=task, user=request.user, sides=_sides(request, task))
    if not form.is_valid():
        return _page(request, task, status=422, refer=form)
    try:
        made = _asked_whom(request, task, form)
    except Refused as refusal:
        return _page(request, task, status=409, refusal=refusal.sentence, refer=form)
    said = _("%(who)s was asked. The card waits for the answer.") % {"who": made.whom}
    return _done(request, said[:1].upper() + said[1:])


def _asked_whom(request: Request, task: Task, form: ReferForm) -> Referral:
    asked = form.cleaned_data["customer"]
    if asked is None:
        return referrals.refer(task, actor=request.user, **form.deed)
    customer = get_object_or_404(Customer.objects.visible_to(request.user), pk=asked)
    question = form.cleaned_data["question"]
    return referrals.ask_customer(task, actor=request.user, customer=customer, question=question)


@login_required
@require_POST
def export(request: Request, pk: int) -> HttpResponseBase:
    """Take the records of the card along as a file, instead of deciding."""
    task = _visible(request, pk)
    try:
        lines = export_group(task, actor=request.user)
    except Refused as refusal:
        return _page(request, task, status=409, refusal=refusal.sentence)
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="card-{task.pk}.csv"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


@login_required
@require_GET
def asked(request: Request) -> HttpResponse:
    """What the reader was asked, and what he asked others."""
    return _asked(request)


@login_required
@require_POST
def reply(request: Request, pk: int) -> HttpResponse:
    """Answer what one was asked."""
    referral = get_object_or_404(Referral, pk=pk, to=request.user)
    form = ReplyForm(request.POST)
    if not form.is_valid():
        return _asked(
            request, status=422, refused=referral.pk, sentence=_("An answer has words, 2,000 letters at most.")
        )
    try:
        referrals.reply(referral, actor=request.user, **form.cleaned_data)
    except Refused as refusal:
        return _asked(request, status=409, refused=referral.pk, sentence=str(refusal.sentence))
    messages.success(request, _("Answered. The card is back in the queue."))
    return redirect("stewardship:asked")


@login_required
@require_POST
def refer_back(request: Request, pk: int) -> HttpResponse:
    """Ask no longer."""
    referral = get_object_or_404(Referral.objects.visible_to(request.user), pk=pk)
    try:
        referrals.withdraw(referral, actor=request.user)
        messages.success(request, _("The question was taken back."))
    except Refused as refusal:
        messages.error(request, str(refusal.sentence))
    return redirect("stewardship:asked")


def _visible(request: Request, pk: int) -> Task:
    return get_object_or_404(Task.objects.visible_to(request.user).select_related(*PEOPLE), pk=pk)


def _page(request: Request, task: Task, *, status: int = 200, **more: Any) -> HttpResponse:
    if not access.may(request.user, "decide", task):
        raise PermissionDenied(_("This touches a domain in which you may not decide."))
    sides = _sides(request, task)
    context = {
        "task": task,
        "sides": sides,
        "mine": task.taken_by_id == request.user.pk,
        "is_lead": task.domain_ids() <= leads(request.user),
        "may_export": bool(task.domain_ids() & access.scope(request.user, "export")),
        "asking": asking_of(task, request.user),
        "notes": notes_on(task.customers, request.user, task),
        "release": CommentForm(),
        "assign": AssignForm(task=task, initial={"to": task.assigned_to_id}),
        "refer": ReferForm(task=task, user=request.user, sides=sides),
        **more,
    }
    return render(request, "stewardship/hand.html", context, status=status)


def _sides(request: Request, task: Task) -> list[Side]:
    sides = sides_of(task.customers, request.user)
    return [sides.get(customer, Side(customer)) for customer in task.customers]


def _asked(request: Request, *, status: int = 200, **more: Any) -> HttpResponse:
    context = {"asked": asked_of(request.user), "asking": asked_by(request.user), "form": ReplyForm(), **more}
    return render(request, "stewardship/asked.html", context, status=status)


def _done(request: Request, said: str) -> HttpResponse:
    messages.success(request, said)
    return HttpResponseRedirect(f"{reverse('stewardship:queue')}?{request.GET.urlencode()}")
