"""What records, the domains of customers, the ledger and waiting events name is there, and stays while it is named.

The database holds it, once a statement; foreign keys would ask once a row.
"""

from uuid import UUID

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction

from cmdm.models import Domain
from matching.models import LedgerEntry
from tests.support.people import make_domain, make_user
from tests.support.records import ANNE, KARL, make_source, stored

NOBODY = 1_000_000_000
RECORD = """
    INSERT INTO customers_sourcerecord (source_id, domain_id, customer_id, placed_at, closed_at, key, party_type,
                                        values, digest, findings, change, version, last_version, observed_at,
                                        received_at)
    VALUES (%(source)s, %(domain)s, %(customer)s, now(), now(), gen_random_uuid(), 'person', '{}', '', '[]',
            gen_random_uuid(), 1, 1, now(), now())
"""
ENTRY = """
    INSERT INTO matching_ledgerentry (change, at, deed, records, by_machine, rule, evidence, reason, actor_id,
                                      customer_id, source_customer_id, reverses_id)
    VALUES (gen_random_uuid(), now(), 'link', '{1}', true, '', '{}', '', %(actor)s,
            %(customer)s, %(origin)s, %(entry)s)
"""
PLACE = "INSERT INTO customers_customerdomain (customer_id, domain_id) VALUES (%(customer)s, %(other)s)"
PENDING = """
    INSERT INTO cmdm_outboxpending (event_id, attempts, not_before, error, parked) VALUES (%s, 0, now(), '', false)
"""
MOVED = "UPDATE customers_sourcerecord SET {} = %({})s WHERE id = %(record)s"
SET = [
    (RECORD, "source", "a source"),
    (RECORD, "domain", "a domain"),
    (RECORD, "customer", "a customer"),
    (MOVED.format("source_id", "source"), "source", "a source"),
    (MOVED.format("domain_id", "domain"), "domain", "a domain"),
    (MOVED.format("customer_id", "customer"), "customer", "a customer"),
    (PLACE, "customer", "a customer"),
    (PLACE, "other", "a domain"),
    ("UPDATE customers_customerdomain SET customer_id = %(customer)s", "customer", "a customer"),
    ("UPDATE customers_customerdomain SET domain_id = %(other)s", "other", "a domain"),
    (ENTRY, "actor", "a user"),
    (ENTRY, "customer", "a customer"),
    (ENTRY, "origin", "a customer"),
    (ENTRY, "entry", "an entry"),
]
# Which row each of them names, and by which of these tables it is held.
TABLE = {
    "source": "customers_source", "domain": "cmdm_domain", "other": "cmdm_domain", "customer": "customers_customer",
    "origin": "customers_customer", "actor": "cmdm_user",
}  # fmt: skip
HELD = [one for one in SET if one[1] in TABLE and not one[0].startswith("UPDATE customers_customerdomain")]


def run(sql: str, given: object = None) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, given)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def bare(key: str) -> int:
    """A domain in which nobody has a right."""
    return Domain.objects.create(key=key, name=key.title(), change=UUID(int=1)).pk


def scene() -> dict[str, int]:
    """What the statements may name, all of it there; the record lies in another customer, source and domain."""
    here = stored(make_source(make_domain("retail")), "a", ANNE)
    there = stored(make_source(make_domain("wholesale")), "k", KARL)
    return {
        "record": here.pk, "customer": there.customer_id, "source": there.source_id, "domain": bare("abroad"),
        "other": bare("online"), "actor": make_user("somebody").pk, "origin": here.customer_id,
        "entry": LedgerEntry.objects.earliest("pk").pk,
    }  # fmt: skip


@pytest.mark.django_db
class TestWhatIsNotThere:
    @pytest.mark.parametrize(("statement", "name", "told"), SET)
    def test_cannot_be_named(self, statement, name, told):
        with pytest.raises(IntegrityError, match=f"names {told} (that|who) is not there"):
            run(statement, {**scene(), name: NOBODY})

    def test_does_not_wait(self):
        with pytest.raises(IntegrityError, match="an event that is not there cannot wait"):
            run(PENDING, [NOBODY])


