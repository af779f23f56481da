"""POST merges/ and unmerges/: each names the versions it saw."""

import pytest

from cmdm.models import AuditEntry
from customers.models import Customer
from matching.models import LedgerEntry, Verdict
from tests.api.conftest import ANN, BOB, client_of, customer_of, record
from tests.support.people import make_user
from tests.support.records import ANNA, ANNE


def seen(*customers):
    return [{"key": one.key_text, "version": one.version} for one in customers]


@pytest.fixture
def bob(owner):
    owner.send("records/", record("crm", "B1", BOB))
    return customer_of("crm", "B1")


@pytest.fixture
def joined(steward, ann, bob):
    steward.send("merges/", {"customers": seen(ann, bob)})
    return customer_of("crm", "B1")


@pytest.fixture
def alike(steward, owner):
    """Two customers who resemble each other, made one."""
    owner.send("records/", record("shop", "1", ANNA))
    owner.send("records/", record("crm", "2", ANNE))
    steward.send("merges/", {"customers": seen(customer_of("shop", "1"), customer_of("crm", "2"))})
    return customer_of("crm", "2")


class TestMerging:
    def test_a_steward_makes_one_customer_of_two(self, steward, ann, bob):
        answer = steward.send("merges/", {"customers": seen(ann, bob), "reason": "Same passport."})
        assert answer.status_code == 200
        assert answer.json()["survivor"] == {
            "key": ann.key_text, "number": ann.number, "version": 2, "status": "active",
        }  # fmt: skip
        assert customer_of("crm", "B1") == ann
        assert AuditEntry.objects.filter(deed="customer.merged", origin="api").count() == 1

    def test_what_has_changed_since_is_a_conflict_with_the_version_now(self, steward, owner, ann, bob):
        asked = {"customers": seen(ann, bob)}
        owner.send("records/", record("shop", "A1", {**ANN, "given_name": "Anna"}))
        answer = steward.send("merges/", asked)
        assert answer.status_code == 409
        assert answer.json()["code"] == "stale"
        assert answer.json()["versions"][ann.number] == 2
        assert not LedgerEntry.objects.filter(deed="merge").exists()

    def test_what_was_merged_or_parted_meanwhile_is_a_conflict(self, steward, ann, bob):
        asked = {"customers": seen(ann, bob)}
        survivor = steward.send("merges/", asked).json()["survivor"]
        again = steward.send("merges/", asked)
        assert (again.status_code, again.json()["versions"]) == (409, {survivor["number"]: survivor["version"]})
        parting = {"customer": {name: survivor[name] for name in ("key", "version")}}
        parting["records"] = [{"source": "crm", "key": "B1"}]
        assert [steward.send("unmerges/", parting).status_code for _time in range(2)] == [200, 409]

    def test_with_a_customer_of_another_domain_nothing_is_found_and_nothing_done(self, steward, southerner, ann):
        southerner.send("records/", record("till", "T1", BOB))
        theirs = customer_of("till", "T1")
        answer = steward.send("merges/", {"customers": seen(ann, theirs)})
        absent = [*seen(ann), {"key": "01890000-0000-7000-8000-000000000000", "version": 1}]
        assert (answer.status_code, answer.content) == (404, steward.send("merges/", {"customers": absent}).content)
        assert Customer.objects.active().count() == 2

    @pytest.mark.parametrize("role", ["reader", "data owner", "privacy officer", "consumer"])
    def test_who_may_not_decide_is_refused(self, north, ann, bob, role):
        client = client_of(make_user(role, domain=north))
        assert client.send("merges/", {"customers": seen(ann, bob)}).status_code == 403

    def test_a_customer_is_not_merged_with_itself(self, steward, ann):
        assert steward.send("merges/", {"customers": seen(ann, ann)}).status_code == 400
        assert steward.send("merges/", {"customers": seen(ann)}).status_code == 400

    def test_a_person_and_an_organisation_are_not_merged(self, steward, owner, ann):
        owner.send("records/", record("crm", "O1", {"organisation_name": "Kornfeld GmbH"}))
        answer = steward.send("merges/", {"customers": seen(ann, customer_of("crm", "O1"))})
        assert (answer.status_code, answer.json()["code"]) == (409, "refused")


class TestUnmerging:
    def test_the_named_records_get_their_customer_back(self, steward, joined, bob):
        asked = {"customer": seen(joined)[0], "records": [{"source": "crm", "key": "B1"}]}
        answer = steward.send("unmerges/", asked)
        assert answer.status_code == 200
        assert [one["key"] for one in answer.json()["customers"]] == [joined.key_text, bob.key_text]
        assert customer_of("crm", "B1") == bob

    def test_a_named_pair_gets_the_verdict_different(self, steward, alike):
        pair = {"left": {"source": "crm", "key": "2"}, "right": {"source": "shop", "key": "1"}}
        records = [{"source": "crm", "key": "2"}]
        steward.send("unmerges/", {"customer": seen(alike)[0], "records": records, "different": [pair]})
        assert Verdict.objects.in_force().get().answer == "different"

    def test_with_no_pair_named_there_is_no_verdict(self, steward, alike):
        records = [{"source": "crm", "key": "2"}]
        steward.send("unmerges/", {"customer": seen(alike)[0], "records": records, "different": []})
        assert not Verdict.objects.in_force().filter(answer="different").exists()

    def test_a_record_of_another_customer_or_domain_is_not_found(self, steward, southerner, joined):
        southerner.send("records/", record("till", "T1", BOB))
        joined.refresh_from_db()
        for ref in ({"source": "till", "key": "T1"}, {"source": "shop", "key": "nosuch"}):
            answer = steward.send("unmerges/", {"customer": seen(joined)[0], "records": [ref]})
            assert answer.status_code == 404

    def test_a_version_that_was_not_seen_is_a_conflict(self, steward, joined):
        asked = {"customer": {"key": joined.key_text, "version": 1}, "records": [{"source": "crm", "key": "B1"}]}
        assert steward.send("unmerges/", asked).status_code == 409

    def test_some_record_must_stay(self, steward, joined):
        both = [{"source": "crm", "key": "B1"}, {"source": "shop", "key": "A1"}]
        assert steward.send("unmerges/", {"customer": seen(joined)[0], "records": both}).status_code == 409
