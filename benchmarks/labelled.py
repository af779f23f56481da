"""Labelled files as the hub would take them in: its own guess of the columns, its own types; no database.

A labelled file is a CSV with a column of the truth (`entity_id`, `entity` or `cluster`). A value that its type cannot
read is left out, as it is when a file is taken in. A record of which nothing is left counts as one not found.
"""

import csv
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

settings.configure(USE_I18N=False)  # the types translate their sentences; nothing else of the framework is used

from customers import types  # noqa: E402
from customers.rules.applying import Bound  # noqa: E402
from customers.rules.guessing import guess  # noqa: E402
from customers.rules.mapping import Mappable, Mapped  # noqa: E402
from customers.rules.mapping import Mapping as Columns  # noqa: E402
from customers.rules.standing import SHIPPED, Standing  # noqa: E402
from customers.types import AttributeType, Options  # noqa: E402
from customers.types.standardising import standardise  # noqa: E402
from matching.engine.features import Party  # noqa: E402

TRUTHS = ("entity_id", "entity", "cluster_id", "cluster")
SAMPLE = 1_000


@dataclass(frozen=True)
class Spec:
    """One shipped attribute as standardising asks for it."""

    row: Standing
    type: AttributeType
    options: Options

    @property
    def name(self) -> str:
        return self.row.name

    @property
    def many(self) -> bool:
        return self.row.many

    def fits(self, party_type: str) -> bool:
        return self.row.parties in ("both", party_type)

    def reading(self, *, date_order: str, country: str) -> Options:
        return replace(self.options, date_order=date_order or self.options.date_order, country=country)


@dataclass
class Labelled:
    """The records of a file by party type, and the truth about each (by record number)."""

    name: str
    parties: dict[str, list[Party]] = field(default_factory=dict)
    truth: dict[int, str] = field(default_factory=dict)
    refused: int = 0

    @property
    def true_pairs(self) -> int:
        """All pairs that truth puts together, refused records included."""
        return sum(count * (count - 1) // 2 for count in Counter(self.truth.values()).values())


def specs() -> dict[str, Spec]:
    """The shipped catalogue."""
    known = Options.__dataclass_fields__
    return {
        row.name: Spec(
            row,
            types.get(row.type),
            Options(**{name: value for name, value in row.options.items() if name in known}),
        )
        for row in SHIPPED
    }


def read(path: Path, *, mapping: dict[str, Any] | None = None) -> Labelled:
    """The file, mapped and standardised."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        header, *rows = csv.reader(stream)
    place, kept = _places(header)
    made = Labelled(path.stem)
    made.truth = {number: row[place] or f"?{number}" for number, row in enumerate(rows)}
    names = [header[index] for index in kept]
    cells = [[row[index] for index in kept] for row in rows]
    known = specs()
    chosen = mapped(names, cells, known, mapping)
    bound = Bound(chosen, names)
    for number, row in enumerate(cells):
        _take(made, number, bound.apply(row), known, chosen.date_order)
    return made


def stream(path: Path) -> Iterator[tuple[Party, str]]:
    """The records of a file and the truth about each, one after the other; one of which nothing is left, empty."""
    known = specs()
    with path.open(encoding="utf-8-sig", newline="") as opened:
        header, *first = islice(csv.reader(opened), SAMPLE + 1)
    place, kept = _places(header)
    names = [header[index] for index in kept]
    chosen = mapped(names, [[row[index] for index in kept] for row in first], known, None)
    bound = Bound(chosen, names)
    with path.open(encoding="utf-8-sig", newline="") as opened:
        for number, row in enumerate(islice(csv.reader(opened), 1, None)):
            found = bound.apply([row[index] for index in kept])
            standard = standardise(
                found.values, known, party_type=found.party_type, date_order=chosen.date_order, lenient=True
            )
            yield Party(number, found.party_type, standard.values), row[place] or f"?{number}"


def _places(header: Sequence[str]) -> tuple[int, list[int]]:
    """Where the truth stands, and what else is read."""
    place = next(header.index(name) for name in TRUTHS if name in header)
    hidden = {place, *(header.index(name) for name in ("household_id", "trap") if name in header)}
    return place, [index for index in range(len(header)) if index not in hidden]


def mapped(
    names: Sequence[str], cells: Sequence[Sequence[str]], known: Mapping[str, Spec], given: dict[str, Any] | None
) -> Columns:
    """The mapping given, or the hub's own guess."""
    mappable = [Mappable(spec.name, spec.row.type, spec.many) for spec in known.values()]
    mappable.append(Mappable("full_name", "person_name", False))
    guessed: dict[str, Any] = given or guess(names, cells[:SAMPLE], mappable).mapping
    guessed["key"] = guessed["key"] or names[0]
    return Columns.from_dict(guessed, mappable, names)


def _take(made: Labelled, number: int, mapped: Mapped, known: Mapping[str, Spec], order: str) -> None:
    party = mapped.party_type
    standard = standardise(mapped.values, known, party_type=party, date_order=order, lenient=True)
    if not standard.values:
        made.refused += 1
        return
    made.parties.setdefault(party, []).append(Party(number, party, standard.values))
