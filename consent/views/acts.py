"""What customers said: counted, act by act, and each act's receipt."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from cmdm import access, clock, crypto
from cmdm.pages import keyset_page
from cmdm.requests import Request
from consent.forms.acts import ActsFilter
from consent.models import ConsentEvent, Purpose
from consent.queries import receipts
from consent.queries.acts import acts_of, lines
from consent.queries.dashboard import columns, dashboard
from consent.rules.receipts import document, kantara
from consent.views.opening import frame, of_consent


def _refuse_without_view(request: Request) -> None:
    if not access.in_any(request.user, ["view"]):
        raise PermissionDenied(_("What customers said is for those who see customers in a domain."))


@require_GET
@of_consent
def overview(request: Request) -> HttpResponse:
    """A year of answers, by purpose, channel, source and month."""
    _refuse_without_view(request)
    purposes = list(Purpose.objects.all())
    chosen = next((one.key for one in purposes if one.key == request.GET.get("purpose")), "")
    found = dashboard(request.user, clock.now(), chosen)
    context = {
        **frame(request.user, "dashboard"),
        "found": found,
        "columns": columns(found.months),
        "purposes": purposes,
        "chosen": chosen,
    }
    return render(request, "consent/dashboard.html", context)


@require_GET
@of_consent
def acts(request: Request) -> HttpResponse:
    """Act by act, the newest first."""
    _refuse_without_view(request)
    form = ActsFilter(request.GET, user=request.user)
    page = keyset_page(request, form.narrow(acts_of(request.user)), newest_first=True)
    context = {
        **frame(request.user, "acts"),
        "form": form,
        "page": page,
        "rows": lines(page.rows, request.user, named=True),
    }
    return render(request, "consent/acts.html", context)


def _event(request: Request, pk: int) -> ConsentEvent:
    return get_object_or_404(acts_of(request.user), pk=pk)


@login_required
@require_GET
def receipt(request: Request, pk: int) -> HttpResponse:
    """The receipt of an act, to read and to print."""
    event = _event(request, pk)
    [made] = receipts.receipts_of([event])
    [line] = lines([event], request.user, named=True)
    context = {"receipt": made, "line": line, "key": crypto.signing_key(), "event": event}
    return render(request, "consent/receipt.html", context)


@login_required
@require_GET
def receipt_signed(request: Request, pk: int) -> HttpResponse:
    """The receipt as it is signed: a JWS."""
    event = _event(request, pk)
    [made] = receipts.receipts_of([event])
    return _file(receipts.signed(made), "application/jose", f"receipt-{made.id}.jws")


@login_required
@require_GET
def receipt_json(request: Request, pk: int) -> HttpResponse:
    """The receipt as JSON-LD, or with ``?form=kantara`` in the older shape."""
    event = _event(request, pk)
    [made] = receipts.receipts_of([event])
    if request.GET.get("form") == "kantara":
        return _json(kantara(made, key=crypto.signing_key()), f"receipt-{made.id}-kantara.json")
    return _json(document(made), f"receipt-{made.id}.jsonld")


def _json(content: Any, name: str) -> HttpResponse:
    answer = JsonResponse(content, json_dumps_params={"indent": 1, "ensure_ascii": False})
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _file(content: str, kind: str, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@require_GET
def keys(request: Request) -> JsonResponse:
    """The public keys of the hub, for whoever verifies a receipt; no sign-in."""
    answer = JsonResponse(receipts.published(), content_type="application/jwk-set+json")
    answer["Cache-Control"] = "public, max-age=3600"
    return answer
