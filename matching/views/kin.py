"""Who probably belongs to a customer's family or household, and saying so."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cmdm.actions import Refused
from cmdm.requests import Request
from customers.models import PartyType, SourceRecord
from customers.queries.households import record_of
from customers.queries.profile import profile
from matching.actions import householding, verdicts
from matching.forms import KinForm
from matching.queries.kin import kin_of
from matching.views.merging import active


@login_required
@require_http_methods(["GET", "POST"])
def kin(request: Request, key: UUID) -> HttpResponse:
    """The list; posting an answer about one of them makes a relation, or says that there is none."""
    customer = active(request, key)
    refusal, status = "", 200
    form = KinForm(request.POST or None)
    if form.is_bound and form.is_valid():
        rows = SourceRecord.objects.visible_to(request.user).current().select_related("customer", "domain")
        left = get_object_or_404(rows.filter(customer=customer), pk=form.cleaned_data["left"])
        right = get_object_or_404(rows, pk=form.cleaned_data["right"])
        try:
            verdicts.keep_apart(left, right, actor=request.user, **form.deed)
            messages.success(request, _("Your answer is kept."))
            return redirect("matching:kin", key=customer.key)
        except Refused as refused:
            refusal, status = str(refused.sentence), 409
    elif form.is_bound:
        refusal, status = _("This page is damaged. Load it again."), 422
    found = kin_of(customer, request.user)
    context = {
        "customer": customer,
        "name": profile(customer, request.user).name,
        "found": found,
        "kinds": KinForm.KINDS,
        "refusal": refusal,
        "may_form": customer.party_type == PartyType.PERSON and record_of(customer, request.user) is not None,
    }
    return render(request, "matching/kin.html", context, status=status)


@login_required
@require_POST
def propose(request: Request) -> HttpResponse:
    """Have the machine propose households."""
    try:
        householding.ask(actor=request.user)
        messages.success(request, _("Households are being proposed. What is found is shown here."))
    except Refused as refused:
        messages.error(request, str(refused.sentence))
    return redirect("customers:households")
