"""After the code: showing that the records behind an address are one's own, registering, asking the organisation."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cmdm.errors import Invalid, Refused
from cmdm.models import portal_user
from consent.actions import portal_anchors
from consent.forms.entering import FactForm, ProfileForm
from consent.models import ContactPoint, PortalClaim
from consent.queries.portal import carriers, fact_of, text_of
from consent.rules.anchoring import Ground, ground
from consent.views.portal import session
from consent.views.portal.entering import within
from consent.views.portal.session import PortalRequest, portal_required


def _contact(request: PortalRequest) -> ContactPoint:
    return ContactPoint.objects.get(pk=request.session[session.KEY]["contact"])


def _ground(request: PortalRequest, contact: ContactPoint) -> str:
    """What can be asked of the person: a fact, who he is, or nothing but to ask the organisation."""
    account = request.portal.account
    if account.claims.filter(state=PortalClaim.State.WAITING).exists():
        return "claimed"
    if account.tries >= portal_anchors.TRIES:
        return Ground.CONFIRM
    if request.session[session.KEY]["unsure"]:
        return Ground.FACT
    found = ground(carriers(contact.kind, text_of(contact)))
    return Ground.FACT if found is Ground.OPEN else found


@portal_required(anchors=False)
@require_http_methods(["GET", "POST"])
def prove(request: PortalRequest) -> HttpResponse:
    """One more fact that only the person gave; without it nothing is shown, not even whose name stands there."""
    if request.portal.anchors and not request.session[session.KEY]["unsure"]:
        return redirect("my:data")
    contact = _contact(request)
    asked = _ground(request, contact)
    if asked == Ground.NOBODY:
        return redirect("my:profile")
    form = FactForm(request.POST or None)
    if asked == Ground.FACT and form.is_bound and form.is_valid():
        fact = fact_of(form.cleaned_data["birth_date"], form.cleaned_data["number"])
        if portal_anchors.prove(request.portal.account, contact, fact, actor=portal_user()):
            session.keep(request, request.portal.account, unsure=False)
            return redirect(within(request, reverse("my:data")))
        form.add_error(None, _("This does not fit what we hold. After five tries only we can help."))
        request.portal.account.refresh_from_db()
        asked = _ground(request, contact)
    context = {"form": form, "asked": str(asked), "refused": _was_refused(request)}
    return render(request, "portal/prove.html", context, status=422 if form.is_bound else 200)


def _was_refused(request: PortalRequest) -> bool:
    last = request.portal.account.claims.order_by("-pk").values_list("state", flat=True).first()
    return last == PortalClaim.State.REFUSED


@portal_required(anchors=False)
@require_POST
def claim(request: PortalRequest) -> HttpResponse:
    """Ask the organisation to confirm who one is."""
    if not request.portal.anchors or request.session[session.KEY]["unsure"]:
        portal_anchors.claim(request.portal.account, _contact(request), actor=portal_user())
        messages.success(request, _("We have your question. We may ask you for a proof of who you are."))
    return redirect("my:prove")


@portal_required(anchors=False)
@require_http_methods(["GET", "POST"])
def profile(request: PortalRequest) -> HttpResponse:
    """Say who one is, where nobody is known under the address."""
    contact = _contact(request)
    if request.portal.anchors or _ground(request, contact) != Ground.NOBODY:
        return redirect("my:prove")
    form = ProfileForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            portal_anchors.register(request.portal.account, contact, actor=portal_user(), values=form.values())
            messages.success(request, _("You are registered."))
            return redirect("my:data")
        except Refused as refusal:
            form.add_error(None, str(refusal.sentence))
        except Invalid as fault:
            for field, sentences in fault.errors.items():
                form.add_error(field if field in form.fields else None, sentences)
    return render(request, "portal/profile.html", {"form": form}, status=422 if form.is_bound else 200)
