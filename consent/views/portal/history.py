"""Who has my data, what happened with them, and the receipts of what I said."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from consent.models import ConsentEvent
from consent.queries.contacts import shown
from consent.queries.portal_history import happened, receivers
from consent.queries.portal_receipts import acts_of, title_of
from consent.queries.receipts import receipts_of, signed
from consent.views.portal.session import PortalRequest, portal_required


@portal_required
@require_GET
def history(request: PortalRequest) -> HttpResponse:
    """Who received the data, who looked, what changed."""
    portal = request.portal
    context = {
        "nav": "history",
        "receivers": receivers(portal.anchors, portal.customers),
        "lines": happened(portal.account, portal.anchors),
    }
    return render(request, "portal/history.html", context)


@portal_required
@require_GET
def receipts(request: PortalRequest) -> HttpResponse:
    """Every act that has a receipt, newest first."""
    return render(request, "portal/receipts.html", {"nav": "consents", "acts": acts_of(request.portal.anchors)})


@portal_required
@require_GET
def receipt(request: PortalRequest, group: str) -> HttpResponse:
    """One act as a page; with ``?as=file`` as the signed document."""
    events = _events(request, group)
    if not events:
        raise Http404
    [found], event = receipts_of(events[-1:]), events[-1]
    if request.GET.get("as") == "file":
        answer = HttpResponse(signed(found), content_type="application/jose")
        answer.headers["Content-Disposition"] = f'attachment; filename="receipt-{found.id}.jws"'
        return answer
    address = shown(event.contact) if event.contact else ""
    context = {"nav": "consents", "receipt": found, "event": event, "title": title_of(event), "address": address}
    return render(request, "portal/receipt.html", context)


def _events(request: PortalRequest, group: str) -> list[ConsentEvent]:
    rows = ConsentEvent.objects.filter(group=group, record__in=request.portal.anchors)
    return list(rows.select_related("purpose", "contact", "notice").order_by("pk"))
