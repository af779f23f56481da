"""The form of an export."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from customers import ports
from customers.actions.exports import PURPOSES


class ExportForm(forms.Form):
    """What for; it goes into the audit log. With a use, only those who permit it are taken along."""

    purpose = forms.ChoiceField(label=_("What you need it for"), choices=list(PURPOSES.items()))
    use = forms.ChoiceField(
        label=_("Only who may be addressed for"),
        required=False,
        help_text=_("Customers who did not agree, or who objected, are left out, and so are their other addresses."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [use for offer in ports.uses for use in offer()]
        use = self.fields["use"]
        if isinstance(use, forms.ChoiceField):
            use.choices = [("", _("Everybody, whatever they said")), *offered]
        if not offered:
            del self.fields["use"]
