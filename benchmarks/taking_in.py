"""How long the hub takes to take in, place and match N made-up records, beside a bare COPY of the same rows.

    .venv/bin/python benchmarks/taking_in.py --records 10000
    .venv/bin/python benchmarks/taking_in.py --file customers.csv --mapping mapping.json
    .venv/bin/python benchmarks/taking_in.py --parquet FILE.parquet --splink PYTHON --bench DIR

The records come as one file, as the first load of a hub does: all but its last thousand rows are taken in, taken in
again unchanged, then the last thousand. Then people whom the hub has not seen, made by the same generator, are posted.
With ``--file`` it is a file of your own; with ``--parquet`` one of `benchmarks/bulk_scoring.py`, of which Splink 5 is
given the same records, on the same machine, afterwards: it trains, scores and clusters them, and stores nothing.

It uses an embedded server of its own, in a folder that is removed at the end. Every figure is of a whole step of the
commands that people run, in seconds by the clock and in seconds of computing (of the command; the server's are not in
it). On a machine that others use, compare ratios to the bare COPY of the same text, which is measured beside it.
"""

import argparse
import csv
import json
import os
import resource
import secrets
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

ROOT = Path(__file__).resolve().parent.parent
SHARE = 0.341  # of the records of a generated hub are in this source
FURTHER = 1_000
MEANING = {
    "given_name": "given_name",
    "middle_name": "middle_name",
    "family_name": "family_name",
    "birth_date": "birth_date",
    "gender": "gender",
    "email": "email",
    "phone": "phone",
    "street": "address.line1",
    "city": "address.city",
    "postcode": "address.postal_code",
    "country": "address.country",
    "national_id": "identifier.national",
    "updated_on": "observed_at",
}
OTHERS = 15_000  # records of a second generated hub, whose people are posted


@dataclass(frozen=True)
class Step:
    """One command: by the clock, computing, the largest memory of any command so far (MiB), and its answer."""

    seconds: float
    computing: float
    largest: int
    answer: Any


def command(*words: str) -> Any:
    """Run a command of the hub and read its JSON."""
    made = subprocess.run(
        [sys.executable, "manage.py", *words], cwd=ROOT, check=True, capture_output=True, text=True, env=os.environ
    )
    return json.loads(made.stdout.strip().splitlines()[-1]) if "--json" in words else made.stdout


def timed(*words: str) -> Step:
    """Run a command and measure it."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    answer = command(*words)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    computing = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Step(time.perf_counter() - began, computing, after.ru_maxrss // 1024, answer)


def cut(path: Path, folder: Path) -> tuple[Path, Path]:
    """The file without its last thousand rows, and these."""
    header, *rows = path.read_text(encoding="utf-8").splitlines(keepends=True)
    most, further = folder / "first_load.csv", folder / "further.csv"
    most.write_text(header + "".join(rows[:-FURTHER]), encoding="utf-8")
    further.write_text(header + "".join(rows[-FURTHER:]), encoding="utf-8")
    return most, further


def as_csv(parquet: Path, folder: Path) -> tuple[Path, Path]:
    """The records of a Parquet file as CSV, and what its columns mean."""
    path, meaning = folder / "records.csv", folder / "mapping.json"
    pl.read_parquet(parquet).select("record_id", *MEANING).write_csv(path)
    mapping = {"key": "record_id", "columns": MEANING, "date_order": "ymd", "on_fault": "leave_out"}
    meaning.write_text(json.dumps(mapping), encoding="utf-8")
    return path, meaning


def splink(python: str, bench: Path, parquet: Path) -> Step:
    """Splink's training, scoring and clustering of the same records, by the script that comes with it."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    made = subprocess.run(
        [python, "-W", "ignore", str(bench / "splink_bench.py"), "gen", str(parquet)],
        check=True,
        capture_output=True,
        text=True,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    computing = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    told = json.loads(made.stdout.strip().splitlines()[-1])
    return Step(time.perf_counter() - began, computing, after.ru_maxrss // 1024, told)


def bare_copy(path: Path) -> float:
    """Seconds to COPY the same lines into a table of one text column: the floor of any load."""
    from django.db import connection

    began = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE bare (line text)")
        with cursor.copy("COPY bare (line) FROM STDIN") as rows, path.open(encoding="utf-8") as file:
            for line in file:
                rows.write_row((line.rstrip("\n"),))
        cursor.execute("DROP TABLE bare")
    return time.perf_counter() - began


def posts(token: str, path: Path, repeats: int) -> dict[str, float]:
    """Milliseconds of POST records/ for one new person, seconds for 1,000: the whole stack but the socket."""
    from django.test import Client

    client = Client(headers={"Authorization": f"Bearer {token}"}, SERVER_NAME="127.0.0.1")
    rows = people(path)

    def post(count: int) -> float:
        body = [next(rows) for _ in range(count)] if count > 1 else next(rows)
        began = time.perf_counter()
        answer = client.post("/api/v1/records/", json.dumps(body), content_type="application/json")
        if answer.status_code not in (200, 201):
            raise SystemExit(f"POST records/ answered {answer.status_code}: {answer.content[:300]!r}")
        return time.perf_counter() - began

    post(1)
    one = sorted(post(1) * 1000 for _ in range(repeats))
    post(1000)
    return {
        "one_ms_p50": statistics.median(one),
        "one_ms_p95": one[int(len(one) * 0.95)],
        "thousand_s": statistics.median(post(1000) for _ in range(3)),
    }


def people(path: Path) -> Iterator[dict[str, Any]]:
    """The people of a file as POST takes them, each under a key that nobody has given."""
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            plain = {
                "given_name": row["first_name"],
                "family_name": row["last_name"],
                "birth_date": row["date_of_birth"],
            }
            address = {
                "line1": row["street"],
                "city": row["city"],
                "postal_code": row["postcode"],
                "country": row["country"],
            }
            values: dict[str, Any] = {**plain, "organisation_name": row["company"]}
            values |= {"email": [{"value": row["email"]}] if row["email"] else []}
            values |= {"phone": [{"value": row[each]} for each in ("phone", "mobile") if row[each]]}
            values |= {"address": [{part: text for part, text in address.items() if text}] if row["street"] else []}
            kept = {name: value for name, value in values.items() if value}
            yield {"source": "crm", "key": f"posted-{secrets.token_hex(6)}", "values": kept}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--records", type=int, default=10_000)
    parser.add_argument("--file", type=Path, help="a CSV file of your own")
    parser.add_argument("--mapping", type=Path, help="its mapping, where the guess does not do")
    parser.add_argument("--parquet", type=Path, help="the records of a Parquet file")
    parser.add_argument("--splink", help="the Python that has Splink, to measure beside")
    parser.add_argument("--bench", type=Path, help="the folder of splink_bench.py")
    parser.add_argument("--posts", type=int, default=50)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="cmdm-bench-"))
    folder.chmod(0o755)
    os.environ.update(CMDM_DATA=str(folder / "data"), CMDM_MODE="demo", CMDM_LOG_LEVEL="ERROR")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cmdm.settings")
    try:
        report(folder, options)
    finally:
        command("database", "remove", "--yes")
        shutil.rmtree(folder, ignore_errors=True)


