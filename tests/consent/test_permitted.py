"""May these be addressed: what the database tells by shapes is what the rules say of every single act."""

import random
import uuid
from collections import defaultdict
from datetime import timedelta
from itertools import product

import pytest
from django.db import connection

from cmdm import clock
from cmdm.models import system_user
from consent.actions import contacts
from consent.models import ConsentEvent, ContactPoint
from consent.queries.impacts import impacts
from consent.queries.material import material
from consent.queries.permitted import facts_of, permitted
from consent.rules.folding import DENYING, ENDING, GRANTING, INVALIDATED, PROLONGED
from customers.models import Customer
from tests.consent.scene import make_notice, make_purpose
from tests.support.people import make_domain
from tests.support.records import make_source

pytestmark = pytest.mark.django_db
MANY, CHANGE = 150, uuid.UUID(int=5)
CUSTOMERS = """
    INSERT INTO customers_customer (id, key, number, party_type, status, "values", lineage, golden_hash, restricted,
                                    version, created_at, changed_at, change)
    SELECT 90000 + n, gen_random_uuid(), 'X-' || n, CASE WHEN n %% 9 = 0 THEN 'organisation' ELSE 'person' END,
           'active', '{}', '{}', '', n %% 31 = 0, 1, now(), now(), %(change)s FROM generate_series(1, %(n)s) n
"""
# Of three records a customer the third is a correction of the first; some have no birth date, some no address.
RECORDS = """
    INSERT INTO customers_sourcerecord (id, source_id, key, domain_id, party_type, "values", digest, findings, version,
                                        last_version, observed_at, received_at, placed_at, customer_id, about_id,
                                        change)
    SELECT 90000 + n + k * 1000, s.id, 'x' || n || '-' || k, s.domain_id, 'person',
           CASE WHEN (n + k) %% 5 = 0 THEN '{}' ELSE jsonb_build_object('birth_date', (2004 + (n + k) %% 9) || '-06-01')
             END || CASE WHEN (n + k) %% 3 = 0 THEN '{}' ELSE jsonb_build_object('address', jsonb_build_array(
                           jsonb_build_object('country', (ARRAY['DE','FR','US'])[(n + k) %% 3 + 1],
                                              'region', (ARRAY['CA',' california','NY','Kärnten'])[n %% 4 + 1]))) END,
           '', '[]', 1, 1, now(), now(), now(), 90000 + n, CASE WHEN k = 2 THEN 90000 + n END, %(change)s
      FROM generate_series(1, %(n)s) n, generate_series(0, 2) k, customers_source s
     WHERE s.id = %(source)s AND (k = 0 OR n %% 2 = 0 AND (k = 1 OR n %% 4 = 0))
"""
RULES = {"DE": {"double_opt_in": ["email"], "minimum_age": 16}, "FR": {"kind": "opt_out"}, "US-CA": {"kind": "opt_out"}}


@pytest.fixture
def world(db):
    """Purposes of all kinds, one inside the other, and what chance makes 150 customers say to them."""
    source = make_source(make_domain(), country="DE")
    everything = make_purpose("all", channels=["email", "sms"])
    inner = make_purpose("inner", channels=["email", "sms"], parent=everything, rules=RULES)
    purposes = [everything, inner, make_purpose("leaf", channels=["email"], parent=inner, kind="opt_out")]
    purposes.append(make_purpose("loose", channels=["email", "app"], channel_bound=False, minimum_age=14))
    told = make_notice(*purposes, named_recipients=["mailhaus"])
    notices = [make_notice(*purposes), told]
    points = [contacts.contact_point("email", f"x{n}@x.example", actor=system_user()) for n in range(3)]
    with connection.cursor() as cursor:
        for statement in (CUSTOMERS, RECORDS):
            cursor.execute(statement, {"n": MANY, "source": source.pk, "change": CHANGE})
        cursor.execute("SELECT id FROM customers_sourcerecord WHERE customer_id > 90000 AND about_id IS NULL")
        records = [row[0] for row in cursor.fetchall()]
    chance = random.Random(4)
    before: dict[int, list[ConsentEvent]] = {record: [] for record in records}
    for _round in range(6):
        acts = (said(chance, record, before[record], purposes, notices, points) for record in records)
        for one in ConsentEvent.objects.bulk_create([act for act in acts if act]):
            before[one.record_id].append(one)
    return [one.key for one in purposes], list(Customer.objects.filter(pk__gt=90000).order_by("pk"))


