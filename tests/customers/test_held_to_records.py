"""Terms and keys stand only beside a record that is there: the database holds them, once a statement."""

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction

from customers.models import SourceRecord
from tests.support.people import make_domain
from tests.support.records import ANNE, make_source, stored

TABLES = {
    "customers_searchterm": "INSERT INTO customers_searchterm (record_id, kind, domain_id, term) VALUES (%s, 1, 1, '')",
    "matching_matchkey": "INSERT INTO matching_matchkey (record_id, key, rule, finer) VALUES (%s, 1, 1, false)",
}


def run(sql: str, *given: object) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, given)


@pytest.mark.django_db
class TestARowOf:
    @pytest.mark.parametrize("table", TABLES)
    def test_a_record_that_is_not_there_is_refused(self, table):
        record = stored(make_source(make_domain()), "a", ANNE)
        run(TABLES[table], record.pk)
        with pytest.raises(IntegrityError, match=f"{table} names a record that is not there"):
            run(TABLES[table].replace("1, ", "2, "), record.pk + 1_000)

    @pytest.mark.parametrize(("table", "other"), [tuple(TABLES), tuple(reversed(TABLES))])
    def test_a_record_that_is_there_keeps_it_there(self, table, other):
        record = stored(make_source(make_domain()), "a", ANNE)
        run(f"DELETE FROM {other} WHERE record_id = %s", record.pk)
        with pytest.raises(IntegrityError, match="cannot be deleted"):
            run("DELETE FROM customers_sourcerecord WHERE id = %s", record.pk)


@pytest.mark.parametrize("table", TABLES)
def test_whoever_writes_one_holds_the_record(committing, table):
    record = stored(make_source(make_domain()), "a", ANNE)
    with transaction.atomic(), psycopg.connect(committing.url_app) as other:
        run(TABLES[table], record.pk)
        with pytest.raises(psycopg.errors.LockNotAvailable):
            other.execute("SELECT 1 FROM customers_sourcerecord WHERE id = %s FOR UPDATE NOWAIT", [record.pk])


@pytest.mark.parametrize("table", TABLES)
def test_what_this_transaction_wrote_is_held_by_that_alone(committing, table):
    """A load writes a dozen words and keys of every record that it brings: marking it each time cost a tenth."""
    older = stored(make_source(make_domain()), "a", ANNE)
    with transaction.atomic():
        SourceRecord.objects.filter(pk=older.pk).update(received_at=older.received_at)
        with connection.cursor() as cursor:
            cursor.execute(TABLES[table], [older.pk])
            cursor.execute("SELECT xmax::text FROM customers_sourcerecord WHERE id = %s", [older.pk])
            assert cursor.fetchone() == ("0",)
        with psycopg.connect(committing.url_app) as other, pytest.raises(psycopg.errors.LockNotAvailable):
            other.execute("SELECT 1 FROM customers_sourcerecord WHERE id = %s FOR UPDATE NOWAIT", [older.pk])


@pytest.mark.django_db
@pytest.mark.parametrize("table", TABLES)
def test_one_that_is_not_there_is_refused_beside_an_own_one(table):
    records = make_source(make_domain())
    record = stored(records, "a", ANNE)
    both = TABLES[table].replace("2, ", "3, ") + ", " + TABLES[table].partition("VALUES ")[2].replace("1, ", "2, ")
    with pytest.raises(IntegrityError, match=f"{table} names a record that is not there"):
        run(both, record.pk, record.pk + 1_000)
