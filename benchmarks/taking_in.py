"""How long the hub takes to take in, place and match N made-up records, beside a bare COPY of the same rows.

    .venv/bin/python benchmarks/taking_in.py --records 10000
    .venv/bin/python benchmarks/taking_in.py --file customers.csv --mapping mapping.json
    .venv/bin/python benchmarks/taking_in.py --parquet FILE.parquet --splink PYTHON --bench DIR
    .venv/bin/python benchmarks/taking_in.py --parquet MILLION.parquet --folder /var/tmp/million   # once, some minutes
    .venv/bin/python benchmarks/taking_in.py --folder /var/tmp/million --posts 1000                # as often as wanted
    .venv/bin/python benchmarks/taking_in.py --folder /var/tmp/million --posts 0 --rounds 5        # the thousand alone

The records come as one file, as the first load of a hub does: all but its last thousand rows are taken in, taken in
again unchanged and matched, then the last thousand come and are matched. Then records are posted, one by one, by one
client to the server that the demo runs: people whom the hub has not seen, made by the same generator, and people of the
file under other keys, which are linked; p50 and p95 of each, and of 1,000 in one body. ``--folder`` keeps the
hub; named again, it is brought to the present schema, takes in and matches so many ``--rounds`` of a thousand further
records, half of them people of the file, and is posted to; what is sent is new to it each time.
With ``--file`` it is a file of your own; with ``--parquet`` one of `benchmarks/bulk_scoring.py`, of which Splink 5 is
given the same records, on the same machine, afterwards: it trains, scores and clusters them, and stores nothing.

It uses an embedded server of its own, in a folder that is removed at the end. Every figure is of a whole step of the
commands that people run, in seconds by the clock and in seconds of computing (of the command; the server's are not in
it). On a machine that others use, compare ratios to the bare COPY of the same text, which is measured beside it.
"""

import argparse
import http.client
import json
import os
import resource
import secrets
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import polars as pl
from arrivals import MEANING, SEEDED, as_rows, known_people, people

ROOT = Path(__file__).resolve().parent.parent
SHARE = 0.341  # of the records of a generated hub are in this source
FURTHER = 1_000
WARM_UP = 20


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


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """The address of the hub, served as the demo serves it."""
    with socket.socket() as listener, (folder / "server.log").open("wb") as log:
        listener.bind(("127.0.0.1", 0))
        # As gunicorn has it: a client that came before gunicorn would otherwise wait 40 ms for each answer.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listener.listen(64)
        os.set_inheritable(listener.fileno(), True)
        options = ["--worker-class=gthread", "--workers=2", "--threads=4", f"--bind=fd://{listener.fileno()}"]
        server = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "cmdm.wsgi", "--no-control-socket", *options],
            cwd=ROOT, stdout=log, stderr=log, pass_fds=[listener.fileno()],
        )  # fmt: skip
        try:
            yield f"127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.terminate()
            server.wait(timeout=20)


class Client:
    """One client, with a token, that keeps its connection."""

    def __init__(self, address: str, token: str) -> None:
        self.connection = http.client.HTTPConnection(address, timeout=120)
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def post(self, body: Any) -> tuple[float, Any]:
        """Seconds from sending to the whole answer, and the answer."""
        sent = json.dumps(body)
        began = time.perf_counter()
        self.connection.request("POST", "/api/v1/records/", sent, self.headers)
        answer = self.connection.getresponse()
        said = answer.read()
        seconds = time.perf_counter() - began
        if answer.status not in (200, 422):
            raise SystemExit(f"POST records/ answered {answer.status}: {said[:300]!r}")
        return seconds, json.loads(said)


def rounds(folder: Path, number: int) -> None:
    """A thousand further records and matching them, so many times; then what half of the rounds take no longer than."""
    strangers, known = strangers_of(folder, number * FURTHER), known_people(folder)
    told: dict[str, list[float]] = {"ingest": [], "match": []}
    for _ in range(number):
        rows = [next(strangers if place % 2 else known) for place in range(FURTHER)]
        path, mapping = as_rows(rows, folder)
        taken = timed("ingest", "crm", "--create-source", "bench", "--json", "--mapping", str(mapping), str(path))
        matched = timed("match", "--json")
        for step, measured in (("ingest", taken), ("match", matched)):
            told[step].append(measured.seconds)
            say(f"{step}, {FURTHER} further records", measured, 0)
    medians = {step: round(statistics.median(times), 2) for step, times in told.items()}
    print(json.dumps({"step": "further records", **medians, "both": round(sum(medians.values()), 2)}), flush=True)


def strangers_of(folder: Path, wanted: int) -> Iterator[dict[str, Any]]:
    """So many people whom the hub has not seen: of another seed each time."""
    seed = str(secrets.randbelow(1_000_000) + 2)
    command("seed", str(round(wanted * 1.1 / SHARE) + 100), str(folder / "others"), "--seed", seed, "--json")
    return people(folder / "others" / "crm.csv", SEEDED)


