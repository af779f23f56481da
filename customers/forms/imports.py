"""Forms of an import: the file, what its columns mean, the start."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from cmdm.models import User
from customers.models import Load, LoadCensus, PartyType, Source
from customers.queries.catalogue import Catalogue, Spec

KEY = "@key"
DATE_ORDERS = [("ymd", _("year, month, day")), ("dmy", _("day, month, year")), ("mdy", _("month, day, year"))]
SCHEMES = (
    *("tax_id", "vat", "registration", "lei", "ssn", "national_id", "passport", "drivers_license"),
    *("loyalty", "customer_card"),
)
ADDRESS = ("line1", "line2", "house_number", "city", "region", "postal_code", "country")
Choices = list[tuple[str, Any]]


class UploadForm(forms.Form):
    """Whose file it is, and the file."""

    source = forms.ModelChoiceField(Source.objects.none(), label=_("Source"), help_text=_("Whose records these are."))
    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV with a header line: comma, semicolon, tab or bar; UTF-8, UTF-16 or Windows letters."),
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,text/csv"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["source"].queryset = Source.objects.importable_by(user)  # type: ignore[attr-defined]


class MappingForm(forms.Form):
    """One list for each column, named by its place; and what holds for the whole file."""

    date_order = forms.ChoiceField(label=_("Dates are written"), choices=DATE_ORDERS)
    party_type = forms.ChoiceField(
        label=_("All rows are"), choices=[("", _("as their values say")), *PartyType.choices], required=False
    )
    on_fault = forms.ChoiceField(
        label=_("A value that cannot be read"),
        choices=[("leave_out", _("is left out, and its row is listed")), ("refuse", _("refuses its row"))],
        required=False,
    )
    mode = forms.ChoiceField(label=_("The file"), choices=Load.Mode.choices)

    def __init__(self, *args: Any, load: Load, known: Catalogue, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.header: Sequence[str] = load.header
        self.constants: Mapping[str, str] = load.mapping.get("constants", {})
        columns: Mapping[str, str] = load.mapping.get("columns", {})
        choices = paths(known, columns.values())
        for place, name in enumerate(self.header):
            initial = KEY if name == load.mapping.get("key") else columns.get(name, "")
            self.fields[f"column-{place}"] = forms.ChoiceField(
                label=name, choices=choices, required=False, initial=initial
            )
        self.initial = {
            **self.initial,
            "date_order": load.mapping.get("date_order") or "ymd",
            "party_type": self.constants.get("party_type", ""),
            "on_fault": load.mapping.get("on_fault") or "leave_out",
            "mode": load.mode,
        }

    @property
    def mapping(self) -> dict[str, Any]:
        """The mapping as the action takes it."""
        given = self.cleaned_data
        chosen = {name: given[f"column-{place}"] for place, name in enumerate(self.header)}
        keys = [name for name, path in chosen.items() if path == KEY]
        # Those of a mapping file have no field here: they stay.
        constants = {path: text for path, text in self.constants.items() if path != "party_type"}
        constants |= {"party_type": given["party_type"]} if given["party_type"] else {}
        return {
            "key": keys[0] if keys else "",
            "columns": {name: path for name, path in chosen.items() if path and path != KEY},
            "constants": constants,
            "date_order": given["date_order"],
            "on_fault": given["on_fault"] or "leave_out",
        }

    def add_faults(self, errors: Mapping[str, Sequence[str]]) -> None:
        """Put each fault at the column that has it; the others above the form."""
        places = {f"columns.{name}": f"column-{place}" for place, name in enumerate(self.header)}
        for field, messages in errors.items():
            target = places.get(field, field if field in self.fields else None)
            self.add_error(target, list(messages))

    @property
    def whole(self) -> list[forms.BoundField]:
        """The fields that hold for the whole file."""
        return [self[name] for name in ("date_order", "party_type", "on_fault", "mode")]


class StartForm(forms.Form):
    """Begin; ``confirmed`` where a full file would close much."""

    confirmed = forms.BooleanField(required=False)


class VerdictForm(forms.Form):
    """What a load is that is out of the ordinary, and why."""

    verdict = forms.ChoiceField(choices=[(one.value, one.label) for one in LoadCensus.Verdict if one.value])
    reason = forms.CharField(
        label=_("Why"),
        max_length=300,
        help_text=_("Such as: a new branch; the supplier sent half. Names of customers do not belong here."),
    )


def paths(known: Catalogue, used: Iterable[str]) -> list[tuple[Any, Any]]:
    """What a column may be mapped to, by group; paths in use that the list lacks are added."""
    groups: list[tuple[Any, Any]] = [("", _now("Left out")), (KEY, _now("Key of the record"))]
    about = [("observed_at", _now("Observed at")), ("party_type", _now("Party type")), ("closed", _now("Closed"))]
    groups.append((_now("The record"), about))
    listed = {"", KEY, *(path for path, _label in about)}
    by_group: dict[str, Choices] = {}
    for spec in known.specs.values():
        label = str(spec.row.get_group_display())
        if label not in by_group:
            by_group[label] = [("full_name", _now("Full name"))] if not by_group else []
        by_group[label] += _paths_of(spec)
    groups += by_group.items()
    listed |= {path for choices in by_group.values() for path, _label in choices}
    others = [(path, path) for path in sorted({path for path in used if path} - listed)]
    return [*groups, (_now("Others"), others)] if others else groups


def _paths_of(spec: Spec) -> Iterator[tuple[str, Any]]:
    label = spec.label
    if spec.row.type == "address":
        for part in ADDRESS:
            yield f"{spec.name}.{part}", f"{label}: {part.replace('line1', 'street').replace('_', ' ')}"
        return
    if spec.row.type == "identifier":
        for scheme in SCHEMES:
            yield f"{spec.name}.{scheme}", f"{label}: {scheme.replace('_', ' ')}"
        return
    yield spec.name, str(label)
    if spec.row.type == "date":
        for part, called in (("year", _now("year")), ("month", _now("month")), ("day", _now("day"))):
            yield f"{spec.name}.{part}", f"{label}: {called}"
    for kind, word in spec.type.kinds.items():
        yield f"{spec.name}.{kind}", f"{label}: {word}"
