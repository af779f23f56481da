"""Sources and the catalogue as CSV, row by row through the actions."""

from typing import Any

from import_export.fields import Field
from import_export.widgets import ForeignKeyWidget

from cmdm.models import Domain, User
from cmdm.spreadsheets import ActionResource, fields_of
from customers.actions import catalogue, sources
from customers.models import Attribute, Source


class SourceResource(ActionResource):
    """Sources by their key; domain and key are fixed when one is added."""

    domain = Field(attribute="domain", column_name="domain", widget=ForeignKeyWidget(Domain, "key"))
    owner = Field(attribute="owner", column_name="owner", widget=ForeignKeyWidget(User, "username"))

    class Meta:
        model = Source
        fields = ("key", "domain", *sorted(sources.EDITABLE))
        import_id_fields = ("key",)
        skip_unchanged = True
        skip_html_diff = True

    def write(self, instance: Any, is_create: bool, *, actor: User) -> None:
        """Add or change it."""
        fields = fields_of(instance, sources.EDITABLE)
        if is_create:
            sources.add_source(actor=actor, domain=instance.domain, key=instance.key, fields=fields)
        else:
            sources.change_source(instance, actor=actor, fields=fields)


class AttributeResource(ActionResource):
    """The catalogue by the attributes' names."""

    class Meta:
        model = Attribute
        fields = ("name", *sorted(catalogue.EDITABLE))
        import_id_fields = ("name",)
        skip_unchanged = True
        skip_html_diff = True

    def write(self, instance: Any, is_create: bool, *, actor: User) -> None:
        """Add or change it."""
        fields = fields_of(instance, catalogue.EDITABLE)
        if is_create:
            catalogue.add_attribute(actor=actor, name=instance.name, fields=fields)
        else:
            catalogue.change_attribute(instance, actor=actor, fields=fields)
