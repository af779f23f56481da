"""Versions of match models, found as people name them."""

from django.utils.translation import gettext as _

from cmdm.errors import Refused
from customers.models import PartyType
from matching.models import MatchModel

State = MatchModel.State


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
        "note": row.note,
        "digest": row.digest,
        "created_at": row.created_at,
        "in_force_since": row.in_force_since,
    }
