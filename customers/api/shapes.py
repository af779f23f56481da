"""Shapes that several endpoints of customers share."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from rest_framework import serializers

from cmdm.api.shapes import Shape
from customers.models import PartyType
from customers.queries.catalogue import FULL_NAME, Spec, catalogue
from customers.queries.visible import Visible

MAX_BATCH = 1_000
PARTY_TYPES = PartyType.choices


class ValuesField(serializers.Field):
    """Values by attribute of the catalogue; each attribute's type judges what it may be."""

    default_error_messages = {"object": _("Values are an object: attribute to value.")}

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, dict):
            self.fail("object")
        return data

    def to_representation(self, value: Any) -> Any:
        return value


class ValuesSchema(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """The schema of values follows the catalogue as it is."""

    target_class = "customers.api.shapes.ValuesField"

    def map_serializer_field(self, auto_schema: Any, direction: str) -> dict[str, Any]:
        properties = {name: _schema(spec) for name, spec in catalogue().specs.items()}
        if direction == "request":
            properties[FULL_NAME] = {"type": "string", "description": "Split into the parts of a name."}
        return {"type": "object", "properties": properties}


def _schema(spec: Spec) -> dict[str, Any]:
    one: dict[str, Any] = dict(spec.type.json_schema())
    if not spec.many:
        return {**one, "title": str(spec.row.label)}
    if not spec.type.structured:
        one = {"type": "object", "properties": {"value": one}, "required": ["value"]}
    return {"type": "array", "title": str(spec.row.label), "items": one}


class RecordRef(Shape):
    """A record by its source and its key there."""

    source = serializers.SlugField(max_length=60)  # type: ignore[assignment]
    key = serializers.CharField(max_length=200)


class LevelOut(serializers.Serializer[Any]):
    """One comparison: how well it agreed, and its weight in bits."""

    comparison = serializers.CharField()
    level = serializers.CharField()
    weight = serializers.FloatField()


class CustomerOut(serializers.Serializer[Any]):
    """A customer as the reader may see it; asked for a purpose, with whether it may be used for it, and why.

    ``masked``: attributes whose values are sensitive and shown in part only. ``substitutes``: attributes whose winning
    value lies in a domain that the reader may not see; the best of the visible ones is given.
    """

    key = serializers.UUIDField()
    number = serializers.CharField()
    party_type = serializers.ChoiceField(choices=PARTY_TYPES)
    status = serializers.CharField()
    version = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    changed_at = serializers.DateTimeField()
    values = ValuesField()
    masked = serializers.ListField(child=serializers.CharField())
    substitutes = serializers.ListField(child=serializers.CharField())
    permitted = serializers.BooleanField(required=False)
    why = serializers.CharField(required=False)


def customer_out(customer: Any, seen: Visible) -> dict[str, Any]:
    """A customer and what may be seen of it, as they are sent."""
    return {
        "key": customer.key_text,
        "number": customer.number,
        "party_type": customer.party_type,
        "status": customer.status,
        "version": customer.version,
        "created_at": customer.created_at,
        "changed_at": customer.changed_at,
        "values": seen.values,
        "masked": list(seen.masked),
        "substitutes": list(seen.substitutes),
    }
