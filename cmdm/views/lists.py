"""Plain lists of the kit: the audit log and the jobs."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from cmdm import access
from cmdm import jobs as work
from cmdm.errors import Refused
from cmdm.forms import AuditFilter
from cmdm.models import AuditEntry, Domain, Job
from cmdm.pages import keyset_page
from cmdm.requests import Request


@login_required
@require_GET
def audit_log(request: Request) -> HttpResponse:
    """Who did what, newest first."""
    if not access.in_any(request.user, ["audit"]):
        raise PermissionDenied
    form = AuditFilter(request.GET)
    rows = AuditEntry.objects.visible_to(request.user).select_related("actor")
    page = keyset_page(request, form.narrow(rows), newest_first=True)
    names = dict(Domain.objects.values_list("pk", "name"))
    for entry in page.rows:
        entry.domain_names = [names[pk] for pk in entry.domains if pk in names]
    return render(request, "cmdm/audit.html", {"page": page, "form": form})


@login_required
@require_GET
def jobs(request: Request) -> HttpResponse:
    """Background work, newest first."""
    rows = Job.objects.visible_to(request.user).select_related("requested_by", "domain").order_by("-pk")
    page = keyset_page(request, rows, newest_first=True)
    return render(request, "cmdm/jobs.html", {"page": page})


@login_required
@require_GET
def job(request: Request, pk: str) -> HttpResponse:
    """One job; its progress fragment answers 286 when it has ended, which stops the polling."""
    row = get_object_or_404(Job.objects.visible_to(request.user).select_related("requested_by", "domain"), pk=pk)
    if request.htmx:
        return render(request, "cmdm/_job_progress.html", {"job": row}, status=286 if row.is_over else 200)
    return render(request, "cmdm/job.html", {"job": row})


@login_required
@require_POST
def stop_job(request: Request, pk: str) -> HttpResponse:
    """Ask a job to stop."""
    row = get_object_or_404(Job.objects.visible_to(request.user), pk=pk)
    try:
        work.cancel(row, actor=request.user)
        messages.success(request, _("The job stops at its next step."))
    except Refused as refusal:
        messages.error(request, str(refusal.sentence))
    return redirect("job", pk=row.pk)
