"""Where the processor's time goes in a first load: seconds of each stage, of the loader, its helpers and the server.

    .venv/bin/python benchmarks/stages.py --records 60000
    .venv/bin/python benchmarks/stages.py --parquet FILE.parquet --records 60000
    .venv/bin/python benchmarks/stages.py --file customers.csv --mapping mapping.json --profile load.prof

A stage is what the load says that it does. It uses an embedded server of its own, in a folder that is removed at the
end. The time of helpers is told where they work; work of the server that goes on after its answer stands in the next
stage. What the machine's processors were idle is time in which loader and server waited for each other. With
``--profile`` the loader's calls are counted, which makes it slower.
"""

import argparse
import contextlib
import cProfile
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl
from taking_in import MEANING, ROOT, command, made_up

TICKS = os.sysconf("SC_CLK_TCK")
WHO = ("loader", "helpers", "server")
IDLE = "idle"


def computing(folder: Path) -> dict[str, float]:
    """Seconds of computing so far: of this process, of those that it began, and of the server in a folder; and how long
    the machine's processors had nothing to do.
    """
    parents: dict[int, tuple[int, str, float]] = {}
    for place in Path("/proc").iterdir():
        if place.name.isdigit():
            with contextlib.suppress(OSError):
                name, told = (place / "stat").read_text().rsplit(")", 1)
                facts = told.split()
                # Those of ended children, too: a server process ends with its connection.
                spent = sum(map(int, facts[11:15])) / TICKS
                parents[int(place.name)] = (int(facts[1]), name, spent)
    me = os.getpid()
    helpers = [pid for pid, (parent, name, _spent) in parents.items() if parent == me and "postgres" not in name]
    head = next((int(line) for line in _postmaster(folder).read_text().splitlines()[:1]), 0)
    server = [head, *(pid for pid, (parent, _name, _spent) in parents.items() if parent == head)]
    ended = os.times()
    return {
        "loader": time.process_time(),
        "helpers": sum(parents[pid][2] for pid in helpers) + ended.children_user + ended.children_system,
        "server": sum(parents[pid][2] for pid in server if pid in parents),
        IDLE: sum(map(int, Path("/proc/stat").read_text().split()[4:6])) / TICKS,
    }


def _postmaster(folder: Path) -> Path:
    return next(folder.rglob("postmaster.pid"))


@dataclass
class Stages:
    """What each stage took; told as the ``progress`` of a load."""

    folder: Path
    stage: str = "Begin"
    began: float = field(default_factory=time.perf_counter)
    taken: dict[str, dict[str, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._spent = computing(self.folder)

    def progress(self, _done: int, _total: int | None, phase: str) -> None:
        """The load says what it does."""
        stage = phase.split("%: ")[-1].split(",")[0]
        if stage == self.stage:
            return
        now, spent = time.perf_counter(), computing(self.folder)
        told = self.taken.setdefault(self.stage, dict.fromkeys(("seconds", *WHO, IDLE), 0.0))
        told["seconds"] += now - self.began
        for who in (*WHO, IDLE):
            told[who] += spent[who] - self._spent[who]
        self.stage, self.began, self._spent = stage, now, spent

    def report(self, records: int) -> None:
        """Print a line for each stage, and their sum, in seconds and in microseconds a record."""
        self.progress(0, None, "")
        whole = {what: sum(each[what] for each in self.taken.values()) for what in ("seconds", *WHO, IDLE)}
        print(
            f"{'':>30} {'clock':>8} {'loader':>8} {'helpers':>8} {'server':>8} {'idle':>8}   µs a record: python, all"
        )
        for stage, each in [*self.taken.items(), ("whole", whole)]:
            python, every = (sum(each[who] for who in of) * 1e6 / records for of in (WHO[:2], WHO))
            told = " ".join(f"{each[what]:8.2f}" for what in ("seconds", *WHO, IDLE))
            print(f"{stage[:30]:>30} {told}   {python:8.0f} {every:8.0f}", flush=True)


def load_file(path: Path, mapping: dict[str, Any] | None, stages: Stages) -> int:
    """Take a file in as ``manage.py ingest`` does, and tell the stages; how many rows it has."""
    from cmdm.actions import origin
    from cmdm.actions.domains import add_domain
    from cmdm.models import system_user
    from customers.actions import loads
    from customers.actions.sources import add_source
    from customers.jobs import run

    actor = system_user()
    with origin("command"):
        domain = add_domain(actor=actor, key="bench", name="Bench")
        source = add_source(actor=actor, domain=domain, key="crm", fields={"name": "CRM", "country": ""})
        stages.progress(0, None, "Upload")
        with path.open("rb") as stream:
            load = loads.upload(source, stream, actor=actor, file_name=path.name)
        load = loads.set_mapping(load, mapping or load.mapping, "upsert", actor=actor)
        load = loads.prepare_run(load, actor=actor)
        load = run(load, actor=actor, hold=lambda: None, progress=stages.progress)
    return int(load.rows)


@contextlib.contextmanager
def hub() -> Iterator[Path]:
    """Inside, there is an empty hub with a server of its own; its folder."""
    folder = Path(tempfile.mkdtemp(prefix="cmdm-stages-"))
    folder.chmod(0o755)
    os.environ.update(CMDM_DATA=str(folder / "data"), CMDM_MODE="demo", CMDM_LOG_LEVEL="ERROR")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cmdm.settings")
    sys.path.insert(0, str(ROOT))
    try:
        import django

        django.setup()
        command("migrate", "-v0")
        command("install")
        yield folder
    finally:
        from django.db import connection

        connection.close()
        subprocess.run([sys.executable, "manage.py", "database", "remove", "--yes"], cwd=ROOT, check=False)
        shutil.rmtree(folder, ignore_errors=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--records", type=int, default=60_000)
    parser.add_argument("--parquet", type=Path, help="the records of a Parquet file")
    parser.add_argument("--file", type=Path, help="a CSV file of your own")
    parser.add_argument("--mapping", type=Path, help="its mapping, where the guess does not do")
    parser.add_argument("--profile", type=Path, help="where to write what the loader called")
    options = parser.parse_args()
    with hub() as folder:
        path, mapping = options.file, json.loads(options.mapping.read_text()) if options.mapping else None
        if options.parquet:
            path = folder / "records.csv"
            pl.read_parquet(options.parquet).select("record_id", *MEANING).head(options.records).write_csv(path)
            mapping = {"key": "record_id", "columns": MEANING, "date_order": "ymd", "on_fault": "leave_out"}
        path = path or made_up(folder, options.records)
        from django.db import connection

        connection.ensure_connection()
        stages = Stages(folder)
        calls = cProfile.Profile() if options.profile else contextlib.nullcontext()
        with calls:
            rows = load_file(path, mapping, stages)
        stages.report(rows)
        if isinstance(calls, cProfile.Profile):
            calls.dump_stats(options.profile)


if __name__ == "__main__":
    main()
