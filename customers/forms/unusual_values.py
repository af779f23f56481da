"""Forms of unusual values."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.models import ValueFinding
from customers.queries.catalogue import catalogue
from customers.queries.unusual_counts import contacts
from customers.queries.unusual_values import LABELS, states


class UnusualFilter(forms.Form):
    """Narrow the list of unusual values."""

    rule = forms.ChoiceField(label=_("Rule"), choices=[("", _("Every rule")), *LABELS.items()], required=False)
    attribute = forms.ChoiceField(label=_("Attribute"), required=False)
    state = forms.ChoiceField(label=_("State"), required=False)
    ignored = forms.ChoiceField(
        label=_("Placeholders"),
        choices=[("", _("Without known placeholders")), ("1", _("Also known placeholders"))],
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = catalogue()
        names = [*(spec.name for spec in contacts(known)), "birth_date", "given_name", "family_name"]
        chosen = [(name, known.specs[name].label) for name in names if name in known.specs]
        self.fields["attribute"].choices = [("", _("Every attribute")), *chosen]  # type: ignore[attr-defined]
        self.fields["state"].choices = states()  # type: ignore[attr-defined]

    def wanted(self) -> dict[str, str]:
        """What is asked for; a malformed part counts as not given."""
        self.is_valid()
        return {name: self.cleaned_data.get(name) or "" for name in ("rule", "attribute", "state", "ignored")}


class ValueVerdictForm(forms.Form):
    """What an unusual value is, and why."""

    verdict = forms.ChoiceField(choices=[(one.value, one.label) for one in ValueFinding.Verdict if one.value])
    reason = forms.CharField(
        label=_("Why"),
        max_length=300,
        help_text=_(
            "Such as: the number of the head office; a test of the shop. Names of customers do not belong here."
        ),
    )
