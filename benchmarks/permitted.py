"""How long asking about the consent of 1,000 customers takes, in a hub of N customers.

    .venv/bin/python benchmarks/permitted.py --customers 100000

It uses an embedded server of its own, in a folder that is removed at the end; with ``--folder`` the filled hub stays
there, and a second run measures it without filling it again. Customers, records and acts are made by
the database, set by set: half of the customers have two records, two of three asked for something, and a part of them
took it back for an address or as a whole, agreed again, let it lapse, or was entered by mistake. What is measured is
the one function that every face asks, for customers drawn at random: by the clock on the wall, and by the processor
time of both sides (which other work on the machine does not change).
"""

import argparse
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
AT_ONCE = 1_000
WARM_UP = 100  # calls after which most pages of a million customers have been read
NEWSLETTER = "newsletter"
# Records by their id: of 3 one agreed by double opt-in, of 10 one said no to everything, of 7 one to this address, of
# 35 one agreed again; of 50 one act is declared void, and of 40 one consent was ended.
FILL = (
    """INSERT INTO customers_customer (id, key, number, party_type, status, "values", lineage, golden_hash, restricted,
                                       version, created_at, changed_at, change)
       SELECT n, gen_random_uuid(), 'C-' || n, 'person', 'active', '{}', '{}', '', false, 1, now(), now(), %(change)s
         FROM generate_series(1, %(n)s) n""",
    """INSERT INTO customers_sourcerecord (id, source_id, key, domain_id, party_type, "values", digest, findings,
                                           version, last_version, observed_at, received_at, placed_at,
                                           customer_id, change)
       SELECT n + k * %(n)s, s.id, 'r' || n || '-' || k, s.domain_id, 'person',
              jsonb_build_object('given_name', 'Person ' || n, 'family_name', md5(n::text),
                'birth_date', date '1940-01-01' + n %% 25000,
                'email', jsonb_build_array(jsonb_build_object('value', 'p' || n || '@mail.example')),
                'address', jsonb_build_array(jsonb_build_object('line1', 'Street ' || n, 'city', 'Kiel',
                                                               'country', (ARRAY['DE','FR','AT','ES'])[n %% 4 + 1]))),
              '', '[]', 1, 1, now(), now(), now(), n, %(change)s
         FROM generate_series(1, %(n)s) n, generate_series(0, 1) k, customers_source s WHERE k = 0 OR n %% 2 = 0""",
    """INSERT INTO consent_contactpoint (id, kind, digest, verified_how, created_at, change)
       SELECT n, 'email', sha256(n::text::bytea), '', now(), %(change)s FROM generate_series(1, %(n)s) n""",
    """INSERT INTO consent_consentevent (record_id, purpose_id, channel, contact_id, act, notice_id, basis,
            jurisdiction, method, actor_kind, actor_id, occurred_at, recorded_at, effective_at, expires_at, "group",
            carried, change)
       SELECT r.id, p.id, 'email', CASE WHEN a.wide THEN NULL ELSE r.customer_id END, a.act,
              CASE WHEN a.act = 'confirmed' THEN t.id END, 'opt_in', 'DE', 'portal', 'person', u.id,
              a.at, a.at, a.at,
              CASE WHEN a.act = 'confirmed' THEN a.at + CASE WHEN r.id %% 20 = 0 THEN 5 ELSE 700 END * interval '1 day'
              END, gen_random_uuid(), false, %(change)s
         FROM customers_sourcerecord r JOIN consent_purpose p ON p.key = 'newsletter' OR r.id %% 5 = 0
         JOIN consent_notice t ON p.key = ANY(t.purposes) JOIN cmdm_user u ON u.kind = 'system'
         CROSS JOIN LATERAL (VALUES ('requested', now() - interval '9 days', r.id %% 3 < 2, false),
                                    ('confirmed', now() - interval '8 days', r.id %% 3 = 0, false),
                                    ('withdrawn', now() - interval '7 days', r.id %% 10 = 0, true),
                                    ('withdrawn', now() - interval '6 days', r.id %% 7 = 0, false),
                                    ('confirmed', now() - interval '5 days', r.id %% 35 = 0, false)
                            ) a(act, at, happened, wide)
        WHERE a.happened ORDER BY a.at, r.id""",
    """INSERT INTO consent_consentevent (record_id, purpose_id, channel, contact_id, act, basis, jurisdiction, method,
            actor_kind, actor_id, occurred_at, recorded_at, effective_at, "group", carried, names_id, change)
       SELECT e.record_id, e.purpose_id, e.channel, e.contact_id,
              CASE WHEN e.record_id %% 50 = 0 THEN 'invalidated' ELSE 'terminated' END, 'opt_in', 'DE', 'hub',
              'staff', e.actor_id, now(), now(), now(), gen_random_uuid(), false, e.id, %(change)s
         FROM consent_consentevent e
        WHERE e.act = 'confirmed' AND (e.record_id %% 50 = 0 OR e.record_id %% 40 = 0)""",
)
TABLES = ("customers_customer", "customers_sourcerecord", "consent_contactpoint", "consent_consentevent")


