"""Forms of the pages of households."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.models import HouseholdMember, HouseholdPair


class HouseholdFilter(forms.Form):
    """Narrow the list."""

    STATES: Sequence[tuple[str, Any]] = [
        ("", _("All households")),
        ("proposed", _("With somebody proposed")),
        ("member", _("Confirmed ones")),
    ]
    state = forms.ChoiceField(label=_("State"), choices=STATES, required=False)

    @property
    def wanted(self) -> str:
        """The state; a malformed one counts as not given."""
        return self.cleaned_data.get("state") or "" if self.is_valid() else ""


class MembersForm(forms.Form):
    """Which memberships (ids, comma-separated) something is said of."""

    members = forms.RegexField(r"^\d{1,18}(,\d{1,18}){0,199}$", max_length=4000)

    @property
    def chosen(self) -> list[int]:
        return [int(pk) for pk in self.cleaned_data["members"].split(",")]


class RoleForm(MembersForm):
    """What a member is in the household, and since when."""

    role = forms.ChoiceField(
        label=_("What he is in it"), choices=[("", _("Not said")), *HouseholdMember.Role.choices], required=False
    )
    since = forms.DateField(label=_("Since"), required=False, widget=forms.DateInput(attrs={"type": "date"}))


class PairFilter(forms.Form):
    """Narrow the list of households with a person in common."""

    STATES: Sequence[tuple[str, Any]] = [("", _("To answer")), ("answered", _("Answered"))]
    state = forms.ChoiceField(label=_("State"), choices=STATES, required=False)

    @property
    def wanted(self) -> str:
        """The state; a malformed one counts as not given."""
        return self.cleaned_data.get("state") or "" if self.is_valid() else ""


class PairAnswerForm(forms.Form):
    """Whether two households are one, and who stood in them when that was seen."""

    answer = forms.ChoiceField(choices=HouseholdPair.Answer.choices)
    people = forms.RegexField(r"^[0-9a-f]{64}$", max_length=64)
