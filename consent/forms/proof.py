"""Asking for proof."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from consent.actions.proof import MOST_SAMPLED, REASONS
from consent.models import Purpose
from customers.models import Customer


class ProofForm(forms.Form):
    """Of one customer (named by his number), or of a sample of those who answered to a purpose."""

    customer = forms.CharField(
        label=_("Customer"), required=False, max_length=20, help_text=_("His number, such as C-00042-KM.")
    )
    purpose = forms.ModelChoiceField(
        Purpose.objects.all(), label=_("Or a purpose"), required=False, empty_label="–", to_field_name="key"
    )
    sample = forms.IntegerField(
        label=_("Sample"), required=False, min_value=1, max_value=MOST_SAMPLED, initial=50,
        help_text=_("How many records are drawn at random from those that answered to the purpose."),
    )  # fmt: skip
    reason = forms.ChoiceField(label=_("What for"), choices=list(REASONS.items()))

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_customer(self) -> Customer | None:
        """The customer, if the user may see him."""
        number = self.cleaned_data["customer"].strip().upper()
        if not number:
            return None
        found = Customer.objects.visible_to(self.user).filter(number=number).first()
        if found is None:
            raise forms.ValidationError(_("No customer of yours has this number."))
        return found

    def clean(self) -> dict[str, Any]:
        """One of the two."""
        given: dict[str, Any] = super().clean() or {}
        if not self.errors and bool(given.get("customer")) == bool(given.get("purpose")):
            raise forms.ValidationError(_("Name a customer or a purpose."))
        return given
