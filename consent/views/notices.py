"""Notices: the list, one version with its preview, two versions beside each other."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cmdm.actions import Invalid, Refused
from cmdm.forms import say_why
from cmdm.requests import Request
from consent.actions import notices as deeds
from consent.forms.purposes import NoticeForm, NoticeStartForm
from consent.models import Notice
from consent.queries.notices import compared_parts, notices_listed, said_under, versions_of
from consent.queries.receipts import lines
from consent.views.opening import frame, may_publish, of_consent


@require_GET
@of_consent
def notices(request: Request) -> HttpResponse:
    """Every notice and language, with what is shown now."""
    context = {**frame(request.user, "notices"), "rows": notices_listed()}
    return render(request, "consent/notices.html", context)


@require_http_methods(["GET", "POST"])
@of_consent
def new(request: Request) -> HttpResponse:
    """Begin a notice in a language, or the next version of one; its words are taken over from the version before."""
    if not may_publish(request.user):
        raise PermissionDenied(_("Notices belong to every domain. Writing them needs the right in all."))
    form, status = NoticeStartForm(request.POST or None, initial=request.GET.dict()), 200
    if form.is_bound:
        status = 422
    if form.is_bound and form.is_valid():
        key, language = form.cleaned_data["key"], form.cleaned_data["language"]
        try:
            made = deeds.draft(actor=request.user, key=key, language=language, fields=_before(key, language))
            return redirect("consent:notice", pk=made.pk)
        except Refused as refused:
            form.add_error(None, str(refused.sentence))
            status = 409
    return render(request, "consent/notice_new.html", {**frame(request.user, "notices"), "form": form}, status=status)


def _before(key: str, language: str) -> Mapping[str, Any]:
    """The words of the latest version, in this language if there is one."""
    rows = list(Notice.objects.filter(key=key).order_by("-version", "-pk"))
    same = [row for row in rows if row.language == language]
    found = next(iter(same or rows), None)
    return {name: getattr(found, name) for name in deeds.WORDS} if found else {"title": key.replace("-", " ").title()}


def _shown(notice: Notice) -> dict[str, Any]:
    return {"notice": notice, "recipients": lines(notice.recipients), "categories": lines(notice.categories)}


@require_http_methods(["GET", "POST"])
@of_consent
def notice(request: Request, pk: int) -> HttpResponse:
    """One version: a draft is edited, the others are read; beside it as the customer sees it."""
    row = get_object_or_404(Notice.objects.select_related("created_by", "published_by"), pk=pk)
    may = may_publish(request.user)
    form, status = None, 200
    if row.state == Notice.State.DRAFT and may:
        form = NoticeForm(request.POST or None, notice=row)
        if form.is_bound and form.is_valid() and _saved(request, row, form):
            return redirect("consent:notice", pk=row.pk)
        status = 422 if form.is_bound else 200
    elif request.method == "POST":
        raise PermissionDenied
    versions = versions_of(row)
    context = {
        **frame(request.user, "notices"),
        **_shown(row),
        "form": form,
        "versions": versions,
        "before": next((one for one in versions if one.version < row.version), None),
        "said": said_under(row),
    }
    return render(request, "consent/notice.html", context, status=status)


def _saved(request: Request, row: Notice, form: NoticeForm) -> bool:
    publishing = "publish" in request.POST
    try:
        with transaction.atomic():  # what cannot be published is not saved either: one button, one outcome
            saved = deeds.change(row, actor=request.user, fields=form.cleaned_data)
            if publishing:
                deeds.publish(saved, actor=request.user)
        messages.success(request, _("Published. It is shown from now on.") if publishing else _("Saved."))
        return True
    except (Invalid, Refused) as fault:
        say_why(form, fault)
    return False


@require_POST
@of_consent
def retire(request: Request, pk: int) -> HttpResponse:
    """Show it no longer."""
    row = get_object_or_404(Notice, pk=pk)
    try:
        deeds.retire(row, actor=request.user)
        messages.success(request, _("Retired. It is shown no longer; what was agreed under it stays."))
    except Refused as refused:
        messages.error(request, str(refused.sentence))
    return redirect("consent:notice", pk=row.pk)


@require_POST
@of_consent
def discard(request: Request, pk: int) -> HttpResponse:
    """Delete a draft."""
    row = get_object_or_404(Notice, pk=pk)
    try:
        deeds.discard(row, actor=request.user)
        messages.success(request, _("The draft was deleted."))
    except Refused as refused:
        messages.error(request, str(refused.sentence))
        return redirect("consent:notice", pk=row.pk)
    return redirect("consent:notices")


@require_GET
@of_consent
def compare(request: Request, pk: int, other: int) -> HttpResponse:
    """Two versions of one notice, with what changed."""
    after, before = get_object_or_404(Notice, pk=pk), get_object_or_404(Notice, pk=other)
    if before.key != after.key or before.pk == after.pk:
        raise Http404
    parts = compared_parts(before, after)
    context = {
        **frame(request.user, "notices"),
        "before": before,
        "after": after,
        "changed": [part for part in parts if part.changed],
        "same": [part for part in parts if not part.changed],
        "versions": [one for one in versions_of(after) if one.pk != after.pk],
    }
    return render(request, "consent/notice_compare.html", context)
