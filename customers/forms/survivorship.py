"""The form of the survivorship editor."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.models import Attribute, Source
from customers.queries.survivorship import Draft

TIES = 3


class SurvivorshipForm(forms.Form):
    """A draft for one attribute: its rule, and what each source's word is worth for it."""

    rule = forms.ChoiceField(label=_("Which claim wins"), choices=Attribute.Rule.choices)
    tie_1 = forms.ChoiceField(label=_("Then"), required=False)
    tie_2 = forms.ChoiceField(label=_("Then"), required=False)
    tie_3 = forms.ChoiceField(label=_("Then"), required=False)
    half_life = forms.IntegerField(
        label=_("Trust halves after (days)"), min_value=0, max_value=36_500,
        help_text=_("Counted from the newest claim beside it, never from today. 0: it does not age."),
    )  # fmt: skip
    downgrade = forms.IntegerField(
        label=_("Less trust when validation failed"), min_value=0, max_value=100,
        help_text=_("Points taken off the trust in a value in which a check found a fault."),
    )  # fmt: skip

    def __init__(
        self, *args: Any, attribute: Attribute, sources: Sequence[Source], may_rule: bool, **kwargs: Any
    ) -> None:
        self.attribute, self.sources = attribute, sources
        kwargs["initial"] = _initial(attribute, sources)
        super().__init__(*args, **kwargs)
        for place in range(1, TIES + 1):
            field: Any = self.fields[f"tie_{place}"]
            field.choices = [("", "–"), *Attribute.Rule.choices]
        for one in self.fields.values():
            one.disabled = not may_rule
        for source in sources:
            self.fields[f"trust_{source.pk}"] = forms.IntegerField(
                label=_("Trust in %(source)s") % {"source": source.name}, min_value=0, max_value=100
            )
            self.fields[f"days_{source.pk}"] = forms.IntegerField(
                label=_("Half-life of %(source)s") % {"source": source.name},
                min_value=0, max_value=36_500, required=False,
            )  # fmt: skip

    def ruling(self) -> list[Any]:
        """The fields of the rule."""
        return [self[name] for name in self.fields if not name.startswith(("trust_", "days_"))]

    def weights(self) -> list[tuple[Source, Any, Any]]:
        """Each source with the fields of what its word is worth."""
        return [(one, self[f"trust_{one.pk}"], self[f"days_{one.pk}"]) for one in self.sources]

    @property
    def draft(self) -> Draft:
        """What is asked for; the form is valid."""
        given = self.cleaned_data
        ties = [given[f"tie_{place}"] for place in range(1, TIES + 1)]
        return Draft(
            attribute=self.attribute.name,
            rule=given["rule"],
            tie_breakers=tuple(dict.fromkeys(tie for tie in ties if tie)),
            half_life=given["half_life"],
            downgrade=given["downgrade"],
            trusts={one.pk: given[f"trust_{one.pk}"] for one in self.sources},
            half_lives={one.pk: given[f"days_{one.pk}"] for one in self.sources},
        )


def _initial(attribute: Attribute, sources: Sequence[Source]) -> dict[str, Any]:
    ties = [*attribute.tie_breakers, "", "", ""][:TIES]
    fields: dict[str, Any] = {f"tie_{place}": tie for place, tie in enumerate(ties, start=1)}
    fields |= {"rule": attribute.rule, "half_life": attribute.half_life, "downgrade": attribute.downgrade}
    for one in sources:
        fields[f"trust_{one.pk}"] = one.trust_in(attribute.name)
        fields[f"days_{one.pk}"] = one.half_life_by_attribute.get(attribute.name)
    return fields
