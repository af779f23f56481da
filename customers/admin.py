"""The set-up nouns of customers: sources and the catalogue. Records and customers are no set-up and are not here."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.validators import MaxValueValidator
from django.http import HttpRequest

from cmdm import access
from cmdm.administration import ActionForm, SpreadsheetAdmin
from cmdm.models import Domain
from customers import types
from customers.actions.catalogue import EDITABLE, add_attribute, change_attribute
from customers.actions.sources import add_source, change_source
from customers.models import Attribute, Source
from customers.resources import AttributeResource, SourceResource

SHOWN = (
    "name",
    "kind",
    "owner",
    "party_class",
    "country",
    "trust",
    "trust_by_attribute",
    "half_life_by_attribute",
    "second_above",
    "hold_unusual",
    "terms",
)


class SourceForm(ActionForm):
    """A source; its mapping is made on the import page."""

    class Meta:
        model = Source
        fields = ("key", "domain", *SHOWN)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        if "trust" in fields:
            fields["trust"].validators.append(MaxValueValidator(100))
        if "domain" in fields:
            fields["domain"].queryset = Domain.objects.within(access.scope(self.actor, "configure"))

    def act(self) -> Source:
        """Add or change it."""
        fields = self.fields_for(SHOWN)
        if self.instance.pk is None:
            told = self.cleaned_data
            return add_source(actor=self.actor, domain=told["domain"], key=told["key"], fields=fields)
        return change_source(self.instance, actor=self.actor, fields=fields)


@admin.register(Source)
class SourceAdmin(SpreadsheetAdmin):
    """Sources of the domains that the user configures."""

    form = SourceForm
    resource_classes = [SourceResource]
    list_display = ("name", "key", "domain", "kind", "role", "party_class", "trust")
    list_select_related = ("domain",)
    list_filter = ("role", "party_class")
    search_fields = ("name", "key")
    fields = ("key", "domain", *SHOWN)
    fixed_fields = ("key", "domain")


class AttributeForm(ActionForm):
    """An attribute of the catalogue."""

    type = forms.ChoiceField(label=Attribute._meta.get_field("type").verbose_name)

    class Meta:
        model = Attribute
        fields = ("name", *sorted(EDITABLE))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["type"].choices = [(name, one.label) for name, one in types.all().items()]

    def act(self) -> Attribute:
        """Add or change it."""
        fields = self.fields_for(EDITABLE)
        if self.instance.pk is None:
            return add_attribute(actor=self.actor, name=self.cleaned_data["name"], fields=fields)
        return change_attribute(self.instance, actor=self.actor, fields=fields)


@admin.register(Attribute)
class AttributeAdmin(SpreadsheetAdmin):
    """The catalogue; seen by whoever configures somewhere, changed by whoever does everywhere."""

    form = AttributeForm
    domain_path = ""
    resource_classes = [AttributeResource]
    list_display = ("label", "name", "type", "group", "parties", "many", "sensitivity", "rule", "retired")
    list_filter = ("group", "parties", "sensitivity", "retired")
    search_fields = ("name", "label")
    list_per_page = 200
    fixed_fields = ("name",)
    fieldsets = (
        (None, {"fields": ("name", "label", "type", "many", "group", "parties", "options")}),
        (None, {"fields": ("origin", "sensitivity", "quality", "portal")}),
        (None, {"fields": ("rule", "tie_breakers", "half_life", "downgrade", "survives_with")}),
        (None, {"fields": ("match_role", "searchable", "position", "retired")}),
    )

    def has_import_permission(self, request: HttpRequest) -> bool:
        return access.everywhere(request.user, "configure")