RETIRED = """
    INSERT INTO customers_customer (id, change, key, number, party_type, status, values, lineage, golden_hash,
                                    restricted, version, created_at, changed_at)
    VALUES (%s, gen_random_uuid(), gen_random_uuid(), 'C-7', 'person', 'retired', '{}', '{}', '',
            false, 1, now(), now())
"""
GONE = 77_777
LOSES = {
    "customer": "DELETE FROM customers_customer WHERE id = %(customer)s",
    "origin": "DELETE FROM customers_customer WHERE id = %(origin)s",
    "source": "DELETE FROM customers_source WHERE id = %(source)s",
    "domain": "DELETE FROM cmdm_domain WHERE id = %(domain)s",
    "other": "DELETE FROM cmdm_domain WHERE id = %(other)s",
}


@pytest.mark.django_db
class TestWhatIsNamed:
    @pytest.mark.parametrize(
        ("statement", "name", "told"),
        [
            (RECORD, "customer", "others name"),
            (RECORD, "source", "others name"),
            (RECORD, "domain", "others name"),
            (PLACE, "customer", "others name"),
            (PLACE, "other", "others name"),
            (ENTRY, "customer", "the ledger names"),
            (ENTRY, "origin", "the ledger names"),
        ],
    )
    def test_cannot_be_deleted(self, statement, name, told):
        known = scene()
        if name in ("customer", "origin"):
            run(RETIRED, [GONE])
            known[name] = GONE
        run(statement, known)
        with pytest.raises(IntegrityError, match=f"that {told} cannot be deleted"):
            run(LOSES[name], known)

    def test_may_go_when_nobody_names_it_any_more(self):
        known = {**scene(), "customer": GONE}
        run(RETIRED, [GONE])
        run(PLACE, known)
        run("DELETE FROM customers_customerdomain WHERE customer_id = %(customer)s", known)
        run(LOSES["customer"], known)
        run(LOSES["other"], known)

    @pytest.mark.parametrize("name", sorted(TABLE))
    def test_keeps_its_id(self, name):
        known = scene()
        with pytest.raises(IntegrityError, match="never changes"):
            run(f"UPDATE {TABLE[name]} SET id = %s WHERE id = %s", [NOBODY, known[name]])
        run(f"UPDATE {TABLE[name]} SET id = id WHERE id = %s", [known[name]])

    def test_a_user_whom_the_ledger_names_cannot_be_deleted(self):
        known = scene()
        run("DELETE FROM cmdm_user WHERE id = %(actor)s", {"actor": make_user("other").pk})
        run(ENTRY, known)
        with pytest.raises(IntegrityError, match="that the ledger names"):
            run("DELETE FROM cmdm_user WHERE id = %(actor)s", known)


@pytest.mark.parametrize(("statement", "name", "_told"), HELD)
def test_whoever_names_it_holds_it(committing, statement, name, _told):
    known = scene()
    ask = f"SELECT 1 FROM {TABLE[name]} WHERE id = %s FOR UPDATE NOWAIT"
    with transaction.atomic(), psycopg.connect(committing.url_app) as other, connection.cursor() as cursor:
        other.execute(ask, [known[name]])
        other.rollback()
        cursor.execute(statement, known)
        with pytest.raises(psycopg.errors.LockNotAvailable):
            other.execute(ask, [known[name]])
        transaction.set_rollback(True)


def test_a_customer_that_this_transaction_wrote_is_held_by_that_alone(committing):
    """A load links every record that it brings: marking each customer once more cost a twentieth of its writing."""
    known = scene()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE customers_customer SET restricted = true WHERE id = %(customer)s", known)
        cursor.execute(MOVED.format("customer_id", "customer"), known)
        cursor.execute("SELECT xmax::text FROM customers_customer WHERE id = %(customer)s", known)
        assert cursor.fetchone() == ("0",)
        transaction.set_rollback(True)


LOOKED = "SELECT sum(idx_scan) FROM pg_stat_xact_user_tables WHERE relname = 'customers_customer'"


