"""Forms of purposes and notices."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.utils.translation import gettext_lazy as _

from consent.actions.notices import WORDS
from consent.models import Channel, CountedFrom, Kind, Notice, Purpose
from consent.rules.places import BadPlaces, parsed, written

# What the W3C Data Privacy Vocabulary calls the uses that businesses have most.
DPV = (
    "dpv:DirectMarketing", "dpv:Marketing", "dpv:TargetedAdvertising", "dpv:Personalisation", "dpv:Profiling",
    "dpv:ServiceProvision", "dpv:CustomerManagement", "dpv:FulfilmentOfContractualObligation",
    "dpv:LegalCompliance", "dpv:SellDataToThirdParties", "dpv:ResearchAndDevelopment", "dpv:CommunicationManagement",
)  # fmt: skip
TERMS = (
    "kind", "channels", "channel_bound", "sale_or_sharing", "expires_after_days", "expires_from",
    "minimum_age", "parent", "rules",
)  # fmt: skip


def other_languages() -> list[tuple[str, Any]]:
    """The portal's languages besides the one that purposes are written in."""
    return [(code, label) for code, label in settings.LANGUAGES if code != settings.LANGUAGE_CODE]


class PurposeForm(forms.Form):
    """A purpose; a published one keeps its terms, so they are left out."""

    key = forms.SlugField(
        label=_("Key"), max_length=60, help_text=_("Short, without blanks. It never changes: exports name it.")
    )
    label = forms.CharField(label=_("Name"), max_length=120)
    description = forms.CharField(
        label=_("Description"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("What the customer reads under the name."),
    )  # fmt: skip
    kind = forms.ChoiceField(label=_("Basis"), choices=Kind.choices)
    dpv = forms.ChoiceField(
        label=_("Kind of use"), required=False, choices=[("", "–"), *((one, one.removeprefix("dpv:")) for one in DPV)],
        help_text=_("In the words of the Data Privacy Vocabulary; stands in receipts."),
    )  # fmt: skip
    channels = forms.MultipleChoiceField(
        label=_("Channels"), choices=Channel.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    channel_bound = forms.BooleanField(
        label=_("A consent holds for one address or number only"), required=False, initial=True
    )
    sale_or_sharing = forms.BooleanField(label=_("Data are sold or shared with others"), required=False)
    expires_after_days = forms.IntegerField(
        label=_("Expires after (days)"), required=False, min_value=1, max_value=36500
    )
    expires_from = forms.ChoiceField(
        label=_("Counted from"), choices=CountedFrom.choices, required=False, initial=CountedFrom.GIVEN,
        help_text=_("Activity is what the person does here or in the portal, and what systems report."),
    )  # fmt: skip
    minimum_age = forms.IntegerField(label=_("Minimum age"), required=False, min_value=1, max_value=21)
    parent = forms.ModelChoiceField(Purpose.objects.none(), label=_("Part of"), required=False, empty_label="–")
    rules = forms.CharField(
        label=_("Other terms by country"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One place a line, such as “DE: double opt-in email sms, minimum age 16, expires after 730”, or "
                    "“US-CA: basis opt_out” for a part of a country. “from last activity” counts the days from there."),
    )  # fmt: skip
    position = forms.IntegerField(label=_("Place in lists"), min_value=0, max_value=32000, initial=100)

    def __init__(self, *args: Any, purpose: Purpose | None = None, **kwargs: Any) -> None:
        if purpose is not None:
            kwargs["initial"] = _initial(purpose)
        super().__init__(*args, **kwargs)
        others = Purpose.objects.exclude(pk=purpose.pk) if purpose else Purpose.objects.all()
        self.fields["parent"].queryset = others.exclude(state=Purpose.State.RETIRED)  # type: ignore[attr-defined]
        for code, language in other_languages():
            self.fields[f"label_{code}"] = forms.CharField(
                label=_("Name in %(language)s") % {"language": language}, max_length=120, required=False
            )
            self.fields[f"description_{code}"] = forms.CharField(
                label=_("Description in %(language)s") % {"language": language}, max_length=2000, required=False
            )
        if purpose is not None:
            del self.fields["key"]
        if purpose is not None and purpose.state != Purpose.State.DRAFT:
            for name in TERMS:
                del self.fields[name]

    def clean_expires_from(self) -> str:
        """From the consent, where nothing is said."""
        return self.cleaned_data["expires_from"] or CountedFrom.GIVEN

    def clean_rules(self) -> dict[str, Any]:
        """The lines as rules."""
        try:
            return parsed(self.cleaned_data["rules"], kinds=Kind.values, channels=Channel.values)
        except BadPlaces as bad:
            raise ValidationError(_("Line %(line)d cannot be read."), params={"line": bad.line}) from bad

    @property
    def written(self) -> dict[str, Any]:
        """What the action takes."""
        given = dict(self.cleaned_data)
        given.pop("key", None)
        given["translations"] = {
            code: {name: given.pop(f"{name}_{code}") for name in ("label", "description")}
            for code, _language in other_languages()
        }
        return given

    def words(self) -> list[Any]:
        """The fields of the other languages."""
        return [self[name] for name in self.fields if name.startswith(("label_", "description_"))]

    def main(self) -> list[Any]:
        """All other fields."""
        return [self[name] for name in self.fields if not name.startswith(("label_", "description_"))]


def _initial(purpose: Purpose) -> dict[str, Any]:
    names = ("label", "description", "position", "dpv", *TERMS)
    initial = {name: getattr(purpose, name) for name in names}
    initial["rules"] = written(purpose.rules)
    for code, _language in other_languages():
        for name in ("label", "description"):
            initial[f"{name}_{code}"] = purpose.translations.get(code, {}).get(name, "")
    return initial


def _long(label: Any, rows: int, help_text: Any = "", *, required: bool = False) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, required=required, max_length=20_000, widget=widget, help_text=help_text)


class NoticeStartForm(forms.Form):
    """Which notice, in which language."""

    key = forms.SlugField(
        label=_("Key"), max_length=60, help_text=_("Versions and languages of one notice share it, such as newsletter.")
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)


class SlugsField(forms.CharField):
    """Keys, apart by spaces or commas."""

    def prepare_value(self, value: Any) -> Any:
        return " ".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        found = sorted(set(str(super().clean(value)).replace(",", " ").split()))
        for one in found:
            if len(one) > 60:
                raise ValidationError(_("A key has 60 characters at most."))
            validate_slug(one)
        return found


class NoticeForm(forms.Form):
    """The words of a draft; only what is published has to be whole."""

    title = forms.CharField(label=_("Title"), max_length=200)
    text = _long(_("Text"), 8, _("Exactly what the customer reads before he answers."))
    purposes = forms.MultipleChoiceField(label=_("Purposes"), required=False, widget=forms.CheckboxSelectMultiple)
    controller = _long(_("Controller"), 2, _("Name, address and how to reach you."))
    recipients = _long(_("Recipients"), 2, _("One a line. A new one needs a new version, which asks again."))
    named_recipients = SlugsField(
        label=_("Recipients by key"),
        required=False,
        max_length=500,
        help_text=_("Keys by which systems ask for recipients outside. A consent covers those that its text names."),
    )
    categories = _long(_("Kinds of data"), 2, _("One a line."))
    retention = _long(_("Kept for"), 1)
    rights = _long(_("Rights"), 2)
    withdrawal = _long(_("How to withdraw"), 2)
    layout = forms.CharField(
        label=_("Layout"),
        max_length=60,
        required=False,
        help_text=_("The form on which it is shown, if it has a name."),
    )

    def __init__(self, *args: Any, notice: Notice | None = None, **kwargs: Any) -> None:
        if notice is not None:
            kwargs["initial"] = {name: getattr(notice, name) for name in WORDS}
        super().__init__(*args, **kwargs)
        rows = Purpose.objects.exclude(state=Purpose.State.RETIRED)
        purposes = self.fields["purposes"]
        purposes.choices = [(one.key, one.label) for one in rows]  # type: ignore[attr-defined]
