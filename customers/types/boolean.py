"""Boolean: true or false."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from customers.types.base import AttributeType, Finding, Options, attribute_type
from customers.types.edge import text_of
from customers.types.faults import Invalid
from customers.types.fields import ParsedChoiceField
from customers.types.folding import fold

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

_WORDS = {
    **dict.fromkeys("true t yes y 1 on ja j oui o si s sim tak da wahr vrai".split(), True),
    **dict.fromkeys("false f no n 0 off nein non nao nie nee falsch faux".split(), False),
}


@attribute_type("boolean")
class Boolean(AttributeType):
    """Yes or no."""

    label = _("Yes or no")
    comparison = "exact"

    def parse(self, raw: object, options: Options) -> bool:
        if isinstance(raw, bool):
            return raw
        meant = _WORDS.get(fold(text_of(raw, max_length=options.max_length)))
        if meant is None:
            raise Invalid("boolean", _("This must be yes or no."))
        return meant

    def checks(self, value: bool, options: Options) -> list[Finding]:
        return []

    def display(self, value: bool, language: str = "en") -> str:
        with translation.override(language):
            return str(_("Yes") if value else _("No"))

    def key(self, value: bool) -> str:
        return "true" if value else "false"

    def form_field(self, *, label: StrOrPromise, required: bool, options: Options) -> forms.Field:
        return ParsedChoiceField(
            parse=lambda raw: self.parse(raw, options),
            choices=[("", "—"), ("true", _("Yes")), ("false", _("No"))],
            label=label,
            required=required,
        )

    def json_schema(self) -> dict[str, object]:
        return {"type": "boolean"}
