"""Match models, to be looked at: a new version comes with an install or a retraining."""

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
    list_display = ("party_type", "version", "in_force", "created_at", "note")
    list_filter = ("party_type", "in_force")
    fields = ("party_type", "version", "in_force", "created_at", "note", "digest", "rules")
    readonly_fields = ("rules",)

    @admin.display(description=_("definition"))
    def rules(self, model: MatchModel) -> SafeString:
        """The definition, readable."""
        return format_html("<pre>{}</pre>", json.dumps(model.definition, indent=1, ensure_ascii=False))
