"""Blocking and scoring a generated file, beside Splink 5 on the same file with the same blocking rules.

    python benchmarks/bulk_scoring.py FILE.parquet [--rules tight|wide] [--splink PYTHON --bench DIR --model JSON]
    python benchmarks/bulk_scoring.py FILE.parquet --same --splink PYTHON --bench DIR --model JSON
    python benchmarks/bulk_scoring.py FILE.parquet --rules shipped

FILE holds given_name, middle_name, family_name, birth_date, gender, email, phone, street, city, postcode, national_id.
Each side is a process of its own, from the file to its scored pairs, with weights that are given: nobody trains.
Splink is run by the Python that has it (splink>=5, duckdb, polars, pyarrow), once as it comes, keeping every pair, and
once lean: with a threshold and without the columns between. CPU seconds are the honest figure on a
machine with other work to do. Both do what they are best at: Splink cleans by a few expressions and blocks on equal
values; we prepare as the hub does, block names by sound, which makes two pairs of one with tight rules, and weigh ten
comparisons under four explanations. With ``--same`` both compare the same pairs: we block names as they are spelt, and
Splink gets the values of our keys as columns, made before its clock starts; both tell how many pairs they had.
``--rules shipped`` is ours alone, with the rules and limits that a hub of so many records has: what files of different
sizes cost beside one another.
Blocking and scoring (of ours with the numbering of all values) is also told alone: a hub prepares a record once, when
it comes in. Neither side's seconds hold what it loads before: Splink its modules, we ours and the kernels compiled
earlier; the wall clock of each process does.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

sys.path.insert(0, str(Path(__file__).parents[1]))

from matching.engine.bulk.blocking import block, pairs
from matching.engine.bulk.columns import of_prepared
from matching.engine.bulk.parts import part_of
from matching.engine.bulk.prepared import Rows
from matching.engine.bulk.scoring import Scorer, score_all
from matching.engine.bulk.tables import Table, prepared_from
from matching.engine.bulk.warming import warm
from matching.engine.defaults import person_model, widened
from matching.engine.model import Model, Rule

TIGHT = (
    *(("email",), ("phone",), ("identifier",), ("given", "family"), ("family", "birth_date")),
    *(("given", "birth_date"), ("postcode", "family_prefix"), ("given", "postcode")),
)
RULES = {"tight": TIGHT, "wide": (*TIGHT, ("birth_date",), ("postcode",))}
SHIPPED = "shipped"
SPELT = {"given": "given_spelt", "family": "family_spelt"}
SINGLE = ("given_name", "family_name", "middle_name", "birth_date", "gender")
MANY = {
    "email": {"value": "email"},
    "phone": {"value": "phone"},
    "identifier": {"value": "national_id"},
    "address": {"line1": "street", "city": "city", "postal_code": "postcode"},
}

SPLINK = """
import json, sys, time
import duckdb, polars
from splink import DuckDBAPI, Linker, block_on
sys.path.insert(0, {bench!r})
from splink_bench import clean_generated
began = time.perf_counter()
frame = clean_generated({file!r})
cleaned = time.perf_counter()
settings = json.load(open({model!r}))
if {lean}:
    settings["retain_intermediate_calculation_columns"] = False
ruled = lambda rules: [block_on(*names).get_blocking_rule("duckdb").as_dict() for names in rules]
if {keys!r}:
    frame = frame.hstack(polars.read_parquet({keys!r}))
    settings["blocking_rules_to_generate_predictions"] = ruled({rules!r})
    cleaned = time.perf_counter()
elif {wide}:
    settings["blocking_rules_to_generate_predictions"] += ruled([["dob"], ["postcode"]])
con = duckdb.connect(); con.execute("set threads=2")
linker = Linker(DuckDBAPI(connection=con).register(frame.to_arrow()), settings)
found = linker.inference.predict(**({{"threshold_match_weight": -1.2}} if {lean} else {{}}))
kept = con.sql("select count(*) from " + found.physical_name).fetchall()[0][0]
spent = {{"clean": round(cleaned - began, 2), "block_and_score": round(time.perf_counter() - cleaned, 2)}}
print(json.dumps({{"kept": kept, "seconds": spent}}))
"""


def table_of(frame: pl.DataFrame) -> Table:
    """The file's columns as values of records."""
    many = {}
    for name, columns in MANY.items():
        there = frame.select(pl.any_horizontal(pl.col(each).is_not_null() for each in columns.values())).to_series()
        rows = np.flatnonzero(there.to_numpy())
        parts = {part: frame[column].gather(rows) for part, column in columns.items()}
        if name == "identifier":
            parts["scheme"] = pl.repeat("national", len(rows), dtype=pl.String, eager=True)
        many[name] = Rows(rows, parts)
    return Table(np.arange(len(frame)), "person", {name: frame[name] for name in SINGLE}, many)


