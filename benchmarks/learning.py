"""Training, scoring and grouping a generated file without labels, beside Splink 5 on the same file.

    python benchmarks/learning.py FILE.parquet [--splink PYTHON --bench DIR]

FILE has the columns of `bulk_scoring.py`, and `entity_id` for who each record is. Each side is a process of its own.
Ours blocks by the rules that persons are shipped with; Splink by the rules of `splink_bench.py`. "prepare" is
what Splink's side does in cleaning, of the records that training draws; training is told with numbering their values,
Splink's without cleaning. "judge" is preparing all records, scoring, grouping and holding the groups against the truth.
"""

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

import bulk_scoring
import large
import numpy as np
import polars as pl
from quality import best

from matching.engine.bulk.columns import Columns, of_prepared
from matching.engine.bulk.learning import learn
from matching.engine.bulk.lists import Ints
from matching.engine.bulk.tables import prepared_from
from matching.engine.bulk.warming import warm
from matching.engine.defaults import person_model, widened


def ours(file: str) -> dict[str, Any]:
    """Figures of the trained model and the seconds of each stage."""
    frame = pl.read_parquet(file)
    model = widened(person_model(), frame.height)

    preparing = 0.0

    def read(places: Ints) -> Columns:
        nonlocal preparing
        before = time.perf_counter()
        prepared = prepared_from(model, bulk_scoring.table_of(frame[places]))
        preparing += time.perf_counter() - before
        return of_prepared(prepared)

    warm()  # what is compiled or loaded from disk once a process
    began = time.perf_counter()
    trained = learn(model, frame.height, read)
    learned = time.perf_counter()
    seconds = {"prepare": round(preparing, 2), "train": round(learned - began - preparing, 2)}
    entity = frame["entity_id"].rank("dense").to_numpy().astype(np.int64)
    side = large.LargeSide(model, read(np.arange(frame.height)), entity)
    judged = side.judged(trained.model)
    done = time.perf_counter()
    spent = {**seconds, "judge": round(done - learned, 1)}
    return {**large.figures("generated", "trained", [(side, judged)], best), "seconds": spent}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("file")
    parser.add_argument("--splink", help="the Python that has Splink")
    parser.add_argument("--bench", help="the folder of splink_bench.py")
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.worker:
        print(json.dumps(ours(args.file)))
        return
    warm()
    mine = bulk_scoring.measured([sys.executable, __file__, args.file, "--worker"])
    print("ours  ", json.dumps(mine))
    if args.splink:
        command = [args.splink, "-W", "ignore", str(Path(args.bench) / "splink_bench.py"), "gen", args.file]
        theirs = bulk_scoring.measured(command)
        print("Splink", json.dumps(theirs))
        print("Splink trains", round(theirs["seconds"]["train"] / mine["seconds"]["train"], 2), "times as long as ours")


if __name__ == "__main__":
    main()
