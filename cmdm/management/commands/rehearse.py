"""`manage.py rehearse MODEL`: what a version of the match model would do, without doing any of it."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from cmdm import access
from cmdm.actions import Refused
from cmdm.management.base import HubCommand, Said
from cmdm.models import User
from customers.ports import EffectFact
from matching.actions import rehearsing
from matching.models import MatchModel
from matching.queries.rehearsed import LISTS, PairMoved, PartLeaving, effects, listed
from matching.queries.rehearsed import facts as facts_of
from matching.queries.versions import named, summary


class Command(HubCommand):
    """Score all records under the version in shadow and keep the account of it."""

    help = "Find out what a version of the match model would do."

    def arguments(self, parser: ArgumentParser) -> None:
        """Which."""
        parser.add_argument("model", help=_("As `person:3`; `person` is the newest draft."))
        listing = _("Show a list of its last rehearsal instead, the most telling first.")
        parser.add_argument("--list", choices=list(LISTS), default="", help=listing)
        parser.add_argument("--page", type=int, default=1, help=_("Which page of the list."))

    def act(self, *, actor: User, **options: Any) -> Said:
        """Rehearse, or show what the last rehearsal found."""
        row = named(options["model"])
        if options["list"]:
            return self._listed(row, options["list"], options["page"], actor)
        row = rehearsing.rehearse(row, actor=actor, report=self.progress)
        told = row.rehearsal
        text = _(
            "%(records)d records: %(gained)d pairs gained, %(lost)d lost; %(merges)d customers would be merged away "
            "(%(merges_now)d now), %(partings)d taken apart (%(partings_now)d now), %(splits)d doubted; %(queue)d "
            "questions (%(queue_now)d now)."
        )
        quality = _(
            "Expected precision %(precision).3f (%(low).3f to %(high).3f), recall %(recall).3f (%(recall_low).3f to "
            "%(recall_high).3f)."
        )
        nothing = _("No pair would be joined, so there is no precision and no recall to tell.")
        expected = told["expected"]
        facts = {
            "records": told["records"],
            "gained": told["gained"]["count"],
            "lost": told["lost"]["count"],
            "merges": told["merges"]["then"],
            "merges_now": told["merges"]["now"],
            "partings": told["partings"]["then"],
            "partings_now": told["partings"]["now"],
            "splits": told["splits"]["count"],
            "queue": told["queue"]["then"],
            "queue_now": told["queue"]["now"],
            **dict(zip(("precision", "low", "high"), expected["precision"], strict=True)),
            **dict(zip(("recall", "recall_low", "recall_high"), expected["recall"], strict=True)),
        }
        touched = effects(told)
        worth = quality % facts if expected["pairs"] else nothing
        lines = [f"{text % facts} {worth}", *map(_effect, touched)]
        told = {**told, "effects": [_told(one) for one in touched]}
        lists = {name: facts_of(listed(row, name, actor)) for name in LISTS}
        return Said("\n".join(lines), {**summary(row), "rehearsal": told, "lists": lists})

    def _listed(self, row: MatchModel, name: str, page: int, actor: User) -> Said:
        """One page of a list. Refused without the right to look at models, or before a rehearsal."""
        if not access.in_any(actor, ["decide", "configure"]):
            raise PermissionDenied
        if not row.rehearsal:
            raise Refused(_("This version was not rehearsed yet."))
        if page < 1:
            raise Refused(_("Pages are counted from 1."))
        found = listed(row, name, actor, page=page)
        lines = [f"{found.label}: {found.count}", *map(_pair, found.pairs)]
        lines += [" + ".join(f"{one.number} {one.name}" for one in group) for group in found.groups]
        lines += map(_part, found.parts)
        if found.next:
            lines.append(_("More: --page %(n)d") % {"n": found.next})
        return Said("\n".join(lines), {**summary(row), "list": name, **facts_of(found)})


def _effect(one: EffectFact) -> str:
    return f"{one.headline}: {one.count}" + (f" ({one.detail})" if one.detail else "")


def _told(one: EffectFact) -> dict[str, Any]:
    return {"headline": str(one.headline), "detail": str(one.detail), "count": one.count}


def _part(one: PartLeaving) -> str:
    leaving = ", ".join(f"{end.source} {end.key}" for end in one.leaving)
    joining = " + ".join(f"{each.number} {each.name}" for each in one.joining) or _("a customer of its own")
    return f"{one.customer.number} {one.customer.name}: {leaving} → {joining}"


def _pair(one: PairMoved) -> str:
    scores = [_("not compared") if each is None else f"{each:.4f}" for each in (one.before, one.after)]
    ends = [f"{end.source} {end.key} ({end.customer.number if end.customer else '–'})" for end in one.ends]
    said = f"  {one.said_label}" if one.said else ""
    return f"{scores[0]} → {scores[1]}  {ends[0]}  {ends[1]}{said}"
