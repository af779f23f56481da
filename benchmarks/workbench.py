"""How fast a steward works: from the key to the painted next card, and what a page of the queue costs as it grows.

    .venv/bin/python benchmarks/workbench.py --cards 100 --customers 10000 1000000 --folder /var/tmp/workbench
    .venv/bin/python benchmarks/workbench.py --customers 1000000 --folder /var/tmp/workbench --fill

Each size is a hub of its own: so many customers and as many open questions about them, filled by the database, set by
set, in a domain of its own. In a folder that is named they are kept, migrated, and used again; ``--fill`` only makes
them. Without one they lie in a temporary folder and go at the end.

The cards are real questions about real records, answered in Chromium by keys alone: D, F, R and S in turn, so none of
them needs a second key. Time is taken in the page, from the key going down to the end of the frame in which the next
card is laid out and painted. The pages of the queue are asked for as a browser would.
"""

import argparse
import json
import os
import random
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
CHANGE = "00000000-0000-7000-8000-000000000000"
FIRST = 100_000_000
READER = "reader-of-many"
KEYS = "dfrs"
# Four customers each, with four questions between them.
PAIRS = (
    """INSERT INTO matching_candidate (id, left_id, right_id, party_type, kind, state, probability, evidence, reason,
                                       opened_at, closed_because, change)
       SELECT %(first)s + k, %(first)s + k - k %% 4 + (ARRAY[1, 3, 1, 2])[k %% 4 + 1],
              %(first)s + k - k %% 4 + (ARRAY[2, 4, 3, 4])[k %% 4 + 1], 'person', 'possible', 'open',
              (k %% 100) / 100.0, '{"levels": []}', '', now(), '', %(change)s
         FROM generate_series(0, %(records)s - 1) k""",
    """INSERT INTO stewardship_task (id, queue, status, round, domains, customers, score, priority, why, differs,
                                     agrees, beyond, stage, opened_at, change)
       SELECT c.id, 'possible', 'open', 1, ARRAY[%(domain)s::bigint], ARRAY[c.left_id, c.right_id], c.probability,
              (c.id * 7919 %% 100003) / 1000.0, 'unsure',
              ARRAY[(ARRAY['birth_date','email','phone'])[c.id %% 3 + 1]], ARRAY['family_name'], 0, 'first',
              now() - (c.id %% 40) * interval '1 day', %(change)s
         FROM matching_candidate c WHERE c.id >= %(first)s""",
    """INSERT INTO stewardship_taskcandidate (task_id, candidate_id, open)
       SELECT c.id, c.id, true FROM matching_candidate c WHERE c.id >= %(first)s""",
)
TABLES = (
    "customers_customer",
    "customers_sourcerecord",
    "customers_customerdomain",
    "matching_candidate",
    "stewardship_task",
    "stewardship_taskcandidate",
)
# From the key to the end of the frame that paints another card: a message sent at its beginning is read after it.
WATCH = """
    window.took = [];
    let began = 0;
    addEventListener('keydown', () => { began = performance.now(); }, true);
    document.addEventListener('htmx:afterSettle', event => {
        if (event.target.id !== 'work' || !began) return;
        const from = began;
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => { took.push(performance.now() - from); };
        requestAnimationFrame(() => port2.postMessage(0));
    });
"""
READY = "() => document.querySelector('#next-up[hidden]') || document.querySelector('[data-ready]:not([hidden])')"


def person(number: int) -> dict[str, Any]:
    """Somebody whose name and day of birth nobody shares."""
    chance = random.Random(number)  # noqa: S311
    names = [
        "".join(chance.choice("bdfgklmnprstvz") + chance.choice("aeiou") for _part in range(4)) for _name in range(2)
    ]
    born = date(1930, 1, 1) + timedelta(days=chance.randrange(25_000))
    email = [{"value": f"{names[0]}{number}@mail.example"}]
    return {"given_name": names[0], "family_name": names[1], "birth_date": born.isoformat(), "email": email}


