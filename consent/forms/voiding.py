"""An act that was entered by mistake, or a consent that is not needed any more."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from consent.actions.voiding import is_own
from consent.models import Act, ConsentEvent
from consent.rules.folding import GRANTING

DEEDS = (
    (Act.INVALIDATED, _("It was entered by mistake: it counts for nothing, and what stood before stands again")),
    (Act.TERMINATED, _("We need this consent no longer: it ends now")),
)


class VoidForm(forms.Form):
    """What becomes of the act, and why."""

    deed = forms.ChoiceField(label=_("What is wrong with it"), widget=forms.RadioSelect)
    note = forms.CharField(
        label=_("Why"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2}), help_text=_("Kept sealed.")
    )

    def __init__(self, *args: Any, event: ConsentEvent, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own, ends = is_own(event), event.act in GRANTING
        fit = [deed for deed, allowed in zip(DEEDS, (not own, ends), strict=True) if allowed]
        self.fields["deed"].choices = fit  # type: ignore[attr-defined]
        self.fields["deed"].initial = fit[0][0] if len(fit) == 1 else None
