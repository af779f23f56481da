"""My requests: asking under data protection law, and how far each request is."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cmdm import clock
from cmdm.actions import Refused
from cmdm.models import portal_user
from consent.actions import subject_requests
from consent.forms.portal import RequestForm
from consent.models import SubjectRequest
from consent.queries.asked import requests_of
from consent.views.portal.session import PortalRequest, portal_required
from customers.models import SourceRecord

Kind = SubjectRequest.Kind
# Each thing that may be asked: icon, and in a few words what comes of it.
WAYS = (
    (Kind.ACCESS, "download", gettext_lazy("as a web page and as files")),
    (Kind.RECTIFY, "pencil", gettext_lazy("what you cannot correct here yourself")),
    (Kind.ERASE, "trash", gettext_lazy("what the law lets us erase")),
    (Kind.OBJECT, "hand-stop", gettext_lazy("advertising, profiling")),
    (Kind.RESTRICT, "lock", gettext_lazy("we keep it and do not use it")),
    (Kind.PORTABILITY, "file-export", gettext_lazy("what you gave us, for another company")),
    (Kind.DECISION, "user-check", gettext_lazy("a person looks again")),
    (Kind.COMPLAINT, "help-circle", gettext_lazy("we answer; you may also write to the authority")),
)


@portal_required
@require_GET
def requests(request: PortalRequest) -> HttpResponse:
    """What the person asked, and what may be asked."""
    ways = [{"kind": kind.value, "label": kind.label, "icon": icon, "words": words} for kind, icon, words in WAYS]
    asked = requests_of(request.portal.account, clock.now().date())
    return render(request, "portal/requests.html", {"nav": "requests", "asked": asked, "ways": ways})


@portal_required
@require_http_methods(["GET", "POST"])
def ask(request: PortalRequest, kind: str) -> HttpResponse:
    """Ask for one thing."""
    way = next((one for one in WAYS if one[0] == kind), None)
    if way is None:
        raise Http404
    form = RequestForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        records = list(SourceRecord.objects.filter(pk__in=request.portal.anchors).only("pk", "domain_id"))
        text, account = form.cleaned_data["text"], request.portal.account
        try:
            subject_requests.receive(account, actor=portal_user(), kind=kind, text=text, records=records)
            messages.success(request, _("Your request has arrived. You see here how far it is."))
            return redirect("my:requests")
        except Refused as refusal:
            form.add_error(None, str(refusal.sentence))
    context = {"nav": "requests", "form": form, "label": way[0].label, "words": way[2]}
    return render(request, "portal/ask.html", context, status=422 if form.is_bound else 200)


@portal_required
@require_POST
def take_back(request: PortalRequest, pk: str) -> HttpResponse:
    """The person no longer wants it."""
    row = SubjectRequest.objects.filter(account=request.portal.account, pk=pk).first()
    if row is None:
        raise Http404
    try:
        subject_requests.take_back(row, actor=portal_user())
        messages.success(request, _("Taken back."))
    except Refused as refusal:
        messages.error(request, str(refusal.sentence))
    return redirect("my:requests")
