"""Forms of merging and unmerging."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from matching.models import Verdict
from matching.queries.sides import versions_in

MAX_TERM = 100


class SeenField(forms.CharField):
    """The versions of the customers that the page showed."""

    widget = forms.HiddenInput

    def clean(self, value: Any) -> Mapping[int, int]:
        try:
            return versions_in(super().clean(value))
        except ValueError as error:
            raise forms.ValidationError(_("This page is damaged. Load it again.")) from error


class OtherForm(forms.Form):
    """Which other customer."""

    term = forms.CharField(label=_("Number, name, e-mail or phone of the other customer"), max_length=MAX_TERM)


class MergeForm(forms.Form):
    """Make one of both."""

    seen = SeenField(max_length=200)
    reason = forms.CharField(label=_("Reason"), max_length=300, required=False)
    strength = forms.ChoiceField(
        label=_("When something speaks against it later"),
        choices=Verdict.Strength.choices,
        initial=Verdict.Strength.ADVISE,
        required=False,
    )

    @property
    def deed(self) -> dict[str, Any]:
        """The keyword arguments of the merge."""
        given = self.cleaned_data
        return {**given, "strength": given["strength"] or Verdict.Strength.ADVISE}


class UnmergeForm(forms.Form):
    """Take records out; ``different`` names the pairs that nobody shall join again."""

    seen = SeenField(max_length=200)
    reason = forms.CharField(label=_("Reason"), max_length=300, required=False)
    records = forms.TypedMultipleChoiceField(coerce=int, widget=forms.MultipleHiddenInput)
    different = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, records: Sequence[int], pairs: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["records"].choices = [(pk, str(pk)) for pk in records]  # type: ignore[attr-defined]
        self.fields["different"].choices = list(pairs)  # type: ignore[attr-defined]

    @property
    def kept_apart(self) -> list[tuple[int, int]]:
        """The ticked pairs."""
        pairs = [text.split("-") for text in self.cleaned_data["different"]]
        return [(int(left), int(right)) for left, right in pairs]
