"""`manage.py seed N FOLDER`: made-up records of four systems, and the truth about who is who."""

import csv
from argparse import ArgumentParser
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from cmdm.actions import Refused
from cmdm.management.base import HubCommand, Said
from cmdm.models import User
from customers.rules.seeding import COLUMNS, generate

TRUTH = "truth.csv"
STEP = 1_000


class Command(HubCommand):
    """Write made-up customers as one CSV file a source, with the truth beside them; nothing is stored in the hub."""

    help = "Write made-up customers as CSV files, with the truth about who is who."

    def arguments(self, parser: ArgumentParser) -> None:
        """How many, where to, which."""
        parser.add_argument("count", type=int, help=_("How many records."))
        parser.add_argument("folder", type=Path, help=_("Made when it is not there."))
        parser.add_argument("--seed", type=int, default=1, help=_("The same number gives the same files."))

    def actor(self, name: str | None) -> User:
        """Nobody: it needs no database."""
        return User()

    def act(self, *, actor: User, **options: Any) -> Said:
        """Write the files."""
        count, folder = options["count"], options["folder"]
        if not 0 < count <= 9_999_991:
            raise Refused(_("Say a number of records from 1 to 9,999,991."))
        folder.mkdir(parents=True, exist_ok=True)
        written = self._write(count, folder, options["seed"])
        counts = {f"{source}.csv": number for source, number in sorted(written.items())}
        listed = ", ".join(f"{name} {number:,}" for name, number in counts.items())
        sentence = _("%(files)s and %(truth)s are in %(folder)s.")
        facts = {"folder": str(folder), "seed": options["seed"], "files": counts, "truth": TRUTH}
        return Said(sentence % {**facts, "files": listed}, facts)

    def _write(self, count: int, folder: Path, seed: int) -> Counter[str]:
        written: Counter[str] = Counter()
        with ExitStack() as files:
            names = {source: folder / f"{source}.csv" for source in COLUMNS} | {"": folder / TRUTH}
            opened = {
                name: files.enter_context(path.open("w", newline="", encoding="utf-8")) for name, path in names.items()
            }
            writers = {name: csv.writer(file) for name, file in opened.items()}
            for source, columns in COLUMNS.items():
                writers[source].writerow(columns)
            writers[""].writerow(("source", "key", "entity", "household", "trap"))
            for number, made in enumerate(generate(count, seed), 1):
                writers[made.source].writerow([made.values[column] for column in COLUMNS[made.source]])
                writers[""].writerow((made.source, made.key, made.entity, made.household, made.trap))
                written[made.source] += 1
                if number % STEP == 0:
                    self.progress(number, count)
        return written
