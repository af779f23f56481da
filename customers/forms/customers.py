"""Forms of the customer pages."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cmdm import access, clock
from cmdm.models import Domain, User
from customers.actions.reading import PURPOSES
from customers.models import Customer, PartyType, Pin, Source, SourceRecord
from customers.queries.catalogue import Spec
from customers.queries.profile import RecordLine

MAX_TERM = 100


class CustomerFilter(forms.Form):
    """Narrow the list; only domains and sources that the reader may see can be chosen."""

    party_type = forms.ChoiceField(
        label=_("Party"), choices=[("", _("Persons and organisations")), *PartyType.choices], required=False
    )
    status = forms.ChoiceField(label=_("Status"), choices=Customer.Status.choices, required=False)
    domain = forms.ModelChoiceField(
        Domain.objects.none(), label=_("Domain"), required=False, empty_label=_("Every domain")
    )
    source = forms.ModelChoiceField(
        Source.objects.none(), label=_("Source"), required=False, empty_label=_("Every source")
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        scope = access.scope(user, "view")
        self.fields["domain"].queryset = Domain.objects.within(scope)  # type: ignore[attr-defined]
        self.fields["source"].queryset = Source.objects.filter(domain__in=scope)  # type: ignore[attr-defined]

    def wanted(self) -> dict[str, Any]:
        """What is asked for; a malformed part counts as not given."""
        self.is_valid()
        given = self.cleaned_data
        domain = given.get("domain")
        return {
            "party_type": given.get("party_type") or "",
            "status": given.get("status") or "",
            "domain": domain.pk if domain else None,
            "source": given.get("source"),
        }


class SearchForm(forms.Form):
    """What somebody is looked for by."""

    term = forms.CharField(
        label=_("Name, number, e-mail, phone or key"),
        max_length=MAX_TERM,
        error_messages={"required": _("Type something to find."), "max_length": _("At most 100 characters.")},
    )


class RevealForm(forms.Form):
    """Why a masked value is needed."""

    attribute = forms.SlugField(max_length=60, widget=forms.HiddenInput, required=False)
    purpose = forms.ChoiceField(label=_("What you need it for"), choices=list(PURPOSES.items()))


class CorrectionForm(forms.Form):
    """One value of one record, said better. The value's field is the attribute type's own."""

    about = forms.TypedChoiceField(
        label=_("Which record says it wrong"), coerce=int, help_text=_("The correction stays with this record.")
    )
    reason = forms.CharField(label=_("Reason"), max_length=300, required=False, help_text=_("How you know it."))
    field_order = ("value", "about", "reason")

    def __init__(self, *args: Any, spec: Spec, records: Sequence[RecordLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        options = replace(spec.options, choices=spec.choices)
        self.fields["value"] = spec.type.form_field(label=spec.label, required=True, options=options)
        self.fields["about"].choices = [(one.id, f"{one.source} · {one.key}") for one in records]  # type: ignore[attr-defined]
        self.order_fields(self.field_order)


class WithdrawForm(forms.Form):
    """One corrected value that shall count no longer; ``version`` is the correction's that was shown."""

    attribute = forms.SlugField(max_length=60)
    place = forms.IntegerField(min_value=0, max_value=1000)
    version = forms.IntegerField(min_value=1, max_value=2**31 - 1)


class PinForm(forms.Form):
    """Choose a claim, or set it aside."""

    record = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**63 - 1)
    attribute = forms.SlugField(max_length=60, widget=forms.HiddenInput)
    kind = forms.ChoiceField(choices=Pin.Kind.choices, widget=forms.HiddenInput)
    until = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Without one it holds until the source says something else."),
    )
    reason = forms.CharField(label=_("Reason"), max_length=300, required=False)


class AsOfForm(forms.Form):
    """An earlier day of a customer."""

    as_of = forms.DateField(required=False)

    def day(self) -> Any:
        """The day, when it lies in the past; else nothing."""
        chosen = self.cleaned_data.get("as_of") if self.is_valid() else None
        return chosen if chosen and chosen < clock.now().date() else None


def correctable(records: Sequence[RecordLine], user: User) -> list[RecordLine]:
    """Open records of a source that the user may correct."""
    scope = access.scope(user, "correct")
    return [one for one in records if one.closed is None and one.about is None and one.domain_id in scope]


def record_of(customer: Customer, pk: int, user: User) -> SourceRecord | None:
    """A record of the customer, as far as the user may see it."""
    return SourceRecord.objects.visible_to(user).filter(customer=customer, pk=pk).select_related("domain").first()
