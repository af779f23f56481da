"""Loads under the knife: workers that die at any moment, and two loads of one source at once."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection

from cmdm import clock, jobs
from cmdm.models import AuditEntry, Job, system_user
from customers.actions import loading, loads
from customers.actions.rows import rows_of
from customers.jobs import run as run_here
from customers.models import Load, RejectedRow, SourceRecord
from customers.queries.files import bound, reader_of
from customers.rules.batching import batches
from tests.customers.files import accounted, make_source, row, text, upload
from tests.support import server
from tests.support.people import make_domain
from tests.support.scale import scaled

pytestmark = pytest.mark.race
SMALL_BATCHES = """
import os, django
django.setup()
import customers.jobs
from cmdm import jobs
customers.jobs.BATCH = 20
jobs.run(os.environ["JOB"])
"""


@contextmanager
def worker(database, job: Job):
    """A process that does the job, with small batches."""
    environment = {**database.environment(), "DJANGO_SETTINGS_MODULE": "tests.settings", "JOB": str(job.pk)}
    process = subprocess.Popen([sys.executable, "-c", SMALL_BATCHES], cwd=server.PROJECT, env=environment)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def wait_for_rows(load: Load, more_than: int, process: subprocess.Popen) -> None:
    limit = time.monotonic() + 120
    while Load.objects.get(pk=load.pk).rows <= more_than and process.poll() is None:
        assert time.monotonic() < limit
        time.sleep(0.02)


def give_up_waiting(job: Job) -> None:
    """As the sweep sees it once the heartbeat has been silent for long enough."""
    Job.objects.filter(pk=job.pk).update(heartbeat=clock.now() - timedelta(hours=1))


def faulty(number: int) -> str:
    return row(number, country="Atlantis") if number % 10 == 0 else row(number)


def test_a_worker_killed_at_any_moment_leaves_no_row_twice_and_none_out(committing):
    size, chance = 200, random.Random(7)
    source, hub = make_source(make_domain("retail")), system_user()
    content = text(*map(faulty, range(size)))
    load = loads.start(upload(source, content, actor=hub), actor=hub)

    for _kill in range(scaled(2, 30)):
        begun = Load.objects.get(pk=load.pk).rows
        with worker(committing, load.job) as process:
            wait_for_rows(load, begun, process)
            time.sleep(chance.random() * 0.5)
            os.kill(process.pid, signal.SIGKILL)
        assert accounted(Load.objects.get(pk=load.pk))
        give_up_waiting(load.job)
    with worker(committing, load.job) as process:
        assert process.wait(timeout=240) == 0

    done = Load.objects.get(pk=load.pk)
    assert (done.state, done.error) == (Load.State.DONE, "")
    assert accounted(done)
    assert (done.rows, done.new, done.rejected) == (size, size - size // 10, size // 10)
    assert SourceRecord.objects.filter(version=1, last_version=1, customer__isnull=False).count() == done.new
    assert RejectedRow.objects.values("line").distinct().count() == RejectedRow.objects.count() == done.rejected
    told = AuditEntry.objects.on("load", load.pk).filter(deed="records.taken_in").values_list("counts", flat=True)
    assert sum(counts.get("new", 0) for counts in told) == done.new
    assert json.loads(committing.command("verify", "--json"))


def test_two_loads_of_one_source_run_one_after_the_other(committing):
    source, hub = make_source(make_domain("retail")), system_user()
    ready = [
        loads.prepare_run(upload(source, text(*map(row, numbers)), actor=hub), actor=hub)
        for numbers in (range(60), range(30, 90))
    ]
    spans: list[tuple[float, float]] = []

    def take_in(load: Load) -> None:
        begun: list[float] = []

        def progress(_done, _total=None, phase=""):
            if phase == "Taking in" and not begun:
                begun.append(time.monotonic())

        try:
            run_here(load, actor=hub, hold=lambda: None, progress=progress)
            spans.append((begun[0], time.monotonic()))
        finally:
            connection.close()

    threads = [threading.Thread(target=take_in, args=(load,)) for load in ready]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)

    first, second = sorted(spans)
    assert first[1] <= second[0] + 0.05
    done = list(Load.objects.order_by("pk"))
    assert all(load.state == Load.State.DONE and accounted(load) for load in done)
    assert sum(load.new for load in done) == 90 == SourceRecord.objects.count()
    assert sum(load.unchanged for load in done) == 30


def test_two_workers_with_one_batch_take_it_in_once(committing):
    """However that came about: each step locks the load, and looks where it stands."""
    hub = system_user()
    load = loads.prepare_run(upload(make_source(make_domain("retail")), text(row(1), row(2)), actor=hub), actor=hub)
    free = {"actor": hub, "hold": lambda: None}
    reader = reader_of(load)
    [batch] = batches(reader, 10)
    rows = rows_of(batch.rows, bound(load, reader.header), reader.header)
    loading.begin(load, **free)
    together, came_of_it = threading.Barrier(2), []

    def take_in() -> None:
        try:
            connection.ensure_connection()
            together.wait(60)
            loading.take_batch(load, batch, rows, **free)
            came_of_it.append("taken in")
        except jobs.Fenced:
            came_of_it.append("fenced")
        finally:
            connection.close()

    threads = [threading.Thread(target=take_in) for _worker in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert sorted(came_of_it) == ["fenced", "taken in"]
    assert AuditEntry.objects.on("load", load.pk).filter(deed="records.taken_in").count() == 1


def test_a_job_whose_turn_does_not_come_hands_itself_on(committing, monkeypatch):
    source, hub = make_source(make_domain("retail")), system_user()
    load = loads.start(upload(source, text(row(1)), actor=hub), actor=hub)
    monkeypatch.setattr("customers.jobs.TURNS", 1)
    monkeypatch.setattr("customers.jobs.TURN_SECONDS", 0.01)
    held = threading.Event()
    free = threading.Event()

    def other() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s, %s)", [0x6C64, source.pk])
        held.set()
        free.wait(30)
        connection.close()

    thread = threading.Thread(target=other)
    thread.start()
    held.wait(30)
    jobs.run(str(load.job_id))
    free.set()
    thread.join()

    assert Job.objects.get(pk=load.job_id).state == Job.State.QUEUED
    jobs.run(str(load.job_id))
    assert Load.objects.get(pk=load.pk).state == Load.State.DONE