def said(chance, record, before, purposes, notices, points: list[ContactPoint]) -> ConsentEvent | None:
    """An act on a record, or none; sometimes at the same time as another, sometimes naming an earlier one."""
    act = chance.choice(("", "", "granted", "granted", "confirmed", "refused", "withdrawn", "requested", "unknown",
                         "expired", "invalidated", "terminated", "prolonged", "prolonged"))  # fmt: skip
    agrees, consents = act in GRANTING, [one for one in before if one.act in GRANTING]
    fit = {INVALIDATED: before, PROLONGED: consents, **dict.fromkeys(ENDING, before)}.get(act)
    if not act or fit == []:
        return None
    names = chance.choice(fit) if fit else None
    at = clock.now().replace(microsecond=0) - timedelta(days=chance.randrange(4))
    lapses = act == PROLONGED or (agrees and chance.random() < 0.3)
    made = ConsentEvent(
        record_id=record, purpose=chance.choice(purposes), channel=chance.choice(("", "email", "email", "sms", "app")),
        act=act, method="import", basis="opt_in", contact=chance.choice((None, *points)), actor=system_user(),
        notice=chance.choice(notices) if agrees else None, actor_kind=chance.choice(("person", "person", "guardian")),
        names=names, occurred_at=at, effective_at=at, change=CHANGE,
        expires_at=at + timedelta(days=chance.choice((1, 9))) if lapses else None,
    )  # fmt: skip
    if act == PROLONGED:  # it is about what its consent is about
        made.purpose, made.channel, made.contact = names.purpose, names.channel, names.contact
    return made


def test_a_thousand_at_once_get_the_answer_that_each_gets_alone(world, django_assert_num_queries):
    purposes, customers = world
    at, answers = clock.now(), set()
    for key, recipient in product(purposes, ("", "mailhaus")):
        known = material(customers=[one.pk for one in customers], purposes=[key], recipient=recipient)
        for channel in ("", "email", "sms", "app"):
            with django_assert_num_queries(1):
                found = permitted(customers, key, channel, at, recipient)
            alone = {one.pk: known.judged(key, channel, at, known.records[one.pk], facts_of(one)) for one in customers}
            assert found == alone
            answers |= {answer.why for answer in found.values()}
    assert len(answers) >= 9
    covered = [
        {pk for pk, one in permitted(customers, "loose", "app", at, recipient).items() if one.answer == "granted"}
        for recipient in ("", "mailhaus", "stranger")
    ]
    assert covered[0] > covered[1] > covered[2] == set()


def test_what_hangs_on_a_customer_are_the_answers_that_nothing_ended(world, django_assert_num_queries):
    customers, now = world[1], clock.now()
    for grant in ConsentEvent.objects.filter(act__in=GRANTING, expires_at__lte=now, named_by__isnull=True):
        fields = {"record_id": grant.record_id, "purpose_id": grant.purpose_id, "actor": system_user()}
        until = now - timedelta(hours=1)
        ConsentEvent.objects.create(**fields, act=PROLONGED, names=grant, expires_at=until, change=CHANGE)
    events = list(ConsentEvent.objects.select_related("record"))
    ended = {one.names_id for one in events if one.act in {*ENDING, INVALIDATED}}
    longer = {one.names_id for one in events if one.act == PROLONGED and one.expires_at > now}
    standing = defaultdict(set)
    for one in events:
        lapsed = one.expires_at is not None and one.expires_at <= now and one.pk not in longer
        if one.act in GRANTING | DENYING and one.pk not in ended and not lapsed:
            standing[one.record.customer_id].add(one.purpose_id)
    with django_assert_num_queries(1):
        found = impacts([one.pk for one in customers[:-9]])
    chosen = {one.pk for one in customers[:-9]}
    assert found == {customer: len(purposes) for customer, purposes in standing.items() if customer in chosen}
    assert set(found.values()) == {1, 2, 3, 4}
