"""Questions that stand on an index: at a million rows, each of them would otherwise read a whole table."""

import uuid

import pytest
from django.db import connection

from cmdm import clock
from cmdm.models import AuditEntry
from consent.models import ConsentEvent, Contradiction, Proposal
from customers.actions import household_meetings, household_proposals
from customers.models import (
    Customer,
    HouseholdMember,
    HouseholdPair,
    LoadCensus,
    RejectedRow,
    Relation,
    SearchTerm,
    ValueFinding,
)
from customers.queries.households import listed
from matching.actions import customer_groups, placing
from matching.models import Candidate, LedgerEntry, Verdict
from tests.support.people import make_domain, make_user
from tests.support.records import ANNA, make_source, stored

pytestmark = pytest.mark.django_db
CHANGE = uuid.UUID(int=1)

QUESTIONS = {
    "ledger_records": [
        lambda: LedgerEntry.objects.filter(deed="merge", records__contains=[1, 2]),
        lambda: LedgerEntry.objects.filter(records__overlap=[1, 2]).exclude(deed="found"),
    ],
    "verdict_change": [lambda: Verdict.objects.filter(change=CHANGE)],
    "candidate_closing_change": [lambda: Candidate.objects.filter(change=CHANGE, state="closed")],
    "candidate_open": [lambda: Candidate.objects.open().filter(pk__gt=5).order_by("pk")[:50]],
    # Whoever is searched for, and the words of a record that go when it changes.
    "one_term_a_record": [
        lambda: SearchTerm.objects.filter(kind=1, term="anna@example.com"),
        lambda: SearchTerm.objects.filter(kind=2, term__startswith="anna"),
    ],
    "terms_of_record": [lambda: SearchTerm.objects.filter(record__in=[1, 2])],
    "customer_changed": [lambda: Customer.objects.filter(changed_at__gte=clock.now())],
    "customer_past": [lambda: Customer.objects.filter(status="retired").order_by("-pk")[:50]],
    # The check at commit asks it of every customer that a write touches.
    "customer_redirect": [lambda: Customer.objects.filter(merged_into__in=[5])],
    "census_of_source": [lambda: LoadCensus.objects.filter(source=5, load__lt=CHANGE).order_by("-load")[:24]],
    "census_unusual": [lambda: LoadCensus.objects.filter(domain__in=[1], found__gt=0).order_by("-load")[:5]],
    "finding_of_domain": [lambda: ValueFinding.objects.standing().filter(domain=1, pk__lt=9).order_by("-pk")[:26]],
    "one_finding_a_value": [
        lambda: ValueFinding.objects.filter(domain=1, rule="shared", attribute="email", subject=b"x")
    ],
    "household_member_past": [lambda: HouseholdMember.history.filter(household=5).order_by("-pk")[:30]],
    "household_pair_open": [lambda: HouseholdPair.objects.filter(answer="", pk__gt=5).order_by("pk")[:26]],
    "household_pair_answered": [lambda: HouseholdPair.objects.answered().filter(pk__lt=5).order_by("-pk")[:26]],
    "one_question_a_pair": [lambda: HouseholdPair.objects.filter(left__in=[1, 2])],
    "household_pair_change": [lambda: HouseholdPair.objects.filter(change=CHANGE)],
    "relation_change": [lambda: Relation.objects.filter(change=CHANGE, ended_at__isnull=True)],
    "reject_waiting": [lambda: RejectedRow.objects.filter(domain__in=[1, 2], settled_at__isnull=True)],
    "audit_deed": [lambda: AuditEntry.objects.filter(deed__startswith="customer.exp")],
    "audit_thing": [
        lambda: AuditEntry.objects.filter(thing="customer", thing_id__in=["1", "2"]),
    ],
    "cmdm_auditentry_change_key": [lambda: AuditEntry.objects.filter(change__in=[CHANGE])],
    "consent_of_record": [lambda: ConsentEvent.objects.filter(record__in=[1, 2]).order_by()],
    "one_contradiction_a_purpose": [lambda: Contradiction.objects.filter(customer__gt=5).order_by("customer")[:25]],
    "proposal_open": [lambda: Proposal.objects.open().filter(domains__overlap=[1]).order_by("pk")[:25]],
    "audit_domains": [lambda: AuditEntry.objects.filter(domains__overlap=[1])],
}


