"""The survivorship editor: the rule of every attribute, a draft of another one, what it would change, and the deed."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRedirect

from cmdm import access
from cmdm.actions import Invalid, Refused
from cmdm.requests import Request
from customers.actions.survivorship import put_in_force
from customers.forms.survivorship import SurvivorshipForm
from customers.models import Attribute
from customers.queries.catalogue import catalogue
from customers.queries.survivorship import members_of, rehearse, ruled, sources_of


@login_required
@require_GET
def rules(request: Request) -> HttpResponse:
    """How every attribute survives."""
    _refuse_others(request)
    return render(request, "customers/survivorship.html", {"rows": ruled()})


@login_required
@require_GET
def rule(request: Request, name: str) -> HttpResponse:
    """One attribute's rule, to be changed as a draft."""
    _refuse_others(request)
    attribute = _attribute(name)
    if attribute.name != name:
        return redirect("customers:survivorship_rule", name=attribute.name)
    return _page(request, attribute, _form(request, attribute))


@login_required
@require_POST
def preview(request: Request, name: str) -> HttpResponse:
    """What the draft would change, on a sample of customers; nothing is kept."""
    _refuse_others(request)
    form = _form(request, _attribute(name))
    if not form.is_valid():
        return _page(request, form.attribute, form, status=422)
    found = rehearse(form.draft, request.user, seed=len(str(form.draft)))
    if request.htmx:
        return render(request, "customers/_rehearsal.html", {"rehearsal": found, "attribute": form.attribute})
    return _page(request, form.attribute, form, rehearsal=found)


@login_required
@require_POST
def apply(request: Request, name: str) -> HttpResponse:
    """Put the draft in force, then on to the job that derives all customers anew."""
    _refuse_others(request)
    form = _form(request, _attribute(name))
    if not form.is_valid():
        return _page(request, form.attribute, form, status=422)
    try:
        job = put_in_force(form.draft, actor=request.user)
    except Invalid as fault:
        form.add_error(None, [sentence for sentences in fault.errors.values() for sentence in sentences])
        return _page(request, form.attribute, form, status=422)
    except Refused as refused:
        form.add_error(None, str(refused.sentence))
        return _page(request, form.attribute, form, status=409)
    messages.success(request, _("In force. Customers are being derived anew."))
    made = redirect("job", pk=job.pk)
    return HttpResponseClientRedirect(made.url) if request.htmx else made


def _refuse_others(request: Request) -> None:
    """:raises PermissionDenied: he configures nowhere."""
    if not access.in_any(request.user, ["configure"]):
        raise PermissionDenied(_("Rules of survivorship are set by those who configure."))


def _attribute(name: str) -> Attribute:
    """The attribute, or the first of those that survive with it: its rule counts for all."""
    row = get_object_or_404(Attribute.objects.current(), name=name)
    first = members_of(catalogue(), row.name)[0]
    return row if first == name else get_object_or_404(Attribute.objects.current(), name=first)


def _form(request: Request, attribute: Attribute) -> SurvivorshipForm:
    may_rule = access.everywhere(request.user, "configure")
    sources = sources_of(request.user)
    return SurvivorshipForm(request.POST or None, attribute=attribute, sources=sources, may_rule=may_rule)


def _page(
    request: Request, attribute: Attribute, form: SurvivorshipForm, *, status: int = 200, **more: object
) -> HttpResponse:
    known = catalogue()
    label = ", ".join(known.specs[name].label for name in members_of(known, attribute.name))
    may_rule = access.everywhere(request.user, "configure")
    context = {"attribute": attribute, "label": label, "form": form, "may_rule": may_rule, **more}
    return render(request, "customers/survivorship_rule.html", context, status=status)
