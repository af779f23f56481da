"""Words of the pages of consent."""

from typing import Any

from django import template
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from consent.models import Act, Channel, CountedFrom, Purpose
from consent.rules.places import written

register = template.Library()
CHANNELS = dict(Channel.choices)


@register.filter
def channel_names(purpose: Purpose) -> str:
    """The channels of a purpose."""
    return ", ".join(str(CHANNELS[one]) for one in purpose.channels if one in CHANNELS)


@register.filter
def terms_in_words(purpose: Purpose) -> str:
    """What a purpose asks for besides its basis."""
    said = []
    if purpose.expires_after_days:
        days = purpose.expires_after_days
        if purpose.expires_from == CountedFrom.ACTIVITY:
            words = ngettext(
                "expires after %(n)d day without activity", "expires after %(n)d days without activity", days
            )
        else:
            words = ngettext("expires after %(n)d day", "expires after %(n)d days", days)
        said.append(words % {"n": days})
    if purpose.minimum_age:
        said.append(_("from %(age)d years") % {"age": purpose.minimum_age})
    if purpose.sale_or_sharing:
        said.append(_("sold or shared"))
    said += written(purpose.rules).splitlines()
    return " · ".join(said)


@register.filter
def language_name(code: str) -> Any:
    """The name of a language."""
    return dict(settings.LANGUAGES).get(code, code)


@register.filter
def in_groups(text: str) -> str:
    """A long hash in groups of eight, so that a line can break."""
    return " ".join(text[place : place + 8] for place in range(0, len(text), 8))


@register.filter
def act_name(code: str) -> Any:
    """What was done, in words."""
    return Act(code).label
