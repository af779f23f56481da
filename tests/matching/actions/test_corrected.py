"""What a steward corrected is compared as if its source had said it; withdrawn, all is as it was."""

import pytest
from django.db import connection, transaction

from cmdm import verifying
from cmdm.actions import action
from cmdm.models import system_user
from customers.actions import laying, writing
from customers.actions.corrections import correct, withdraw
from customers.models import SourceRecord
from matching.actions import keys, ledger, matching, placing_slices, upgrading, verdicts
from matching.models import Candidate, MatchKey, PreparedRecord, Verdict
from matching.queries.explaining import pair_explained
from matching.queries.models import models_in_force
from tests.support.records import ANNA, ANNE, KARL, close, now, seen, stored, take
from tests.system.digest import digest

MAIL = [{"value": "anna@bergstrom.example"}]
CHECKS = ("records are compared as they were corrected", "records have the keys of their values")


def correcting(record, attribute, value, *, actor=None, **more):
    return correct(
        record.customer, actor=actor or system_user(), attribute=attribute, value=value, about=record, **more
    )


def match():
    return matching.run(actor=system_user())


def broken():
    return verifying.broken(CHECKS)


@pytest.fixture
def unlike(scene):
    """Anna, and a record that its source got wrong: another birth date and no e-mail; a person has to decide."""
    anna, other = stored(scene.crm, "1", ANNA), stored(scene.shop, "7", {**ANNE, "email": []})
    assert Candidate.objects.open().get().probability < models_in_force()["person"].model.automatic
    return anna, other


class TestComparing:
    def test_who_was_corrected_into_somebody_else_is_joined_with_him_by_the_machine(self, unlike):
        anna, other = unlike
        correcting(other, "birth_date", ANNA["birth_date"])
        correcting(other, "email", MAIL)

        assert Candidate.objects.open().get().probability > 0.99
        assert now(anna).customer != now(other).customer, "placing never joins two customers"
        match()
        assert now(anna).customer == now(other).customer
        assert broken() == []

    def test_it_is_found_by_what_was_corrected(self, scene):
        anna, karl = stored(scene.crm, "1", ANNA), stored(scene.shop, "2", {"family_name": "Lindqvist"})
        assert not Candidate.objects.exists()
        correcting(karl, "email", MAIL)
        shared = MatchKey.objects.filter(record=anna).values("key")
        assert MatchKey.objects.filter(record=karl, key__in=shared).exists()
        assert broken() == []

    def test_evidence_that_was_wrong_goes(self, scene):
        stored(scene.crm, "1", ANNA)
        other = stored(scene.shop, "7", ANNE)
        assert Candidate.objects.open().exists()
        correcting(other, "birth_date", "1931-12-24")
        correcting(other, "family_name", "Lindqvist")
        correcting(other, "given_name", "Karl")
        assert not Candidate.objects.open().exists()

    def test_what_customers_say_of_themselves_is_not_compared(self, unlike):
        _anna, other = unlike
        before = Candidate.objects.open().get().probability
        correcting(other, "email", MAIL, role="portal")
        assert (now(other).corrected, Candidate.objects.open().get().probability) == (None, before)
        assert broken() == []

    def test_a_page_explains_the_score_with_what_was_corrected(self, unlike):
        anna, other = unlike
        before = pair_explained(anna, other).probability
        correcting(other, "email", MAIL)
        assert pair_explained(now(anna), now(other)).probability > before

    def test_sensitive_values_stay_sealed(self, unlike):
        _anna, other = unlike
        correcting(other, "identifier", [{"scheme": "tax", "value": "DE811907980"}])
        assert "811907980" not in repr(now(other).corrected)
        assert broken() == []


class TestWhatTheSourceSendsNext:
    def test_the_correction_stays_over_it(self, unlike):
        anna, other = unlike
        correcting(other, "birth_date", ANNA["birth_date"])
        correcting(other, "email", MAIL)
        take(other.source, "7", {**ANNE, "given_name": "Anna"})

        laid = now(other)
        assert (laid.version, laid.values["birth_date"]) == (2, "1980-02-13")
        assert laid.corrected["birth_date"] == ANNA["birth_date"]
        assert [one["value"] for one in laid.corrected["email"]] == [MAIL[0]["value"], "anne@elsewhere.example"]
        assert broken() == []
        match()
        assert now(anna).customer == now(other).customer

    def test_what_comes_late_changes_nothing(self, unlike):
        _anna, other = unlike
        correcting(other, "email", MAIL)
        before = now(other).corrected
        take(other.source, "7", {**KARL}, at=other.observed_at.replace(year=2001))
        assert now(other).corrected == before
        assert broken() == []

    def test_with_the_record_its_corrections_are_closed(self, unlike):
        _anna, other = unlike
        correcting(other, "email", MAIL)
        close(other.source, "7")
        assert now(other).corrected is None
        take(other.source, "7", ANNE)
        assert now(other).corrected is None
        assert broken() == []


