"""Forms of the queue and the card."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from matching.models import Verdict
from stewardship.models import Task
from stewardship.queries.queue import BANDS, Wanted

LARGEST = 2**63 - 1
ORDERS = [("useful", _("Most useful first")), ("oldest", _("Oldest first"))]


class QueueFilter(forms.Form):
    """The filters in the address; what is malformed counts as not given."""

    queue = forms.ChoiceField(choices=Task.Queue.choices, required=False)
    source = forms.IntegerField(required=False, min_value=1, max_value=LARGEST)
    band = forms.ChoiceField(choices=[(name, name) for name in BANDS], required=False)
    differs = forms.RegexField(r"^[a-z0-9_-]+$", required=False, max_length=60)
    domain = forms.IntegerField(required=False, min_value=1, max_value=LARGEST)
    mine = forms.BooleanField(required=False)
    order = forms.ChoiceField(
        choices=[("useful", _("Most useful first")), ("oldest", _("Oldest first"))], required=False
    )

    def wanted(self) -> Wanted:
        """What is asked for."""
        self.is_valid()
        given = self.cleaned_data
        return Wanted(
            queue=given.get("queue") or Task.Queue.POSSIBLE,
            source=given.get("source"),
            band=given.get("band") or "",
            differs=given.get("differs") or "",
            mine=bool(given.get("mine")),
            domain=given.get("domain"),
            oldest=given.get("order") == "oldest",
        )


class SeenField(forms.CharField):
    """Versions of customers as the card posts them back: ``12:4,15:7``."""

    def clean(self, value: Any) -> dict[int, int]:
        text = super().clean(value)
        try:
            pairs = [part.split(":") for part in text.split(",")]
            return {int(customer): int(version) for customer, version in pairs}
        except ValueError as error:
            raise forms.ValidationError(_("This page is damaged. Load it again.")) from error


class DecisionForm(forms.Form):
    """An answer: what is decided, on which versions, how firmly, why, and which values shall win."""

    decision = forms.ChoiceField(label=_("Answer"), choices=Verdict.Answer.choices)
    seen = SeenField(max_length=2_000)
    strength = forms.ChoiceField(label=_("How firm"), choices=Verdict.Strength.choices, required=False)
    reason = forms.CharField(label=_("Reason"), required=False, max_length=300)

    def clean_strength(self) -> str:
        return self.cleaned_data["strength"] or Verdict.Strength.ADVISE

    @property
    def deed(self) -> dict[str, Any]:
        """The arguments of the action."""
        chosen = {
            name.removeprefix("choice-"): int(value)
            for name, value in self.data.items()
            if name.startswith("choice-") and str(value).isascii() and str(value).isdigit() and len(str(value)) < 19
        }
        return {**self.cleaned_data, "choices": chosen}
