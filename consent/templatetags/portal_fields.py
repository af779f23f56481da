"""How values of several parts are asked for in the portal: a box each with a label that is seen, and its purpose."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import template
from django.forms.boundfield import BoundField
from django.utils.safestring import SafeString

from consent.queries.portal_words import day_in_words
from customers.types.fields import PartsWidget

register = template.Library()

# By attribute or part: what the browser may fill in (WCAG 2.2, 1.3.5).
PURPOSES = {
    "given_name": "given-name",
    "middle_name": "additional-name",
    "family_name": "family-name",
    "birth_date": "bday",
    "line1": "address-line1",
    "line2": "address-line2",
    "city": "address-level2",
    "region": "address-level1",
    "postal_code": "postal-code",
    "country": "country",
}
BY_FIELD = {"email": "email", "phone": "tel"}


@dataclass(frozen=True)
class Part:
    """One box: its label, the id of the box, and the box."""

    label: Any
    id: str
    box: SafeString


@register.filter
def long_day(moment: date | datetime) -> str:
    """12 March 2024, in the reader's language."""
    return day_in_words(moment.date() if isinstance(moment, datetime) else moment)


@register.filter
def has_parts(field: BoundField) -> bool:
    """Whether the field is a value of several parts."""
    return isinstance(field.field.widget, PartsWidget)


@register.filter
def parts(field: BoundField) -> Iterator[Part]:
    """The boxes of a field."""
    widget: Any = field.field.widget
    value = field.value()
    values = value if isinstance(value, list) else widget.decompress(value)
    # A form has copies of its widgets for itself: what is changed here is the form's alone.
    for part, suffix, box, said in zip(widget.part_names, widget.widgets_names, widget.widgets, values, strict=True):
        label, id_ = box.attrs.pop("aria-label", part), f"{field.auto_id}_{part}"
        box.attrs.pop("placeholder", None)
        attrs = {"id": id_, "class": _class(box), **_purpose(field.name, part)}
        if field.errors:
            attrs |= {"aria-invalid": "true", "aria-describedby": f"{field.auto_id}_error"}
        yield Part(label, id_, box.render(field.html_name + suffix, said, attrs))


def _class(box: Any) -> str:
    return "form-select" if hasattr(box, "choices") else "form-control"


def _purpose(field: str, part: str) -> dict[str, str]:
    purpose = PURPOSES.get(part) or (BY_FIELD.get(field) if part == "value" else "")
    return {"autocomplete": purpose} if purpose else {}
