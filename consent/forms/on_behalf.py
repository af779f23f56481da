"""What a customer said on the phone or on paper."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cmdm import clock
from consent.actions.scans import MOST_BYTES
from consent.models import Act, ActorKind, Channel, Kind, Method, Notice, Purpose
from consent.queries.contacts import ATTRIBUTES, contacts_in
from consent.rules.folding import GRANTING
from customers import types
from customers.models import SourceRecord
from customers.sealing import open_values

SAID = (
    (Act.GRANTED, _("Yes, agrees")),
    (Act.REFUSED, _("No, does not agree")),
    (Act.WITHDRAWN, _("No longer: withdraws")),
    (Act.OBJECTED, _("Objects")),
)
WHOSE = (
    (ActorKind.PERSON, _("The customer")),
    (ActorKind.GUARDIAN, _("The guardian")),
    (ActorKind.AGENT, _("An authorised agent")),
)


class OnBehalfForm(forms.Form):
    """One answer. Addresses and records are those of the customer that the reader may see."""

    purpose = forms.ModelChoiceField(
        Purpose.objects.published().exclude(kind__in=(Kind.CONTRACT, Kind.LEGAL)),
        label=_("Purpose"), to_field_name="key", empty_label=None,
    )  # fmt: skip
    act = forms.ChoiceField(label=_("What was said"), choices=SAID, widget=forms.RadioSelect)
    channel = forms.ChoiceField(
        label=_("Channel"), required=False, choices=[("", _("The whole purpose")), *Channel.choices]
    )
    contact = forms.ChoiceField(label=_("Address or number"), required=False)
    method = forms.ChoiceField(
        label=_("How"), choices=[(Method.PHONE, _("On the phone")), (Method.PAPER, _("On paper"))]
    )
    whose = forms.ChoiceField(label=_("Who said it"), choices=WHOSE)
    day = forms.DateField(
        label=_("On which day"), widget=forms.DateInput(attrs={"type": "date"}), help_text=_("It counts from now on.")
    )
    notice = forms.ModelChoiceField(
        Notice.objects.exclude(state=Notice.State.DRAFT).order_by("title", "-version"),
        label=_("Text that was read out or signed"), required=False, empty_label=_("The one in force"),
    )  # fmt: skip
    records = forms.TypedMultipleChoiceField(
        label=_("The person of these records"), coerce=int, widget=forms.CheckboxSelectMultiple,
        help_text=_("A yes holds for these only. A no reaches all records of the customer."),
    )  # fmt: skip
    note = forms.CharField(
        label=_("What proves it"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Which call, where the paper lies. Kept sealed."),
    )  # fmt: skip
    scan = forms.FileField(
        label=_("Scan"), required=False, help_text=_("PDF, PNG or JPEG, at most 10 MB. Kept sealed."),
        widget=forms.FileInput(attrs={"accept": "application/pdf,image/png,image/jpeg"}),
    )  # fmt: skip

    def __init__(self, *args: Any, records: Sequence[SourceRecord], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.held = {record.pk: record for record in records}
        self.addresses = _addresses(records)
        self.fields["contact"].choices = [("", _("Every address")), *self._shown()]  # type: ignore[attr-defined]
        names = [(record.pk, f"{record.source.name} · {record.key}") for record in records]
        self.fields["records"].choices = names  # type: ignore[attr-defined]
        self.fields["day"].initial = clock.now().date()
        if len(names) == 1:
            self.fields["records"].initial = [names[0][0]]

    def _shown(self) -> list[tuple[str, str]]:
        return [(key, types.get(ATTRIBUTES[kind]).display(value)) for key, (kind, value) in self.addresses.items()]

    def clean_day(self) -> Any:
        """Not in the future."""
        day = self.cleaned_data["day"]
        if day > clock.now().date():
            raise forms.ValidationError(_("This day is still to come."))
        return day

    def clean_scan(self) -> bytes:
        """Its bytes, at most ten megabytes of them."""
        sent = self.cleaned_data["scan"]
        if not sent:
            return b""
        if sent.size > MOST_BYTES:
            raise forms.ValidationError(_("At most 10 MB."))
        content: bytes = sent.read()
        return content

    @property
    def deed(self) -> dict[str, Any]:
        """What the action takes."""
        given = dict(self.cleaned_data)
        day = given.pop("day")
        today = day >= clock.now().date()
        at = None if today else timezone.make_aware(datetime.combine(day, datetime.min.time().replace(hour=12)))
        given["contact"] = self.addresses.get(given["contact"])
        given["records"] = [self.held[pk] for pk in given["records"]]
        if given["act"] not in GRANTING:
            given["notice"] = None
        return {**given, "occurred_at": at}


def _addresses(records: Sequence[SourceRecord]) -> dict[str, tuple[str, Any]]:
    """Kind and value of each address of the records, by a key that fits into a form."""
    found: dict[str, tuple[str, Any]] = {}
    for record in records:
        for (kind, digest), value in contacts_in(open_values(record.values)).items():
            found[f"{kind}-{digest.hex()[:24]}"] = (kind, value)
    return found


class OpenScanForm(forms.Form):
    """Why somebody looks at a scan."""

    purpose = forms.SlugField(max_length=60)
