"""A practice case as a card: the same comparison and the same reasons, of records that are in no database."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from cmdm.models import User
from customers.models import Source, SourceRecord
from customers.queries.catalogue import catalogue
from matching.engine.features import Party, prepare
from matching.engine.scoring import score
from matching.queries.explaining import PairExplained, explained
from matching.queries.models import models_in_force
from stewardship.models import Preference, Task
from stewardship.queries.card import Card, Progress, title_of
from stewardship.queries.cells import columns
from stewardship.queries.comparison import compare
from stewardship.queries.material import Head
from stewardship.queries.sides import Side
from stewardship.queries.wanted import Wanted
from stewardship.queries.why import Why
from stewardship.rules.practice import CASES, Case, Said, judged

NOWHERE = -1


@dataclass(frozen=True)
class Practised:
    """A case with what the reader answered, if he did; ``verdict``: right, close or wrong."""

    case: Case
    place: int
    given: str

    @property
    def verdict(self) -> str:
        return judged(self.case, self.given) if self.given else ""


def practised(user: User) -> list[Practised]:
    """All cases with the reader's answers; one query."""
    row = Preference.objects.filter(user=user).only("practice").first()
    given: Mapping[str, str] = row.practice if row else {}
    return [Practised(case, place, given.get(case.key, "")) for place, case in enumerate(CASES, start=1)]


def practice_card(case: Case, place: int) -> Card:
    """The card of a case; two queries."""
    known, chosen = catalogue(), models_in_force()["person"]
    left, right = _record(case.left, 1), _record(case.right, 2)
    features = [prepare(chosen.model, Party(one.pk, "person", one.values)) for one in (left, right)]
    found = explained(score(chosen.model, [(features[0], features[1])])[0], chosen)
    made = columns([[left], [right]], ["A", "B"], known, (), frozenset([NOWHERE]))
    sides = {1: _side(left, 1), 2: _side(right, 2)}
    task = Task(pk=0, queue=Task.Queue.POSSIBLE, customers=[1, 2])
    return Card(
        task=task,
        wanted=Wanted(),
        title=title_of(task, sides),
        heads=[_head(one, sides[number], number) for number, one in ((1, left), (2, right))],
        why=Why("", "school"),
        decidable=True,
        mine=True,
        holder="",
        minutes=0,
        lapsed=False,
        progress=Progress(place - 1, len(CASES) - place),
        undoable=(),
        groups=compare(made, "person", _levels(found)),
        scores={(0, 1): found},
    )


def _levels(found: PairExplained) -> dict[str, tuple[str, float]]:
    return {reason.comparison: (reason.level, reason.weight) for reason in found.reasons}


def _record(said: Said, number: int) -> SourceRecord:
    """A record that is never saved."""
    source = Source(pk=-number, key=said.source.lower(), name=said.source, trust=said.trust, domain_id=NOWHERE)
    observed = datetime.fromisoformat(said.day).replace(tzinfo=UTC)
    return SourceRecord(
        pk=number,
        source=source,
        key=str(number),
        domain_id=NOWHERE,
        party_type="person",
        values=dict(said.values),
        version=1,
        observed_at=observed,
    )


def _side(record: SourceRecord, number: int) -> Side:
    return Side(number, True, f"{record.values['given_name']} {record.values['family_name']}", f"C-{number}")


def _head(record: SourceRecord, side: Side, number: int) -> Head:
    letter = "AB"[number - 1]
    return Head(number, letter, "", side, number, 1, record.observed_at, 1, number - 1)
