"""Forms of the stewards' pages about what customers said."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cmdm import access
from cmdm.models import User
from consent.models import Act, Channel, ConsentEvent, Method, Purpose
from consent.rules.folding import DENYING, GRANTING
from customers.models import Source

ANSWERS: dict[str, frozenset[str]] = {
    "yes": GRANTING,
    "no": DENYING,
    "other": frozenset(Act.values) - GRANTING - DENYING,
}


def _day(label: Any) -> forms.DateField:
    return forms.DateField(label=label, required=False, widget=forms.DateInput(attrs={"type": "date"}))


class ActsFilter(forms.Form):
    """Narrow the list of acts; only sources that the reader may see can be chosen."""

    purpose = forms.ModelChoiceField(
        Purpose.objects.all(), label=_("Purpose"), required=False, empty_label=_("Every purpose"), to_field_name="key"
    )
    answer = forms.ChoiceField(
        label=_("Answer"), required=False,
        choices=[("", _("Every act")), ("yes", _("Yes")), ("no", _("No")), ("other", _("Neither"))],
    )  # fmt: skip
    channel = forms.ChoiceField(
        label=_("Channel"), required=False, choices=[("", _("Every channel")), *Channel.choices, ("-", _("No channel"))]
    )
    method = forms.ChoiceField(
        label=_("How"), required=False, choices=[("", _("Every way")), *Method.choices]
    )  # fmt: skip
    source = forms.ModelChoiceField(
        Source.objects.none(), label=_("Source"), required=False, empty_label=_("Every source")
    )
    since = _day(_("Since"))
    until = _day(_("Until"))
    notice = forms.IntegerField(required=False, widget=forms.HiddenInput, min_value=1, max_value=2**62)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Source.objects.filter(domain__in=access.scope(user, "view"))
        self.fields["source"].queryset = rows  # type: ignore[attr-defined]

    def narrow(self, rows: QuerySet[ConsentEvent]) -> QuerySet[ConsentEvent]:
        """The acts that fit; a malformed part counts as not given."""
        self.is_valid()
        given = self.cleaned_data
        plain = {"purpose": "purpose", "method": "method", "source": "record__source", "notice": "notice"}
        for name, lookup in plain.items():
            if given.get(name):
                rows = rows.filter(**{lookup: given[name]})
        if given.get("channel"):
            rows = rows.filter(channel="" if given["channel"] == "-" else given["channel"])
        if given.get("answer"):
            rows = rows.filter(act__in=ANSWERS[given["answer"]])
        if given.get("since"):
            rows = rows.filter(recorded_at__gte=_midnight(given["since"]))
        if given.get("until"):
            rows = rows.filter(recorded_at__lt=_midnight(given["until"] + timedelta(days=1)))
        return rows


def _midnight(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