class TestTakingBack:
    @pytest.mark.parametrize("sides", [("birth_date",), ("birth_date", "email"), ("email", "given_name")])
    def test_all_is_as_it_was(self, unlike, sides):
        _anna, other = unlike
        before, kept = state(), list(PreparedRecord.objects.order_by("pk").values_list("pk", "version"))
        for name in sides:
            made = correcting(other, name, ANNA[name])
        for name in sides:
            withdraw(now(made), name, actor=system_user())

        assert state() == before
        assert list(PreparedRecord.objects.order_by("pk").values_list("pk", "version")) == kept
        assert broken() == []

    def test_who_was_joined_because_of_it_is_doubted(self, unlike):
        anna, other = unlike
        made = correcting(other, "birth_date", ANNA["birth_date"])
        correcting(other, "email", MAIL)
        match()
        withdraw(now(made), "email", actor=system_user())
        withdraw(now(made), "birth_date", actor=system_user())
        take(other.source, "7", {**KARL, "birth_date": ""})
        doubt = Candidate.objects.open().get()
        assert (doubt.kind, {doubt.left_id, doubt.right_id}) == ("over_merge", {anna.pk, other.pk})

    def test_whoever_moves_takes_what_lies_over_him_along(self, scene, unlike):
        anna, other = unlike
        correcting(other, "email", MAIL)
        correcting(other, "birth_date", ANNA["birth_date"])
        match()
        ledger.unmerge([now(other)], actor=scene.marta, seen=seen(other))
        assert now(other).customer != now(anna).customer
        assert broken() == []
        match()
        assert now(other).customer != now(anna).customer, "a person took them apart"


class TestWhatPersonsSaid:
    def test_a_correction_makes_a_verdict_stale(self, scene, unlike):
        anna, other = unlike
        verdicts.keep_apart(anna, other, actor=scene.marta, answer="different", seen=seen(anna, other))
        assert not Candidate.objects.open().exists()
        correcting(other, "birth_date", ANNA["birth_date"])
        correcting(other, "email", MAIL)

        assert Verdict.objects.get().stale_since is not None
        assert Candidate.objects.open().get().kind == "stale"
        match()
        assert now(anna).customer != now(other).customer, "a person's word is not overruled by a machine"

    def test_a_record_is_corrected_in_the_change_that_brought_it(self, scene):
        @action
        def both(*, actor):
            record = stored(scene.crm, "9", KARL)
            correct(record.customer, actor=actor, attribute="email", value=MAIL, about=record)
            return record

        made = both(actor=system_user())
        assert now(made).corrected is not None
        assert broken() == []


class TestRaces:
    def test_nobody_else_writes_the_record_until_the_correction_is_done(self, scene, unlike):
        _anna, other = unlike
        with transaction.atomic():
            writing.lock_keys(other.source, [other.key])
            its_key = held(writing._LOCK_SPACE)
            transaction.set_rollback(True)
        correcting(other, "email", MAIL)
        assert its_key < held(writing._LOCK_SPACE), "its own and that of the correction"

    def test_nobody_else_writes_any_of_many_keys(self, unlike):
        _anna, other = unlike
        with transaction.atomic():
            writing.lock_keys(other.source, [other.key])
            its_key = held(writing._LOCK_SPACE)
            transaction.set_rollback(True)
        with transaction.atomic():
            writing.lock_keys(other.source, [other.key, *map(str, range(writing.MANY_KEYS))])
            assert its_key <= held(writing._LOCK_SPACE)
            transaction.set_rollback(True)

    def test_its_buckets_are_locked_before_it_is_compared(self, unlike):
        _anna, other = unlike
        correcting(other, "email", MAIL)
        keys_now = MatchKey.objects.filter(record=other).values_list("key", flat=True)
        assert {digest % keys.BUCKETS for digest in keys_now} <= held(keys._LOCK_SPACE)

    def test_a_load_that_compared_before_it_knows_that_somebody_came_between(self, unlike):
        _anna, other = unlike
        since = placing_slices.Since.now()
        correcting(other, "birth_date", ANNA["birth_date"])
        first = touched(since)
        assert set(MatchKey.objects.filter(record=other).values_list("key", flat=True)) == first
        since = placing_slices.Since.now()
        assert touched(since) == set()
        correcting(other, "email", MAIL)
        assert touched(since) > first


def held(space):
    """The second halves of the advisory locks that this connection holds."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid() "
            "AND classid = %s AND granted",
            [space],
        )
        return {row for (row,) in cursor.fetchall()}


def touched(since):
    with connection.cursor() as cursor:
        cursor.execute(placing_slices._TOUCHED, list(since))
        return {key for (key,) in cursor.fetchall()}


class TestBefore:
    def test_what_was_corrected_before_it_was_compared_is_laid_over_at_the_next_upgrade(self, unlike):
        _anna, other = unlike
        correcting(other, "email", MAIL)
        SourceRecord.objects.filter(pk=other.pk).update(corrected=None)
        assert verifying.broken(CHECKS[:1])

        assert len(upgrading.catch_up(actor=system_user())) == 2
        assert verifying.broken(CHECKS[:1]) == []
        assert laying.lay_missing(actor=system_user()) == 0


def state():
    found = digest()
    for grown in ("values", "links", "tasks"):  # of a correction that was closed a row stays
        found.pop(grown)
    return found
