"""Text: one line, as typed."""

from django.utils.translation import gettext_lazy as _

from customers.types.base import AttributeType, attribute_type


@attribute_type("text")
class Text(AttributeType):
    """Anything that fits on a line."""

    label = _("Text")
    comparison = "text"

    def json_schema(self) -> dict[str, object]:
        return {"type": "string", "minLength": 1}
