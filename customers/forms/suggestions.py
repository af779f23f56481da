"""Forms of suggestions for missing values."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cmdm import access
from cmdm.models import Domain, User
from customers.queries.catalogue import catalogue
from customers.queries.suggesting.names import LABELS

MARK = r"^\d{1,19}\.[-\w]{1,60}\.[0-9a-f]{32}$"


class SuggestionForm(forms.Form):
    """What somebody answers to one suggestion; its mark holds no value."""

    ANSWERS = (("take", _("Fill in")), ("dismiss", _("Dismiss")))

    mark = forms.RegexField(MARK, max_length=120)
    answer = forms.ChoiceField(choices=ANSWERS)


class SuggestionFilter(forms.Form):
    """Narrow the list of what can be filled in."""

    attribute = forms.ChoiceField(label=_("Attribute"), required=False)
    rule = forms.ChoiceField(label=_("Rule"), choices=[("", _("Every rule")), *LABELS.items()], required=False)

    domain = forms.ChoiceField(label=_("Domain"), required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        domains = Domain.objects.filter(pk__in=access.scope(user, "view") & access.scope(user, "correct"))
        found = [(str(one.pk), one.name) for one in domains.order_by("name")]
        self.fields["domain"].choices = [("", _("Every domain")), *found]  # type: ignore[attr-defined]
        if len(found) < 2:
            del self.fields["domain"]
        specs = catalogue().specs.values()
        choices = [("", _("Every attribute")), *((spec.name, spec.label) for spec in specs)]
        self.fields["attribute"].choices = choices  # type: ignore[attr-defined]

    def wanted(self) -> dict[str, Any]:
        """What is asked for; a malformed part counts as not given."""
        self.is_valid()
        said = {name: self.cleaned_data.get(name) or "" for name in ("attribute", "rule")}
        domain = self.cleaned_data.get("domain")
        return {**said, "domain": int(domain) if domain else None}


class ManyForm(forms.Form):
    """Suggestions of a page that shall be filled in together: ``key/mark`` of each."""

    chosen = forms.MultipleChoiceField()

    def __init__(self, *args: Any, offered: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["chosen"].choices = [(one, one) for one in offered]  # type: ignore[attr-defined]
