"""The pages and the API of households with a person in common."""

import pytest
from django.urls import reverse

from cmdm.models import system_user
from customers.actions.household_proposals import Proposal, propose
from customers.actions.households import add, form
from customers.models import HouseholdPair
from tests.api.conftest import client_of
from tests.customers.actions.test_household_pairs import asked, everything, people
from tests.support.people import make_domain, make_user
from tests.support.records import ANNA, KARL, make_source, person, stored
from tests.test_query_counts import queries_of

pytestmark = pytest.mark.django_db
LIST = reverse("customers:household_pairs")
LISTED, ONE = 7, 8


@pytest.fixture
def home():
    return make_domain()


@pytest.fixture
def marta(home):
    return make_user("steward", domain=home, name="marta")


@pytest.fixture
def three(home):
    source = make_source(home)
    return [stored(source, str(n), values) for n, values in enumerate((ANNA, KARL, person("Lea", "Tamm")))]


@pytest.fixture
def met(three, marta):
    """Anna lives with Karl, and is proposed with Lea."""
    made = form(three[:2], actor=marta)
    propose([Proposal(0, {three[0].pk: 0.9, three[2].pk: 0.9})], model=4, actor=system_user())
    pair = asked()
    assert pair.left == made
    return pair


def page(pair):
    return reverse("customers:household_pair", args=[pair.key])


def said(pair, answer):
    return {"answer": answer, "people": people(pair)}


def taken_back(pair):
    return reverse("customers:household_pair_undo", args=[pair.key, pair.change])


class TestList:
    def test_it_names_who_is_in_both_and_both_households(self, client, marta, met):
        client.force_login(marta)
        text = client.get(LIST).text
        assert "Anna Bergström, Karl Lindqvist" in text and met.right.number in text and page(met) in text
        assert page(met) not in client.get(LIST, {"state": "answered"}).text
        assert client.get(LIST, {"state": "nonsense"}).status_code == 200
        assert page(met) in client.get(LIST, {"state": "nonsense"}).text

    def test_an_answered_one_moves_over(self, client, marta, met):
        client.force_login(marta)
        client.post(page(met), said(met, "one"))
        assert page(met) not in client.get(LIST).text
        assert page(met) in client.get(LIST, {"state": "answered"}).text

    def test_it_takes_the_same_queries_for_one_and_for_many(self, client, home, marta, met):
        asked_for = queries_of(client, marta, LIST)
        source = make_source(home)
        for n in range(5):
            trio = [
                stored(source, f"{n}{who}", person(who, f"X{n}{who}", f"19{n}1-01-0{place + 1}"))
                for place, who in enumerate(("Ole", "Pia", "Udo"))
            ]
            form(trio[:2], actor=marta), form(trio[1:], actor=marta)
        assert HouseholdPair.objects.open().count() == 6
        assert queries_of(client, marta, LIST) == asked_for == LISTED

    def test_its_pages_follow_each_other(self, client, marta, three, met, monkeypatch):
        monkeypatch.setattr("customers.views.household_pairs.SIZE", 1)
        form(three[1:], actor=marta)
        first, second, third = HouseholdPair.objects.order_by("pk")
        client.force_login(marta)
        shown = client.get(LIST)
        assert page(first) in shown.text and page(second) not in shown.text
        shown = client.get(LIST + shown.context["page"].next)
        assert page(second) in shown.text and page(first) not in shown.text
        assert page(third) in client.get(LIST + shown.context["page"].next).text

    def test_who_does_not_see_all_of_both_learns_nothing(self, client, home, marta, three):
        elsewhere = stored(make_source(make_domain()), "l", person("Lea", "Tamm"))
        both = make_user("steward", domains=(home, elsewhere.domain))
        form(three[:2], actor=marta), form([*three[:2], elsewhere], actor=both)
        pair = asked()
        client.force_login(marta)
        assert page(pair) not in client.get(LIST).text
        assert client.get(page(pair)).status_code == 404
        assert client.post(page(pair), said(pair, "one")).status_code == 404
        client.force_login(both)
        assert page(pair) in client.get(LIST).text

    def test_an_administrator_and_nobody_are_refused(self, client, home, met):
        client.force_login(make_user("administrator", domain=home))
        assert client.get(LIST).status_code == 403


