"""Organisation name: as typed, since IBM and adidas know best how they are written."""

from django.utils.translation import gettext_lazy as _

from customers.types.base import HIDDEN, AttributeType, attribute_type


@attribute_type("organisation_name")
class OrganisationName(AttributeType):
    """The name of a company, an authority, a club."""

    label = _("Organisation name")
    comparison = "organisation"

    def mask(self, value: str) -> str:
        return value[:1] + HIDDEN

    def json_schema(self) -> dict[str, object]:
        return {"type": "string", "minLength": 1, "description": "Name of an organisation."}