@pytest.mark.django_db
class TestTheCheckAtCommit:
    def looks(self, statements: int) -> int:
        """How often customers were looked up by one transaction that changed the same one so many times."""
        customer = stored(make_source(make_domain(f"domain{statements}")), "a", ANNE).customer_id
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            for _each in range(statements):
                cursor.execute("UPDATE customers_customer SET restricted = NOT restricted WHERE id = %s", [customer])
            cursor.execute(LOOKED)
            before = cursor.fetchone()[0]
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(LOOKED)
            return int(cursor.fetchone()[0] - before)

    def test_looks_once_at_a_customer_that_several_statements_touched(self):
        assert self.looks(1) == self.looks(5) > 0

    def test_sees_what_the_last_statement_left(self):
        customer = stored(make_source(make_domain()), "a", ANNE).customer_id
        close = "UPDATE customers_sourcerecord SET closed_at = now() WHERE customer_id = %s"
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(close, [customer])
            cursor.execute("UPDATE customers_sourcerecord SET closed_at = NULL WHERE customer_id = %s", [customer])
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SELECT count(*) FROM customers_pendingcheck")
            assert cursor.fetchone() == (0,)
            with pytest.raises(IntegrityError, match="has no open record"), transaction.atomic():
                cursor.execute(close, [customer])
        with pytest.raises(IntegrityError, match="has no open record"):
            run(f"{close}; UPDATE customers_customer SET restricted = true WHERE id = %s", [customer, customer])


CROWD = range(1_000_001, 1_000_151)
MANY = """
    INSERT INTO customers_customer (id, change, key, number, party_type, status, values, lineage, golden_hash,
                                    restricted, version, created_at, changed_at)
    SELECT n, gen_random_uuid(), gen_random_uuid(), 'C-' || n, 'person', 'active', '{}', '{}', '', false, 1,
           now(), now() FROM unnest(%(crowd)s::bigint[]) AS n;
    INSERT INTO customers_sourcerecord (source_id, domain_id, customer_id, placed_at, key, party_type, values, digest,
                                        findings, change, version, last_version, observed_at, received_at)
    SELECT %(source)s, %(domain)s, n, now(), n::text, 'person', '{}', '', '[]', gen_random_uuid(), 1, 1, now(), now()
      FROM unnest(%(crowd)s::bigint[]) AS n
"""
ALL = "SET CONSTRAINTS ALL DEFERRED; UPDATE customers_customer SET restricted = true WHERE id = ANY(%(crowd)s)"
CLOSE = "UPDATE customers_sourcerecord SET closed_at = now() WHERE customer_id = {}"
MERGE = "UPDATE customers_customer SET status = 'merged', merged_into_id = {} WHERE id = {}"
WRONG = {
    "one without an open record": (CLOSE.format(CROWD[7]), "is active and has no open record"),
    "one that is retired and has an open record": (
        f"UPDATE customers_customer SET status = 'retired' WHERE id = {CROWD[7]}",
        "is not active and has an open record",
    ),
    "one redirected to another that is": (
        f"{MERGE.format(CROWD[2], CROWD[1])}; {MERGE.format(CROWD[3], CROWD[2])}; "
        f"{CLOSE.format(CROWD[1])}; {CLOSE.format(CROWD[2])}",
        "redirects to one that is merged itself",
    ),
}


@pytest.mark.django_db
class TestTheCheckOfManyCustomers:
    def crowd(self) -> dict[str, object]:
        source = make_source(make_domain())
        return {"source": source.pk, "domain": source.domain_id, "crowd": list(CROWD)}

    def test_passes_those_that_are_as_they_must_be(self):
        known = self.crowd()
        run(MANY, known)
        run(ALL, known)
        run(f"{ALL}; {CLOSE.format(CROWD[7])}; UPDATE customers_customer SET status = 'retired' "
            f"WHERE id = {CROWD[7]}", known)  # fmt: skip

    @pytest.mark.parametrize("wrong", WRONG)
    def test_finds_among_them(self, wrong):
        known = self.crowd()
        run(MANY, known)
        statement, told = WRONG[wrong]
        with pytest.raises(IntegrityError, match=told):
            run(f"{ALL}; {statement}", known)

    def test_finds_one_that_is_not_there_among_those_that_records_name(self):
        known = self.crowd()
        with pytest.raises(IntegrityError, match="names a customer that is not there"):
            run(MANY.partition(";")[2], known)
