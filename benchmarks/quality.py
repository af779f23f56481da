"""How good the links are on labelled files, as shipped and after training without labels; no database.

    .venv/bin/python benchmarks/quality.py FOLDER [FILE …] [--mapping FILE=MAPPING.json] [--json]
    .venv/bin/python benchmarks/quality.py --customers 1000000 [--seed 1]
    .venv/bin/python benchmarks/quality.py --large FILE.csv

Every CSV of the folder (or the named ones) has a column of the truth: `entity_id`, `entity` or `cluster`. Files are
read as the hub reads them: its own guess of the columns unless a mapping is given, its own attribute types. What
blocking does not find counts as missed. "best" is the best F1 over all thresholds, "at .95" that of the pairs at or
above the shipped line, "clusters" that of the groups, ECE the expected calibration error. Made-up customers, and a
large file, are never held whole: a million need some three gigabytes.
"""

import argparse
import json
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import labelled
import large
import numpy as np
from numpy.typing import NDArray

from matching.engine.bulk import blocking, columns
from matching.engine.bulk.grouping import group
from matching.engine.bulk.learning import learn
from matching.engine.bulk.scoring import Scorer, Scores, joined, score_all
from matching.engine.calibration import curve, error
from matching.engine.defaults import organisation_model, person_model, widened
from matching.engine.features import Features, Party, prepare
from matching.engine.model import Model

SHIPPED = {"person": person_model(), "organisation": organisation_model()}
DRAWN = 300_000


@dataclass
class Side:
    """One party type of a file, ready to compare."""

    model: Model
    features: list[Features]
    columns: columns.Columns

    @classmethod
    def of(cls, parties: list[Party]) -> "Side":
        model = widened(SHIPPED[parties[0].party_type], len(parties))
        features = [prepare(model, party) for party in parties]
        return cls(model, features, columns.of_features(model, features))

    def scored(self, model: Model) -> tuple[Scorer, Scores]:
        scorer = Scorer(model, self.columns)
        pairs = blocking.pairs(blocking.block(model, self.columns))
        made = [scores for _count, scores in score_all(scorer, pairs, floor=0.0)]
        return scorer, joined(made, len(model.comparisons))

    def trained(self) -> tuple[Model, float]:
        """The model trained on these records, and the seconds that it took."""
        began = time.perf_counter()
        learned = learn(self.model, len(self.columns), self.columns.take)
        return learned.model, time.perf_counter() - began


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("files", nargs="*")
    parser.add_argument("--mapping", action="append", default=[], metavar="FILE=MAPPING.json")
    parser.add_argument("--customers", type=int, default=0, metavar="N", help="so many made-up records")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--large", type=Path, metavar="FILE")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if options.customers or options.large:
        told(large_lines(options), as_json=options.json)
        return
    if options.folder is None:
        parser.error("name a folder, --customers or --large")
    mappings = dict(each.split("=", 1) for each in options.mapping)
    paths = [options.folder / name for name in options.files] or sorted(options.folder.glob("*.csv"))
    told((line for path in paths for line in measured(path, chosen(mappings.get(path.name)))), as_json=options.json)


def chosen(mapping: str | None) -> dict[str, Any] | None:
    """A mapping of a file, where one is given."""
    return json.loads(Path(mapping).read_text(encoding="utf-8")) if mapping else None


def large_lines(options: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """The figures of sets that are never held whole."""
    if options.customers:
        yield from large.measured(f"made up {options.customers:,}", large.seeded(options.customers, options.seed), best)
    if options.large:
        yield from large.measured(options.large.stem, large.from_file(options.large), best)


def told(lines: Iterable[dict[str, Any]], *, as_json: bool) -> None:
    """Print them as they come, or as JSON."""
    kept = []
    for line in lines:
        kept.append(line)
        if not as_json:
            print(shown(line), flush=True)
    if as_json:
        print(json.dumps(kept))


def measured(path: Path, mapping: dict[str, Any] | None) -> Iterator[dict[str, Any]]:
    """Two lines of figures for a file: shipped and trained."""
    found = labelled.read(path, mapping=mapping)
    sides = [Side.of(parties) for parties in found.parties.values()]
    learned = [side.trained() for side in sides]
    yield figures(found, "shipped", [(side, side.model) for side in sides]) | {"train_s": 0.0}
    seconds = round(sum(each for _model, each in learned), 2)
    trained = [(side, model) for side, (model, _seconds) in zip(sides, learned, strict=True)]
    yield figures(found, "trained", trained) | {"train_s": seconds}


def figures(found: labelled.Labelled, name: str, sides: list[tuple[Side, Model]]) -> dict[str, Any]:
    """The figures of a file under these models."""
    weights, chances, truths, groups = [], [], [], Counter[tuple[int, int, str]]()
    for number, (side, model) in enumerate(sides):
        scorer, scores = side.scored(model)
        entity = np.array([found.truth[each.id] for each in side.features], dtype=object)
        truths.append(entity[scores.left] == entity[scores.right])
        weights.append(scores.weight)
        chances.append(scores.probability)
        for place, members in enumerate(group(scorer, scores, np.arange(len(side.features))).groups):
            groups.update((number, place, entity[row]) for row in members)
    weight, chance, truth = (np.concatenate(each) for each in (weights, chances, truths))
    total = found.true_pairs
    above = chance >= 0.95
    both = sum(count * (count - 1) // 2 for count in groups.values())
    sizes = Counter[tuple[int, int]]()
    for (number, place, _entity), count in groups.items():
        sizes[number, place] += count
    linked = sum(count * (count - 1) // 2 for count in sizes.values())
    return {
        "set": found.name,
        "model": name,
        "records": len(found.truth),
        "refused": found.refused,
        "pairs": len(weight),
        "blocking_recall": ratio(int(truth.sum()), total),
        "best_f1": best(weight, truth, total),
        "precision": ratio(int(truth[above].sum()), int(above.sum())),
        "recall": ratio(int(truth[above].sum()), total),
        "f1": ratio(2 * int(truth[above].sum()), int(above.sum()) + total),
        "clusters_f1": ratio(2 * both, linked + total),
        "ece": round(error(curve(chance, truth)), 4),
    }


def best(weight: NDArray[np.float64], truth: NDArray[np.bool_], total: int) -> float:
    """The best F1 over all thresholds; pairs of one weight go together."""
    order = np.argsort(-weight, kind="stable")
    found, count = np.cumsum(truth[order]), np.arange(1, len(order) + 1)
    last = np.append(np.diff(weight[order]) != 0, True) if len(order) else np.zeros(0, dtype=bool)
    return round(float((2 * found / (count + total))[last].max(initial=0.0)), 4)


def ratio(part: int, whole: int) -> float:
    """A share; 1 where there is nothing to share."""
    return round(part / whole, 4) if whole else 1.0


def peak(line: dict[str, Any]) -> str:
    """The most memory that was held, where it was measured."""
    return f"  peak {line['peak_mib']:,} MiB" if "peak_mib" in line else ""


def shown(line: dict[str, Any]) -> str:
    """One line of the table."""
    return (
        f"{line['set'][:22]:22s} {line['model']:8s} {line['records']:8,d} records  {line['pairs']:9,d} pairs  "
        f"blocking {line['blocking_recall']:.3f}  best F1 {line['best_f1']:.4f}  at .95 P {line['precision']:.3f} "
        f"R {line['recall']:.3f} F1 {line['f1']:.3f}  clusters {line['clusters_f1']:.3f}  ECE {line['ece']:.4f}  "
        f"train {line['train_s']:.1f} s{peak(line)}"
    )


if __name__ == "__main__":
    main()
