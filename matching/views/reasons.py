"""Why two records are, or are not, together."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from cmdm.requests import Request
from customers.models import SourceRecord
from matching.forms import PairForm
from matching.queries.together import together


@login_required
@require_GET
def why(request: Request) -> HttpResponse:
    """The reasons, the score as the model in force sees it, and the steps; for whoever may see both records."""
    form = PairForm(request.GET)
    if not form.is_valid():
        raise Http404
    rows = SourceRecord.objects.visible_to(request.user)
    rows = rows.select_related("source", "customer").defer("raw", "findings")
    asked = [get_object_or_404(rows, pk=form.cleaned_data[side]) for side in ("left", "right")]
    # A correction lies where the record that it is about lies, for no reason of its own.
    left, right = (one if one.about_id is None else get_object_or_404(rows, pk=one.about_id) for one in asked)
    context = {"found": together(left, right, request.user), "corrections": [one for one in asked if one.about_id]}
    return render(request, "matching/why.html", context)
