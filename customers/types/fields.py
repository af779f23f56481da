"""Form fields that parse what is typed by the attribute type, so a form and a file refuse the same things."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError

from customers.types.faults import Invalid

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Parse = Callable[[object], Any]


class ParsedField(forms.CharField):
    """One text box."""

    def __init__(self, *, parse: Parse, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.parse = parse

    def clean(self, value: Any) -> Any:
        return _parsed(self.parse, super().clean(value))


class ParsedChoiceField(forms.ChoiceField):
    """One list to choose from."""

    def __init__(self, *, parse: Parse, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.parse = parse

    def clean(self, value: Any) -> Any:
        return _parsed(self.parse, super().clean(value))

    def prepare_value(self, value: Any) -> Any:
        return str(value).lower() if isinstance(value, bool) else value


class PartsWidget(forms.MultiWidget):
    """One box per part of a structured value, named `<field>_<part>`."""

    def __init__(self, widgets: Mapping[str, forms.Widget]) -> None:
        super().__init__(widgets=dict(widgets))
        self.part_names = tuple(widgets)

    def decompress(self, value: Any) -> list[Any]:
        if isinstance(value, Mapping):
            return [value.get(part) for part in self.part_names]
        return [None] * len(self.part_names)


class PartsField(forms.MultiValueField):
    """A structured value: its parts are cleaned by the attribute type together."""

    widget: PartsWidget

    def __init__(self, *, parse: Parse, boxes: Mapping[str, tuple[StrOrPromise, forms.Widget]], **kwargs: Any) -> None:
        widgets = {}
        for part, (label, widget) in boxes.items():
            widget.attrs.setdefault("aria-label", label)
            widgets[part] = widget
        super().__init__(
            fields=[forms.CharField(required=False) for _ in boxes],
            widget=PartsWidget(widgets),
            require_all_fields=False,
            **kwargs,
        )
        self.part_names = tuple(boxes)
        self.parse = parse

    def compress(self, data_list: list[Any]) -> Any:
        given = {part: value for part, value in zip(self.part_names, data_list, strict=False) if value}
        described_only = not set(given) - {"kind", "scheme"}
        if described_only and self.required:
            raise ValidationError(self.error_messages["required"], code="required")
        return None if described_only else _parsed(self.parse, given)


def _parsed(parse: Parse, raw: Any) -> Any:
    if raw in (None, "", {}):
        return None
    try:
        return parse(raw)
    except Invalid as fault:
        raise ValidationError(fault.message, code=fault.code) from None
