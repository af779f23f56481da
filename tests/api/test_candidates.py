"""GET candidates/"""

import pytest

from matching.models import Candidate
from tests.api.conftest import client_of, record
from tests.support.people import make_user
from tests.support.records import ANNA, ANNE


@pytest.fixture
def pair(owner):
    owner.send("records/", record("shop", "A1", ANNA))
    owner.send("records/", record("crm", "A2", ANNE))
    return Candidate.objects.get()


class TestCandidates:
    def test_a_steward_gets_both_sides_with_versions_and_levels_and_no_values(self, steward, pair):
        answer = steward.at("candidates/")
        told = answer.json()["results"][0]
        assert told["id"] == pair.pk
        assert [(side["source"], side["key"], side["version"]) for side in told["sides"]] == [
            ("shop", "A1", 1), ("crm", "A2", 1),
        ]  # fmt: skip
        assert told["levels"]
        assert "Bergström" not in answer.content.decode()

    def test_a_pair_across_domains_is_shown_to_who_sees_both_customers_only(self, owner, southerner, north, south):
        owner.send("records/", record("shop", "A1", ANNA))
        southerner.send("records/", record("till", "T1", ANNE))
        assert Candidate.objects.count() == 1
        assert owner.at("candidates/").json()["results"] == []
        assert southerner.at("candidates/").json()["results"] == []
        both = client_of(make_user("reader", domains=(north, south)))
        assert len(both.at("candidates/").json()["results"]) == 1

    def test_it_is_narrowed_by_state_and_kind(self, steward, pair):
        assert len(steward.at("candidates/", state="open", kind="possible").json()["results"]) == 1
        assert steward.at("candidates/", state="closed").json()["results"] == []
        assert steward.at("candidates/", state="nonsense").status_code == 400
