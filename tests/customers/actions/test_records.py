"""Taking in: what a source says becomes versions of records, once each."""

from datetime import UTC, datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from cmdm import verifying
from cmdm.actions import Refused
from cmdm.models import AuditEntry
from customers.actions.received import Received
from customers.actions.records import MAX_BATCH, close, take_in
from customers.models import Customer, SearchTerm, SourceRecord
from customers.sealing import open_raw, open_values
from tests.support.records import ANNA, KARL, now, person, stored, take

EARLY, LATE = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)


def versions(record):
    """Numbers of the kept versions with their given names, the current one last."""
    kept = SourceRecord.history.filter(id=record.pk).order_by("version")
    return [*[(one.version, one.values["given_name"]) for one in kept], (record.version, record.values["given_name"])]


class TestVersions:
    def test_the_first_has_no_history(self, place):
        record = stored(place.crm, "1", ANNA)
        assert (record.version, record.last_version) == (1, 1)
        assert not SourceRecord.history.filter(id=record.pk).exists()

    def test_the_same_again_is_no_version(self, place):
        record = stored(place.crm, "1", ANNA)
        assert take(place.crm, "1", ANNA).status == "unchanged"
        assert now(record).version == 1
        assert now(record).customer.version == 1

    def test_a_person_never_turns_into_an_organisation(self, place):
        record = stored(place.crm, "1", ANNA)
        outcome = take(place.crm, "1", {"organisation_name": "Bergström AB"}, party="organisation")
        assert (outcome.status, [fault.field for fault in outcome.faults]) == ("rejected", ["party_type"])
        assert (now(record).version, now(record).party_type) == (1, "person")

    def test_a_change_keeps_the_version_before_with_its_own_change(self, place):
        record = stored(place.crm, "1", ANNA)
        assert take(place.crm, "1", {**ANNA, "given_name": "Hanna"}).status == "changed"
        assert versions(now(record)) == [(1, "Anna"), (2, "Hanna")]
        assert SourceRecord.history.get(id=record.pk).change == record.change
        assert now(record).customer.values["given_name"] == "Hanna"

    def test_what_was_observed_before_the_current_version_does_not_become_current(self, place):
        record = stored(place.crm, "1", ANNA, at=LATE)
        outcome = take(place.crm, "1", {**ANNA, "given_name": "Hanna"}, at=EARLY)
        assert (outcome.status, outcome.outdated) == ("changed", True)
        assert (now(record).version, now(record).last_version) == (1, 2)
        assert now(record).customer.values["given_name"] == "Anna"
        assert take(place.crm, "1", {**ANNA, "given_name": "Hanna"}, at=EARLY).status == "unchanged"
        assert take(place.crm, "1", {**ANNA, "given_name": "Johanna"}).status == "changed"
        assert now(record).version == 3
        assert verifying.broken() == []

    def test_of_one_key_in_a_batch_the_last_counts_and_the_others_are_held_back(self, place):
        rows = [Received(key="1", values=values, party_type="person") for values in (ANNA, KARL)]
        outcomes = take_in(place.crm, rows, actor=place.olga)
        assert [one.status for one in outcomes] == ["quarantined", "new"]
        assert SourceRecord.objects.get().values["given_name"] == "Karl"


class TestContent:
    def test_sensitive_values_and_what_was_received_lie_sealed(self, place):
        number = {"scheme": "customer_card", "value": "77-1234-9"}
        record = stored(place.crm, "1", {**ANNA, "identifier": [number]})
        assert set(record.values["identifier"]) == {"sealed"}
        assert open_values(record.values)["identifier"][0]["value"] == "7712349"
        assert open_raw(record.raw)["identifier"] == [number]
        assert set(record.customer.values["identifier"]) == {"sealed"}
        assert not SearchTerm.objects.filter(term__contains="7712349").exists()

    def test_what_cannot_be_read_is_refused_by_field_and_never_quoted(self, place):
        outcome = take(place.crm, "1", {**ANNA, "birth_date": "the ides of March"})
        assert outcome.status == "rejected"
        assert outcome.faults[0].field.startswith("birth_date")
        assert "ides" not in outcome.faults[0].message
        assert not SourceRecord.objects.exists()

    @pytest.mark.parametrize("key", ["", " ", "x" * 201])
    def test_a_record_needs_a_key_of_its_own(self, place, key):
        assert take(place.crm, key, ANNA).status == "rejected"


class TestClosing:
    def test_a_customer_without_an_open_record_is_retired_and_found_no_more(self, place):
        record = stored(place.crm, "1", ANNA)
        assert close(place.crm, ["1", "unknown"], actor=place.olga) == ["1"]
        record = now(record)
        assert (record.closed_at is not None, record.version) == (True, 2)
        assert (record.customer.status, record.customer.values) == ("retired", {})
        assert not SearchTerm.objects.filter(record=record).exists()

    def test_one_that_comes_back_revives_its_customer_under_its_key(self, place):
        record = stored(place.crm, "1", ANNA)
        close(place.crm, ["1"], actor=place.olga)
        take(place.crm, "1", ANNA)
        assert (now(record).customer, now(record).customer.status) == (record.customer, "active")
        assert now(record).version == 3
        assert verifying.broken() == []

    def test_the_others_of_its_customer_stay(self, place):
        first, second = stored(place.crm, "1", ANNA), stored(place.shop, "1", {**ANNA, "gender": "female"})
        close(place.shop, ["1"], actor=place.olga)
        assert now(first).customer.status == "active"
        assert "gender" not in now(first).customer.values
        assert now(second).customer == first.customer


class TestRefusals:
    def test_who_does_not_import_there_is_refused(self, place):
        with pytest.raises(PermissionDenied):
            take(place.crm, "1", ANNA, actor=place.marta)
        with pytest.raises(PermissionDenied):
            close(place.crm, ["1"], actor=place.marta)
        assert not SourceRecord.objects.exists()

    def test_too_many_at_once_are_refused(self, place):
        rows = [Received(key=str(number), values=ANNA) for number in range(MAX_BATCH + 1)]
        with pytest.raises(Refused):
            take_in(place.crm, rows, actor=place.olga)

    def test_a_batch_leaves_one_audit_entry_by_numbers_only(self, place):
        rows = [Received(key=str(number), values=person(f"N{'x' * number}", "Öberg")) for number in range(3)]
        take_in(place.crm, rows, actor=place.olga)
        entry = AuditEntry.objects.get(deed="records.taken_in")
        assert (entry.actor, entry.counts, entry.domains) == (place.olga, {"new": 3}, [place.domain.pk])
        assert Customer.objects.filter(change=entry.change).count() == Customer.objects.count()


def planned_anew():
    with connection.cursor() as cursor:
        cursor.execute("SELECT sum(custom_plans) FROM pg_prepared_statements")
        return cursor.fetchone()[0]


def test_one_record_has_no_statement_planned_anew(place):
    for number in range(8):  # what comes before is planned for one call five times, as the server does by itself
        stored(place.crm, f"known-{number}", ANNA)
    before = planned_anew()
    stored(place.crm, "new", KARL)
    stored(place.crm, "of the known", ANNA)
    assert planned_anew() == before
