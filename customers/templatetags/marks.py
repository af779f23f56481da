"""Diff marks for templates: ``{% marked value other "name" %}``."""

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from customers.rules import diffing

register = template.Library()


@register.simple_tag
def marked(value: object, other: object, comparison: str = "text") -> SafeString:
    """``value`` with ``<mark>`` around what ``other`` lacks. The meaning of the marks stands in the row's head."""
    found = diffing.pieces(str(value or ""), str(other or ""), comparison)
    shown = format_html_join("", "{}", ((_shown(piece),) for piece in found))
    # An e-mail address may break before its @, and nowhere else.
    return SafeString(shown.replace("@", "<wbr>@")) if comparison == "email" else shown


def _shown(piece: diffing.Piece) -> str | SafeString:
    return format_html("<mark>{}</mark>", piece.text) if piece.marked else piece.text
