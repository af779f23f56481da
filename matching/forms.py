"""Forms of merging and unmerging."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.models import Relation
from matching.engine.model import Model
from matching.models import Verdict
from matching.queries.rehearsed import LISTS
from matching.queries.sides import versions_in

MAX_TERM = 100
LARGEST_FILE = 2 * 1024 * 1024


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


class KinForm(forms.Form):
    """How another customer, by a pair of records, stands to this one."""

    KINDS: Sequence[tuple[str, Any]] = [
        *((one.value, one.label) for one in (Relation.Kind.HOUSEHOLD, Relation.Kind.OTHER)),
        (Verdict.Answer.DIFFERENT.value, _("Not related")),
    ]
    left = forms.IntegerField(min_value=1)
    right = forms.IntegerField(min_value=1)
    seen = SeenField(max_length=200)
    kind = forms.ChoiceField(choices=KINDS)

    @property
    def deed(self) -> dict[str, Any]:
        """The keyword arguments of the answer."""
        kind, seen = self.cleaned_data["kind"], self.cleaned_data["seen"]
        if kind == Verdict.Answer.DIFFERENT:
            return {"answer": Verdict.Answer.DIFFERENT, "seen": seen}
        return {"answer": Verdict.Answer.RELATED, "seen": seen, "kind": kind}


class LinesForm(forms.Form):
    """Where the machine joins by itself, and from where it asks."""

    automatic = forms.FloatField(label=_("Automatic from"), min_value=0.01, max_value=0.999)
    review = forms.FloatField(label=_("Review from"), min_value=0.001, max_value=0.99)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.update({"step": "0.01", "class": "form-control", "inputmode": "decimal"})

    @classmethod
    def of(cls, model: Model) -> "LinesForm":
        """As the model has them."""
        return cls(initial={"automatic": round(model.automatic, 3), "review": round(model.review, 3)})

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        if found.get("automatic", 1.0) <= found.get("review", 0.0):
            raise forms.ValidationError(_("Both lines lie between 0 and 1, review below automatic."))
        return found

    @property
    def tried(self) -> tuple[float, float] | None:
        """Both lines, when they are given and sound."""
        sound = bool(self.data.get("automatic")) and self.is_valid()
        return (self.cleaned_data["automatic"], self.cleaned_data["review"]) if sound else None


class ModelFileForm(forms.Form):
    """A match model as a file, or the text of one that was looked at and is to be kept now."""

    file = forms.FileField(
        label=_("File of a match model"), required=False, widget=forms.FileInput(attrs={"accept": ".json"})
    )
    text = forms.CharField(required=False, widget=forms.HiddenInput, strip=False)
    note = forms.CharField(label=_("Note"), required=False, max_length=200, help_text=_("Kept with what is imported."))

    @property
    def content(self) -> str:
        """The text of the file."""
        found: str = self.cleaned_data["content"]
        return found

    @property
    def is_to_be_kept(self) -> bool:
        """Whether what would be another was looked at."""
        return not self.cleaned_data.get("file")

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        file = given.get("file")
        if file is not None and file.size > LARGEST_FILE:
            raise forms.ValidationError({"file": _("A file of a match model has at most two megabytes.")})
        try:
            given["content"] = file.read().decode("utf-8-sig") if file else given.get("text", "")
        except UnicodeDecodeError:
            raise forms.ValidationError({"file": _("This is no file of a match model.")}) from None
        if not given["content"]:
            raise forms.ValidationError({"file": _("Choose a file.")})
        return given


class ShownForm(forms.Form):
    """Which version, and which pair; what is malformed counts as not given."""

    version = forms.IntegerField(required=False, min_value=1, max_value=2**31 - 1)
    pair = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)

    @property
    def wanted(self) -> dict[str, int | None]:
        """What is asked for; a malformed version is one that does not exist."""
        self.is_valid()
        version = self.cleaned_data.get("version")
        return {"version": 0 if "version" in self.errors else version, "pair": self.cleaned_data.get("pair")}


class PairForm(forms.Form):
    """Two records."""

    left = forms.IntegerField(min_value=1, max_value=2**63 - 1)
    right = forms.IntegerField(min_value=1, max_value=2**63 - 1)


class ListForm(forms.Form):
    """Which list of a rehearsal, and which page of it."""

    list = forms.ChoiceField(choices=[(name, name) for name in LISTS], required=False)
    page = forms.IntegerField(min_value=1, max_value=1_000, required=False)
