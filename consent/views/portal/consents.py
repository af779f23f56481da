"""My consents: what is allowed, a switch for each use and address, and how I like to be written to."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_GET, require_POST

from cmdm.actions import Invalid, Refused
from cmdm.models import portal_user
from consent.actions import answering, telling
from consent.actions.answering import Visit
from consent.forms.portal import PreferencesForm
from consent.models import Act, ConsentEvent
from consent.queries.portal_consents import Switch, Topic, topics
from consent.queries.portal_data import Holdings, holdings
from consent.queries.portal_records import own_record
from consent.queries.questions import put_to
from consent.views.portal.session import PortalRequest, portal_required
from customers.models import Attribute
from customers.queries.catalogue import catalogue

STANDING = gettext_noop(
    "The no that we hold from elsewhere still counts. Add the address at which you gave it, and say yes there."
)
SHOWN = "portal_texts"  # hashes of the texts that this session was shown: a yes to another one is none


@portal_required
@require_GET
def consents(request: PortalRequest) -> HttpResponse:
    """What the person has allowed and stopped."""
    return _page(request)


def _page(request: PortalRequest, *, status: int = 200, changed: str = "", form: Any = None) -> HttpResponse:
    held = holdings(request.portal.anchors)
    asked = topics(request.portal.anchors, held, put_to(request.portal.customers))
    texts = sorted({topic.notice.sha256 for topic in asked if topic.notice})
    if request.session.get(SHOWN) != texts:
        request.session[SHOWN] = texts
    context = {
        "nav": "consents",
        "topics": asked,
        "changed": changed,
        "form": form or _preferences(held),
    }
    return render(request, "portal/consents.html", context, status=status)


@portal_required
@require_POST
def answer(request: PortalRequest) -> HttpResponse:
    """One answer to one question, as it was shown; another text by now is shown first."""
    yes = request.POST.get("answer") == "yes"
    found = _asked(request) if request.POST.get("answer") in ("yes", "no") else None
    if found is None:
        messages.error(request, _("This is no longer asked. Nothing was changed."))
        return _page(request, status=409)
    topic, switch = found
    shown = request.POST.get("notice", "")
    if yes and (topic.notice is None or shown != topic.notice.sha256 or shown not in request.session.get(SHOWN, ())):
        messages.error(request, _("The text has changed since. Nothing was changed; here is the text of today."))
        return _page(request, status=409, changed=topic.purpose.key)
    try:
        made = answering.answer(_visit(request), topic, switch, actor=portal_user(), yes=yes, notice_shown=shown)
    except Refused as refusal:
        messages.error(request, str(refusal.sentence))
        return _page(request, status=409)
    messages.success(request, _done(made, yes=yes, address=bool(switch.kind)))
    if yes and topic.purpose.key in put_to(request.portal.customers):
        # He was asked which answer is right, and learns that a no of another record, which he did not prove, stands.
        messages.warning(request, _(STANDING))
    return redirect(f"{reverse('my:consents')}#{topic.purpose.key}-{switch.ref}")


def _asked(request: PortalRequest) -> tuple[Topic, Switch] | None:
    """The question that is answered, if it is one that this person is asked."""
    purpose, ref = request.POST.get("purpose", ""), request.POST.get("ref", "")
    for topic in topics(request.portal.anchors, holdings(request.portal.anchors)):
        for switch in topic.switches:
            if (topic.purpose.key, switch.ref) == (purpose, ref):
                return topic, switch
    return None


def _visit(request: PortalRequest) -> Visit:
    agent = request.headers.get("User-Agent", "")
    kind = next((name for name in ("Firefox", "Edg", "Chrome", "Safari") if name in agent), "other")
    return Visit(request.portal, request.session.session_key or "", kind)


def _done(made: list[ConsentEvent], *, yes: bool, address: bool) -> str:
    """What was done, with its receipt."""
    if not yes:
        words = _("Stopped. Nothing more of this goes to this address.") if address else _("Stopped.")
    elif made and made[-1].act == Act.REQUESTED:
        words = _("Nearly done: use the link in the message that we send to this address now.")
    else:
        words = _("Allowed.")
    if not made:
        return words
    url = reverse("my:receipt", args=[made[-1].group])
    return format_html('{} <a href="{}">{}</a>', words, url, _("Receipt"))


@portal_required
@require_POST
def stop_all(request: PortalRequest) -> HttpResponse:
    """No to everything that is asked."""
    found = topics(request.portal.anchors, holdings(request.portal.anchors))
    answering.stop_everything(_visit(request), found, actor=portal_user())
    url = reverse("my:receipts")
    messages.success(request, format_html('{} <a href="{}">{}</a>', _("Everything is stopped."), url, _("Receipts")))
    return redirect("my:consents")


@portal_required
@require_POST
def prefer(request: PortalRequest) -> HttpResponse:
    """How often, in which language and by which way."""
    held = holdings(request.portal.anchors)
    form, record = _preferences(held, request.POST), own_record(request.portal.anchors)
    if record is None or not form.is_valid():
        return _page(request, status=422, form=form)
    before = {row.attribute: row.value for row in held.preferences}
    try:
        for name, value in form.cleaned_data.items():
            if value and value != before.get(name):
                telling.tell(record, actor=portal_user(), attribute=name, value=value)
    except (Refused, Invalid):
        messages.error(request, _("This cannot be changed at the moment."))
        return _page(request, status=409)
    messages.success(request, _("Saved."))
    return redirect("my:consents")


def _preferences(held: Holdings, posted: Any = None) -> PreferencesForm:
    specs = [
        spec
        for spec in catalogue().specs.values()
        if spec.row.group == Attribute.Group.PREFERENCES and spec.row.portal == Attribute.Portal.CORRECTABLE
    ]
    initial = {row.attribute: row.value for row in held.preferences}
    return PreferencesForm(posted, specs=specs, initial=initial)