def report(folder: Path, options: argparse.Namespace) -> None:
    """Run everything and print each figure as soon as it is there."""
    sys.path.insert(0, str(ROOT))
    import django

    django.setup()
    command("migrate", "-v0")
    command("install")
    command("domain", "bench", "Bench", "--json")
    if options.parquet:
        options.file, options.mapping = as_csv(options.parquet, folder)
    path = options.file or made_up(folder, options.records)
    whole, further = cut(path, folder)
    ingest = ["ingest", "crm", "--create-source", "bench", "--json"]
    if options.mapping:
        ingest += ["--mapping", str(options.mapping)]
    floor = bare_copy(whole)
    say("bare COPY", seconds=floor)
    first = timed(*ingest, str(whole))
    say("first load", first, floor)
    say("the same again", timed(*ingest, str(whole)), floor)
    say(f"{FURTHER} further records", timed(*ingest, str(further)), floor)
    say("match", timed("match", "--json"), floor)
    command("user", "bench", "--consumer", "--json")
    command("grant", "bench", "bench", "data owner", "--json")
    command("seed", str(OTHERS), str(folder / "others"), "--seed", "2", "--json")
    token = command("token", "bench", "--json")["token"]
    print(json.dumps(posts(token, folder / "others" / "crm.csv", options.posts)), flush=True)
    if options.splink and options.parquet:
        theirs = splink(options.splink, options.bench, options.parquet)
        matching = sum(theirs.answer["seconds"][stage] for stage in ("train", "predict", "cluster"))
        told = {"seconds": round(matching, 1), "computing": round(theirs.computing, 1), "told": theirs.answer}
        print(json.dumps({"step": "Splink", **told, "first_load_takes_times": round(first.seconds / matching, 2)}))


def made_up(folder: Path, records: int) -> Path:
    """A file of about so many records: one of the sources that the generator makes."""
    command("seed", str(round(records / SHARE)), str(folder), "--json")
    return folder / "crm.csv"


def say(step: str, measured: Step | None = None, floor: float = 0, *, seconds: float = 0) -> None:
    """Print one figure."""
    told: dict[str, Any] = {"step": step, "seconds": round(measured.seconds if measured else seconds, 2)}
    if measured:
        rows = measured.answer.get("rows", 0) or 0
        told |= {"computing": round(measured.computing, 2), "times_bare_copy": round(measured.seconds / floor, 1)}
        told |= {"largest_mib": measured.largest, "rows": rows, "rows_per_s": round(rows / measured.seconds)}
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
