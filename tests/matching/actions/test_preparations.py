"""What preparing made of a record is kept with it, holds for this version and preparation only, and goes with it."""

from dataclasses import replace

import psycopg
import pytest
from django.db import connection, transaction
from django.db.models import F
from django.db.utils import IntegrityError

from cmdm import jobs, verifying
from cmdm.models import AuditEntry, Job, system_user
from customers.models import SourceRecord
from matching.actions import models, upgrading
from matching.engine.defaults import person_model
from matching.engine.features import Party, prepare
from matching.engine.packing import packed
from matching.models import MatchKey, PreparedRecord
from matching.queries import prepared
from matching.queries.models import REKEY, models_in_force
from matching.queries.prepared import lines, opened, sealed
from matching.queries.stored import comparable
from matching.queries.stored import stored as in_columns
from tests.matching.actions.test_models import owner, rehearsed  # noqa: F401
from tests.support.people import make_domain
from tests.support.records import ANNA, ANNA_AGAIN, ANNE, KARL, close, make_source, stored, take

KEYS = "records have the keys of their values"
MODEL = person_model()


def line_of(values):
    return packed(prepare(MODEL, Party(1, "person", values)))


def kept(record):
    return opened(bytes(PreparedRecord.objects.get(pk=record.pk).line))


def keep(record, values, **fields):
    PreparedRecord.objects.filter(pk=record.pk).update(line=sealed(line_of(values)), **fields)


class TestKeeping:
    def test_it_follows_the_record_until_that_is_closed(self, scene):
        record = stored(scene.crm, "1", ANNA)
        assert kept(record) == line_of(record.values)
        take(scene.crm, "1", {**ANNA, "family_name": "Lindqvist"})
        assert "lindqvist" in kept(record)
        assert verifying.broken([KEYS]) == []
        close(scene.crm, "1")
        assert not PreparedRecord.objects.exists()

    def test_it_is_sealed(self, scene):
        stored(scene.crm, "1", ANNA)
        assert b"bergstrom" not in bytes(PreparedRecord.objects.get().line)

    def test_a_wrong_one_is_noticed(self, scene):
        record = stored(scene.crm, "1", ANNA)
        keep(record, KARL)
        assert verifying.broken([KEYS])

    def test_it_goes_with_its_record(self, scene):
        record = stored(scene.crm, "1", ANNA)
        with transaction.atomic(), connection.cursor() as cursor:
            for table, column in (
                ("matching_matchkey", "record_id"),
                ("customers_searchterm", "record_id"),
                ("customers_sourcerecord", "id"),
            ):
                cursor.execute(f"DELETE FROM {table} WHERE {column} = %s", [record.pk])
            assert not PreparedRecord.objects.exists()
            transaction.set_rollback(True)  # no hub deletes the records of an active customer

    def test_it_cannot_be_kept_of_nobody(self, scene):
        with pytest.raises(IntegrityError, match="a record that is not there"):
            PreparedRecord.objects.create(record_id=1, preparation=1, version=1, line=b"")


class TestReading:
    """A record whose kept line says something else is compared by the line exactly where the line holds."""

    def found(self, scene):
        return take(scene.shop, "2", ANNA_AGAIN).placement.decision

    def test_mates_are_read_from_what_is_kept(self, scene):
        keep(stored(scene.crm, "1", ANNA), KARL)
        assert self.found(scene) == "new"

    @pytest.mark.parametrize("fields", [{"version": 7}, {"preparation": 7}])
    def test_what_holds_for_something_else_is_passed_over(self, scene, fields):
        keep(stored(scene.crm, "1", ANNA), KARL, **fields)
        assert self.found(scene) == "link"

    def test_without_it_the_values_are_prepared(self, scene):
        stored(scene.crm, "1", ANNA)
        PreparedRecord.objects.all().delete()
        assert self.found(scene) == "link"

    def test_many_are_read_piece_by_piece_in_their_order(self, scene, monkeypatch):
        monkeypatch.setattr(prepared, "CHUNK", 2)
        records = [stored(scene.crm, str(number), who) for number, who in enumerate((ANNA, KARL, ANNA, KARL, ANNA))]
        PreparedRecord.objects.filter(pk=records[1].pk).delete()
        wanted = [(record.pk, record.customer_id) for record in records]
        found = list(prepared.lines(MODEL, [one.pk for one in records]))
        assert [(one.record, one.customer) for one in found] == wanted
        assert [one.line for one in found] == [line_of(who) for who in (ANNA, KARL, ANNA, KARL, ANNA)]

    @pytest.mark.parametrize("is_kept", [True, False])
    def test_many_are_read_the_same_in_lines_and_in_columns(self, scene, is_kept):
        records = [stored(scene.crm, str(number), who) for number, who in enumerate((ANNA, KARL))]
        keep(records[0], KARL, **({} if is_kept else {"version": 7}))
        wanted = [line_of(KARL if is_kept else ANNA), line_of(KARL)]
        assert [one.line for one in lines(MODEL, [one.pk for one in records])] == wanted
        columns = in_columns(models_in_force()["person"].model, comparable("person")).columns
        assert [packed(columns.features(row)) for row in range(2)] == wanted


def test_a_model_that_prepares_otherwise_prepares_all_anew(scene, owner):  # noqa: F811
    record = stored(scene.crm, "1", ANNA)
    before = PreparedRecord.objects.get().preparation
    other = replace(MODEL, placeholders={**MODEL.placeholders, "email": ("anna@bergstrom.example",)})
    models.promote(rehearsed(other, owner), actor=owner)
    jobs.run(str(Job.objects.get(name=REKEY).pk))

    assert PreparedRecord.objects.get().preparation not in (before, MODEL.preparation)
    assert "@" in line_of(SourceRecord.objects.get().values) and "@" not in kept(record)
    assert verifying.broken([KEYS]) == []


def test_after_an_upgrade_what_an_earlier_edition_made_is_made_anew_once(scene):
    records = [stored(scene.crm, str(number), who) for number, who in enumerate((ANNA, KARL, ANNE))]
    assert upgrading.catch_up(actor=system_user()) == []

    PreparedRecord.objects.filter(pk=records[1].pk).delete()
    PreparedRecord.objects.filter(pk=records[2].pk).update(preparation=7)
    MatchKey.objects.filter(record=records[0]).update(key=F("key") + 1)
    asked = upgrading.catch_up(actor=system_user())
    assert {one.change for one in asked} == {AuditEntry.objects.get(deed="keys.renewing_asked").change}
    assert upgrading.catch_up(actor=system_user()) == []
    for one in asked:
        jobs.run(str(one.pk))

    assert [kept(record) for record in records] == [line_of(record.values) for record in records]
    assert verifying.broken([KEYS]) == []
    assert upgrading.catch_up(actor=system_user()) == []


def test_mates_are_compared_without_a_look_at_the_rows_of_their_records(committing):
    """Where a table has been vacuumed, what an index holds is read from it alone."""
    crm = make_source(make_domain("retail"))
    for key in "abc":
        stored(crm, key, ANNA)
    with psycopg.connect(committing.url_owner, autocommit=True) as owning:
        owning.execute("VACUUM (ANALYZE) customers_sourcerecord")
    with connection.cursor() as cursor:
        cursor.execute("SET enable_seqscan = off")
        cursor.execute(f"EXPLAIN {prepared.LINES}", [1, [1, 2]])
        plan = " ".join(line for (line,) in cursor.fetchall())
    assert "Index Only Scan using record_compared on customers_sourcerecord r" in plan