def model_of(kind: str, same: bool, count: int = 0) -> Model:
    """The shipped weights with the rules of a kind; with names as they are spelt where both compare the same."""
    if kind == SHIPPED:
        return widened(person_model(), count)
    chosen = [tuple(SPELT.get(part, part) if same else part for part in parts) for parts in RULES[kind]]
    rules = tuple(Rule(str(number), parts) for number, parts in enumerate(chosen))
    return replace(person_model(), rules=rules, block_cap=10**6, shared_limit=10**6)


def write_keys(file: str, kind: str, path: str) -> None:
    """What our rules block on, a column for each part of a key; null where a record has none.

    A record of several values has the first: of made people few have a family name in two parts.
    """
    model = model_of(kind, same=True)
    columns = of_prepared(prepared_from(model, table_of(pl.read_parquet(file))))
    made = {}
    for name in {part: None for rule in model.rules for part in rule.parts}:
        part = part_of(columns, name)
        there = part.lists.counts > 0
        numbers = np.zeros(len(columns), dtype=np.int64)
        numbers[there] = part.lists.values[part.lists.starts[:-1][there]]
        made[f"key_{name}"] = part.pool.series.gather(numbers).replace("", None)
    pl.DataFrame(made).write_parquet(path)


def ours(file: str, kind: str, same: bool) -> dict[str, Any]:
    """From the file to scored pairs, by the shipped weights."""
    seconds, last = {}, [time.perf_counter()]

    def mark(stage: str) -> None:
        now = time.perf_counter()
        seconds[stage], last[0] = round(now - last[0], 2), now

    frame = pl.read_parquet(file)
    model = model_of(kind, same, len(frame))
    prepared = prepared_from(model, table_of(frame))
    del frame
    mark("prepare")
    columns = of_prepared(prepared)
    del prepared
    mark("number")
    blocks = block(model, columns)
    mark("block")
    scorer = Scorer(model, columns)
    compared = kept = 0
    for count, scores in score_all(scorer, pairs(blocks), floor=model.review):
        compared, kept = compared + count, kept + len(scores)
    mark("score")
    seconds["block_and_score"] = round(seconds["number"] + seconds["block"] + seconds["score"], 2)
    return {"pairs": compared, "kept": kept, "pairs_a_second": round(compared / seconds["score"]), "seconds": seconds}


def measured(command: list[str]) -> dict[str, Any]:
    """Run a process; what it said, its seconds and its peak memory."""
    started = time.perf_counter()
    # As all processes of the hub run (see `cmdm`).
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, "NUMPY_MADVISE_HUGEPAGE": "0"}
    )
    said = process.stdout.read() if process.stdout else ""
    _pid, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    if status:
        raise SystemExit(f"{command[0]} failed")
    facts: dict[str, Any] = json.loads(said.strip().splitlines()[-1])
    cpu = usage.ru_utime + usage.ru_stime
    return {"wall": round(wall, 1), "cpu": round(cpu, 1), "peak_mib": usage.ru_maxrss // 1024, **facts}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("file")
    parser.add_argument("--rules", choices=[*RULES, SHIPPED], default="wide")
    parser.add_argument("--same", action="store_true", help="both sides compare the same pairs")
    parser.add_argument("--splink", help="the Python that has Splink")
    parser.add_argument("--bench", help="the folder of splink_bench.py")
    parser.add_argument("--model", help="Splink's trained model (splink_bench.py gen FILE --save-model MODEL)")
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.splink and args.rules == SHIPPED:
        parser.error("Splink does not know the shipped rules")
    if args.worker:
        warm()
        print(json.dumps(ours(args.file, args.rules, args.same)))
        return
    warm()
    same = ["--same"] if args.same else []
    mine = measured([sys.executable, __file__, args.file, "--rules", args.rules, *same, "--worker"])
    print("ours  ", json.dumps(mine))
    if args.splink:
        with tempfile.TemporaryDirectory() as folder:
            beside(args, mine, f"{folder}/keys.parquet" if args.same else "")


def beside(args: argparse.Namespace, mine: dict[str, Any], keys: str) -> None:
    """Splink on the same file, as it comes and lean; with `keys`, on the same pairs."""
    if keys:
        write_keys(args.file, args.rules, keys)
    given = {"bench": args.bench, "file": args.file, "model": args.model, "wide": args.rules == "wide", "keys": keys}
    rules = [[f"key_{part}" for part in rule.parts] for rule in model_of(args.rules, same=True).rules]
    for name, lean in (("Splink", False), ("Splink, lean", True)):
        theirs = measured([args.splink, "-W", "ignore", "-c", SPLINK.format(**given, rules=rules, lean=lean)])
        print(name, json.dumps(theirs))
        ratios = {part: round(theirs[part] / mine[part], 2) for part in ("wall", "cpu", "peak_mib")}
        ours_spent, theirs_spent = (each["seconds"]["block_and_score"] for each in (mine, theirs))
        ratios["block_and_score"] = round(theirs_spent / ours_spent, 2)
        print(name, "takes", json.dumps(ratios), "times ours")


if __name__ == "__main__":
    main()
