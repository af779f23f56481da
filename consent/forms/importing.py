"""Files of consents: which, of whom, and what their columns mean."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cmdm.models import User
from consent.rules.importing import PARTS
from customers.models import Source

LABELS: dict[str, Any] = {
    "key": _("Key of the record"),
    "purpose": _("Purpose (its key)"),
    "act": _("Answer (yes, no, withdrawn …)"),
    "channel": _("Channel"),
    "contact": _("Address or number"),
    "occurred_at": _("When it was said"),
    "method": _("How it was said"),
    "notice": _("Notice (hash, or key/version/language)"),
}


class ConsentFileForm(forms.Form):
    """A file of one source."""

    source = forms.ModelChoiceField(Source.objects.none(), label=_("Source"), empty_label=None)
    file = forms.FileField(
        label=_("File"), help_text=_("CSV, at most 20 MB. Nothing is taken in before you have seen what would happen.")
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["source"].queryset = Source.objects.importable_by(user)  # type: ignore[attr-defined]


class ColumnsForm(forms.Form):
    """What each column of a file means."""

    def __init__(self, *args: Any, header: Sequence[str], guessed: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("Leave out")), *((part, LABELS[part]) for part in PARTS)]
        for place, name in enumerate(header):
            self.fields[f"column-{place}"] = forms.ChoiceField(
                label=name, choices=choices, required=False, initial=guessed[place]
            )

    @property
    def columns(self) -> list[str]:
        """The parts, in the order of the columns."""
        return [self.cleaned_data[name] for name in self.fields]
