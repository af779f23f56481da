"""`manage.py export customers|links|pairs FILE`: golden customers, which record belongs to which, or scored pairs."""

import os
from argparse import ArgumentParser
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from cmdm.actions import Refused
from cmdm.management.base import HubCommand, Said
from cmdm.models import User
from customers.actions.exports import PURPOSES, SHEETS, export
from matching.actions.exporting import pairs_file

STEP = 500
PAIRS = "pairs"


class Command(HubCommand):
    """Write what lies in the domains where the user may export, as a CSV; sheets of customers may be opened safely."""

    help = "Write customers, links or scored pairs to a CSV file."

    def arguments(self, parser: ArgumentParser) -> None:
        """What, where to, what for."""
        parser.add_argument("what", choices=[*SHEETS, PAIRS])
        parser.add_argument("file", type=Path)
        parser.add_argument("--purpose", choices=list(PURPOSES), default="system")
        parser.add_argument("--floor", type=float, default=0.01, help="Of pairs: the least probability.")

    def act(self, *, actor: User, **options: Any) -> Said:
        """Note it, then write; the file is whole or not there."""
        path: Path = options["file"]
        if not 0 <= options["floor"] < 1:
            raise Refused(_("The floor is a probability from 0 to below 1."))
        chosen = {"actor": actor, "purpose": options["purpose"]}
        if options["what"] == PAIRS:
            lines = pairs_file(**chosen, floor=options["floor"], report=self.progress)
        else:
            lines = export(options["what"], **chosen)
        rows = self._write(path, lines)
        facts = {"what": options["what"], "rows": rows, "file": str(path)}
        return Said(_("%(rows)d rows were written to %(file)s.") % facts, facts)

    def _write(self, path: Path, lines: Iterable[str]) -> int:
        """Under another name until it is whole, readable by nobody else."""
        part = path.with_name(f"{path.name}.part")
        rows = -1
        try:
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
                for line in lines:
                    file.write(line)
                    rows += 1
                    if rows % STEP == 0:
                        self.progress(rows)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
        return rows