def prepare() -> None:
    """A domain, a source, a purpose with rules by country, and its notice."""
    from cmdm.actions.domains import add_domain
    from cmdm.models import system_user
    from consent.actions import notices, purposes
    from customers.actions.sources import add_source

    hub = system_user()
    domain = add_domain(actor=hub, key="all", name="All")
    add_source(actor=hub, domain=domain, key="crm", fields={"name": "CRM", "country": "DE"})
    rules = {"DE": {"double_opt_in": ["email"], "minimum_age": 16}, "FR": {"expires_after_days": 1000}}
    for key in (NEWSLETTER, "profiling"):
        fields = {"label": key.title(), "channels": ["email"], "rules": rules}
        purpose = purposes.publish(purposes.draft(actor=hub, key=key, fields=fields), actor=hub)
        words = {"title": key, "text": key, "controller": "Hub", "withdrawal": "Anytime", "purposes": [purpose.key]}
        notices.publish(notices.draft(actor=hub, key=key, language="en", fields=words), actor=hub)


def fill(customers: int) -> float:
    """Seconds that the database takes to make the rows; without triggers, as nobody listens."""
    from django.db import connection

    from cmdm.management.commands.migrate import as_owner

    began = time.perf_counter()
    with as_owner("default"), connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement in FILL:
            cursor.execute(statement, {"n": customers, "change": "00000000-0000-7000-8000-000000000000"})
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        for table in TABLES:
            cursor.execute(f"VACUUM ANALYZE {table}")
    return time.perf_counter() - began


def processor_seconds(server: int) -> float:
    """Seconds of the processor that this process and its server process have used."""
    fields = Path(f"/proc/{server}/stat").read_text().rpartition(")")[2].split()
    return time.process_time() + (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measured(customers: int, repeats: int) -> dict[str, Any]:
    """Milliseconds of asking for 1,000 customers drawn at random, once the server holds what was read before."""
    from django.db import connection

    from cmdm import clock
    from consent.queries.permitted import permitted
    from customers.models import Customer

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        server = cursor.fetchone()[0]
    chance, times, allowed = random.Random(1), [], 0  # noqa: S311
    used = 0.0
    for number in range(repeats + WARM_UP):
        ids = chance.sample(range(1, customers + 1), min(AT_ONCE, customers))
        chosen = list(Customer.objects.filter(pk__in=ids).only("pk", "restricted", "party_type"))
        before, began = processor_seconds(server), time.perf_counter()
        answers = permitted(chosen, NEWSLETTER, "email", clock.now())
        took = (time.perf_counter() - began) * 1000
        if number >= WARM_UP:
            times.append(took)
            used += processor_seconds(server) - before
        allowed = sum(one.allowed for one in answers.values())
    times.sort()
    return {
        "median_ms": round(statistics.median(times), 1),
        "p95_ms": round(times[int(len(times) * 0.95) - 1], 1),
        "processor_ms": round(used / repeats * 1000, 1),
        "permitted_of_last": allowed,
    }


def main() -> None:
    """Fill, measure, say."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--repeats", type=int, default=100, help="0 only fills")
    parser.add_argument("--folder", type=Path, help="keep the filled hub here, and use it when it is there")
    options = parser.parse_args()
    folder = options.folder or Path(tempfile.mkdtemp(prefix="cmdm-permitted-"))
    filled = folder / "filled.json"
    os.environ.update(CMDM_DATA=str(folder), DJANGO_SETTINGS_MODULE="cmdm.settings")
    sys.path.insert(0, str(ROOT))
    try:
        for words in (["migrate", "--verbosity=0"], ["install"]):
            subprocess.run([sys.executable, "manage.py", *words], cwd=ROOT, check=True, capture_output=True)
        import django

        django.setup()
        if not filled.exists():
            prepare()
            said = {"customers": options.customers, "filled_in_s": round(fill(options.customers), 1)}
            filled.write_text(json.dumps(said))
        print(filled.read_text())
        if options.repeats:
            print(json.dumps(measured(json.loads(filled.read_text())["customers"], options.repeats)))
    finally:
        subprocess.run([sys.executable, "manage.py", "database", "stop"], cwd=ROOT, check=False, capture_output=True)
        if options.folder is None:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
