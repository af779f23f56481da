"""How long the hub takes to take in, place and match N made-up records, beside a bare COPY of the same rows.

    .venv/bin/python benchmarks/taking_in.py --records 10000

It uses an embedded server of its own, in a folder that is removed at the end. Every figure is of a whole step of the
commands that people run; the ratio to the bare COPY of the same text is what to compare between machines.
"""

import argparse
import json
import os
import secrets
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ("crm", "shop", "helpdesk", "erp")


def command(*words: str) -> Any:
    """Run a command of the hub and read its JSON."""
    made = subprocess.run(
        [sys.executable, "manage.py", *words], cwd=ROOT, check=True, capture_output=True, text=True, env=os.environ
    )
    return json.loads(made.stdout.strip().splitlines()[-1]) if "--json" in words else made.stdout


def timed(*words: str) -> tuple[float, Any]:
    """Seconds of a command, and its answer."""
    began = time.perf_counter()
    answer = command(*words)
    return time.perf_counter() - began, answer


def bare_copy(folder: Path) -> float:
    """Seconds to COPY the same lines into a table of one text column: the floor of any load."""
    from django.db import connection

    began = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE bare (line text)")
        with cursor.copy("COPY bare (line) FROM STDIN") as rows:
            for source in SOURCES:
                with (folder / f"{source}.csv").open(encoding="utf-8") as file:
                    for line in file:
                        rows.write_row((line.rstrip("\n"),))
    return time.perf_counter() - began


def posts(token: str, repeats: int) -> dict[str, float]:
    """Milliseconds of POST records/ for one new person, seconds for 1,000: the whole stack but the socket."""
    from django.test import Client

    client = Client(headers={"Authorization": f"Bearer {token}"}, SERVER_NAME="127.0.0.1")

    def post(count: int) -> float:
        body = [person() for _ in range(count)] if count > 1 else person()
        began = time.perf_counter()
        answer = client.post("/api/v1/records/", json.dumps(body), content_type="application/json")
        if answer.status_code not in (200, 201):
            raise SystemExit(f"POST records/ answered {answer.status_code}: {answer.content[:300]!r}")
        return time.perf_counter() - began

    post(1)
    one = sorted(post(1) * 1000 for _ in range(repeats))
    return {
        "one_ms_p50": statistics.median(one),
        "one_ms_p95": one[int(len(one) * 0.95)],
        "thousand_s": min(post(1000) for _ in range(3)),
    }


def person() -> dict[str, Any]:
    """A person nobody has seen, with a name that many have."""
    number = secrets.randbelow(10**9)
    given = secrets.choice(["Anna", "Karl", "Maria", "Peter", "Julia", "Thomas", "Laura", "Stefan"])
    family = secrets.choice(["Schmidt", "Weber", "Meyer", "Wagner", "Becker", "Hoffmann", "Koch", "Bauer"])
    return {
        "source": "crm",
        "key": f"bench-{number}",
        "values": {
            "given_name": given,
            "family_name": family,
            "birth_date": f"19{number % 60 + 30}-{number % 12 + 1:02d}-{number % 28 + 1:02d}",
            "email": [{"value": f"{given}.{number}@post.example".lower(), "kind": "home"}],
            "address": [
                {"line1": f"Hauptstraße {number % 200}", "city": "Berlin", "postal_code": f"{number % 89999 + 10000}"}
            ],
        },
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--records", type=int, default=10_000)
    parser.add_argument("--posts", type=int, default=50)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="cmdm-bench-"))
    folder.chmod(0o755)
    os.environ.update(CMDM_DATA=str(folder / "data"), CMDM_MODE="demo", CMDM_LOG_LEVEL="ERROR")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cmdm.settings")
    try:
        report(folder, options.records, options.posts)
    finally:
        command("database", "remove", "--yes")
        shutil.rmtree(folder, ignore_errors=True)


def report(folder: Path, records: int, repeats: int) -> None:
    """Run everything and print the figures."""
    sys.path.insert(0, str(ROOT))
    import django

    django.setup()
    command("migrate", "-v0")
    command("install")
    command("domain", "bench", "Bench", "--json")
    command("seed", str(records), str(folder), "--json")
    ingested = 0.0
    for source in SOURCES:
        seconds, _answer = timed("ingest", source, str(folder / f"{source}.csv"), "--create-source", "bench", "--json")
        ingested += seconds
    matched, answer = timed("match", "--json")
    floor = bare_copy(folder)
    command("user", "bench", "--consumer", "--json")
    command("grant", "bench", "bench", "data owner", "--json")
    token = command("token", "bench", "--json")["token"]
    figures = {
        "records": records,
        "ingest_s": ingested,
        "ingest_per_s": records / ingested,
        "match_s": matched,
        "ingest_and_match_per_s": records / (ingested + matched),
        "ratio_to_bare_copy": ingested / floor,
        "match": answer,
        **posts(token, repeats),
    }
    print(json.dumps({name: round(v, 2) if isinstance(v, float) else v for name, v in figures.items()}, indent=2))


if __name__ == "__main__":
    main()
