"""Versions of match models, found as people name them."""

import json
from collections.abc import Mapping
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cmdm.errors import Refused
from customers.models import PartyType
from matching.models import MatchModel

State = MatchModel.State
NOTES: Mapping[str, Any] = {
    "lines": gettext_lazy("version %(n)d, lines %(review).2f and %(automatic).2f"),
    "rules": gettext_lazy("version %(n)d, compared by %(rules)d rules"),
    "answers": gettext_lazy("version %(n)d, sharpened by %(answers)d answers"),
}
NOTHING = {"few_pairs", "crowded"}  # what training found, where all weights were kept


def named(text: str) -> MatchModel:
    """``person:3`` is version 3 of persons, ``person`` the newest open version of persons, or the one in force.

    :raises Refused: there is none.
    """
    party, _colon, number = text.partition(":")
    rows = MatchModel.objects.filter(party_type=party).order_by("-version")
    if number:
        found = rows.filter(version=int(number)).first() if number.isascii() and number.isdigit() else None
    else:
        found = rows.filter(state__in=[State.DRAFT, State.REHEARSED]).first() or rows.in_force().first()
    if found is None:
        raise Refused(_("There is no such model. Name it as `person:3`."))
    return found


def in_force(party_type: str) -> MatchModel:
    """The version that decides.

    :raises Refused: there is none.
    """
    found = MatchModel.objects.in_force().filter(party_type=party_type).first()
    if found is None:
        raise Refused(_("There is no model of this kind."))
    return found


def parties(text: str) -> list[str]:
    """The party types named, or all.

    :raises Refused: there is no such party type.
    """
    if text and text not in PartyType.values:
        raise Refused(_("There is no model of this kind."))
    return [text] if text else list(PartyType.values)


def name_of(row: MatchModel) -> str:
    """As :func:`named` takes it."""
    return f"{row.party_type}:{row.version}"


def summary(row: MatchModel) -> dict[str, object]:
    """A version for a command's answer."""
    return {
        "model": name_of(row),
        "state": row.state,
        "origin": row.origin,
        "note": note_of(row),
        "digest": row.digest,
        "created_at": row.created_at,
        "in_force_since": row.in_force_since,
    }


def note_of(row: MatchModel) -> str:
    """What a page says of how a version came to be, in the reader's language where it can be told from the version."""
    trained, origin = row.definition.get("trained") or {}, MatchModel.Origin
    if row.origin == origin.TRAINED and "pairs" in trained:
        return learned_from(trained)
    if row.origin == origin.SHIPPED:
        return _("for about %(records)s records") % {"records": _grouped(row.definition.get("records", 0))}
    return _told(row.note)


def noted(kind: str, **facts: float) -> str:
    """What is kept of how a version came to be, so that :func:`note_of` can tell it in any language."""
    return json.dumps({kind: facts})


def _told(note: str) -> str:
    """A note in words; one that somebody wrote, or that an earlier hub made, as it is."""
    try:
        [(kind, facts)] = json.loads(note).items()
        return str(NOTES[kind]) % facts
    except (ValueError, AttributeError, KeyError, TypeError):
        return note


def learned_from(trained: Mapping[str, Any]) -> str:
    """From how much a version was learned, by its own account."""
    told = {name: _grouped(trained.get(name, 0)) for name in ("pairs", "drawn", "records")}
    if NOTHING & {each.get("fault") for each in trained.get("diagnostics", ())}:
        return _("nothing could be learned from %(pairs)s pairs of %(records)s records") % told
    if trained.get("drawn", 0) < trained.get("records", 0):
        return _("learned from %(pairs)s pairs of %(drawn)s records drawn from %(records)s") % told
    return _("learned from %(pairs)s pairs of %(records)s records") % told


def _grouped(number: float) -> str:
    return number_format(number, force_grouping=True)
