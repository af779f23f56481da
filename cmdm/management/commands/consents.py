"""`manage.py consents SOURCE FILE`: take in a file of consents here and now, by the same code as a job does."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from cmdm.actions import Refused
from cmdm.management.base import HubCommand, Said
from cmdm.models import User
from consent.actions import uploads
from consent.jobs.importing import run
from consent.rules.importing import PARTS, BadColumns, checked
from customers.models import Source


class Command(HubCommand):
    """Take in what customers said to another system, with an account of every row."""

    help = "Take in a CSV file of consents of a source, with an account of every row."

    def arguments(self, parser: ArgumentParser) -> None:
        """Of which source, which file, and what its columns are."""
        parser.add_argument("source", help=_("The source's key."))
        parser.add_argument("file", type=Path, help=_("A CSV file."))
        parser.add_argument(
            "--columns",
            help=_("What the columns mean, comma separated, empty for none: %(parts)s.") % {"parts": ", ".join(PARTS)},
        )
        parser.add_argument("--dry-run", action="store_true", help=_("Try the first rows; store nothing."))

    def act(self, *, actor: User, **options: Any) -> Said:
        """Upload, name the columns, run, account."""
        source = Source.objects.filter(key=options["source"]).first()
        if source is None:
            raise Refused(_("There is no source with this key."))
        if not options["file"].is_file():
            raise Refused(_("There is no such file."))
        key = uploads.upload(source, options["file"].read_bytes(), actor=actor, most=None)
        found = uploads.waiting(key, actor)
        if found is None:
            raise Refused(_("The right to import was withdrawn."))
        columns = options["columns"].split(",") if options["columns"] else uploads.first_rows(found)[1]
        try:
            named = checked(columns)
        except BadColumns as bad:
            raise Refused(_("Name each of these once: %(parts)s.") % {"parts": ", ".join(bad.parts)}) from bad
        if options["dry_run"]:
            tried = uploads.tried(found, named, actor=actor)
            return _said({"counts": dict(tried.counts), "rows": tried.rows, "refused": list(tried.refused)})
        return _said(run(found, named, actor=actor, hold=lambda: None, progress=self.progress))


def _said(account: dict[str, Any]) -> Said:
    counted = ", ".join(f"{name} {count:,}" for name, count in sorted(account["counts"].items()))
    lines = [_("%(rows)d rows: %(counts)s.") % {"rows": account["rows"], "counts": counted}]
    lines += [f"  {line}: {why}" for line, why in account["refused"]]
    return Said("\n".join(lines), {**account["counts"], "rows": account["rows"], "faults": account["refused"]})
