"""Notes, tags and files on the customer page and on a card; and the notes that name the reader."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from cmdm import access
from cmdm.actions import Invalid, Refused
from cmdm.requests import Request
from customers.models import Customer, SourceRecord
from stewardship.actions import attachments, notes, tags
from stewardship.forms import NoteForm
from stewardship.models import Attachment, Mention, Note, Tagging, Task
from stewardship.queries.notes import Notes, colleagues_like, mentions_of, notes_on
from stewardship.rules import files


@dataclass(frozen=True)
class Where:
    """On what the reader writes: a customer's page or a card. The fragment posts back with ``customer`` or ``task``."""

    notes: Notes
    address: str
    customer: Customer | None = None
    task: Task | None = None

    @property
    def context(self) -> dict[str, Any]:
        return {"notes": self.notes, "customer": self.customer, "task": self.task}


@login_required
@require_POST
def add(request: Request) -> HttpResponse:
    """Write a note on a customer, a record or a card."""
    where = _where(request)
    form = NoteForm(request.POST, notes=where.notes, about=Note.About.TASK if where.task else "")
    if not form.is_valid():
        return _again(request, where, *[str(one) for found in form.errors.values() for one in found], status=422)
    return _deed(request, where, lambda: notes.write(actor=request.user, task=where.task, **form.deed))


@login_required
@require_GET
def people(request: Request) -> HttpResponse:
    """Colleagues whose name begins so, and who may read what is written on; offered while a note is typed."""
    place = _where(request).notes.place(request.GET.get("place", ""))
    if place is None:
        return JsonResponse({"people": []})
    record = SourceRecord.objects.get(pk=place.record)
    found = colleagues_like(record.domain_id, request.GET.get("begun", "")[:150])
    return JsonResponse({"people": [{"name": one.username, "label": str(one)} for one in found if one != request.user]})


@login_required
@require_POST
def tag(request: Request) -> HttpResponse:
    """Tag a customer's record."""
    where = _where(request)
    place = where.notes.place(request.POST.get("place", ""))
    if place is None:
        return _again(request, where, _("There is no record of yours to hang this on."), status=422)
    record = SourceRecord.objects.get(pk=place.record)
    return _deed(request, where, lambda: tags.put(record, actor=request.user, name=request.POST.get("name", "")))


@login_required
@require_POST
def attach(request: Request) -> HttpResponse:
    """Keep a file beside a record."""
    where = _where(request)
    place, given = where.notes.place(request.POST.get("place", "")), request.FILES.get("file")
    if place is None or given is None:
        return _again(request, where, _("A PDF, a PNG or JPEG picture or a text is needed."), status=422)
    if (given.size or 0) > files.MOST_BYTES:
        words = {"n": files.MOST_BYTES // 1024**2}
        return _again(request, where, _("At most %(n)s MB.") % words, status=422)
    record = SourceRecord.objects.get(pk=place.record)
    facts = {"name": given.name or "", "content": given.read(), "task": where.task}
    return _deed(request, where, lambda: attachments.attach(record, actor=request.user, **facts))


@login_required
@require_POST
def withdraw(request: Request, pk: int) -> HttpResponse:
    """Take a note back."""
    found = get_object_or_404(Note, pk=pk, record__domain__in=access.scope(request.user, "view"))
    return _deed(request, _where(request), lambda: notes.withdraw(found, actor=request.user))


@login_required
@require_POST
def untag(request: Request, pk: int) -> HttpResponse:
    """Take a tag away."""
    found = get_object_or_404(Tagging, pk=pk, record__domain__in=access.scope(request.user, "view"))
    return _deed(request, _where(request), lambda: tags.take_away(found, actor=request.user))


@login_required
@require_POST
def detach(request: Request, pk: int) -> HttpResponse:
    """Take a file back."""
    found = get_object_or_404(Attachment, pk=pk, record__domain__in=access.scope(request.user, "view"))
    return _deed(request, _where(request), lambda: attachments.withdraw(found, actor=request.user))


@login_required
@require_GET
def attachment(request: Request, pk: int) -> HttpResponse:
    """A file, as a download only; its own name is not trusted with the header."""
    found = get_object_or_404(Attachment, pk=pk, record__domain__in=access.scope(request.user, "view"))
    try:
        _name, content = attachments.fetch(found, actor=request.user)
    except Refused as refusal:
        return render(request, "404.html", {"message": refusal.sentence}, status=410)
    answer = HttpResponse(content, content_type=found.media_type)
    ending = files.ending_of(found.media_type)
    answer["Content-Disposition"] = f'attachment; filename="attachment-{found.pk}.{ending}"'
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


@login_required
@require_GET
def mentions(request: Request) -> HttpResponse:
    """The notes that name the reader."""
    return render(request, "stewardship/mentions.html", {"rows": mentions_of(request.user)})


@login_required
@require_POST
def see(request: Request, pk: int) -> HttpResponse:
    """Open what a note is about; it counts as read from now on."""
    rows = Mention.objects.filter(user=request.user, note__record__domain__in=access.scope(request.user, "view"))
    seen = notes.see(get_object_or_404(rows, pk=pk), actor=request.user)
    task = seen.note.task_id
    if task is not None and Task.objects.visible_to(request.user).filter(pk=task).exists():
        return redirect("stewardship:task", pk=task)
    customer = Customer.objects.visible_to(request.user).filter(pk=seen.note.record.customer_id or 0).first()
    if customer is None:
        return redirect("stewardship:mentions")
    return HttpResponseRedirect(f"{reverse('customers:detail', args=[customer.key])}#notes")


def _where(request: Request) -> Where:
    """What is written on, as the form names it; absent and hidden give the same 404."""
    given = request.POST or request.GET
    number = given.get("task", "")
    if number.isascii() and number.isdigit() and len(number) < 19:
        task = get_object_or_404(Task.objects.visible_to(request.user), pk=int(number))
        found = notes_on(task.customers, request.user, task)
        return Where(found, reverse("stewardship:task", args=[task.pk]), task=task)
    customer = get_object_or_404(Customer.objects.visible_to(request.user), number=given.get("customer", "")[:20])
    address = f"{reverse('customers:detail', args=[customer.key])}#notes"
    return Where(notes_on([customer.pk], request.user), address, customer=customer)


def _deed(request: Request, where: Where, deed: Callable[[], Any]) -> HttpResponse:
    try:
        deed()
    except Refused as refusal:
        return _again(request, where, str(refusal.sentence), status=409)
    except Invalid as invalid:
        return _again(request, where, *[one for found in invalid.errors.values() for one in found], status=422)
    return _again(request, _where(request)) if request.htmx else HttpResponseRedirect(where.address)


def _again(request: Request, where: Where, *faults: str, status: int = 200) -> HttpResponse:
    """The fragment in the place of the deed; without script, the page with the sentence above it."""
    if request.htmx:
        context = {**where.context, "fault": " ".join(faults), "draft": request.POST.get("text", "")}
        return render(request, "stewardship/_notes.html", context, status=status)
    messages.error(request, " ".join(faults))
    return HttpResponseRedirect(where.address)
