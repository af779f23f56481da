"""`manage.py export customers|links FILE`: golden customers, or which record belongs to which, as CSV."""

import os
from argparse import ArgumentParser
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from cmdm.management.base import HubCommand, Said
from cmdm.models import User
from customers.actions.exports import PURPOSES, SHEETS, export

STEP = 500


class Command(HubCommand):
    """Write customers or links of the domains where the user may export, as a CSV that a spreadsheet may open."""

    help = "Write customers or links to a CSV file."

    def arguments(self, parser: ArgumentParser) -> None:
        """What, where to, what for."""
        parser.add_argument("what", choices=list(SHEETS))
        parser.add_argument("file", type=Path)
        parser.add_argument("--purpose", choices=list(PURPOSES), default="system")

    def act(self, *, actor: User, **options: Any) -> Said:
        """Note it, then write; the file is whole or not there."""
        path: Path = options["file"]
        rows = self._write(path, export(options["what"], actor=actor, purpose=options["purpose"]))
        facts = {"what": options["what"], "rows": rows, "file": str(path)}
        return Said(_("%(rows)d rows were written to %(file)s.") % facts, facts)

    def _write(self, path: Path, lines: Iterable[str]) -> int:
        """Under another name until it is whole, readable by nobody else."""
        part = path.with_name(f"{path.name}.part")
        rows = -1
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            for line in lines:
                file.write(line)
                rows += 1
                if rows % STEP == 0:
                    self.progress(rows)
        part.replace(path)
        return rows
