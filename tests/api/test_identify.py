"""POST identify/: matching without storing."""

import pytest
from django.core.cache import cache

from cmdm.models import AuditEntry
from customers.models import Customer, SourceRecord
from matching.models import Candidate, MatchKey
from tests.api.conftest import ANN, BOB, client_of, record
from tests.support.people import make_user


@pytest.fixture(autouse=True)
def nobody_has_asked_yet(db):
    cache.clear()


class TestIdentify:
    def test_a_known_person_is_named_with_probability_and_levels(self, consumer, ann):
        answer = consumer.send("identify/", {"values": {**ANN, "given_name": "Anne"}})
        told = answer.json()
        assert (told["decision"], told["customer"]) == ("link", ann.key_text)
        assert told["matches"][0]["probability"] > 0.9
        assert {level["comparison"] for level in told["matches"][0]["levels"]} >= {"email", "phone"}
        assert "Annegret" not in answer.content.decode()

    def test_a_stranger_is_new(self, consumer, ann):
        told = consumer.send("identify/", {"values": BOB}).json()
        assert told == {"decision": "new", "rule": "none", "customer": None, "matches": []}

    def test_nothing_is_stored(self, consumer, ann):
        before = [model.objects.count() for model in (SourceRecord, Customer, MatchKey, Candidate)]
        consumer.send("identify/", {"values": ANN})
        consumer.send("identify/", {"values": BOB})
        assert before == [model.objects.count() for model in (SourceRecord, Customer, MatchKey, Candidate)]

    def test_a_customer_of_another_domain_is_nobody(self, consumer, southerner):
        southerner.send("records/", record("till", "T1", ANN))
        told = consumer.send("identify/", {"values": ANN}).json()
        assert (told["decision"], told["matches"]) == ("new", [])

    def test_each_call_is_logged_without_values(self, consumer, ann, north):
        consumer.send("identify/", {"values": ANN})
        entry = AuditEntry.objects.filter(deed="party.identified").get()
        assert (entry.domains, entry.counts, entry.attributes) == ([north.pk], {"matches": 1}, [])

    @pytest.mark.parametrize("role", ["reader", "steward", "lead", "data owner", "privacy officer", "auditor"])
    def test_it_needs_a_right_of_its_own(self, north, role):
        assert client_of(make_user(role, domain=north)).send("identify/", {"values": ANN}).status_code == 403

    def test_a_wrong_value_is_named_by_field(self, consumer):
        answer = consumer.send("identify/", {"values": {"birth_date": "soon", "family_name": "Wiesental"}})
        assert answer.status_code == 422
        assert list(answer.json()["errors"]) == ["birth_date"]
        assert "soon" not in answer.content.decode()

    def test_too_many_in_a_minute_wait(self, consumer, settings, ann):
        settings.IDENTIFY_PER_MINUTE = 3
        for _call in range(3):
            assert consumer.send("identify/", {"values": BOB}).status_code == 200
        answer = consumer.send("identify/", {"values": BOB})
        assert answer.status_code == 429
        assert 1 <= int(answer["Retry-After"]) <= 61
        assert answer["Content-Type"] == "application/problem+json"

    def test_one_client_waits_for_no_other(self, consumer, north, settings):
        settings.IDENTIFY_PER_MINUTE = 1
        consumer.send("identify/", {"values": BOB})
        other = client_of(make_user("consumer", domain=north))
        assert other.send("identify/", {"values": BOB}).status_code == 200
