"""GET and POST crosswalk/"""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.api.conftest import ANN, BOB, customer_of, record


class TestCrosswalk:
    def test_a_sources_key_gives_the_customer(self, owner, ann):
        told = owner.at("crosswalk/", source="shop", key="A1").json()
        assert told == {"source": "shop", "key": "A1", "customer": ann.key_text}

    def test_a_key_of_another_domain_is_not_found(self, southerner, ann):
        assert southerner.at("crosswalk/", source="shop", key="A1").status_code == 404

    def test_many_are_answered_in_their_order_and_the_unknown_with_null(self, owner, southerner, ann):
        southerner.send("records/", record("till", "T1", BOB))
        asked = [{"source": "till", "key": "T1"}, {"source": "shop", "key": "A1"}, {"source": "shop", "key": "no"}]
        told = owner.send("crosswalk/", asked).json()["results"]
        assert [one["customer"] for one in told] == [None, ann.key_text, None]

    def test_a_thousand_cost_as_many_queries_as_one(self, owner, ann):
        with CaptureQueriesContext(connection) as one:
            owner.send("crosswalk/", [{"source": "shop", "key": "A1"}])
        with CaptureQueriesContext(connection) as thousand:
            owner.send("crosswalk/", [{"source": "shop", "key": f"A{n}"} for n in range(1000)])
        assert len(one) == len(thousand)

    def test_more_than_a_thousand_are_refused(self, owner):
        assert owner.send("crosswalk/", [{"source": "shop", "key": f"A{n}"} for n in range(1001)]).status_code == 400

    def test_a_key_of_a_source_may_not_pass_for_anothers(self, owner):
        owner.send("records/", [record("shop", "1", ANN), record("crm", "2", BOB)])
        told = owner.send("crosswalk/", [{"source": "shop", "key": "2"}, {"source": "crm", "key": "2"}]).json()
        assert [one["customer"] for one in told["results"]] == [None, customer_of("crm", "2").key_text]
