"""Forms of the portal's ways in: an address, a code, a fact, who one is."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from cmdm import clock
from customers import types
from customers.types import Options


class EmailField(forms.CharField):
    """An address in the one form that records hold it in; what it complains of is never the value."""

    widget = forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"})

    def __init__(self, **more: Any) -> None:
        super().__init__(max_length=254, **more)

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        try:
            return str(types.get("email").parse(text, Options())["value"])
        except types.Invalid as fault:
            raise ValidationError(str(fault.message)) from None


class AddressForm(forms.Form):
    """Where the code goes."""

    address = EmailField(label=_("E-mail address"))


class CodeField(forms.CharField):
    """Six digits; spaces between them are a matter of reading."""

    widget = forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "class": "form-code"})

    def __init__(self, **more: Any) -> None:
        super().__init__(max_length=20, **more)

    def clean(self, value: Any) -> str:
        return "".join(letter for letter in super().clean(value) if letter in "0123456789")


class CodeForm(forms.Form):
    """The code that was sent."""

    code = CodeField(label=_("Code"))


class FactForm(forms.Form):
    """What only the person knows: one of both suffices."""

    birth_date = forms.DateField(
        label=_("Your date of birth"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    number = forms.CharField(
        label=_("Or your customer number"),
        required=False,
        max_length=60,
        help_text=_("It stands on letters and invoices."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if not self.errors and not said.get("birth_date") and not said.get("number"):
            raise ValidationError(_("Say your date of birth or your customer number."))
        return said


class ProfileForm(forms.Form):
    """Who registers; he is taken at his word, and joined to nobody for it."""

    given_name = forms.CharField(label=_("First name"), max_length=100)
    family_name = forms.CharField(label=_("Last name"), max_length=100)
    birth_date = forms.DateField(
        label=_("Date of birth"), required=False, widget=forms.DateInput(attrs={"type": "date", "autocomplete": "bday"})
    )

    def clean_birth_date(self) -> Any:
        """A day that has been."""
        born = self.cleaned_data["birth_date"]
        if born and (born.year < 1890 or born > clock.now().date()):
            raise ValidationError(_("This cannot be a date of birth."))
        return born

    def values(self) -> dict[str, Any]:
        """As a record holds them."""
        said = self.cleaned_data
        born = said["birth_date"]
        names = {name: said[name] for name in ("given_name", "family_name")}
        return {**names, **({"birth_date": born.isoformat()} if born else {})}


class ChangeForm(forms.Form):
    """Which of one's addresses is to be replaced, and by what."""

    old = forms.ChoiceField(label=_("Address that is replaced"))
    new = EmailField(label=_("New address"))

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["old"].choices = choices


class ChangeCodesForm(forms.Form):
    """The codes that both addresses got."""

    old = CodeField(label=_("Code sent to the old address"))
    new = CodeField(label=_("Code sent to the new address"))
