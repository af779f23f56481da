"""POST customers/search/"""

import pytest

from tests.api.conftest import ANN, BOB, record


class TestSearch:
    @pytest.mark.parametrize(
        ("term", "found_by"),
        [("Wiesental Annegret", "name"), ("annegret.wiesental@mail.example", "exact"), ("A1", "exact"),
         ("08342 550170", "exact"), ("7364009", "exact"), ("Wisental", "sound")],
    )  # fmt: skip
    def test_a_customer_is_found(self, owner, ann, term, found_by):
        told = owner.send("customers/search/", {"term": term}).json()
        assert [(one["customer"]["key"], one["found_by"]) for one in told["results"]] == [(ann.key_text, found_by)]

    def test_by_number(self, owner, ann):
        told = owner.send("customers/search/", {"term": ann.number}).json()
        assert told["results"][0]["found_by"] == "number"

    def test_sensitive_values_stay_masked_in_what_is_found(self, owner, ann):
        answer = owner.send("customers/search/", {"term": "7364009"})
        assert "7364009" not in answer.content.decode()

    def test_another_domains_customers_are_not_found(self, southerner, ann):
        for term in ("Annegret", ann.number, ann.key_text, "7364009"):
            assert southerner.send("customers/search/", {"term": term}).json() == {"results": [], "more": False}

    def test_what_only_another_domain_says_finds_nobody(self, owner, southerner, ann):
        southerner.send("records/", record("till", "T1", {**ANN, "given_name": "Zebulon"}))
        assert owner.send("customers/search/", {"term": "Zebulon"}).json()["results"] == []

    @pytest.mark.parametrize("term", ["%", "_", "\\", "W%l", "'; --"])
    def test_wildcards_of_the_database_are_letters(self, owner, ann, term):
        told = owner.send("customers/search/", {"term": term})
        assert told.status_code == 200
        assert told.json()["results"] == []

    @pytest.mark.parametrize(
        "body", [{"term": "a" * 101}, {"term": ""}, {}, {"term": "a", "size": 101}, {"term": ["a"]}]
    )
    def test_a_term_has_one_to_a_hundred_characters(self, owner, body):
        assert owner.send("customers/search/", body).status_code == 400

    def test_more_are_told_of(self, owner):
        people = [record("shop", str(n), {"given_name": f"Given{n}", "family_name": "Wiesental"}) for n in range(3)]
        owner.send("records/", [*people, record("crm", "1", BOB)])
        told = owner.send("customers/search/", {"term": "Wiesental", "size": 2}).json()
        assert (len(told["results"]), told["more"]) == (2, True)
