"""A load that is killed twice, while it takes in and while it places, and goes on each time: every table says in the
end what it says after a load that nobody disturbed. So in an empty hub, where records are written with their customers,
and in one where they are stored first.
"""

import json
import os
import signal
import subprocess
import sys

import pytest
from django.db import connection

from cmdm.models import system_user
from cmdm.verifying import broken
from customers import jobs
from customers.actions import loads
from customers.models import Load
from matching.actions import placing_bulk, placing_stored
from tests.customers.files import accounted, hold_one_already, make_source, row, text, upload
from tests.support import databases, server
from tests.support.people import make_domain

PEOPLE = 900
LARGE, SLAB, ROWS, MANY = 1_000, 250, 150, 100
DIES = """
import os, signal, django
django.setup()
from cmdm.models import system_user
from customers import jobs
from customers.models import Load
from matching.actions import placing_bulk, placing_stored
jobs.LARGE, jobs.SLAB, placing_bulk.ROWS, placing_stored.MANY = {sizes}
phase, told = os.environ["PHASE"], iter(range(100))

def die(_done, _total, now):
    if phase in now and next(told) == 3:
        os.kill(os.getpid(), signal.SIGKILL)

jobs.run(Load.objects.get(pk=os.environ["LOAD"]), actor=system_user(), hold=lambda: None, progress=die)
"""
# Ids and times differ: what stands beside a number of a row is what the source calls its record.
TOLD = {
    "records": "SELECT key, party_type, values, findings, version, placed_at IS NULL FROM customers_sourcerecord",
    "customers": """
        SELECT array_agg(r.key ORDER BY r.key), c.values, c.status, c.version, c.golden_hash IS NULL,
               (SELECT count(*) FROM customers_historicalcustomer h WHERE h.id = c.id AND h.lineage = c.lineage),
               (SELECT count(*) FROM customers_customerdomain d WHERE d.customer_id = c.id),
               (SELECT array_agg(e.topic ORDER BY e.id) FROM cmdm_outboxevent e
                  JOIN cmdm_outboxpending p ON p.event_id = e.id WHERE e.subject = c.id AND e.version IS NOT NULL)
          FROM customers_customer c JOIN customers_sourcerecord r ON r.customer_id = c.id GROUP BY c.id""",
    "won": """
        SELECT r.key, (regexp_match(l.word, '^[-\\w]+'))[1], count(*) FROM customers_customer c
         CROSS JOIN LATERAL (SELECT string_to_array(c.lineage #>> '{}', ' ') AS words) w
         CROSS JOIN LATERAL unnest(w.words[2:]) AS l(word)
          JOIN customers_sourcerecord r ON r.id::text = w.words[1] OR l.word ~ ('[=*,]' || r.id || '[.a-z]')
         WHERE r.customer_id = c.id GROUP BY 1, 2""",
    "words": """
        SELECT r.key, t.kind, t.term FROM customers_searchterm t
          JOIN customers_sourcerecord r ON r.id = t.record_id""",
    "ledger": """
        SELECT e.deed, r.key, e.by_machine, e.rule, e.probability, e.model_version, o.key, e.evidence - 'record'
          FROM matching_ledgerentry e JOIN customers_sourcerecord r ON r.id = ANY(e.records)
          LEFT JOIN customers_sourcerecord o ON o.id = (e.evidence ->> 'record')::bigint""",
    "candidates": """
        SELECT least(l.key, r.key), greatest(l.key, r.key), c.kind, c.state, c.probability, c.reason
          FROM matching_candidate c JOIN customers_sourcerecord l ON l.id = c.left_id
          JOIN customers_sourcerecord r ON r.id = c.right_id""",
    "tasks": """
        SELECT t.queue, t.status, t.score, count(*) FROM stewardship_task t
          JOIN stewardship_taskcandidate c ON c.task_id = t.id GROUP BY t.id""",
    "keys": """
        SELECT r.key, k.key, k.rule, k.finer FROM matching_matchkey k
          JOIN customers_sourcerecord r ON r.id = k.record_id""",
    "prepared": """
        SELECT r.key, p.preparation, p.version FROM matching_preparedrecord p
          JOIN customers_sourcerecord r ON r.id = p.record_id""",
    "refused": "SELECT line, kind, field, code, reason FROM customers_rejectedrow",
    "account": """
        SELECT lines, rows, new, changed, unchanged, rejected, quarantined, incomplete, closed FROM customers_load""",
    "log": """
        SELECT deed, sum((counts ->> 'records')::int), sum((counts ->> 'founded')::int), sum((counts ->> 'new')::int)
          FROM cmdm_auditentry WHERE deed IN ('records.placed', 'records.taken_in') GROUP BY deed""",
}


