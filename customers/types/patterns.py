"""Patterns that people write in the catalogue: regular expressions without the forms that can take for ever."""

import re
from functools import lru_cache

from django.utils.translation import gettext_lazy as _

from customers.types.faults import Invalid

MAX_LENGTH = 200
MAX_REPEATS = 4

_CLASSES_AND_ESCAPES = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]")
_REPEATED_GROUP = re.compile(r"\([^()]*[*+{|][^()]*\)[*+{]")
_PLAIN_GROUP = re.compile(r"\([^()]*\)")
_UNBOUNDED = re.compile(r"[*+]|,\}")


@lru_cache(maxsize=256)
def compiled(pattern: str) -> re.Pattern[str]:
    """The pattern, ready to use; raises Invalid when it is malformed or could be made to run for ever by an unlucky
    value."""
    bare = _CLASSES_AND_ESCAPES.sub("x", pattern)
    nested = "(?P=" in bare or re.search(r"\\\d", pattern) is not None
    repeats = len(_UNBOUNDED.findall(bare))
    while not nested and "(" in bare:
        nested = _REPEATED_GROUP.search(bare) is not None
        # A group that holds a repeat or a choice stays one for the group around it.
        smaller = _PLAIN_GROUP.sub(lambda group: "|" if re.search(r"[*+{|]", group.group()) else "x", bare)
        if smaller == bare:
            break
        bare = smaller
    if nested or repeats > MAX_REPEATS or len(pattern) > MAX_LENGTH:
        raise Invalid("pattern", _("This pattern is too complicated: repeat no group that itself repeats or chooses."))
    try:
        return re.compile(pattern)
    except re.error:
        raise Invalid("pattern", _("This is not a regular expression.")) from None


def matches(pattern: str, text: str) -> bool:
    """Does the whole text have this form?"""
    return compiled(pattern).fullmatch(text) is not None
