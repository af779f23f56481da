"""Records, questions and people for the tests of stewardship."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from cmdm.actions import action, change_id
from cmdm.models import Domain, User, system_user
from customers.actions.records import Received, take_in
from customers.actions.sources import add_source
from customers.models import Customer, Source, SourceRecord
from matching.models import Candidate
from stewardship.actions import opening, tasks
from stewardship.models import Answer, Task

CROWDED = 100_000_000
"""After this number come the customers of a crowd."""
LEVELS = [["family_name", "exact", 8.0, "the same"], ["birth_date", "different", -6.0, "different"]]
# Customers of one source, one record each, about whom nothing is asked: set by set, by the database itself.
CROWD = (
    """INSERT INTO customers_customer (id, key, number, party_type, status, "values", lineage, golden_hash, restricted,
                                       version, created_at, changed_at, change)
       SELECT %(first)s + n, gen_random_uuid(), 'Q-' || n, 'person', 'active',
              jsonb_build_object('given_name', 'Person', 'family_name', md5(n::text)),
              jsonb_build_object('family_name',
                                 jsonb_build_object('record', %(first)s + n, 'version', 1, 'rule', 'only')),
              '', false, 1, now(), now(), %(change)s
         FROM generate_series(1, %(records)s) n""",
    """INSERT INTO customers_sourcerecord (id, source_id, key, domain_id, party_type, "values", digest, findings,
                                           version, last_version, observed_at, received_at, placed_at, customer_id,
                                           change)
       SELECT %(first)s + n, %(source)s, 'q' || n, %(domain)s, 'person',
              jsonb_build_object('given_name', 'Person', 'family_name', md5(n::text)), '', '[]', 1, 1, now(), now(),
              now(), %(first)s + n, %(change)s
         FROM generate_series(1, %(records)s) n""",
    """INSERT INTO customers_customerdomain (customer_id, domain_id)
       SELECT %(first)s + n, %(domain)s FROM generate_series(1, %(records)s) n""",
)


def make_source(domain: Domain, key: str, **fields: Any) -> Source:
    return add_source(actor=system_user(), domain=domain, key=key, fields={"name": key.upper(), **fields})


def put(source: Source, key: str, observed: str = "2024-05-01", **values: Any) -> SourceRecord:
    """What a source says of one party, taken in and placed."""
    moment = datetime.fromisoformat(observed).replace(tzinfo=UTC)
    [outcome] = take_in(source, [Received(key=key, values=values, observed_at=moment)], actor=system_user())
    assert outcome.record is not None, outcome.faults
    return SourceRecord.objects.select_related("source", "customer").get(pk=outcome.record.pk)


PEOPLE = (
    ("Karl", "Oberländer", "1954-03-17"),
    ("Mai", "Nguyen", "1988-12-05"),
    ("Sofía", "Ibáñez", "1971-07-30"),
    ("Piotr", "Zieliński", "2001-01-09"),
    ("Fatima", "Yılmaz", "1965-10-21"),
    ("Oskar", "Lindqvist", "1993-04-14"),
)


def stranger(source: Source, number: int) -> SourceRecord:
    """A record of somebody who is like nobody else."""
    given, family, born = PEOPLE[number % len(PEOPLE)]
    letters = "".join(chr(97 + int(digit)) for digit in f"{number:02d}")
    birth_date = f"{born[:2]}{number % 90 + 10}{born[4:]}"
    return put(source, f"K{number}", given_name=given, family_name=f"{family}{letters}", birth_date=birth_date)


@action
def ask(
    left: SourceRecord, right: SourceRecord, *, probability: float = 0.5, kind: str = "possible", levels: Any = LEVELS
) -> Candidate:
    """A question about two records, as matching opens it."""
    ends = sorted((left, right), key=lambda record: record.pk)
    made = Candidate.objects.create(
        left=ends[0],
        right=ends[1],
        party_type=left.party_type,
        kind=kind,
        probability=probability,
        evidence={"levels": levels},
        change=change_id(),
    )
    told(left, right)
    return made


@action
def ask_quietly(pairs: Sequence[tuple[SourceRecord, SourceRecord]]) -> None:
    """Questions of which nobody was told yet."""
    for left, right in pairs:
        facts = {"party_type": "person", "probability": 0.5, "evidence": {"levels": []}, "change": change_id()}
        Candidate.objects.create(left=left, right=right, **facts)


@action
def told(*records: SourceRecord, deed: str = "customer.changed") -> None:
    """The port, called about the customers of these records as they are now."""
    ids = SourceRecord.objects.filter(pk__in=[one.pk for one in records]).values("customer")
    opening.touched(list(Customer.objects.filter(pk__in=ids).order_by("pk")), deed, actor=system_user())


@action
def close(candidate: Candidate) -> None:
    """The question is settled elsewhere."""
    Candidate.objects.filter(pk=candidate.pk).update(state="closed", change=change_id())
    told(candidate.left, candidate.right)


@action
def reopen(candidate: Candidate) -> Candidate:
    """The question is asked again."""
    Candidate.objects.filter(pk=candidate.pk).update(state="open", change=change_id())
    told(candidate.left, candidate.right)
    return candidate


@action
def crowd(source: Source, records: int) -> None:
    """So many customers of a source."""
    facts = {"first": CROWDED, "source": source.pk, "domain": source.domain_id, "records": records}
    with connection.cursor() as cursor:
        for statement in CROWD:
            cursor.execute(statement, {**facts, "change": change_id()})


def task_of(candidate: Candidate) -> Task:
    return Task.objects.get(members__candidate=candidate, members__open=True)


def seen(task: Task) -> dict[int, int]:
    """The versions that a card shows now."""
    return dict(Customer.objects.filter(pk__in=task.customers).values_list("pk", "version"))


def answer(task: Task, actor: User, decision: str, **more: Any) -> Answer:
    return tasks.decide(task, actor=actor, decision=decision, seen=seen(task), **more)