def person(number: int, **other: str) -> str:
    """Nobody is born on the day of another, so what is left is as clear when it meets what is placed."""
    return row(number, **{"born": f"{1940 + number % 60}-{number // 60 % 12 + 1:02d}-{number // 720 + 1:02d}", **other})


def content() -> str:
    """Every fourth person comes a second time, every ninth a third time in doubt; some rows are refused."""
    rows = [person(n) for n in range(PEOPLE)]
    rows += [person(n, id=f"S{n:05d}", phone=f"+4915112{n:06d}") for n in range(0, PEOPLE, 4)]
    rows += [person(n, id=f"T{n:05d}", mail="", born=f"{1940 + n % 60}") for n in range(0, PEOPLE, 9)]
    rows += [person(n, id=f"U{n:05d}", mail="not an address") for n in range(0, PEOPLE, 50)]
    return text(*rows, row(1, id="", given="Nobody"), row(2, id=""))


def ready() -> Load:
    load = upload(make_source(make_domain("retail")), content(), actor=system_user())
    load = loads.set_mapping(load, {**load.mapping, "on_fault": "leave_out"}, load.mode, actor=system_user())
    return loads.prepare_run(load, actor=system_user())


def gone_on(load: Load) -> Load:
    return jobs.run(load, actor=system_user(), hold=lambda: None, progress=lambda *_args: None)


def die(load: Load, database, phase: str) -> None:
    environment = {**os.environ, **database.environment(), "DJANGO_SETTINGS_MODULE": "tests.settings"}
    environment |= {"LOAD": str(load.pk), "PHASE": phase}
    script = DIES.format(sizes=(LARGE, SLAB, ROWS, MANY))
    done = subprocess.run([sys.executable, "-c", script], cwd=server.PROJECT, env=environment, check=False)
    assert done.returncode == -signal.SIGKILL


def told() -> dict[str, list[str]]:
    with connection.cursor() as cursor:
        found = {}
        for name, statement in TOLD.items():
            cursor.execute(statement)
            found[name] = sorted(json.dumps(each, default=str, sort_keys=True) for each in cursor.fetchall())
        return found


def count(statement: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]


@pytest.fixture(autouse=True)
def sizes(monkeypatch):
    monkeypatch.setattr(jobs, "LARGE", LARGE)
    monkeypatch.setattr(jobs, "SLAB", SLAB)
    monkeypatch.setattr(placing_bulk, "ROWS", ROWS)
    monkeypatch.setattr(placing_stored, "MANY", MANY)


@pytest.mark.parametrize("empty", [True, False])
def test_it_leaves_what_an_undisturbed_one_leaves(committing, template_database, empty):
    if not empty:
        hold_one_already()
    load = ready()
    die(load, committing, "Taking in")
    stored = count("SELECT count(*) FROM customers_sourcerecord WHERE key <> 'E1'")
    assert stored == 0 if empty else 0 < stored < PEOPLE
    die(load, committing, "Writing")
    placed = count("SELECT count(*) FROM customers_sourcerecord WHERE customer_id IS NOT NULL AND key <> 'E1'")
    assert 0 < placed < PEOPLE
    done = gone_on(load)
    assert accounted(done) and broken() == []
    disturbed = told()
    with databases.clone(template_database) as other, databases.connected_to(other):
        if not empty:
            hold_one_already()
        gone_on(ready())
        undisturbed = told()
    assert all(undisturbed[name] for name in undisturbed)
    for name in TOLD:
        assert disturbed[name] == undisturbed[name], name
