"""How one steward works: his keys, and whether he sees a score before he answers."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from cmdm.models import User
from stewardship.models import Preference
from stewardship.rules.keys import DEEDS, keys_of

LABELS: dict[str, Any] = {
    "same": _("Same"),
    "different": _("Different"),
    "related": _("Related"),
    "unsure": _("Not sure"),
    "skip": _("Skip, next card"),
    "undo": _("Undo"),
    "strength": _("How firm"),
    "reason": _("Reason; in a list: take"),
    "rows": _("Differences, all rows"),
    "script": _("Script and transliteration"),
    "blind": _("Blind"),
    "graph": _("Graph of a group"),
    "table": _("Columns or table of a group"),
    "before": _("Group: into the one before"),
    "after": _("Group: into the one after"),
    "leave": _("Group: leave out"),
    "kin": _("Group: same household"),
    "down": _("Row down"),
    "up": _("Row up"),
}


@dataclass(frozen=True)
class Manners:
    """What a steward chose; ``keys``: the key of every deed."""

    keys: dict[str, str]
    off: bool = False
    blind: bool = False

    @property
    def lines(self) -> list[tuple[str, Any, str, str]]:
        """Deed, what it is called, its key, and the key it has by default."""
        return [(deed, LABELS[deed], self.keys[deed], DEEDS[deed]) for deed in DEEDS]


def manners(user: User) -> Manners:
    """What he chose, or what everybody begins with; one query."""
    row = Preference.objects.filter(user=user).first()
    if row is None:
        return Manners(keys_of({}))
    return Manners(keys_of(row.key_map), row.keys_off, row.blind)