class TestOne:
    def test_both_stand_beside_each_other(self, client, marta, met):
        client.force_login(marta)
        text = client.get(page(met)).text
        assert "In both: Anna Bergström." in text and "Lea Tamm" in text and text.count("In both") == 3

    def test_it_takes_few_queries(self, client, marta, met):
        assert queries_of(client, marta, page(met)) == ONE

    @pytest.mark.parametrize("answer", ["one", "two"])
    def test_an_answer_and_its_undo(self, client, marta, met, answer):
        before = everything()
        client.force_login(marta)
        assert client.post(page(met), said(met, answer)).status_code == 302
        met.refresh_from_db()
        assert (met.answer, met.said_by) == (answer, marta)
        text = client.get(page(met)).text
        assert taken_back(met) in text and "marta said so" in text.lower()
        assert client.post(taken_back(met)).status_code == 302
        assert everything() == before
        assert client.post(taken_back(met)).status_code == 409

    def test_nothing_but_its_answer_is_taken_back_there(self, client, home, marta, three):
        ole = stored(make_source(home), "o", person("Ole", "Dahl", "1971-02-03"))
        left, _right = form(three[:2], actor=marta), form([three[2], ole], actor=marta)
        add(left, ole, actor=marta)
        pair, before = asked(), everything()
        client.force_login(marta)
        for change in (left.change, pair.change):
            undo = reverse("customers:household_pair_undo", args=[pair.key, change])
            assert client.post(undo).status_code == 409
        api = client_of(marta).send(f"households/pairs/{pair.key}/undo/", {}, **{"Idempotency-Key": "a"})
        assert api.status_code == 409 and everything() == before

    def test_an_answered_one_of_which_not_all_is_seen_is_listed_to_nobody(self, client, home, marta, three):
        elsewhere = stored(make_source(make_domain()), "l", person("Lea", "Tamm"))
        both = make_user("steward", domains=(home, elsewhere.domain))
        form(three[:2], actor=marta), form([*three[:2], elsewhere], actor=both)
        pair = asked()
        for user, seen in ((both, True), (marta, False)):
            client.force_login(user)
            if seen:
                client.post(page(pair), said(pair, "two"))
            assert (page(pair) in client.get(LIST, {"state": "answered"}).text) is seen

    def test_an_answer_to_what_was_not_seen_is_refused_in_words(self, client, marta, three, met):
        client.force_login(marta)
        told = said(met, "one")
        propose([Proposal(met.right_id, {three[1].pk: 0.9})], model=4, actor=system_user())
        answer = client.post(page(met), told)
        assert answer.status_code == 409 and "changed since" in answer.text

    @pytest.mark.parametrize("given", [{}, {"answer": "three", "people": "a" * 64}, {"answer": "one", "people": "x"}])
    def test_damaged_input_is_refused_in_words(self, client, marta, met, given):
        client.force_login(marta)
        answer = client.post(page(met), given)
        assert answer.status_code == 422 and "damaged" in answer.text

    def test_who_only_reads_sees_it_and_says_nothing(self, client, home, met):
        client.force_login(make_user("reader", domain=home))
        text = client.get(page(met)).text
        assert "Lea Tamm" in text and 'name="answer"' not in text and "needs the right to decide" in text
        assert client.post(page(met), said(met, "one")).status_code == 403
        assert client.post(taken_back(met)).status_code == 403
        assert HouseholdPair.objects.open().get() == met

    def test_the_next_question_is_one_key_away(self, client, marta, three, met):
        form(three[1:], actor=marta)
        client.force_login(marta)
        following = HouseholdPair.objects.open().order_by("pk")[1]
        assert page(following) in client.get(page(met)).text


class TestApi:
    def test_pairs_are_listed_answered_and_taken_back(self, marta, met):
        api = client_of(marta)
        [told] = api.at("households/pairs/").json()["results"]
        assert told["left"]["key"] == str(met.left.key) and told["answer"] == "" and told["decidable"]
        assert len(told["shared"]) == 1 and told == api.at(f"households/pairs/{met.key}/").json()
        body = {"answer": "one", "people": told["people"]}
        done = api.send(f"households/pairs/{met.key}/answer/", body, **{"Idempotency-Key": "a"})
        assert done.status_code == 200 and done.json()["answer"] == "one" and done.json()["right"]["members"] == []
        assert api.at("households/pairs/").json()["results"] == []
        assert len(api.at("households/pairs/", state="answered").json()["results"]) == 1
        again = api.send(f"households/pairs/{met.key}/answer/", body, **{"Idempotency-Key": "b"})
        assert again.status_code == 409
        back = api.send(f"households/pairs/{met.key}/undo/", {}, **{"Idempotency-Key": "c"})
        assert back.status_code == 200 and back.json()["answer"] == ""
        assert api.send(f"households/pairs/{met.key}/undo/", {}, **{"Idempotency-Key": "d"}).status_code == 409

    def test_what_may_not_be_seen_or_said_is_not(self, home, met):
        stranger, reader = client_of(make_user("lead", domain=make_domain())), client_of(make_user(domain=home))
        body = {"answer": "two", "people": people(met)}
        assert stranger.at("households/pairs/").json()["results"] == []
        assert stranger.at(f"households/pairs/{met.key}/").status_code == 404
        assert stranger.send(f"households/pairs/{met.key}/answer/", body, **{"Idempotency-Key": "a"}).status_code == 404
        reader = client_of(make_user("reader", domain=home))
        assert reader.send(f"households/pairs/{met.key}/answer/", body, **{"Idempotency-Key": "b"}).status_code == 403
        assert reader.at("households/pairs/", state="all").status_code == 400
