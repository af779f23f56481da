"""Corrections: records of the domain's own source about other records."""

import pytest
from django.core.exceptions import PermissionDenied

from cmdm.actions import Invalid, Refused
from cmdm.models import AuditEntry, system_user
from customers.actions.corrections import correct, withdraw
from customers.actions.received import Received
from customers.actions.records import take_in
from customers.models import SourceRecord
from tests.customers.ann import ANN, MAIL, golden, of
from tests.support.people import make_domain, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def correcting(ann, stefan):
    def deed(attribute="given_name", value="Anne", about="crm", **other):
        return correct(ann, actor=stefan, attribute=attribute, value=value, about=of(about), **other)

    return deed


class TestCorrecting:
    def test_it_wins_over_every_source_and_stands_in_the_lineage(self, ann, correcting):
        made = correcting(reason="Heard on the phone")

        assert golden(ann)["given_name"] == "Anne"
        assert ann.lineage["given_name"]["record"] == made.pk
        assert (made.source.role, made.about, made.customer_id) == ("steward", of("crm"), ann.pk)

    def test_a_nightly_feed_does_not_undo_it(self, ann, correcting):
        correcting()
        take_in(of("crm").source, [Received("1", {**ANN, **MAIL, "given_name": "Anja"})], actor=system_user())
        assert golden(ann)["given_name"] == "Anne"

    def test_corrections_of_one_record_accumulate_as_its_versions(self, ann, correcting):
        first = correcting()
        second = correcting("birth_date", "1961-04-12")

        assert first.pk == second.pk
        second.refresh_from_db()
        assert (second.version, set(second.values)) == (2, {"given_name", "birth_date"})
        assert golden(ann)["birth_date"] == "1961-04-12"
        assert golden(ann)["given_name"] == "Anne"

    def test_a_sensitive_value_is_sealed_like_any_other(self, ann, correcting):
        made = correcting("identifier", [{"scheme": "tax", "value": "DE811907980"}])
        made.refresh_from_db()
        assert "811907980" not in repr(made.values)
        correcting()
        made.refresh_from_db()
        assert set(made.values) == {"identifier", "given_name"}

    def test_a_value_that_its_type_refuses_is_invalid(self, correcting):
        with pytest.raises(Invalid) as refused:
            correcting("birth_date", "31.02.1961")
        assert list(refused.value.errors) == ["birth_date"]
        with pytest.raises(Invalid):
            correcting("shoe_size", "44")
        with pytest.raises(Invalid):
            correcting("given_name", " ")
        assert not SourceRecord.objects.filter(about__isnull=False).exists()

    def test_it_leaves_one_audit_entry_with_the_attribute_and_no_value(self, correcting):
        correcting(reason="Anne told us")
        entry = AuditEntry.objects.get(deed="record.corrected")
        assert (entry.thing_id, entry.attributes) == (str(of("crm").pk), ["given_name"])
        assert "Anne" not in repr(entry.counts)

    def test_who_may_only_look_and_who_is_of_another_domain_are_refused(self, ann, retail):
        for user in (make_user("reader", domain=retail), make_user("steward", domain=make_domain("south"))):
            with pytest.raises(PermissionDenied):
                correct(ann, actor=user, attribute="given_name", value="Anne", about=of("crm"))

    def test_a_correction_is_not_corrected(self, correcting, ann, stefan):
        made = correcting()
        with pytest.raises(Refused, match="record of a source"):
            correct(ann, actor=stefan, attribute="given_name", value="Anna", about=made)


class TestWithdrawing:
    def test_one_attribute_goes_and_the_others_stay(self, ann, stefan, correcting):
        correcting()
        made = correcting("birth_date", "1961-04-12")

        withdraw(made, "given_name", actor=stefan)

        assert golden(ann)["given_name"] == "Annette"
        assert golden(ann)["birth_date"] == "1961-04-12"

    def test_the_last_one_closes_the_correction_and_a_new_one_opens_it(self, ann, stefan, correcting):
        made = correcting()
        withdraw(made, "given_name", actor=stefan)
        made.refresh_from_db()
        assert made.closed_at is not None
        assert golden(ann)["given_name"] == "Annette"

        correcting()
        made.refresh_from_db()
        assert made.closed_at is None
        assert golden(ann)["given_name"] == "Anne"

    def test_what_is_not_corrected_cannot_be_withdrawn(self, stefan, correcting):
        made = correcting()
        with pytest.raises(Refused, match="not corrected"):
            withdraw(made, "birth_date", actor=stefan)
