"""Match models, to be looked at: their life is led from the page of matching."""

import json

from django.contrib import admin
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from cmdm.administration import VerbAdmin
from matching.models import MatchModel


@admin.register(MatchModel)
class MatchModelAdmin(VerbAdmin):
    """Which rules and weights are in force, and which were before."""

    domain_path = ""
    may_add = may_change = False
    list_display = ("party_type", "version", "state", "origin", "created_at", "note")
    list_filter = ("party_type", "state")
    fields = ("party_type", "version", "state", "origin", "created_at", "in_force_since", "note", "digest", "rules")
    readonly_fields = ("rules",)

    @admin.display(description=_("definition"))
    def rules(self, model: MatchModel) -> SafeString:
        """The definition, readable."""
        return format_html('<pre tabindex="0">{}</pre>', json.dumps(model.definition, indent=1, ensure_ascii=False))
