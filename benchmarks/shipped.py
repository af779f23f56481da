"""The calibration curve of the shipped models, measured on made-up customers of whom it is known who is who.

    .venv/bin/python benchmarks/shipped.py [--customers 60000] [--seed 1] [--write]

With `--write` it is kept in matching/engine/shipped.json, which the page of the model shows until the model was
rehearsed on the hub's own records. Run it after a change of the shipped models or of the made-up customers.
"""

import argparse
import json
from collections import Counter
from pathlib import Path
from typing import Any

import large

from matching.engine.calibration import curve, error, interval, measured
from matching.engine.shipped import FILE

BINS = 10
LINE = 0.95


def main() -> None:
    """Measure, print, and keep it where that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--customers", type=int, default=60_000, metavar="N", help="so many made-up records")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    found = told(options.customers, options.seed)
    text = json.dumps(found, indent=1, sort_keys=True) + "\n"
    print(text)
    if options.write:
        Path(FILE).write_text(text, encoding="utf-8")


def told(count: int, seed: int) -> dict[str, Any]:
    """By party type the curve with its intervals, the calibration error, precision and recall at the shipped line."""
    read = large.seeded(count, seed)
    counts = Counter(party.party_type for party, _truth in read())
    found = {}
    for kind, records in sorted(counts.items()):
        side = large.LargeSide.of(kind, read, records)
        judged = side.judged(side.model)
        bins = curve(judged.chance, judged.truth, bins=BINS)
        points = [
            {
                "low": one.low,
                "high": one.high,
                "pairs": round(one.count),
                "mean": round(one.mean, 5),
                "true": round(one.true, 5),
                "interval": [round(end, 5) for end in _ends(one.true, one.count)],
            }
            for one in bins
        ]
        quality = measured(judged.chance, judged.truth, LINE)
        found[kind] = {
            "digest": large.SHIPPED[kind].digest(),
            "set": {"customers": count, "seed": seed, "records": records, "pairs": judged.compared},
            "points": points,
            "error": round(error(bins), 5),
            "line": LINE,
            "precision": round(quality.precision.value, 5),
            "recall": round(int(judged.truth[judged.chance >= LINE].sum()) / max(side.true_pairs, 1), 5),
        }
    return found


def _ends(share: float, size: float) -> tuple[float, float]:
    found = interval(share, size)
    return found.low, found.high


if __name__ == "__main__":
    main()
