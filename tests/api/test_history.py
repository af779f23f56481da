"""GET customers/{key}/history/?as_of="""

from datetime import timedelta

from cmdm import clock
from tests.api.conftest import ANN, client_of, record
from tests.support.people import make_user


class TestHistory:
    def test_it_tells_what_was_believed_at_the_end_of_a_day(self, owner, ann):
        then = clock.now()
        with clock.at(then + timedelta(days=10)):
            owner.send("records/", record("shop", "A1", {**ANN, "given_name": "Anna"}))
        told = owner.at(f"customers/{ann.key_text}/history/", as_of=f"{then:%Y-%m-%d}").json()
        assert (told["version"], told["values"]["given_name"]) == (1, "Annegret")
        assert [one["version"] for one in told["versions"]] == [1]
        later = owner.at(f"customers/{ann.key_text}/history/", as_of=f"{then + timedelta(days=11):%Y-%m-%d}").json()
        assert (later["version"], later["values"]["given_name"]) == (2, "Anna")
        assert [one["version"] for one in later["versions"]] == [2, 1]

    def test_before_it_was_known_there_is_version_nought(self, owner, ann):
        told = owner.at(f"customers/{ann.key_text}/history/", as_of="2001-01-01").json()
        assert (told["version"], told["values"], told["versions"]) == (0, {}, [])

    def test_sensitive_values_are_masked_without_the_right_to_reveal(self, owner, ann, north):
        told = owner.at(f"customers/{ann.key_text}/history/").json()
        assert told["values"]["identifier"] == [{"scheme": "ssn", "value": "•••009"}]
        clear = client_of(make_user("lead", domain=north)).at(f"customers/{ann.key_text}/history/").json()
        assert clear["values"]["identifier"][0]["value"] == "7364009"

    def test_claims_of_other_domains_are_withheld_and_named(self, owner, southerner, ann):
        southerner.send("records/", record("till", "T1", {**ANN, "given_name": "Annette"}))
        told = owner.at(f"customers/{ann.key_text}/history/").json()
        assert "given_name" in told["withheld"]
        assert "given_name" not in told["values"]

    def test_what_is_no_day_is_malformed(self, owner, ann):
        answer = owner.at(f"customers/{ann.key_text}/history/", as_of="soon")
        assert answer.status_code == 400
        assert "soon" not in answer.content.decode()
