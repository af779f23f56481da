"""What the pages of the queue and the card say in their own way."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django import template
from django.utils.formats import number_format

from stewardship.queries.queue import CAP, Choice, QueuePage

register = template.Library()


@register.filter
def upto(count: int) -> str:
    """A count that stops at a thousand: "412", "1,000+"."""
    shown = number_format(min(count, CAP), use_l10n=True, force_grouping=True)
    return f"{shown}+" if count > CAP else shown


@register.filter
def address(parameters: Mapping[str, Any]) -> str:
    """Parameters as they stand in an address, without the question mark."""
    return urlencode(parameters)


@register.filter
def busiest(page: QueuePage) -> Choice | None:
    """The other queue in which most waits."""
    others = [choice for choice in page.queues.choices if choice.count and not choice.active]
    return max(others, key=lambda choice: choice.count, default=None)
