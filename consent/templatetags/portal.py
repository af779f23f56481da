"""What the portal's frame asks for: whose portal it is, its languages, where its pages begin."""

from typing import Any

from django import template
from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language_info

register = template.Library()


@register.simple_tag
def organisation() -> str:
    """The name that customers know the organisation by."""
    return settings.PORTAL_NAME


@register.simple_tag
def languages() -> list[tuple[str, str]]:
    """Code and own name of each language of the portal."""
    return [(code, own_name(code)) for code in dict(settings.LANGUAGES)]


@register.filter
def own_name(code: str) -> str:
    """A language in its own words."""
    return str(get_language_info(code)["name_local"]).capitalize()


@register.simple_tag(takes_context=True)
def portal_start(context: dict[str, Any]) -> str:
    """Where the brand leads: to one's data, or to signing in."""
    request = context.get("request")
    try:
        return reverse("my:data" if getattr(request, "portal", None) else "my:sign_in")
    except NoReverseMatch:
        return "/my/"
