"""One's addresses: a further one, another one instead, and taking a change back."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cmdm.errors import Refused
from cmdm.models import portal_user
from consent.actions import portal_changes
from consent.forms.entering import AddressForm, ChangeCodesForm, ChangeForm
from consent.models import ContactPoint, PortalChange, PortalCode
from consent.queries.links import undo_of
from consent.queries.portal import text_of
from consent.views.portal import session
from consent.views.portal.entering import send_code, within
from consent.views.portal.session import PortalRequest, portal_required, public


@portal_required
@require_http_methods(["GET", "POST"])
def add_address(request: PortalRequest) -> HttpResponse:
    """This is also me: a code goes to the second address."""
    form = AddressForm(request.POST or None)
    then = within(request, reverse("my:data"))
    if form.is_bound and form.is_valid():
        purpose, account = PortalCode.Purpose.ADD, request.portal.account
        send_code(request, purpose, form.cleaned_data["address"], then=then, account=account)
        return redirect("my:code")
    context = {"form": form, "nav": "data"}
    return render(request, "portal/add_address.html", context, status=422 if form.is_bound else 200)


@portal_required
@require_http_methods(["GET", "POST"])
def change_contact(request: PortalRequest) -> HttpResponse:
    """Another address instead of one's own: a code goes to each of both."""
    mine = {str(one.pk): one for one in request.portal.contacts if one.kind == ContactPoint.Kind.EMAIL and text_of(one)}
    form = ChangeForm(request.POST or None, choices=[(pk, text_of(one)) for pk, one in mine.items()])
    if form.is_bound and form.is_valid():
        asked = session.browser_of(request), session.sender_of(request), get_language() or "en"
        old, new = mine[form.cleaned_data["old"]], form.cleaned_data["new"]
        try:
            portal_changes.ask(request.portal.account, old, new, actor=portal_user(), asked=asked)
            return redirect("my:change_codes")
        except Refused as refusal:
            form.add_error(None, str(refusal.sentence))
    context = {"form": form, "nav": "data", "waiting": request.portal.change}
    return render(request, "portal/change_contact.html", context, status=422 if form.is_bound else 200)


@portal_required
@require_http_methods(["GET", "POST"])
def change_codes(request: PortalRequest) -> HttpResponse:
    """Both codes. The old address has a day to take the change back."""
    rows = PortalChange.objects.filter(account=request.portal.account, state=PortalChange.State.ASKED)
    change = rows.order_by("-pk").first()
    if change is None:
        return redirect("my:change_contact")
    form = ChangeCodesForm(request.POST or None)
    if form.is_bound and form.is_valid():
        browser = session.browser_of(request)
        if portal_changes.prove(change, actor=portal_user(), browser=browser, **form.cleaned_data):
            session.proved_again(request, request.portal.account)
            messages.success(request, _("The new address counts in a day. Until then the old one can take this back."))
            return redirect("my:data")
        form.add_error(None, _("One of the codes does not fit, or it works no longer."))
    return render(
        request, "portal/change_codes.html", {"form": form, "nav": "data"}, status=422 if form.is_bound else 200
    )


@public
@require_http_methods(["GET", "POST"])
def undo_change(request: HttpRequest, token: str) -> HttpResponse:
    """Take a change of address back by the link that the old address got. Asking shows a page, a press does it."""
    change = undo_of(token)
    if change is None:
        raise Http404
    done, refused = False, ""
    if request.method == "POST":
        try:
            portal_changes.undo(change, actor=portal_user())
            done = True
        except Refused as refusal:
            refused = str(refusal.sentence)
    context = {"done": done, "refused": refused}
    return render(request, "portal/undo_change.html", context, status=409 if refused else 200)
