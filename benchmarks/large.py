"""Figures of quality for sets too large to hold as objects: records pass once, pairs are counted slice by slice.

What is kept of a record is its columns; of the pairs, those at or above the least probability that calibration counts.
Training looks at a draw of them.
"""

import resource
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import labelled
import numpy as np
from numpy.typing import NDArray

from customers.rules.applying import Bound
from customers.rules.seeding import COLUMNS, generate
from customers.types.standardising import standardise
from matching.engine.bulk import blocking
from matching.engine.bulk.columns import Columns, of_prepared
from matching.engine.bulk.grouping import group
from matching.engine.bulk.learning import learn
from matching.engine.bulk.reading import table_of
from matching.engine.bulk.scoring import Scorer, Scores, joined, score_all
from matching.engine.bulk.tables import prepared_from
from matching.engine.calibration import LEAST, curve, error
from matching.engine.defaults import organisation_model, person_model, widened
from matching.engine.features import Party
from matching.engine.model import Model

SHIPPED = {"person": person_model(), "organisation": organisation_model()}
SAMPLED = 100_000
Read = Callable[[], Iterator[tuple[Party, str]]]


@dataclass
class LargeSide:
    """One party type, in columns; `entity` says by number who each record is."""

    model: Model
    columns: Columns
    entity: NDArray[np.int64]

    @classmethod
    def of(cls, kind: str, read: Read, count: int) -> "LargeSide":
        model = widened(SHIPPED[kind], count)
        numbers, entity = dict[str, int](), list[int]()

        def values() -> Iterator[tuple[int, Any]]:
            for party, truth in read():
                if party.party_type == kind:
                    entity.append(numbers.setdefault(truth, len(numbers)))
                    yield party.id, party.values

        columns = of_prepared(prepared_from(model, table_of(model, values())))
        return cls(model, columns, np.array(entity, dtype=np.int64))

    def scored(self, model: Model, floor: float) -> tuple[Scorer, Iterator[tuple[int, Scores]]]:
        blocks = blocking.block(model, self.columns)
        scorer = Scorer(model, blocks.telling())
        return scorer, score_all(scorer, blocking.pairs(blocks), floor=floor)

    def trained(self) -> tuple[Model, float]:
        """The model trained on these records, and the seconds that it took."""
        began = time.perf_counter()
        learned = learn(self.model, len(self.columns), self.columns.take)
        return learned.model, time.perf_counter() - began

    def judged(self, model: Model) -> "Judged":
        """What a model makes of them."""
        compared, kept = 0, []
        scorer, slices = self.scored(model, LEAST)
        for count, scores in slices:
            compared += count
            kept.append(scores)
        scores = joined(kept, len(model.comparisons))
        truth = self.entity[scores.left] == self.entity[scores.right]
        above = scores.where(scores.probability >= model.review)
        made = group(scorer, above, np.arange(len(self.columns)))
        both = linked = 0
        for members in made.groups:
            sizes = Counter(self.entity[list(members)].tolist()).values()
            both += sum(size * (size - 1) // 2 for size in sizes)
            linked += len(members) * (len(members) - 1) // 2
        return Judged(compared, scores.weight, scores.probability, truth, both, linked)

    @property
    def true_pairs(self) -> int:
        counts = np.bincount(self.entity)
        return int((counts * (counts - 1) // 2).sum())


@dataclass(frozen=True)
class Judged:
    """Scored pairs, which of them are true, and the pairs inside the groups."""

    compared: int
    weight: NDArray[np.float64]
    chance: NDArray[np.float64]
    truth: NDArray[np.bool_]
    both: int
    linked: int


def figures(name: str, model: str, sides: list[tuple[LargeSide, Judged]], best: Callable[..., float]) -> dict[str, Any]:
    """One line of the table."""
    total = sum(side.true_pairs for side, _made in sides)
    weight, chance, truth = (
        np.concatenate([getattr(made, part) for _side, made in sides]) for part in ("weight", "chance", "truth")
    )
    above = chance >= 0.95
    right = int(truth[above].sum())
    both, linked = (sum(getattr(made, part) for _side, made in sides) for part in ("both", "linked"))
    return {
        "set": name,
        "model": model,
        "records": sum(len(side.columns) for side, _made in sides),
        "refused": 0,
        "pairs": sum(made.compared for _side, made in sides),
        "blocking_recall": round(int(truth.sum()) / max(total, 1), 4),
        "best_f1": best(weight, truth, total),
        "precision": round(right / max(int(above.sum()), 1), 4),
        "recall": round(right / max(total, 1), 4),
        "f1": round(2 * right / max(int(above.sum()) + total, 1), 4),
        "clusters_f1": round(2 * both / max(linked + total, 1), 4),
        "ece": round(error(curve(chance, truth)), 4),
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def measured(name: str, read: Read, best: Callable[..., float]) -> Iterator[dict[str, Any]]:
    """Two lines of figures: shipped and trained."""
    counts = Counter(party.party_type for party, _truth in read())
    sides = [LargeSide.of(kind, read, count) for kind, count in sorted(counts.items())]
    yield figures(name, "shipped", [(side, side.judged(side.model)) for side in sides], best) | {"train_s": 0.0}
    learned = [side.trained() for side in sides]
    trained = [(side, side.judged(model)) for side, (model, _seconds) in zip(sides, learned, strict=True)]
    seconds = round(sum(each for _model, each in learned), 2)
    yield figures(name, "trained", trained, best) | {"train_s": seconds}


def seeded(count: int, seed: int) -> Read:
    """Made-up records of several systems, read as the hub reads each of their files."""
    known, rows = labelled.specs(), dict[str, list[list[str]]]()
    for made in generate(min(count, 10 * labelled.SAMPLE), seed):
        rows.setdefault(made.source, []).append([made.values.get(name, "") for name in COLUMNS[made.source]])
    chosen = {name: labelled.mapped(COLUMNS[name], cells, known, None) for name, cells in rows.items()}
    bound = {name: Bound(each, COLUMNS[name]) for name, each in chosen.items()}

    def read() -> Iterator[tuple[Party, str]]:
        seen: dict[Any, Any] = {}
        for number, made in enumerate(generate(count, seed)):
            order, header = chosen[made.source].date_order, COLUMNS[made.source]
            mapped = bound[made.source].apply([made.values.get(name, "") for name in header])
            party = mapped.party_type
            standard = standardise(mapped.values, known, party_type=party, date_order=order, lenient=True, seen=seen)
            if len(seen) > SAMPLED:
                seen.clear()
            yield Party(number, party, standard.values), made.entity

    return read


def from_file(path: Path) -> Read:
    """A labelled file, read again each time instead of being held."""
    return lambda: labelled.stream(path)
