"""`manage.py evaluate TRUTH.csv`: how good the links are, against a known truth."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from cmdm.actions import Refused
from cmdm.management.base import HubCommand, Said
from cmdm.models import User
from customers.rules.broken import BrokenFile
from customers.rules.reading import Row, read
from matching.actions.evaluating import measure

COLUMNS = ("source", "key", "entity")


class Command(HubCommand):
    """Precision, recall and F1 of the pairs of records that are linked; with and without the open candidates."""

    help = "Measure the links against a CSV file with the columns source, key and entity."

    def arguments(self, parser: ArgumentParser) -> None:
        """The truth."""
        parser.add_argument("truth", type=Path, help=_("A CSV file with the columns source, key and entity."))

    def act(self, *, actor: User, **options: Any) -> Said:
        """Read the truth and measure."""
        made = measure(read_truth(options["truth"]), actor=actor)
        text = _("%(name)s: precision %(precision).4f, recall %(recall).4f, F1 %(f1).4f")
        lines = [
            text % {"name": name, "precision": one.precision, "recall": one.recall, "f1": one.f1}
            for name, one in ((_("Linked"), made.links), (_("With open candidates"), made.with_review))
        ]
        counts = _(
            "%(records)d records, %(unknown)d of the truth not found, %(true)d of %(candidates)d candidates true."
        )
        facts = made.to_dict()
        return Said("\n".join([*lines, counts % {**facts, "true": made.true_candidates}]), facts)


def read_truth(path: Path) -> dict[tuple[str, str], str]:
    """Entity by source and key.

    :raises Refused: it is no such file.
    """
    try:
        with path.open("rb") as stream:
            reader = read(stream)
            places = [reader.header.index(name) for name in COLUMNS]
            rows = (row.values for row in reader if isinstance(row, Row))
            return {(row[places[0]], row[places[1]]): row[places[2]] for row in rows}
    except (ValueError, BrokenFile):
        raise Refused(_("The truth is a CSV file with the columns source, key and entity.")) from None