def ask_about(cards: int) -> Any:
    """So many questions about two people each, and somebody who answers them; every fourth is about one person."""
    from customers.models import Source
    from tests.stewardship.scene import ask, make_source, put
    from tests.support.people import make_domain, make_user

    before = Source.objects.count()
    # In spaces of their own: nothing is compared but what is asked.
    places = [make_domain(f"cards-{before + side}", match_space=f"cards-{before + side}") for side in (0, 1)]
    crm, shop = (make_source(place, place.key, trust=trust) for place, trust in zip(places, (80, 40), strict=True))
    for card in range(cards):
        one = person(2 * (before * 1_000 + card))
        other = person(2 * (before * 1_000 + card) + 1)
        if KEYS[card % len(KEYS)] == "s":
            other = {name: one[name] for name in ("given_name", "family_name")}
        # In the order in which they are answered: the nearer to an even chance, the earlier.
        ask(put(crm, f"L{card}", **one), put(shop, f"R{card}", **other), probability=0.5 - 0.1 * card / cards)
    return make_user("steward", domains=tuple(places), name=f"steward-{before}")


def fill(customers: int) -> None:
    """A domain for the long queue with its parties and questions, and somebody who decides there."""
    from tests.stewardship.scene import CROWD, make_source
    from tests.support.people import make_domain, make_user

    domain = make_domain("many", match_space="many")
    source = make_source(domain, "many")
    given = {"first": FIRST, "domain": domain.pk, "source": source.pk, "records": customers, "change": CHANGE}
    _write((*CROWD, *PAIRS), given)
    make_user("steward", domain=domain, name=READER)


def _write(statements: tuple[str, ...], given: dict[str, Any]) -> None:
    """Without triggers, as nobody listens."""
    from django.db import connection

    from cmdm.management.commands.migrate import as_owner

    with as_owner("default"), connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement in statements:
            cursor.execute(statement, given)
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        for table in TABLES:
            cursor.execute(f"VACUUM ANALYZE {table}")


