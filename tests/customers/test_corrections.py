"""Corrections: records of the domain's own source about other records."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from cmdm.actions import Invalid, Refused
from cmdm.models import AuditEntry, system_user
from customers.actions.corrections import correct, withdraw
from customers.actions.received import Received
from customers.actions.records import take_in
from customers.models import SourceRecord
from customers.sealing import open_values
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


class TestTheWordOfTheCustomer:
    def test_it_is_kept_apart_from_the_stewards_and_wins_over_every_source(self, ann, correcting):
        steward, told = correcting(), correcting(value="Ann", role="portal", about="shop")

        assert (steward.source.role, told.source.role) == ("steward", "portal")
        assert golden(ann)["given_name"] == "Anne", "the stewards' word counts a little more"
        withdraw(steward, "given_name", actor=system_user())
        assert golden(ann)["given_name"] == "Ann"

    def test_a_new_element_takes_the_place_of_an_earlier_one(self, ann, correcting):
        correcting("phone", [{"value": "+4915123456789"}], role="portal")
        instead = {"value": "+4915123456789"}
        made = correcting("phone", [{"value": "+4915123456780"}], role="portal", instead=instead)

        made.refresh_from_db()
        assert [one["value"] for one in open_values(made.values)["phone"]] == ["+4915123456780"]


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


def mails(correction) -> list[str]:
    correction.refresh_from_db()
    return [one["value"] for one in correction.values["email"]]


def mail(address: str, **other: str) -> list[dict[str, str]]:
    return [{"value": address, **other}]


class TestManyValues:
    def test_a_second_address_is_added_to_the_first(self, ann, correcting):
        correcting("email", mail("anne@mail.example"))
        made = correcting("email", mail("anne@work.example"))
        assert mails(made) == ["anne@mail.example", "anne@work.example"]
        assert {"anne@mail.example", "anne@work.example"} <= {one["value"] for one in golden(ann)["email"]}

    def test_the_same_address_again_takes_its_own_place(self, correcting):
        correcting("email", mail("anne@mail.example", kind="home"))
        correcting("email", mail("anne@work.example"))
        made = correcting("email", mail("Anne@Mail.example", kind="work"))
        assert mails(made) == ["anne@work.example", "anne@mail.example"]
        assert made.values["email"][1]["kind"] == "work"

    @pytest.mark.parametrize(
        ("attribute", "first", "second"),
        [
            ("phone", [{"value": "+498342550170"}], [{"value": "+498342550171"}]),
            ("address", [{"line1": "Hof 1", "city": "Ulm"}], [{"line1": "Hof 2", "city": "Ulm"}]),
            ("interests", ["chess"], ["hiking"]),
        ],
    )
    def test_every_many_valued_attribute_keeps_what_was_said(self, correcting, attribute, first, second):
        correcting(attribute, first)
        made = correcting(attribute, second)
        made.refresh_from_db()
        assert len(made.values[attribute]) == 2

    def test_sealed_values_are_kept_too(self, correcting):
        correcting("identifier", [{"scheme": "tax", "value": "DE811907980"}])
        made = correcting("identifier", [{"scheme": "customer", "value": "4711"}])
        made.refresh_from_db()
        assert [one["value"] for one in open_values(made.values)["identifier"]] == ["DE811907980", "4711"]

    def test_a_refused_address_leaves_the_earlier_one(self, correcting):
        made = correcting("email", mail("anne@mail.example"))
        with pytest.raises(Invalid):
            correcting("email", mail("no address"))
        assert mails(made) == ["anne@mail.example"]

    def test_what_was_said_before_a_correction_was_closed_does_not_come_back(self, stefan, correcting):
        made = correcting("email", mail("anne@mail.example"))
        withdraw(made, "email", actor=stefan)
        assert mails(correcting("email", mail("anne@work.example"))) == ["anne@work.example"]

    def test_one_of_several_is_withdrawn(self, ann, stefan, correcting):
        correcting("email", mail("anne@mail.example"))
        made = correcting("email", mail("anne@work.example"))

        withdraw(made, "email", actor=stefan, element=mail("anne@mail.example")[0])

        assert mails(made) == ["anne@work.example"]
        assert "anne@mail.example" not in {one["value"] for one in golden(ann)["email"]}
        assert AuditEntry.objects.get(deed="correction.withdrawn").attributes == ["email"]

    def test_the_last_one_withdrawn_closes_the_correction(self, stefan, correcting):
        made = correcting("email", mail("anne@mail.example"))
        withdraw(made, "email", actor=stefan, element=mail("anne@mail.example")[0])
        made.refresh_from_db()
        assert made.closed_at is not None

    def test_a_value_that_nobody_corrected_cannot_be_withdrawn(self, stefan, correcting):
        made = correcting("email", mail("anne@mail.example"))
        with pytest.raises(Refused, match="not corrected"):
            withdraw(made, "email", actor=stefan, element=mail("other@mail.example")[0])


class TestThePage:
    @pytest.fixture
    def page(self, client, ann, stefan):
        client.force_login(stefan)
        address = f"{reverse('customers:correct', args=[ann.key])}?attribute=email"
        return lambda: client.get(address).content.decode()

    @pytest.fixture
    def withdrawing(self, client, ann, page):
        def post(made, **other):
            given = {"attribute": "email", "place": 0, "version": made.version, **other}
            return client.post(reverse("customers:withdraw", args=[ann.key, made.pk]), given, follow=True)

        return post

    def test_it_adds_a_value_and_shows_what_was_corrected(self, client, ann, page, correcting):
        made = correcting("email", mail("anne@mail.example"))
        given = {
            "value_value": "anne@work.example",
            "value_kind": "",
            "value_0": "anne@work.example",
            "about": of("crm").pk,
        }
        client.post(f"{reverse('customers:correct', args=[ann.key])}?attribute=email", given)
        assert mails(made) == ["anne@mail.example", "anne@work.example"]
        assert "Corrected so far" in page()
        assert reverse("customers:withdraw", args=[ann.key, made.pk]) in page()

    def test_it_takes_one_value_back(self, withdrawing, correcting):
        correcting("email", mail("anne@mail.example"))
        made = correcting("email", mail("anne@work.example"))
        made.refresh_from_db()
        assert "The correction is withdrawn." in withdrawing(made).content.decode()
        assert mails(made) == ["anne@work.example"]

    def test_a_correction_that_changed_meanwhile_stays(self, withdrawing, correcting):
        correcting("email", mail("anne@mail.example"))
        made = correcting("email", mail("anne@work.example"))
        assert "has changed since" in withdrawing(made, version=1).content.decode()
        assert len(mails(made)) == 2

    def test_a_place_where_nothing_stands_and_a_record_that_corrects_nothing_are_not_there(
        self, withdrawing, correcting
    ):
        made = correcting("email", mail("anne@mail.example"))
        made.refresh_from_db()
        assert withdrawing(made, place=7).status_code == 404
        assert withdrawing(of("crm")).status_code == 404

    def test_a_single_value_is_taken_back_too(self, ann, withdrawing, correcting):
        made = correcting()
        made.refresh_from_db()
        withdrawing(made, attribute="given_name")
        assert golden(ann)["given_name"] == "Annette"

    def test_who_may_not_correct_is_refused(self, client, ann, retail, correcting):
        made = correcting()
        client.force_login(make_user("reader", domain=retail))
        given = {"attribute": "given_name", "place": 0, "version": 1}
        assert client.post(reverse("customers:withdraw", args=[ann.key, made.pk]), given).status_code == 403
        client.force_login(make_user("steward", domain=make_domain("south")))
        assert client.post(reverse("customers:withdraw", args=[ann.key, made.pk]), given).status_code == 404
