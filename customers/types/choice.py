"""Choice: one of the codes that the catalogue lists for the attribute."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.types.base import AttributeType, Finding, Options, attribute_type
from customers.types.edge import text_of
from customers.types.faults import Invalid
from customers.types.fields import ParsedChoiceField
from customers.types.folding import fold
from customers.types.placeholders import WORDS

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# What a choice is called in other files, by its folded label: of use only where the catalogue has such a choice.
_CALLED = {
    "female": "weiblich w frau femme feminin femenina femenino mujer femminile woman vrouw vrouwelijk kobieta kadin",
    "male": "mannlich maennlich mann herr homme masculin masculino hombre maschile maschio man h mezczyzna erkek",
    "diverse": "divers nonbinary otro autre",
    "single": "ledig celibataire soltero soltera unmarried nubile celibe",
    "married": "verheiratet marie mariee casado casada coniugato coniugata getrouwd",
    "divorced": "geschieden divorce divorcee divorciado divorciada divorziato divorziata gescheiden",
    "widowed": "verwitwet veuf veuve viudo viuda vedovo vedova widow widower",
}
_MEANT = {word: label for label, words in _CALLED.items() for word in words.split()}
_UNKNOWN = frozenset({"u", "unspecified", "undisclosed", "unbestimmt"})


@attribute_type("choice")
class Choice(AttributeType):
    """A code; its label, a letter that one label alone begins with, or a word of another language stands for it.

    Without choices, any text.
    """

    label = _("Choice")
    comparison = "exact"

    def parse(self, raw: object, options: Options) -> str:
        text = text_of(raw, max_length=options.max_length)
        if not options.choices or text in options.choices:
            return text
        meant = fold(text)
        for code, label in options.choices.items():
            if meant and meant in (fold(code), fold(str(label))):
                return code
        begun = [code for code, label in options.choices.items() if len(meant) == 1 and fold(str(label))[:1] == meant]
        if len(begun) == 1:
            return begun[0]
        known = [code for code, label in options.choices.items() if fold(str(label)) == _MEANT.get(meant)]
        if known:
            return known[0]
        raise Invalid("choice", _("This is not one of the choices."))

    def is_silent(self, raw: object, options: Options) -> bool:
        """`U`, `Unknown`, `n/a` where no choice is called so."""
        if not options.choices or not isinstance(raw, str) or raw in options.choices:
            return False
        meant = fold(raw)
        named = any(meant in (fold(code), fold(str(label))) for code, label in options.choices.items())
        return not named and (meant in WORDS or meant in _UNKNOWN)

    def checks(self, value: str, options: Options) -> list[Finding]:
        if options.choices and value not in options.choices:
            return [Finding("choice", _("This is no longer one of the choices."))]
        return []

    def form_field(self, *, label: StrOrPromise, required: bool, options: Options) -> forms.Field:
        return ParsedChoiceField(
            parse=lambda raw: self.parse(raw, options),
            choices=[("", "—"), *options.choices.items()],
            label=label,
            required=required,
        )

    def json_schema(self) -> dict[str, object]:
        return {"type": "string", "minLength": 1, "description": "One of the codes of the attribute."}
