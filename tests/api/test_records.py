"""POST records/ and DELETE records/{source}/{key}/."""

import pytest

from cmdm import clock
from cmdm.models import AuditEntry
from customers.models import Customer, SourceRecord
from tests.api.conftest import ANN, BOB, client_of, customer_of, make_source, record
from tests.support.people import make_user


class TestSendingOne:
    def test_a_new_record_is_answered_with_its_customer_and_why(self, owner):
        answer = owner.send("records/", record("shop", "A1", ANN))
        assert answer.status_code == 200
        told = answer.json()
        assert told["outcome"] == "new"
        assert told["customer"] == customer_of("shop", "A1").key_text
        assert (told["decision"], told["rule"], told["errors"]) == ("new", "none", [])

    def test_the_same_record_again_is_unchanged_and_names_its_customer(self, owner, ann):
        told = owner.send("records/", record("shop", "A1", ANN)).json()
        assert (told["outcome"], told["customer"], told["version"]) == ("unchanged", ann.key_text, 1)

    def test_a_changed_record_is_a_new_version(self, owner, ann):
        told = owner.send("records/", record("shop", "A1", {**ANN, "given_name": "Anna"})).json()
        assert (told["outcome"], told["version"]) == ("changed", 2)

    def test_a_match_names_levels_and_no_value_of_the_other_record(self, owner, ann):
        answer = owner.send("records/", record("crm", "7", {**ANN, "given_name": "Anne-Gret"}))
        told = answer.json()
        assert (told["decision"], told["customer"]) == ("link", ann.key_text)
        assert {level["comparison"] for level in told["levels"]} >= {"email", "phone"}
        sent_by_shop_only = "Annegret"
        assert sent_by_shop_only not in answer.content.decode()

    def test_a_record_with_a_wrong_value_is_refused_by_field_and_code(self, owner):
        answer = owner.send("records/", record("shop", "A1", {**ANN, "email": [{"value": "a@b@c"}]}))
        assert answer.status_code == 422
        assert answer["Content-Type"] == "application/problem+json"
        fault = answer.json()["errors"][0]
        assert fault["field"].startswith("email")
        assert fault["code"] and fault["message"]
        assert "a@b@c" not in answer.content.decode()
        assert not SourceRecord.objects.exists()

    def test_a_record_observed_tomorrow_or_later_is_refused(self, owner):
        late = (clock.now().replace(year=clock.now().year + 1)).isoformat()
        answer = owner.send("records/", record("shop", "A1", ANN, observed_at=late))
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["code"] == "future"

    def test_names_that_look_like_code_are_text(self, owner):
        for number, name in enumerate(("Null", "' OR 1=1--", "{{7*7}}", "${jndi:x}", "%n%n", "True")):
            values = {"given_name": name, "family_name": "Wiesental"}
            told = owner.send("records/", record("shop", f"N{number}", values)).json()
            assert told["outcome"] == "new"
            assert customer_of("shop", f"N{number}").values["given_name"].casefold() == name.casefold()

    def test_sending_leaves_one_audit_entry_from_the_api(self, owner):
        owner.send("records/", record("shop", "A1", ANN))
        entry = AuditEntry.objects.filter(deed="records.taken_in").get()
        assert (entry.origin, entry.counts) == ("api", {"new": 1})


class TestSendingMany:
    def test_refused_ones_are_named_and_the_others_stored(self, owner):
        batch = [record("shop", "1", ANN), record("shop", "2", {"birth_date": "soon"}), record("crm", "3", BOB)]
        answer = owner.send("records/", batch)
        assert answer.status_code == 200
        results = answer.json()["results"]
        assert [one["outcome"] for one in results] == ["new", "rejected", "new"]
        assert results[1]["errors"][0]["field"] == "birth_date"
        assert set(SourceRecord.objects.values_list("key", flat=True)) == {"1", "3"}

    def test_one_person_sent_twice_in_a_batch_is_one_customer(self, owner):
        batch = [record("shop", "1", ANN), record("crm", "1", ANN)]
        results = owner.send("records/", batch).json()["results"]
        assert results[0]["customer"] == results[1]["customer"]
        within = [record("shop", "2", BOB), record("shop", "3", BOB)]
        results = owner.send("records/", within).json()["results"]
        assert results[0]["customer"] == results[1]["customer"]

    def test_of_one_key_sent_twice_the_last_one_counts(self, owner):
        batch = [record("shop", "1", ANN), record("shop", "1", {**ANN, "given_name": "Anna"})]
        results = owner.send("records/", batch).json()["results"]
        assert [one["outcome"] for one in results] == ["quarantined", "new"]
        assert customer_of("shop", "1").values["given_name"] == "Anna"

    def test_a_thousand_are_taken_and_one_more_is_refused(self, owner):
        batch = [record("shop", str(n), {"given_name": f"Given{n}", "family_name": f"Family{n}"}) for n in range(1001)]
        assert owner.send("records/", batch).status_code == 400
        assert owner.send("records/", []).status_code == 400
        answer = owner.send("records/", batch[:1000])
        assert answer.status_code == 200
        assert len(answer.json()["results"]) == 1000
        assert SourceRecord.objects.count() == 1000


class TestRights:
    def test_a_source_of_another_domain_does_not_exist_and_nothing_of_the_batch_is_stored(self, owner, south):
        answer = owner.send("records/", [record("shop", "1", ANN), record("till", "1", BOB)])
        unknown = owner.send("records/", [record("shop", "1", ANN), record("nosuch", "1", BOB)])
        assert (answer.status_code, answer.json()) == (404, unknown.json())
        assert not SourceRecord.objects.exists()

    @pytest.mark.parametrize("role", ["reader", "steward", "lead", "consumer", "privacy officer"])
    def test_who_sees_the_source_but_may_not_import_is_refused(self, north, role):
        client = client_of(make_user(role, domain=north))
        assert client.send("records/", record("shop", "1", ANN)).status_code == 403
        assert client.delete("/api/v1/records/shop/1/").status_code == 403

    @pytest.mark.parametrize("role", ["auditor"])
    def test_who_sees_no_customers_finds_no_source(self, north, role):
        client = client_of(make_user(role, domain=north))
        assert client.send("records/", record("shop", "1", ANN)).status_code == 404

    def test_the_domains_own_source_takes_nothing_by_the_api(self, north, owner):
        make_source(north, "mine")
        from customers.models import Source

        Source.objects.filter(key="mine").update(role="steward")
        assert owner.send("records/", record("mine", "1", ANN)).status_code == 404


class TestClosing:
    def test_a_closed_record_contributes_nothing_and_its_customer_is_retired(self, owner, ann):
        assert owner.delete("/api/v1/records/shop/A1/").status_code == 204
        ann.refresh_from_db()
        assert ann.status == Customer.Status.RETIRED
        assert SourceRecord.objects.get(key="A1").closed_at is not None

    def test_a_record_that_is_closed_or_unknown_is_not_found(self, owner, ann):
        owner.delete("/api/v1/records/shop/A1/")
        assert owner.delete("/api/v1/records/shop/A1/").status_code == 404
        assert owner.delete("/api/v1/records/shop/nosuch/").status_code == 404

    def test_a_key_with_a_slash_is_closed_too(self, owner):
        owner.send("records/", record("shop", "a/b", BOB))
        assert owner.delete("/api/v1/records/shop/a/b/").status_code == 204

    def test_a_record_of_another_domain_is_not_found(self, owner, southerner, ann):
        assert southerner.delete("/api/v1/records/shop/A1/").status_code == 404
        assert SourceRecord.objects.get(key="A1").closed_at is None