def posts(folder: Path, token: str, repeats: int) -> dict[str, Any]:
    """Milliseconds of POST records/ for one record, strangers and known people in turn; seconds for 1,000."""
    strangers, known = strangers_of(folder, WARM_UP + repeats + 4 * 1000), known_people(folder)
    taken: dict[str, list[float]] = {"new": [], "link": []}
    told: Counter[str] = Counter()
    with serving(folder) as address:
        client = Client(address, token)
        for rows in (strangers, known) * WARM_UP:
            client.post(next(rows))
        for _ in range(repeats):
            for name, rows in (("new", strangers), ("link", known)):
                seconds, answer = client.post(next(rows))
                taken[name].append(seconds * 1000)
                told[f"{name}: {answer.get('decision') or answer.get('outcome')}"] += 1
        client.post(list(islice(strangers, 1000)))
        thousand = statistics.median(client.post(list(islice(strangers, 1000)))[0] for _ in range(3))
    figures = {f"{name}_{what}": value for name, times in taken.items() for what, value in spread(times).items()}
    whole = spread([*taken["new"], *taken["link"]])
    return {"step": "POST", **whole, **figures, "thousand_s": round(thousand, 2), "told": told}


def spread(times: list[float]) -> dict[str, float]:
    """Half of them, and 19 of 20, take no longer."""
    ordered = sorted(times)
    return {"ms_p50": round(statistics.median(ordered), 1), "ms_p95": round(ordered[int(len(ordered) * 0.95)], 1)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--records", type=int, default=10_000)
    parser.add_argument("--file", type=Path, help="a CSV file of your own")
    parser.add_argument("--mapping", type=Path, help="its mapping, where the guess does not do")
    parser.add_argument("--parquet", type=Path, help="the records of a Parquet file")
    parser.add_argument("--splink", help="the Python that has Splink, to measure beside")
    parser.add_argument("--bench", type=Path, help="the folder of splink_bench.py")
    parser.add_argument("--posts", type=int, default=200, help="so many of strangers, so many of known people")
    parser.add_argument("--rounds", type=int, default=1, help="so often a thousand further records, in a kept hub")
    parser.add_argument("--folder", type=Path, help="keep the hub here; where one is kept, only add to it")
    options = parser.parse_args()
    folder = options.folder or Path(tempfile.mkdtemp(prefix="cmdm-bench-"))
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)
    os.environ.update(CMDM_DATA=str(folder / "data"), CMDM_MODE="demo", CMDM_LOG_LEVEL="ERROR")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cmdm.settings")
    kept = folder / "token"
    try:
        if kept.exists():
            prepared(folder, options)
        else:
            report(folder, options)
        if options.posts:
            print(json.dumps(posts(folder, kept.read_text(), options.posts)), flush=True)
        if options.splink and options.parquet:
            beside(folder, options)
    finally:
        command("database", *(["stop"] if options.folder else ["remove", "--yes"]))
        if not options.folder:
            shutil.rmtree(folder, ignore_errors=True)


def prepared(folder: Path, options: argparse.Namespace) -> None:
    """Bring a kept hub to the present schema; its server then runs while this does, as beside a first load."""
    sys.path.insert(0, str(ROOT))
    import django
    from django.db import connection

    django.setup()
    command("migrate", "-v0")
    connection.ensure_connection()
    if options.rounds:
        command("match")  # what was posted before
        rounds(folder, options.rounds)


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
    (folder / "posting.json").write_text(json.dumps(_meaning(options)))
    whole, further = cut(path, folder)
    ingest = ["ingest", "crm", "--create-source", "bench", "--json"]
    if options.mapping:
        ingest += ["--mapping", str(options.mapping)]
    floor = bare_copy(whole)
    say("bare COPY", seconds=floor)
    first = timed(*ingest, str(whole))
    say("first load", first, floor)
    say("the same again", timed(*ingest, str(whole)), floor)
    say("match, all of them", timed("match", "--json"), floor)
    say(f"{FURTHER} further records", timed(*ingest, str(further)), floor)
    say("match, those", timed("match", "--json"), floor)
    command("user", "bench", "--consumer", "--json")
    command("grant", "bench", "bench", "data owner", "--json")
    (folder / "first.json").write_text(json.dumps(first.seconds))
    (folder / "token").write_text(command("token", "bench", "--json")["token"])


def beside(folder: Path, options: argparse.Namespace) -> None:
    """Splink's figures, and how many times its matching the first load took."""
    theirs = splink(options.splink, options.bench, options.parquet)
    matching = sum(theirs.answer["seconds"][stage] for stage in ("train", "predict", "cluster"))
    told = {"seconds": round(matching, 1), "computing": round(theirs.computing, 1), "told": theirs.answer}
    took = json.loads((folder / "first.json").read_text())
    print(json.dumps({"step": "Splink", **told, "first_load_takes_times": round(took / matching, 2)}))


def _meaning(options: argparse.Namespace) -> dict[str, str]:
    """What the columns of the first file mean, for posting its people again."""
    if options.parquet:
        return MEANING
    named: dict[str, str] = json.loads(options.mapping.read_text())["columns"] if options.mapping else SEEDED
    return named


def made_up(folder: Path, records: int) -> Path:
    """A file of about so many records: one of the sources that the generator makes."""
    command("seed", str(round(records / SHARE)), str(folder), "--json")
    return folder / "crm.csv"


def say(step: str, measured: Step | None = None, floor: float = 0, *, seconds: float = 0) -> None:
    """Print one figure."""
    told: dict[str, Any] = {"step": step, "seconds": round(measured.seconds if measured else seconds, 2)}
    if measured:
        rows = measured.answer.get("rows", 0) or 0
        told |= {"computing": round(measured.computing, 2)}
        told |= {"times_bare_copy": round(measured.seconds / floor, 1)} if floor else {}
        told |= {"largest_mib": measured.largest, "rows": rows, "rows_per_s": round(rows / measured.seconds)}
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