def queue_page(user: Any, repeats: int) -> dict[str, Any]:
    """SQL queries and milliseconds of the first page of the queue."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(HTTP_HOST="127.0.0.1")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    times = []
    for _number in range(repeats + 3):
        began = time.perf_counter()
        answer = client.get("/review/")
        times.append((time.perf_counter() - began) * 1000)
    with CaptureQueriesContext(connection) as asked:
        answer = client.get("/review/")
    assert answer.status_code == 200, answer.status_code  # noqa: S101
    return {
        "queries": len(asked),
        "median_ms": round(statistics.median(times[3:]), 1),
        "best_ms": round(min(times[3:]), 1),
    }


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """The hub on a free port."""
    with socket.socket() as listener, (folder / "server.log").open("wb") as log:
        listener.bind(("127.0.0.1", 0))
        # As gunicorn has it: a client that came before gunicorn would otherwise wait 40 ms for each answer.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listener.listen(64)
        os.set_inheritable(listener.fileno(), True)
        options = ["--worker-class=gthread", "--threads=4", f"--bind=fd://{listener.fileno()}"]
        server = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "cmdm.wsgi", *options],
            cwd=ROOT, stdout=log, stderr=log, pass_fds=[listener.fileno()],
        )  # fmt: skip
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.terminate()
            server.wait(timeout=20)


def cleared(url: str, user: Any, cards: int) -> dict[str, Any]:
    """Milliseconds from key to painted next card; all cards are answered by one key each."""
    from django.conf import settings
    from django.test import Client
    from playwright.sync_api import sync_playwright

    from tests.browser_setup import find_browser

    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=["--no-sandbox", "--disable-gpu"])
        context = browser.new_context(viewport={"width": 1440, "height": 960}, base_url=url)
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": url}])
        page = context.new_page()
        page.goto("/review/")
        page.keyboard.press("Enter")
        page.wait_for_url("**/review/*/**")
        page.evaluate(WATCH)
        keys, began, deciding = 0, time.perf_counter(), 0.0
        for number in range(cards - 1):
            page.wait_for_function(READY)
            pressed = time.perf_counter()
            page.keyboard.press(KEYS[number % len(KEYS)])
            keys += 1
            page.wait_for_function("count => took.length > count", arg=number)
            deciding += time.perf_counter() - pressed
        seconds = time.perf_counter() - began
        times = sorted(page.evaluate("took"))
        browser.close()
    return {
        "cards": len(times),
        "keys_a_card": round(keys / len(times), 2),
        "next_card_p50_ms": round(statistics.median(times), 1),
        "next_card_p95_ms": round(times[int(len(times) * 0.95) - 1], 1),
        "verdicts_an_hour_as_the_machine_allows": round(len(times) / seconds * 3600),
        "verdicts_an_hour_if_next_were_always_ready": round(len(times) / deciding * 3600),
    }


def measured(customers: int, options: argparse.Namespace) -> dict[str, Any]:
    """Fill the hub of this folder unless it is filled, let the cards be answered, and ask for the queue."""
    folder = Path(os.environ["CMDM_DATA"])
    filled = folder / "filled"
    for words in (["migrate", "--verbosity=0"], ["install"]):
        subprocess.run([sys.executable, "manage.py", *words], cwd=ROOT, check=True, capture_output=True)
    import django

    django.setup()
    from cmdm.models import User

    if not filled.exists():
        fill(customers)
        filled.touch()
    if options.fill:
        return {"customers": customers, "filled": str(folder)}
    steward = ask_about(options.cards)
    with serving(folder) as url:
        made = cleared(url, steward, options.cards)
    return {"customers": customers, **made, "queue": queue_page(User.objects.get(username=READER), options.repeats)}


def run_one(customers: int, folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    """In a process of its own, as each hub has its own server."""
    words = [sys.executable, __file__, "--customers", str(customers), "--cards", str(options.cards)]
    words += ["--repeats", str(options.repeats), "--alone", *(["--fill"] if options.fill else [])]
    own = {"CMDM_DATA": str(folder / str(customers)), "DJANGO_SETTINGS_MODULE": "cmdm.settings", "CMDM_MODE": "demo"}
    given = {**os.environ, **own, "DJANGO_ALLOW_ASYNC_UNSAFE": "true"}
    try:
        done = subprocess.run(words, cwd=ROOT, env=given, check=True, stdout=subprocess.PIPE, text=True)
    finally:
        stop = [sys.executable, "manage.py", "database", "stop"]
        subprocess.run(stop, cwd=ROOT, env=given, check=False, capture_output=True)
    print(done.stdout.strip(), flush=True)
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def main() -> None:
    """Fill, measure, say."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cards", type=int, default=100)
    parser.add_argument("--customers", type=int, nargs="+", default=[10_000, 1_000_000], help="one hub of each size")
    parser.add_argument("--repeats", type=int, default=15)
    parser.add_argument("--folder", type=Path, help="where the hubs are kept; they are used again")
    parser.add_argument("--fill", action="store_true", help="make the hubs and stop")
    parser.add_argument("--alone", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    if options.alone:
        print(json.dumps(measured(options.customers[0], options)))
        return
    folder = options.folder or Path(tempfile.mkdtemp(prefix="cmdm-workbench-"))
    print(json.dumps({"at": datetime.now(UTC).isoformat(timespec="seconds"), "load": os.getloadavg()[0]}))
    try:
        found = [run_one(customers, folder, options) for customers in sorted(options.customers)]
    finally:
        if not options.folder:
            shutil.rmtree(folder, ignore_errors=True)
    if len(found) > 1 and not options.fill:
        small, large = (one["queue"] for one in (found[0], found[-1]))
        # Other work on the machine moves the median; the best of many shows what the size costs.
        ratio = round(large["best_ms"] / small["best_ms"], 2)
        print(json.dumps({"queries": [small["queries"], large["queries"]], "times_the_small_queue": ratio}))


if __name__ == "__main__":
    main()
