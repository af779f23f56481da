"""GET customers/, customers/{key}/ and its records."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cmdm.models import User
from customers.models import Customer
from matching.actions.ledger import merge, unmerge
from tests.api.conftest import ANN, BOB, client_of, customer_of, record
from tests.support.people import make_user

WHO = {"given_name": "Annegret", "family_name": "Wiesental"}


@pytest.fixture
def shared(owner, southerner):
    """One customer with a record in the north (trust 40) and one in the south (trust 90)."""
    owner.send("records/", record("shop", "A1", {**ANN, "given_name": "Anna"}))
    southerner.send("records/", record("till", "T1", {**ANN, "nationality": "DE"}))
    assert customer_of("shop", "A1") == customer_of("till", "T1")
    return customer_of("shop", "A1")


@pytest.fixture
def joiner(north):
    return make_user("steward", "data owner", domain=north)


def joined(owner, actor):
    """Two customers of the north that were made one: the one that stays, the one that went."""
    owner.send("records/", [record("shop", "A1", ANN), record("crm", "B1", BOB), record("shop", "A2", ANN)])
    one, other = customer_of("shop", "A1"), customer_of("crm", "B1")
    seen = {one.pk: one.version, other.pk: other.version}
    survivor = merge([one, other], actor=actor, seen=seen)
    return survivor, other if survivor == one else one


class TestOne:
    def test_a_reader_gets_the_customer_with_sensitive_values_masked(self, ann, north):
        answer = client_of(make_user("reader", domain=north)).at(f"customers/{ann.key_text}/")
        told = answer.json()
        assert told["values"]["given_name"] == "Annegret"
        assert told["masked"] == ["identifier"]
        assert told["values"]["identifier"] == [{"scheme": "ssn", "value": "•••009"}]
        assert "7364009" not in answer.content.decode()

    def test_who_may_reveal_gets_them_in_clear(self, ann, north):
        told = client_of(make_user("lead", domain=north)).at(f"customers/{ann.key_text}/").json()
        assert told["values"]["identifier"][0]["value"] == "7364009"
        assert told["masked"] == []

    def test_the_winner_of_another_domain_is_replaced_by_the_best_visible_claim_and_marked(self, shared, owner):
        told = owner.at(f"customers/{shared.key_text}/").json()
        assert told["values"]["given_name"] == "Anna"
        assert "given_name" in told["substitutes"]
        assert "nationality" not in told["values"]

    def test_who_sees_both_domains_gets_the_golden_values(self, shared, north, south):
        told = client_of(make_user("reader", domains=(north, south))).at(f"customers/{shared.key_text}/").json()
        assert (told["values"]["given_name"], told["substitutes"]) == ("Annegret", [])

    def test_a_customer_of_another_domain_is_not_found_just_as_none_at_all(self, ann, southerner):
        answer = southerner.at(f"customers/{ann.key_text}/")
        absent = southerner.at("customers/01890000-0000-7000-8000-000000000000/")
        assert (answer.status_code, answer.content) == (404, absent.content)
        for part in ("records", "history"):
            assert southerner.at(f"customers/{ann.key_text}/{part}/").content == absent.content

    def test_what_has_not_changed_is_not_sent_again(self, owner, ann):
        first = owner.at(f"customers/{ann.key_text}/")
        again = owner.get(f"/api/v1/customers/{ann.key_text}/", headers={"If-None-Match": first["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        owner.send("records/", record("shop", "A1", {**ANN, "given_name": "Anna"}))
        changed = owner.get(f"/api/v1/customers/{ann.key_text}/", headers={"If-None-Match": first["ETag"]})
        assert changed.status_code == 200
        assert changed["ETag"] != first["ETag"]

    def test_the_tag_tells_readers_with_other_rights_apart(self, ann, north, owner):
        clear = client_of(make_user("lead", domain=north)).at(f"customers/{ann.key_text}/")
        assert clear["ETag"] != owner.at(f"customers/{ann.key_text}/")["ETag"]


class TestKeysThatAreGone:
    def test_a_merged_key_leads_to_its_survivor_and_nobody_may_keep_that(self, owner, joiner):
        survivor, gone = joined(owner, joiner)
        for part in ("", "records/", "history/"):
            answer = owner.at(f"customers/{gone.key_text}/{part}")
            assert answer.status_code == 307
            assert answer["Location"] == f"/api/v1/customers/{survivor.key_text}/{part}"
            assert answer["Cache-Control"] == "no-store"

    def test_who_may_not_see_the_survivor_finds_nothing(self, owner, joiner, southerner):
        _survivor, gone = joined(owner, joiner)
        assert southerner.at(f"customers/{gone.key_text}/").status_code == 404

    def test_a_key_whose_records_were_split_is_gone_and_names_the_successors(self, owner, joiner):
        owner.send("records/", [record("shop", "A1", ANN), record("crm", "A2", ANN), record("crm", "B1", BOB)])
        owner.send("records/", [record("shop", "B2", BOB), record("shop", "B3", BOB)])
        pair, three = customer_of("shop", "A1"), customer_of("crm", "B1")
        survivor = merge([pair, three], actor=joiner, seen={pair.pk: pair.version, three.pk: three.version})
        assert survivor == three
        leaving = [row for row in survivor.records.all() if (row.source.key, row.key) == ("crm", "A2")]
        unmerge(leaving, actor=joiner, seen={survivor.pk: survivor.version}, different=())
        answer = owner.at(f"customers/{pair.key_text}/")
        assert answer.status_code == 410
        assert set(answer.json()["successors"]) == {
            customer_of("shop", "A1").key_text, customer_of("crm", "A2").key_text,
        }  # fmt: skip

    def test_a_customer_without_open_records_is_retired_and_says_nothing(self, owner, ann):
        owner.delete("/api/v1/records/shop/A1/")
        told = owner.at(f"customers/{ann.key_text}/").json()
        assert (told["status"], told["values"]) == ("retired", {})


class TestList:
    def test_everyone_gets_the_customers_of_his_domains_only(self, owner, southerner, ann):
        southerner.send("records/", record("till", "T1", BOB))
        assert [one["key"] for one in owner.at("customers/").json()["results"]] == [ann.key_text]
        told = southerner.at("customers/").json()
        assert [one["key"] for one in told["results"]] == [customer_of("till", "T1").key_text]
        assert told["next"] is None

    def test_pages_hold_everybody_once(self, owner):
        people = [record("shop", str(n), {"given_name": f"Given{n}", "family_name": f"Family{n}"}) for n in range(7)]
        owner.send("records/", people)
        seen, cursor = [], None
        for _page in range(4):
            told = owner.at("customers/", page_size=2, **({"cursor": cursor} if cursor else {})).json()
            seen += [one["number"] for one in told["results"]]
            cursor = told["next"]
        assert cursor is None
        assert seen == list(Customer.objects.order_by("pk").values_list("number", flat=True))

    def test_it_is_narrowed_by_party_type(self, owner, ann):
        owner.send("records/", record("crm", "9", {"organisation_name": "Kornfeld GmbH"}))
        assert len(owner.at("customers/", party_type="organisation").json()["results"]) == 1

    def test_the_number_of_queries_does_not_grow_with_the_page(self, owner, southerner, shared):
        few = queries(owner, "customers/")
        owner.send("records/", [record("shop", f"N{n}", {**WHO, "birth_date": f"1960-01-{n:02}"}) for n in range(1, 9)])
        southerner.send(
            "records/", [record("till", f"N{n}", {**WHO, "birth_date": f"1960-01-{n:02}"}) for n in range(1, 9)]
        )
        assert queries(owner, "customers/") == few


class TestRecords:
    def test_records_of_other_domains_are_left_out(self, owner, shared):
        told = owner.at(f"customers/{shared.key_text}/records/").json()
        assert [(one["source"], one["key"]) for one in told["results"]] == [("shop", "A1")]
        assert told["results"][0]["masked"] == ["identifier"]
        assert told["results"][0]["values"]["identifier"][0]["value"] == "•••009"


class TestRights:
    @pytest.mark.parametrize(
        ("role", "seen"),
        [("reader", 1), ("steward", 1), ("lead", 1), ("data owner", 1), ("privacy officer", 1), ("consumer", 1),
         ("auditor", 0), ("administrator", 0)],
    )  # fmt: skip
    def test_the_roles_that_view_get_customers_and_no_other(self, ann, north, role, seen):
        client = client_of(make_user(role, domain=north))
        assert len(client.at("customers/").json()["results"]) == seen
        assert client.at(f"customers/{ann.key_text}/").status_code == (200 if seen else 404)

    def test_a_superuser_without_a_role_gets_none(self, ann):
        user = make_user()
        User.objects.filter(pk=user.pk).update(is_superuser=True, is_staff=True)
        client = client_of(User.objects.get(pk=user.pk))
        assert client.at("customers/").json()["results"] == []


def queries(client, path):
    with CaptureQueriesContext(connection) as seen:
        assert client.at(path).status_code == 200
    return len(seen)
