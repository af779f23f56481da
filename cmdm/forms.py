"""Forms of the kit's pages."""

from typing import Any

from django import forms
from django.contrib.auth.forms import PasswordChangeForm
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from cmdm.actions.users import change_own_password
from cmdm.errors import Invalid, Refused
from cmdm.models import User


def say_why(form: forms.BaseForm, fault: Invalid | Refused) -> int:
    """Put into a form why its deed was not done, each sentence beside its field; the status to answer with."""
    if isinstance(fault, Refused):
        form.add_error(None, str(fault.sentence))
        return 409
    for name, sentences in fault.errors.items():
        form.add_error(name if name in form.fields else None, sentences)
    return 422


class OwnPasswordForm(PasswordChangeForm):
    """The old password once, the new one twice; written by the action, so that the log has it."""

    user: User

    def save(self, commit: bool = True) -> User:
        """Change it."""
        change_own_password(actor=self.user, password=self.cleaned_data["new_password1"])
        return self.user


class AuditFilter(forms.Form):
    """Narrow the audit log."""

    deed = forms.RegexField(r"^[a-z_.]+$", label=_("Deed"), required=False, max_length=60)
    actor = forms.CharField(label=_("Who"), required=False, max_length=150)
    thing = forms.SlugField(label=_("On what"), required=False, max_length=40)
    thing_id = forms.CharField(label=_("Its number"), required=False, max_length=64)
    since = forms.DateField(label=_("Since"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The rows that fit; all of them when the form is malformed."""
        if not self.is_valid():
            return rows
        wanted = self.cleaned_data
        for name, lookup in (
            ("deed", "deed__startswith"),
            ("actor", "actor__username"),
            ("thing", "thing"),
            ("thing_id", "thing_id"),
            ("since", "at__date__gte"),
        ):
            if wanted[name]:
                rows = rows.filter(**{lookup: wanted[name]})
        return rows
