"""How good suggestions for missing values are: how many blanked values are suggested, and how many of them rightly.

    .venv/bin/python benchmarks/suggesting.py --parquet FILE.parquet --records 60000

It blanks one known part of the address in some of the records, loads all of them into an empty hub of its own, counts,
and asks for the suggestions of the customers concerned as a steward would. Told are, by rule: how many of the blanked
values a suggestion stood for, how many of these were the blanked value, and the seconds of the count. What another
record of the same customer says is no missing value, and is left out.
"""

import argparse
import random
import time
from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl
from stages import Stages, hub, load_file
from taking_in import MEANING

PARTS = {"city": "city", "postcode": "postal_code", "country": "country"}
SHARE = 0.05


def blanked(frame: pl.DataFrame, seed: int = 4) -> tuple[pl.DataFrame, dict[str, tuple[str, str]]]:
    """The records with one part of the address missing in some, and by record what was there."""
    dice = random.Random(seed)  # noqa: S311
    columns = {name: frame[name].to_list() for name in PARTS}
    truth: dict[str, tuple[str, str]] = {}
    for place, record in enumerate(frame["record_id"].to_list()):
        name = dice.choice(list(PARTS))
        if dice.random() < SHARE and all(columns[one][place] for one in PARTS):
            truth[str(record)] = (PARTS[name], str(columns[name][place]))
            columns[name][place] = None
    return frame.with_columns(**{name: pl.Series(values, dtype=pl.String) for name, values in columns.items()}), truth


def measure(truth: dict[str, tuple[str, str]]) -> None:
    """Count, ask, and print a line for each rule."""
    from cmdm.actions.domains import grant_role
    from cmdm.actions.users import add_user
    from cmdm.models import Domain, User, system_user
    from customers.actions.suggesting import counting
    from customers.models import Agreement, Customer, Fillable, SourceRecord
    from customers.queries.suggesting.suggestions import suggestions_of
    from customers.types.countries import country_code
    from customers.types.folding import fold

    began = time.perf_counter()
    counting.count(actor=system_user(), hold=lambda: None, report=lambda *_told: None)
    print(f"counted in {time.perf_counter() - began:.1f} s: {Agreement.objects.count():,} agreements", end=", ")
    print(f"{Fillable.objects.count():,} places that can be filled")
    user = add_user(actor=system_user(), username="measuring", display_name="Measuring", password="no one's but ours 7")
    grant_role(actor=system_user(), user=user, domain=Domain.objects.get(key="bench"), role="steward")
    user = User.objects.get(pk=user.pk)
    asked: Counter[str] = Counter()
    told: Counter[str] = Counter()
    right: Counter[str] = Counter()
    names = list(truth)
    spent = 0.0
    for begin in range(0, len(names), 200):
        rows = SourceRecord.objects.filter(key__in=names[begin : begin + 200], customer__isnull=False)
        owner: dict[int, tuple[str, str]] = {row.pk: truth[row.key] for row in rows}
        customers = list(Customer.objects.filter(records__in=owner).distinct())
        at = time.perf_counter()
        found = suggestions_of(customers, user)
        spent += time.perf_counter() - at
        known: dict[tuple[int, str], Any] = {(s.record, s.part): s for ones in found.values() for s in ones}
        for record, (part, value) in owner.items():
            asked[part] += 1
            one = known.get((record, part))
            if one is None:
                continue
            meant = country_code(value) if part == "country" else value
            told[f"{part}: {one.rule}"] += 1
            right[f"{part}: {one.rule}"] += fold(str(one.value[part])) == fold(meant)
    print(f"suggestions of {len(names):,} customers in {spent:.1f} s, 200 at a time")
    for part in sorted(asked):
        sum_told = sum(told[rule] for rule in told if rule.startswith(part))
        print(f"{part:>12}: {asked[part]:,} blanked, {sum_told / asked[part]:.1%} suggested")
        for rule in sorted(one for one in told if one.startswith(part)):
            print(f"{'':>14}{rule}: {told[rule]:,}, {right[rule] / told[rule]:.1%} of them right")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--parquet", type=Path, required=True, help="the records")
    parser.add_argument("--records", type=int, default=60_000)
    options = parser.parse_args()
    with hub() as folder:
        frame = pl.read_parquet(options.parquet).select("record_id", *MEANING).head(options.records)
        frame, truth = blanked(frame)
        path = folder / "records.csv"
        frame.write_csv(path)
        mapping = {"key": "record_id", "columns": MEANING, "date_order": "ymd", "on_fault": "leave_out"}
        load_file(path, mapping, Stages(folder))
        measure(truth)


if __name__ == "__main__":
    main()
