"""`manage.py model list|show|export|import|diff`: versions of the match model as files and in words."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from cmdm import access
from cmdm.actions import Refused
from cmdm.management.base import HubCommand, Said
from cmdm.models import User
from matching.actions import models
from matching.models import MatchModel
from matching.queries.differences import differences
from matching.queries.models import read_model
from matching.queries.versions import in_force, name_of, named, summary

DEEDS = {"list": 0, "export": 1, "import": 1, "diff": 2}


class Command(HubCommand):
    """Look at versions, take them out as files, bring files in as drafts."""

    help = "List, export, import and compare versions of the match model."

    def arguments(self, parser: ArgumentParser) -> None:
        """What to do, and with what."""
        parser.add_argument("deed", choices=list(DEEDS))
        parser.add_argument("things", nargs="*", help=_("A file (- is standard output); for diff two models."))
        parser.add_argument("--model", default="", help=_("What to export, as `person:3`; persons in force otherwise."))
        parser.add_argument("--note", default="", help=_("Kept with what is imported."))

    def act(self, *, actor: User, **options: Any) -> Said:
        """By the deed named."""
        deed = options["deed"]
        if len(options["things"]) != DEEDS[deed]:
            raise Refused(_("%(deed)s takes %(n)d names.") % {"deed": deed, "n": DEEDS[deed]})
        # As on the pages: these tell what the machine makes of values.
        if not (access.in_any(actor, ["decide", "configure"]) or access.everywhere(actor, "configure")):
            raise PermissionDenied
        deeds = {"list": self._list, "export": self._export, "import": self._import, "diff": self._diff}
        return deeds[deed](actor, options)

    def _list(self, _actor: User, _options: dict[str, Any]) -> Said:
        rows = [summary(row) for row in MatchModel.objects.order_by("party_type", "version")]
        lines = [f"{row['model']}  {row['state']}  {row['origin']}  {row['note']}" for row in rows]
        return Said("\n".join(lines), {"models": rows})

    def _export(self, actor: User, options: dict[str, Any]) -> Said:
        row = named(options["model"]) if options["model"] else in_force("person")
        text, file = models.export(row, actor=actor), options["things"][0]
        if file == "-":
            return Said(text.rstrip("\n"), {**summary(row), "file": text})
        Path(file).write_text(text, encoding="utf-8")
        said = _("%(model)s is in %(file)s.") % {"model": name_of(row), "file": file}
        return Said(said, {**summary(row), "file": file})

    def _import(self, actor: User, options: dict[str, Any]) -> Said:
        try:
            text = Path(options["things"][0]).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            raise Refused(_("This is no file of a match model.")) from None
        row = models.import_model(text, actor=actor, note=options["note"])
        return Said(_("%(model)s is a draft.") % {"model": name_of(row)}, summary(row))

    def _diff(self, _actor: User, options: dict[str, Any]) -> Said:
        found = differences(*(read_model(named(text)) for text in options["things"]))
        return Said("\n".join(found) or _("They are the same."), {"differences": found})
