"""A steward says who a customer of the portal is, and how that was proved."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class ClaimForm(forms.Form):
    """The records that are his, and the proof."""

    records = forms.MultipleChoiceField(
        label=_("His records"), widget=forms.CheckboxSelectMultiple, help_text=_("He sees and corrects these.")
    )
    reason = forms.CharField(
        label=_("How it was proved"),
        max_length=300,
        help_text=_("What was shown, where and when; no numbers of documents."),
    )

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["records"].choices = choices
