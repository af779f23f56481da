"""Who acts for somebody that is too young to."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cmdm import access
from cmdm.models import User
from consent.actions.scans import MOST_BYTES
from customers.models import Customer, SourceRecord


class GuardianForm(forms.Form):
    """The guardian by his customer number, and what proves it. ``records`` are those of the ward."""

    record = forms.TypedChoiceField(
        label=_("For the person of this record"), coerce=int, widget=forms.RadioSelect,
    )  # fmt: skip
    guardian = forms.CharField(
        label=_("Customer number of the guardian"), max_length=40,
        help_text=_("A customer of ours: a parent who has no record yet is added first."),
    )  # fmt: skip
    note = forms.CharField(
        label=_("What proves it"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Which document, who saw it and when; no numbers of documents. Kept sealed."),
    )  # fmt: skip
    scan = forms.FileField(
        label=_("Scan"), required=False, help_text=_("PDF, PNG or JPEG, at most 10 MB. Kept sealed."),
        widget=forms.FileInput(attrs={"accept": "application/pdf,image/png,image/jpeg"}),
    )  # fmt: skip

    def __init__(self, *args: Any, records: Sequence[SourceRecord], user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.held, self.user = {record.pk: record for record in records}, user
        names = [(record.pk, f"{record.source.name} · {record.key}") for record in records]
        self.fields["record"].choices = names  # type: ignore[attr-defined]
        self.fields["record"].initial = names[0][0]

    def clean_record(self) -> SourceRecord:
        """The ward's record."""
        return self.held[self.cleaned_data["record"]]

    def clean_guardian(self) -> SourceRecord:
        """The oldest open record of the customer with this number, where the reader may correct."""
        number = self.cleaned_data["guardian"].strip().upper()
        customer = Customer.objects.visible_to(self.user).active().filter(number=number).first()
        rows = SourceRecord.objects.current().filter(
            customer=customer, about__isnull=True, domain__in=access.scope(self.user, "correct")
        )
        found = rows.defer("raw", "findings").order_by("pk").first() if customer else None
        if found is None:
            raise forms.ValidationError(_("There is no customer of this number whose records you may correct."))
        return found

    def clean_scan(self) -> bytes:
        """Its bytes, at most ten megabytes of them."""
        sent = self.cleaned_data["scan"]
        if sent and sent.size > MOST_BYTES:
            raise forms.ValidationError(_("At most 10 MB."))
        content: bytes = sent.read() if sent else b""
        return content
