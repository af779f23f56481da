"""How form fields are dressed: classes and the ties between a field, its help and its error."""

from django import forms, template
from django.forms.boundfield import BoundField
from django.utils.safestring import SafeString

register = template.Library()

PLAIN = (forms.RadioSelect, forms.CheckboxSelectMultiple)


@register.filter
def is_check(field: BoundField) -> bool:
    """A single box with its label after it."""
    return isinstance(field.field.widget, forms.CheckboxInput)


@register.filter
def dressed(field: BoundField) -> SafeString:
    """The field's widget with our classes, tied to its help and its error."""
    widget = field.field.widget
    described = [f"{field.auto_id}_helptext"] if field.help_text else []
    if field.errors:
        described.append(f"{field.auto_id}_error")
    attrs: dict[str, str | bool] = {"class": _class(widget, str(widget.attrs.get("class", "")))}
    if described:
        attrs["aria-describedby"] = " ".join(described)
    if field.errors:
        attrs["aria-invalid"] = "true"
    return field.as_widget(attrs=attrs)


def _class(widget: forms.Widget, own: str) -> str:
    if isinstance(widget, PLAIN):
        shape = "choices"
    elif isinstance(widget, forms.CheckboxInput):
        shape = "form-check-input"
    elif isinstance(widget, forms.Select):
        shape = "form-select"
    else:
        shape = "form-control"
    return f"{shape} {own}".strip()
