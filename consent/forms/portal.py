"""Forms of the portal's signed-in pages."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from customers.queries.catalogue import Spec

MAX_NOTE = 1_000
MAX_TEXT = 4_000


class OwnValuesForm(forms.Form):
    """What a person says an attribute of his ought to be: one field, or one for each part of the name.

    ``place`` and ``seen`` say which of many values is replaced, and what it was when the form was shown. Numbers are
    read as they are dialled in the ``country`` of the person.
    """

    place = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=1_000)
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=80)

    def __init__(self, *args: Any, specs: Iterable[Spec], country: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.specs = tuple(specs)
        for spec in self.specs:
            read = replace(spec.reading(date_order="", country=country), choices=spec.choices)
            field = spec.type.form_field(label=spec.label, required=len(self.specs) == 1, options=read)
            self.fields[spec.name] = field

    def values(self) -> dict[str, Any]:
        """What was said, by attribute, in the shape of a record's values."""
        given = {spec.name: self.cleaned_data.get(spec.name) for spec in self.specs}
        return {name: value for name, value in given.items() if value not in (None, "")}

    def clean(self) -> dict[str, Any]:
        """At least one value is said, and no day that nobody can have meant."""
        given = super().clean() or {}
        for spec in self.specs:
            if spec.type.comparison == "date" and (value := given.get(spec.name)):
                for finding in spec.type.checks(value, spec.options):
                    self.add_error(spec.name, str(finding.message))
        if not self.errors and not any(given.get(spec.name) for spec in self.specs):
            raise forms.ValidationError(_("Write at least one part."))
        return given


class PreferencesForm(forms.Form):
    """How a person likes to be written to. Nothing is chosen that he has not chosen."""

    def __init__(self, posted: Any = None, *, specs: Iterable[Spec], initial: dict[str, Any]) -> None:
        super().__init__(posted, initial=initial)
        for spec in specs:
            languages = {code: str(word) for code, word in settings.LANGUAGES}
            choices = languages if spec.name == "language" else spec.choices
            if not choices:
                continue
            now = initial.get(spec.name)
            if now and now not in choices:
                choices[now] = now
            words = list(choices.items())
            offered = words if now else [("", _("No wish")), *words]
            self.fields[spec.name] = forms.ChoiceField(label=spec.label, choices=offered, required=False)


class NotMeForm(forms.Form):
    """Which of the records are about somebody else."""

    records = forms.TypedMultipleChoiceField(
        label=_("What is not about you?"), coerce=int, widget=forms.CheckboxSelectMultiple
    )
    note = forms.CharField(
        label=_("What is wrong?"),
        help_text=_("You may leave this empty."),
        max_length=MAX_NOTE,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, choices: Iterable[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["records"].choices = list(choices)  # type: ignore[attr-defined]


class RequestForm(forms.Form):
    """What a person asks, in his own words as far as he likes."""

    text = forms.CharField(
        label=_("What should we know?"),
        help_text=_("You may leave this empty."),
        max_length=MAX_TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )


class AnswerForm(forms.Form):
    """How a request ends, and what its person is told."""

    state = forms.ChoiceField(label=_("It is"), choices=[("done", _("Done")), ("refused", _("Refused"))])
    answer = forms.CharField(
        label=_("What the person is told"), max_length=MAX_TEXT, widget=forms.Textarea(attrs={"rows": 5})
    )
