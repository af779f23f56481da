"""Idempotency-Key: one effect, and the same answer again."""

import pytest

from customers.models import SourceRecord
from matching.models import LedgerEntry
from tests.api.conftest import ANN, BOB, client_of, customer_of, record
from tests.support.people import make_user


class TestRepeats:
    def test_a_repeat_gets_the_first_answer_and_has_no_effect(self, owner):
        first = owner.send("records/", record("shop", "A1", ANN), **{"Idempotency-Key": "k1"})
        again = owner.send("records/", record("shop", "A1", ANN), **{"Idempotency-Key": "k1"})
        assert again.json() == first.json()
        assert again.json()["outcome"] == "new"
        assert again["Idempotent-Replay"] == "true"
        assert SourceRecord.objects.get().version == 1

    def test_the_same_key_with_another_body_is_wrong(self, owner):
        owner.send("records/", record("shop", "A1", ANN), **{"Idempotency-Key": "k1"})
        answer = owner.send("records/", record("shop", "A1", BOB), **{"Idempotency-Key": "k1"})
        assert answer.status_code == 422

    def test_a_refusal_is_repeated_as_a_problem(self, owner):
        wrong = record("shop", "A1", {"birth_date": "soon"})
        first = owner.send("records/", wrong, **{"Idempotency-Key": "k1"})
        again = owner.send("records/", wrong, **{"Idempotency-Key": "k1"})
        assert (again.status_code, again.json()) == (422, first.json())
        assert again["Content-Type"] == "application/problem+json"

    def test_who_lacked_the_right_may_try_again(self, north, owner):
        reader = make_user("reader", domain=north)
        client = client_of(reader)
        assert client.send("records/", record("shop", "A1", ANN), **{"Idempotency-Key": "k1"}).status_code == 403
        from cmdm.actions.domains import grant_role
        from cmdm.models import system_user

        grant_role(actor=system_user(), user=reader, domain=north, role="data owner")
        assert client.send("records/", record("shop", "A1", ANN), **{"Idempotency-Key": "k1"}).status_code == 200

    def test_keys_of_two_clients_are_two_keys(self, north, owner):
        owner.send("records/", record("shop", "A1", ANN), **{"Idempotency-Key": "k1"})
        other = client_of(make_user("data owner", domain=north))
        answer = other.send("records/", record("shop", "B1", BOB), **{"Idempotency-Key": "k1"})
        assert answer.json()["outcome"] == "new"

    @pytest.mark.parametrize("key", ["", "ä", "x" * 101, "a\tb"])
    def test_a_key_is_short_and_plain(self, owner, key):
        assert owner.send("records/", record("shop", "A1", ANN), **{"Idempotency-Key": key}).status_code == 400

    def test_a_merge_is_done_once(self, steward, owner, ann):
        owner.send("records/", record("crm", "B1", BOB))
        bob = customer_of("crm", "B1")
        asked = {"customers": [{"key": one.key_text, "version": one.version} for one in (ann, bob)]}
        answers = [steward.send("merges/", asked, **{"Idempotency-Key": "m"}) for _time in range(2)]
        assert [one.status_code for one in answers] == [200, 200]
        assert answers[0].json() == answers[1].json()
        assert LedgerEntry.objects.filter(deed="merge").count() == 1
