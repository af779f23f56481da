"""A match model that comes as a file: looked at first, then kept as a draft. It is never promoted by that."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cmdm import access
from cmdm.actions import Invalid, Refused
from cmdm.requests import Request
from matching.actions import models
from matching.engine.model import Model
from matching.forms import ModelFileForm
from matching.queries.differences import differences
from matching.queries.models import models_in_force


@login_required
@require_http_methods(["GET", "POST"])
def import_model(request: Request) -> HttpResponse:
    """Which file; then what is another in it than in the version in force; keeping it is a second step."""
    if not access.everywhere(request.user, "configure"):
        raise PermissionDenied
    form = ModelFileForm(request.POST or None, request.FILES or None)
    if not form.is_bound:
        return _shown(request, form)
    if not form.is_valid():
        return _shown(request, form, status=422)
    try:
        found = models.read_known(form.content)
        if form.is_to_be_kept:
            made = models.import_model(form.content, actor=request.user, note=form.cleaned_data["note"])
            messages.success(request, _("Kept as a draft. It decides nothing before it is rehearsed and promoted."))
            answer = redirect("matching:model_of", made.party_type)
            answer["Location"] += f"?version={made.version}"
            return answer
    except Invalid as fault:
        form.add_error("file", [sentence for told in fault.errors.values() for sentence in told])
        return _shown(request, form, status=422)
    except Refused as refused:
        return _shown(request, form, status=409, refusal=str(refused.sentence))
    again = ModelFileForm(initial={"text": form.content, "note": form.cleaned_data["note"]})
    return _shown(request, again, **_looked_at(found))


def _looked_at(model: Model) -> dict[str, Any]:
    held = models_in_force().get(model.party_type)
    return {
        "model": model,
        "held": held,
        "differences": differences(held.model, model) if held else [],
        "same": held is not None and held.model.digest() == model.digest(),
    }


def _shown(request: Request, form: ModelFileForm, *, status: int = 200, **more: Any) -> HttpResponse:
    return render(request, "matching/import_model.html", {"form": form, **more}, status=status)
