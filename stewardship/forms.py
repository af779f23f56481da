"""Forms of the queue, the card, and what owners set."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _

from cmdm import access
from cmdm.models import Domain, User
from customers.models import Source, SourceRecord
from matching.models import Verdict
from stewardship.models import Answer, ReviewPolicy, Task
from stewardship.queries.asking import sources_of
from stewardship.queries.colleagues import who_may
from stewardship.queries.notes import Notes, colleagues_by_name
from stewardship.queries.sides import Side
from stewardship.queries.wanted import AGES, BANDS, NARROWING, REFERRED, SIZES, STAGES, Wanted
from stewardship.rules.mentions import named, resolved
from stewardship.rules.parting import staged

SELECTED = 100
LARGEST = 2**63 - 1
LONGEST = 2_000
ORDERS = [("useful", _("Most useful first")), ("oldest", _("Oldest first"))]


class SelectedField(forms.Field):
    """Cards that were ticked, or as they stand in an address: "12,15"; what is no number is left out."""

    widget = forms.SelectMultiple

    def to_python(self, value: Any) -> str:
        given = [one for text in value or () for one in str(text).split(",")]
        found = {int(one) for one in given if one.isascii() and one.isdigit() and len(one) < 19}
        return ",".join(map(str, sorted(found)[:SELECTED]))


class QueueFilter(forms.Form):
    """The filters in the address; what is malformed counts as not given."""

    queue = forms.ChoiceField(choices=Task.Queue.choices, required=False)
    mine = forms.BooleanField(required=False)
    assigned = forms.BooleanField(required=False)
    referred = forms.ChoiceField(choices=list(REFERRED.items()), required=False)
    stage = forms.ChoiceField(choices=list(STAGES.items()), required=False)
    band = forms.ChoiceField(choices=[(name, name) for name in BANDS], required=False)
    low = forms.FloatField(required=False, min_value=0, max_value=1)
    high = forms.FloatField(required=False, min_value=0, max_value=1)
    age = forms.ChoiceField(choices=[(name, name) for name in AGES], required=False)
    size = forms.ChoiceField(choices=list(SIZES.items()), required=False)
    differs = forms.RegexField(r"^[a-z0-9_-]+$", required=False, max_length=60)
    agrees = forms.RegexField(r"^[a-z0-9_-]+$", required=False, max_length=60)
    source = forms.IntegerField(required=False, min_value=1, max_value=LARGEST)
    domain = forms.IntegerField(required=False, min_value=1, max_value=LARGEST)
    tag = forms.IntegerField(required=False, min_value=1, max_value=LARGEST)
    holder = forms.IntegerField(required=False, min_value=1, max_value=LARGEST)
    only = SelectedField(required=False)
    order = forms.ChoiceField(choices=ORDERS, required=False)

    def wanted(self) -> Wanted:
        """What is asked for."""
        self.is_valid()
        given = self.cleaned_data
        own = {name: given[name] for name in NARROWING if given.get(name) not in (None, "", False)}
        return Wanted(queue=given.get("queue") or Task.Queue.POSSIBLE, oldest=given.get("order") == "oldest", **own)


class KeptFilterForm(forms.Form):
    """The name of a filter that is kept, and with which domain's stewards it is shared."""

    name = forms.CharField(max_length=60)
    domain = forms.ModelChoiceField(Domain.objects.none(), required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["domain"]
        field.queryset = Domain.objects.filter(pk__in=access.scope(user, "decide"))  # type: ignore[attr-defined]


class BulkForm(forms.Form):
    """One answer to all cards of a filter."""

    decision = forms.ChoiceField(
        label=_("Answer"),
        choices=[one for one in Verdict.Answer.choices if one[0] != Verdict.Answer.UNSURE],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Reason"), max_length=300, help_text=_("Stands with every answer, and with every verdict made of it.")
    )


class NoteForm(forms.Form):
    """A note: on what, which words, and whom it names."""

    place = forms.CharField(required=False, max_length=40)
    text = forms.CharField(label=_("Note"), max_length=LONGEST, widget=forms.Textarea({"rows": 3}))

    def __init__(self, *args: Any, notes: Notes, about: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.notes, self.about = notes, about

    def clean(self) -> dict[str, Any] | None:
        given = super().clean() or {}
        place = self.notes.place(given.get("place", ""))
        if place is None:
            raise forms.ValidationError(_("There is no record of yours to hang this on."))
        record = SourceRecord.objects.get(pk=place.record)
        people, unknown = resolved(named(given.get("text", "")), colleagues_by_name(record.domain_id))
        if unknown:
            who = ", ".join(f"@{name}" for name in unknown)
            raise forms.ValidationError(_("%(who)s: nobody of this name may see it.") % {"who": who})
        about = self.about or place.value.partition("-")[0]
        self.deed = {"record": record, "text": given.get("text", ""), "mentioned": people, "about": about}
        return given


class CommentForm(forms.Form):
    """What whoever takes the card next should know."""

    comment = forms.CharField(
        label=_("Comment"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("Kept as a note of the card. Whoever takes it next reads it."),
    )


class AssignForm(forms.Form):
    """Who shall decide: one of those who may, in every domain of the card."""

    to = forms.ModelChoiceField(User.objects.none(), label=_("Who"), required=False, empty_label=_("Nobody"))

    def __init__(self, *args: Any, task: Task, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # On its page stands another form with a field of this name.
        self.auto_id = "assign_%s"
        offer(self.fields["to"], who_may("decide", task.domain_ids()))


class ReferForm(forms.Form):
    """A question about a card, to a colleague, to the owner of a source, or to one of its customers."""

    to = forms.ModelChoiceField(User.objects.none(), label=_("Ask a colleague"), required=False, empty_label="–")
    source = forms.ModelChoiceField(
        Source.objects.none(), label=_("or the owner of a source"), required=False, empty_label="–"
    )
    customer = forms.TypedChoiceField(
        label=_("or the customer himself"), required=False, coerce=int, empty_value=None,
        help_text=_("He reads it in the portal, and a mail tells him so. Name nothing of the other customer."),
    )  # fmt: skip
    question = forms.CharField(label=_("Question"), max_length=LONGEST, widget=forms.Textarea({"rows": 3}))

    def __init__(self, *args: Any, task: Task, user: User, sides: Sequence[Side], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shown = [(side.customer, f"{side.name}, {side.number}") for side in sides if side.visible]
        self.fields["customer"].choices = [("", "–"), *shown]  # type: ignore[attr-defined]
        offer(self.fields["to"], [one for one in who_may("view", task.domain_ids()) if one.pk != user.pk])
        source = self.fields["source"]
        source.queryset = sources_of(task).visible_to(user)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any] | None:
        given = super().clean() or {}
        if not self.errors and sum(bool(given.get(name)) for name in ("to", "source", "customer")) != 1:
            self.add_error("to", _("Choose a colleague, a source or a customer, one of them."))
        return given

    @property
    def deed(self) -> dict[str, Any]:
        """The arguments of the action."""
        return {name: self.cleaned_data.get(name) for name in ("to", "source", "question")}


class ReplyForm(forms.Form):
    """What one answers when one was asked."""

    answer = forms.CharField(label=_("Answer"), max_length=LONGEST, widget=forms.Textarea({"rows": 3}))


def offer(field: forms.Field, people: Sequence[User]) -> None:
    """Let a field choose among these people, in this order."""
    rows = User.objects.filter(pk__in=[one.pk for one in people]).order_by("display_name", "username")
    field.queryset = rows  # type: ignore[attr-defined]


class SeenField(forms.CharField):
    """Versions of customers as the card posts them back: ``12:4,15:7``."""

    def clean(self, value: Any) -> dict[int, int]:
        text = super().clean(value)
        try:
            pairs = [part.split(":") for part in text.split(",")]
            return {int(customer): int(version) for customer, version in pairs}
        except ValueError as error:
            raise forms.ValidationError(_("This page is damaged. Load it again.")) from error


class SettingForm(forms.Form):
    """The value to set, as the card named it, and the versions that it showed."""

    seen = SeenField(max_length=2_000)
    settling = forms.CharField(max_length=200)


class DecisionForm(forms.Form):
    """An answer: what is decided, on which versions, how firmly, why, which values win and who belongs together."""

    decision = forms.ChoiceField(label=_("Answer"), choices=Answer.Decision.choices)
    seen = SeenField(max_length=2_000)
    strength = forms.ChoiceField(label=_("How firm"), choices=Verdict.Strength.choices, required=False)
    reason = forms.CharField(label=_("Reason"), required=False, max_length=300)

    def clean_strength(self) -> str:
        return self.cleaned_data["strength"] or Verdict.Strength.ADVISE

    @property
    def deed(self) -> dict[str, Any]:
        """The arguments of the action."""
        chosen = {
            name.removeprefix("choice-"): int(value)
            for name, value in self.data.items()
            if name.startswith("choice-") and str(value).isascii() and str(value).isdigit() and len(str(value)) < 19
        }
        deed = {**self.cleaned_data, "choices": chosen}
        until = self._until(chosen)
        if until:
            deed["pins_until"] = until
        leaving = [int(pk) for pk in self._all("leaving") if pk.isascii() and pk.isdigit() and len(pk) < 19]
        if leaving:
            deed["leaving"] = leaving
        if self.cleaned_data["decision"] == Answer.Decision.PARTITION:
            groups, related = staged(self.data)
            deed |= {"groups": groups, "related": [list(one) for one in related]}
        return deed

    def _all(self, name: str) -> list[str]:
        return self.data.getlist(name) if isinstance(self.data, QueryDict) else list(self.data.get(name, ()))

    def _until(self, chosen: Collection[str]) -> dict[str, date]:
        """Until when the chosen values hold, where a day was given."""
        given = {name: parse_date(str(self.data.get(f"until-{name}", ""))[:10]) for name in chosen}
        return {name: day for name, day in given.items() if day is not None}


class PolicyForm(forms.Form):
    """A policy of review; its domain is chosen once."""

    name = forms.CharField(label=_("Name"), max_length=80)
    domain = forms.ModelChoiceField(Domain.objects.none(), label=_("Domain"), required=False, empty_label=None)
    low = forms.FloatField(label=_("Score from"), min_value=0, max_value=1, initial=0)
    high = forms.FloatField(label=_("Score to"), min_value=0, max_value=1, initial=1)
    decision = forms.ChoiceField(
        label=_("Only for the answer"), required=False, choices=[("", _("any but not sure")), *Verdict.Answer.choices]
    )
    sensitive = forms.BooleanField(label=_("Only where a customer has sensitive values"), required=False)
    contradictory = forms.BooleanField(label=_("Only where identifiers contradict each other"), required=False)
    second_person = forms.BooleanField(
        label=_("A second person answers, too"), required=False, initial=True,
        help_text=_("He does not see the first answer. When both say the same it is done, else a lead decides."),
    )  # fmt: skip
    share = forms.FloatField(
        label=_("Share of these tasks"), min_value=0, max_value=1, initial=1,
        help_text=_("1: every one. 0.05: one in twenty, drawn blindly, to measure how far people agree."),
    )  # fmt: skip
    reason_required = forms.BooleanField(label=_("The answer must say why"), required=False)
    active = forms.BooleanField(label=_("In force"), required=False, initial=True)

    def __init__(self, *args: Any, policy: ReviewPolicy | None, actor: User, **kwargs: Any) -> None:
        if policy is not None:
            kwargs["initial"] = {name: getattr(policy, name) for name in self.base_fields if name != "domain"}
        super().__init__(*args, **kwargs)
        if policy is not None:
            del self.fields["domain"]
        else:
            field: Any = self.fields["domain"]
            field.queryset = Domain.objects.within(access.scope(actor, "configure"))
            field.empty_label = _("All domains") if access.everywhere(actor, "configure") else None
            field.required = field.empty_label is None

    @property
    def written(self) -> dict[str, Any]:
        """The fields that the action takes."""
        return {name: value for name, value in self.cleaned_data.items() if name != "domain"}


class TargetForm(forms.Form):
    """What an owner wants of the automatic merges of a domain."""

    precision = forms.FloatField(
        label=_("Share that must be right"), min_value=0.5, max_value=0.9999,
        help_text=_("When the lower bound of the estimate falls under it, the machine only proposes."),
    )  # fmt: skip
    sample = forms.FloatField(
        label=_("Share to be looked at"), min_value=0, max_value=1, help_text=_("0.02: one in fifty joins.")
    )
    minimum = forms.IntegerField(label=_("Answers before it counts"), min_value=10, max_value=100_000)


class AnswersFilter(forms.Form):
    """Which answers stand behind a figure; what is malformed counts as not given."""

    day = forms.DateField(required=False)
    role = forms.ChoiceField(choices=Answer.Role.choices, required=False)
    decision = forms.ChoiceField(choices=Answer.Decision.choices, required=False)
    withdrawn = forms.BooleanField(required=False)

    def wanted(self) -> dict[str, Any]:
        """What is asked for."""
        self.is_valid()
        given = self.cleaned_data
        return {
            "day": given.get("day"),
            "role": given.get("role") or "",
            "decision": given.get("decision") or "",
            "withdrawn": bool(given.get("withdrawn")),
        }


class SampleFilter(forms.Form):
    """Which sampled joins stand behind a figure; what is malformed counts as not given."""

    domain = forms.IntegerField(required=False, min_value=1, max_value=LARGEST)
    week = forms.DateField(required=False)
    wrong = forms.BooleanField(required=False)

    def wanted(self) -> dict[str, Any]:
        """What is asked for."""
        self.is_valid()
        given = self.cleaned_data
        return {"domain": given.get("domain"), "week": given.get("week"), "wrong": bool(given.get("wrong"))}