READ = """
    SELECT COALESCE(sum(idx_scan), 0) FROM pg_stat_xact_user_tables WHERE relname = 'customers_customer'
"""
BY_ELEMENT = {"ledger_records", "audit_domains"}
# Of a table as good as empty walking the whole of an index that begins otherwise costs no more.
TERMS = """
    INSERT INTO customers_searchterm (record_id, domain_id, kind, term)
    SELECT id, domain_id, 2, 'name' || n FROM customers_sourcerecord, generate_series(1, 5000) AS n WHERE id = %s
"""


@pytest.mark.parametrize(("index", "rows"), [(name, one) for name, ones in QUESTIONS.items() for one in ones])
def test_a_question_can_be_answered_by_its_index(index, rows):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        # In a table as good as empty, walking any other index and looking at each row costs no more.
        cursor.execute("SELECT set_config('enable_indexscan', %s, true)", ["off" if index in BY_ELEMENT else "on"])
        if index == "terms_of_record":
            cursor.execute(TERMS, [stored(make_source(make_domain("retail")), "a", ANNA).pk])
    assert index in rows().explain()


def test_where_a_record_lies_is_read_by_its_id_whatever_statistics_say():
    """Those of a freshly loaded hub say that no record lies in a customer: then a condition on it seems to be free."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {placing.OWNERS}", [[1, 2]])
        plan = " ".join(line for (line,) in cursor.fetchall())
    # In a table as good as empty either index of the id costs the same.
    assert "record_compared" in plan or "customers_sourcerecord_pkey" in plan
    assert "customer_id" not in plan


@pytest.mark.parametrize(
    ("asked", "steps"),
    [
        (household_proposals.OF_CUSTOMERS, 2),
        (household_proposals.OF_HOUSEHOLDS, 2),
        (household_meetings.SHARING, 6),
    ],
)
def test_what_is_known_of_households_is_read_by_index_before_anything_is_known_of_the_records(asked, steps):
    """Of a hub that had just been filled all records were read for every batch of proposals."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_indexscan = on")
        cursor.execute(f"EXPLAIN {asked}", [list(range(1200))])
        plan = " ".join(line for (line,) in cursor.fetchall())
    assert "Join" not in plan and plan.count("Nested Loop") == steps


@pytest.mark.parametrize(
    ("state", "index", "there"),
    [("", "household_standing", ""), ("proposed", "household_asked", "asked"), ("member", "household_sure", "sure")],
)
def test_the_list_of_households_walks_what_it_shows(state, index, there):
    """The filter for confirmed ones once walked all, as long as nearly all of them were proposed."""
    reader = make_user("steward", domain=make_domain())
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO customers_household (key, number, formed_at, dissolved_at, asked, sure, domains, change) "
            "SELECT gen_random_uuid(), 'H-' || n, now(), CASE WHEN %s <> '' OR n < 5 THEN NULL ELSE now() END, "
            "%s = 'asked' AND n < 5, %s = 'sure' AND n < 5, '{}', %s FROM generate_series(1, 5000) AS n",
            [there, there, there, CHANGE],
        )
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = listed(reader, state).order_by("-pk")[:51].explain(analyze=True)
    assert f"Index Scan Backward using {index}" in plan
    assert "Rows Removed by Filter: 4\n" in plan, "of which nobody is seen"


def test_the_check_at_commit_looks_at_no_customer_but_those_that_were_touched():
    """It once went through all that are merged, as long as statistics said that these are few."""
    anna = stored(make_source(make_domain("retail")), "1", ANNA).customer
    merged = [
        Customer(change=CHANGE, number=f"C-{n}", party_type="person", status="merged", merged_into=anna)
        for n in range(50)
    ]
    Customer.objects.bulk_create(merged)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(READ)
        before = cursor.fetchone()[0]
        cursor.execute("UPDATE customers_customer SET restricted = true WHERE id = %s", [merged[0].pk])
        cursor.execute(READ)
        assert cursor.fetchone()[0] - before < 20


def test_who_shares_a_key_is_found_key_by_key_before_anything_is_known_of_the_keys():
    """Of a hub that has just been filled the keys of a few records seemed to be millions, and all keys were read."""
    first = stored(make_source(make_domain("retail")), "a", ANNA).pk
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO matching_matchkey (key, record_id, rule, finer) SELECT n, %s, 0, false "
            "FROM generate_series(1, 50000) AS n",
            [first],
        )
        cursor.execute("SET LOCAL enable_indexonlyscan = off")
        cursor.execute(f"EXPLAIN {customer_groups.MATES}", [list(range(first, first + 150))])
        plan = " ".join(line for (line,) in cursor.fetchall())
    assert "Index Cond: (key = mine.key)" in plan
    assert "Join" not in plan.replace("Nested Loop Anti Join", "")
