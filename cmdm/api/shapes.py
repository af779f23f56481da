"""In and out shapes: what a field may be is said once, and what is not said is refused."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

MAX_NAME = 60


class Shape(serializers.Serializer[Any]):
    """The shape of a body or a query. A field that it does not have, or that is read-only, is an error (400)."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            writable = {name for name, field in self.fields.items() if not field.read_only}
            if unknown := [str(name)[:MAX_NAME] for name in data if name not in writable]:
                raise serializers.ValidationError({name: [_("This field is not taken here.")] for name in unknown})
        return super().to_internal_value(data)

    @classmethod
    def read(cls, content: Any) -> dict[str, Any]:
        """The checked content of one body.

        :raises ValidationError: names the fields.
        """
        shape = cls(data=content)
        shape.is_valid(raise_exception=True)
        return dict(shape.validated_data)

    @classmethod
    def read_many(cls, content: Any, *, most: int) -> list[dict[str, Any]]:
        """The checked content of a list of 1 to ``most`` bodies."""
        shape: Any = serializers.ListSerializer(child=cls(), data=content, allow_empty=False, max_length=most)
        shape.is_valid(raise_exception=True)
        return list(shape.validated_data)


class KeyField(serializers.UUIDField):
    """The key of something of the hub. Its fault does not repeat what was sent."""

    default_error_messages = {"invalid": _("This is not a key.")}


class ProblemOut(serializers.Serializer[Any]):
    """A problem document (RFC 9457). ``errors`` names fields, never values."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField(required=False)
    errors = serializers.JSONField(required=False)  # type: ignore[assignment]
