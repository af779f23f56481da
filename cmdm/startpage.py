"""What apps add to the start page: figures that lead to their rows, and things that need attention."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from cmdm.models import User
from cmdm.ports import Registry


@dataclass(frozen=True)
class Figure:
    """A number that is a link to exactly the rows it counts; ``value`` may be a text such as "10,000 +"."""

    label: Any
    value: Any
    url: str
    hint: Any = ""
    icon: str = ""


@dataclass(frozen=True)
class Attention:
    """A sentence about something that waits, with its link."""

    sentence: Any
    url: str
    icon: str = "alert-triangle"
    state: str = "possible"


@dataclass(frozen=True)
class Part:
    """One app's share of the start page."""

    figures: Sequence[Figure] = ()
    attention: Sequence[Attention] = ()


parts: Registry[Callable[[User], Part | None]] = Registry("part of the start page")
