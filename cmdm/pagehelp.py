"""What each page is for, in a few sentences: shown on it by the key "?", above the keys."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from cmdm import access
from cmdm.ports import Registry

PRACTISING = ("decide", "configure")


@dataclass(frozen=True)
class Screen:
    """A page explained: what it is for, and what one does there."""

    what: Any
    deeds: Sequence[Any] = ()


screens: Registry[Screen] = Registry("explanation of a page")


def explained(request: HttpRequest) -> dict[str, Any]:
    """``screen``: the explanation of this page, where there is one; ``may_practise``; no query of its own."""
    match = getattr(request, "resolver_match", None)
    name = match.view_name if match else ""
    known = name if name in screens else None
    may = access.in_any(getattr(request, "user", None), PRACTISING) if known else False
    return {"screen": screens[known] if known else None, "may_practise": may}
