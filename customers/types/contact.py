"""What e-mail and phone have in common: a value, a kind, and whether it was proved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.types.base import AttributeType, Options, Parts, is_verified, parts_of
from customers.types.edge import text_of
from customers.types.faults import Invalid
from customers.types.fields import PartsField
from customers.types.kinds import kind_box, kind_of

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class ContactPoint(AttributeType):
    """A value that comes as plain text, or as {value, kind, verified}."""

    parts = ("value", "kind")
    structured = True

    def standardise(self, text: str, options: Options) -> str:
        """The value in its one standard form; raises Invalid."""
        raise NotImplementedError

    def value_box(self) -> forms.Widget:
        """The box for the value in a form."""
        raise NotImplementedError

    def parse(self, raw: object, options: Options) -> Parts:
        if isinstance(raw, Mapping):
            given = parts_of(raw, ("value", "kind", "verified"))
            if "value" not in given:
                raise Invalid("empty", _("This is empty."), "value")
        else:
            given = {"value": raw}
        value: Parts = {"value": self._standard(given["value"], options)}
        if "kind" in given:
            value["kind"] = kind_of(given["kind"], self.kinds)
        if is_verified(given):
            value["verified"] = True
        return value

    def display(self, value: Parts, language: str = "en") -> str:
        return str(value["value"])

    def form_field(self, *, label: StrOrPromise, required: bool, options: Options) -> forms.Field:
        boxes = {"value": (label, self.value_box()), "kind": kind_box(self.kinds)}
        return PartsField(parse=lambda raw: self.parse(raw, options), boxes=boxes, label=label, required=required)

    def json_schema(self) -> dict[str, object]:
        return {
            "type": "object",
            "properties": {
                "value": self.value_schema(),
                "kind": {"type": "string", "enum": list(self.kinds)},
                "verified": {"type": "boolean"},
            },
            "required": ["value"],
            "additionalProperties": False,
        }

    def value_schema(self) -> dict[str, object]:
        """The shape of the value alone."""
        return {"type": "string", "minLength": 1}

    def _standard(self, raw: object, options: Options) -> str:
        try:
            return self.standardise(text_of(raw, max_length=max(options.max_length, 254)), options)
        except Invalid as fault:
            raise Invalid(fault.code, fault.message, "value") from None
