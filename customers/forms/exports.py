"""The form of an export."""

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.actions.exports import PURPOSES


class ExportForm(forms.Form):
    """What for; it goes into the audit log."""

    purpose = forms.ChoiceField(label=_("What you need it for"), choices=list(PURPOSES.items()))
