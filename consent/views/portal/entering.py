"""Ways into the portal: a code to an address, and showing whose records stand behind it."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cmdm.errors import Invalid, Refused
from cmdm.models import portal_user
from consent.actions import portal_accounts, portal_codes, portal_proposals
from consent.forms.entering import AddressForm, CodeForm
from consent.models import PortalAccount, PortalCode
from consent.queries.contacts import masked
from consent.queries.links import which_of
from consent.queries.portal import text_of
from consent.views.portal import session
from consent.views.portal.session import PortalRequest, account_of, portal_required, public

PENDING = "portal_code"
Purpose = PortalCode.Purpose


def within(request: HttpRequest, default: str) -> str:
    """Where to go next: a page of the portal, or the default."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if safe and wanted.startswith("/my/") else default


@public
@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """To one's data, or to signing in."""
    return redirect("my:data" if account_of(request) else "my:sign_in")


@public
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for the address; the answer is the same whoever is known."""
    return _asked(request, Purpose.SIGN_IN, "portal/sign_in.html")


@public
@require_http_methods(["GET", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """The same for somebody who was never here."""
    return _asked(request, Purpose.REGISTER, "portal/register.html")


@public
@require_http_methods(["GET", "POST"])
def which(request: HttpRequest, token: str) -> HttpResponse:
    """The link in the mail that asks which of two answers is right: one press sends a code, the code leads there."""
    about = which_of(token)
    if about is None:
        raise Http404
    contact, purpose = about
    then = f"{reverse('my:consents')}#ask"
    account = account_of(request)
    if account is not None and account.contacts.filter(contact=contact, ended_at__isnull=True).exists():
        return redirect(then)
    if request.method == "POST" and (address := text_of(contact)):
        send_code(request, Purpose.SIGN_IN, address, then=then)
        return redirect("my:code")
    label, _description = purpose.said_in(get_language() or "en")
    return render(request, "portal/which.html", {"label": label, "address": masked(contact)})


def _asked(request: HttpRequest, purpose: str, template: str) -> HttpResponse:
    form = AddressForm(request.POST or None)
    if form.is_bound and form.is_valid():
        send_code(request, purpose, form.cleaned_data["address"], then=within(request, reverse("my:start")))
        return redirect("my:code")
    context = {"form": form, "next": within(request, "")}
    return render(request, template, context, status=422 if form.is_bound else 200)


def send_code(
    request: HttpRequest, purpose: str, address: str, *, then: str, account: PortalAccount | None = None
) -> None:
    """Ask for a code and remember in the session which one is typed next."""
    made = portal_codes.ask(
        purpose,
        address,
        actor=portal_user(),
        browser=session.browser_of(request),
        sender=session.sender_of(request),
        language=get_language() or settings.LANGUAGE_CODE,
        account=account,
    )
    request.session[PENDING] = {"code": made.pk if made else 0, "purpose": purpose, "next": then}


@public
@require_http_methods(["GET", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """Take the code. Wrong, late, used, replaced, of another browser: the same words for each."""
    pending = request.session.get(PENDING)
    if pending is None:
        return redirect("my:sign_in")
    account = account_of(request) if pending["purpose"] in DONE else None
    if pending["purpose"] in DONE and account is None:
        return redirect("my:sign_in")
    form = CodeForm(request.POST or None)
    if form.is_bound and form.is_valid():
        used = portal_codes.check(
            pending["code"],
            actor=portal_user(),
            browser=session.browser_of(request),
            typed=form.cleaned_data["code"],
            account=account,
        )
        if used is not None:
            request.session.pop(PENDING, None)
            done = DONE.get(pending["purpose"], _entered)
            return done(request, used, account, pending["next"])
        form.add_error("code", _("This code does not fit, or it works no longer."))
    context = {"form": form, "purpose": pending["purpose"]}
    return render(request, "portal/code.html", context, status=422 if form.is_bound else 200)


def _entered(request: HttpRequest, used: PortalCode, account: Any, then: str) -> HttpResponse:
    try:
        made = portal_accounts.enter(used, actor=portal_user())
    except Refused as refusal:
        messages.error(request, str(refusal.sentence))
        return redirect("my:sign_in")
    session.begin(request, made.account, contact=made.contact, unsure=made.unsure)
    response = redirect(then)
    return speaking(response, made.account.language)


def _stepped_up(request: HttpRequest, used: PortalCode, account: Any, then: str) -> HttpResponse:
    session.proved_again(request, account)
    return redirect(then)


def _added(request: HttpRequest, used: PortalCode, account: Any, then: str) -> HttpResponse:
    try:
        made = portal_proposals.also_me(account, used, actor=portal_user())
    except (Refused, Invalid) as refusal:
        messages.error(request, str(getattr(refusal, "sentence", _("This was not saved."))))
        return redirect(then)
    session.proved_again(request, account)
    if made.claimed:
        messages.info(request, _("The address is yours now. What stands behind it has to be confirmed by us first."))
    elif made.proposed:
        words = _("The address is yours now, and you see what we hold under it. A person checks what belongs together.")
        messages.success(request, words)
    elif made.opened:
        messages.success(request, _("The address is yours now, and you see what we hold under it."))
    else:
        messages.success(request, _("The address is yours now. We hold nothing more under it."))
    return redirect(then)


DONE = {Purpose.STEP_UP.value: _stepped_up, Purpose.ADD.value: _added}


def speaking(response: HttpResponseRedirect, language: str) -> HttpResponseRedirect:
    """The answer, after which the browser is spoken to in this language."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=365 * 86_400,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )
    return response


@public
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Speak another language; an account keeps it."""
    wanted = request.POST.get("language", "")
    response = redirect(within(request, reverse("my:start")))
    if wanted not in dict(settings.LANGUAGES):
        return response
    account = account_of(request)
    if account is not None:
        portal_accounts.speak(account, actor=portal_user(), language=wanted)
    return speaking(response, wanted)


@public
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End this session, and what the browser kept of it."""
    if session.KEY in request.session:
        request.session.flush()
    return _gone()


@portal_required(anchors=False)
@require_POST
def sign_out_everywhere(request: PortalRequest) -> HttpResponse:
    """End every session of the account."""
    portal_accounts.sign_out_everywhere(request.portal.account, actor=portal_user())
    request.session.flush()
    return _gone()


def _gone() -> HttpResponse:
    response = redirect("my:sign_in")
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@portal_required(anchors=False)
@require_http_methods(["GET", "POST"])
def step_up(request: PortalRequest) -> HttpResponse:
    """Prove the address again before something that only its owner may do."""
    then = within(request, reverse("my:start"))
    contact = next((one for one in request.portal.contacts if one.pk == request.session[session.KEY]["contact"]), None)
    if request.method == "POST" and contact is not None:
        send_code(request, Purpose.STEP_UP, text_of(contact), then=then, account=request.portal.account)
        return redirect("my:code")
    return render(request, "portal/step_up.html", {"next": then})
