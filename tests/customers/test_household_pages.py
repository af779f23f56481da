"""The pages of households: the list, one of them, the customer's, and the API."""

import pytest
from django.urls import reverse

from cmdm.models import system_user
from customers.actions.household_proposals import Proposal, propose
from customers.actions.households import form
from customers.models import Household
from customers.queries.households import households_of
from tests.api.conftest import client_of
from tests.support.people import make_domain, make_user
from tests.support.records import ANNA, KARL, make_source, person, stored
from tests.test_query_counts import queries_of

pytestmark = pytest.mark.django_db
LIST, ONE = 6, 15
HOUSE = {"line1": "Lindenweg 4", "postal_code": "89073", "city": "Ulm", "country": "DE", "kind": "home"}


@pytest.fixture
def home():
    return make_domain()


@pytest.fixture
def marta(home):
    return make_user("steward", domain=home, name="marta")


@pytest.fixture
def three(home):
    source = make_source(home)
    told = (ANNA | {"address": [HOUSE]}, KARL | {"address": [HOUSE | {"kind": "billing"}]}, person("Lea", "Tamm"))
    return [stored(source, str(n), values) for n, values in enumerate(told)]


@pytest.fixture
def proposed(three):
    propose([Proposal(0, {one.pk: 0.8 for one in three[:2]})], model=4, actor=system_user())
    return Household.objects.get()


def at(name, household, *more):
    return reverse(f"customers:{name}", args=[household.key, *more])


class TestList:
    def test_it_tells_members_and_what_is_to_be_confirmed(self, client, marta, three, proposed):
        client.force_login(marta)
        text = client.get(reverse("customers:households")).text
        assert "Anna Bergström, Karl Lindqvist" in text and proposed.number in text and "To confirm" in text
        assert proposed.number not in client.get(reverse("customers:households"), {"state": "member"}).text
        assert proposed.number in client.get(reverse("customers:households"), {"state": "proposed"}).text
        assert client.get(reverse("customers:households"), {"state": "nonsense"}).status_code == 200

    def test_one_is_found_by_a_member(self, client, marta, three, proposed):
        client.force_login(marta)
        assert proposed.number in client.post(reverse("customers:households"), {"term": "Lindqvist"}).text
        assert proposed.number not in client.post(reverse("customers:households"), {"term": "Tamm"}).text
        assert client.post(reverse("customers:households"), {"term": ""}).status_code == 422

    def test_who_sees_one_member_at_most_finds_nothing(self, client, three, proposed):
        elsewhere = make_user("lead", domain=make_domain())
        client.force_login(elsewhere)
        assert proposed.number not in client.get(reverse("customers:households")).text
        assert client.get(at("household", proposed)).status_code == 404

    def test_the_list_takes_the_same_queries_for_one_and_for_many(self, client, home, marta, three, proposed):
        asked = queries_of(client, marta, reverse("customers:households"))
        source = make_source(home)
        for n in range(6):
            pair = [
                stored(source, f"{n}{who}", person(*who, f"19{n}1-01-02"))
                for who in (("Ole", f"X{n}"), ("Pia", f"Y{n}"))
            ]
            form(pair, actor=marta)
        assert queries_of(client, marta, reverse("customers:households")) == asked == LIST

    def test_its_pages_follow_each_other(self, client, home, marta, three, monkeypatch):
        monkeypatch.setattr("customers.views.households.FOUND", 1)
        made = [form(three[:2], actor=marta), form(three[1:], actor=marta)]
        client.force_login(marta)
        first = client.get(reverse("customers:households"))
        assert made[1].number in first.text and made[0].number not in first.text
        second = client.get(reverse("customers:households") + first.context["page"].next)
        assert made[0].number in second.text and made[1].number not in second.text


class TestOne:
    def test_it_tells_who_belongs_who_said_so_and_what_they_have_in_common(self, client, marta, three, proposed):
        client.force_login(marta)
        text = client.get(at("household", proposed)).text
        assert "proposed by version 4 of the match model" in text and "Lindenweg 4" in text
        confirmed = {"members": ",".join(str(one.pk) for one in proposed.members.all())}
        assert client.post(at("household_confirm", proposed), confirmed).status_code == 302
        assert "said by Marta" in client.get(at("household", proposed)).text

    def test_its_page_takes_few_queries(self, client, marta, three, proposed):
        assert queries_of(client, marta, at("household", proposed)) == ONE

    def test_an_answer_and_its_undo(self, client, marta, three, proposed):
        client.force_login(marta)
        one = proposed.members.get(record=three[0])
        client.post(at("household_confirm", proposed), {"members": str(one.pk)})
        client.post(at("household_describe", proposed), {"members": str(one.pk), "role": "head", "since": "2020-05-01"})
        one.refresh_from_db()
        assert (one.state, one.role, str(one.since)) == ("member", "head", "2020-05-01")
        page = client.get(at("household", proposed))
        assert client.post(at("household_undo", proposed, page.context["undoable"])).status_code == 302
        one.refresh_from_db()
        assert (one.state, one.role) == ("member", "")
        assert client.post(at("household_undo", proposed, three[0].change)).status_code == 409

    def test_one_dissolved_by_mistake_comes_back(self, client, marta, three, proposed):
        client.force_login(marta)
        everybody = ",".join(str(one.pk) for one in proposed.members.all())
        client.post(at("household_take_out", proposed), {"members": everybody})
        page = client.get(at("household", proposed))
        assert "Nobody belongs to it any more" in page.text
        client.post(at("household_undo", proposed, page.context["undoable"]))
        assert [one.state for one in households_of(three[0].customer, marta)[0].members] == ["proposed", "proposed"]

    def test_a_person_is_found_and_added(self, client, marta, three, proposed):
        client.force_login(marta)
        assert "Lea Tamm" in client.post(at("household_find", proposed), {"term": "Tamm"}).text
        client.post(at("household_add", proposed), {"customer": three[2].customer.key})
        assert "Lea Tamm" in client.get(at("household", proposed)).text
        again = client.post(at("household_add", proposed), {"customer": three[2].customer.key})
        assert again.status_code == 409 and "belongs to it already" in again.text

    @pytest.mark.parametrize("said", [{}, {"members": "x"}, {"members": "999999"}, {"members": "1,"}])
    def test_damaged_input_is_not_there(self, client, marta, three, proposed, said):
        client.force_login(marta)
        assert client.post(at("household_confirm", proposed), said).status_code == 404
        assert client.post(at("household_add", proposed), {"customer": "nobody"}).status_code == 404

    def test_a_role_that_there_is_not_is_refused_in_words(self, client, marta, three, proposed):
        client.force_login(marta)
        one = proposed.members.first()
        answer = client.post(at("household_describe", proposed), {"members": str(one.pk), "role": "king"})
        assert answer.status_code == 422 and "Choose a role" in answer.text

    def test_who_only_reads_sees_no_buttons_and_says_nothing(self, client, home, three, proposed):
        client.force_login(make_user("reader", domain=home))
        text = client.get(at("household", proposed)).text
        assert "Anna Bergström" in text and "Take out" not in text
        members = {"members": str(proposed.members.first().pk)}
        for deed in ("confirm", "take_out", "describe"):
            assert client.post(at(f"household_{deed}", proposed), members).status_code == 403
        assert client.post(at("household_add", proposed), {"customer": three[2].customer.key}).status_code == 403

    def test_a_masked_value_is_not_told_as_shared(self, client, home, marta, three, proposed):
        from customers.models import Attribute

        Attribute.objects.filter(name="address").update(sensitivity="sensitive")
        client.force_login(marta)
        assert "Lindenweg" not in client.get(at("household", proposed)).text


class TestCustomer:
    def test_his_page_leads_to_it(self, client, marta, three, proposed):
        client.force_login(marta)
        page = client.get(reverse("customers:detail", args=[three[0].customer.key]))
        assert at("household", proposed) in page.text and "Karl Lindqvist" in page.text

    def test_a_new_one_is_formed_with_somebody_who_is_looked_for(self, client, marta, three):
        client.force_login(marta)
        address = reverse("customers:household_new", args=[three[0].customer.key])
        assert client.get(address).status_code == 200
        assert "Lea Tamm" in client.post(address, {"term": "Tamm"}).text
        answer = client.post(address, {"customer": three[2].customer.key})
        assert answer.headers["Location"] == at("household", Household.objects.get())
        assert client.post(address, {"customer": three[0].customer.key}).status_code == 409


class TestApi:
    def test_the_households_of_a_customer(self, home, marta, three, proposed):
        api = client_of(make_user("consumer", domain=home))
        [told] = api.at(f"customers/{three[0].customer.key}/households/").json()
        assert told["key"] == str(proposed.key)
        assert [(one["number"], one["by"], one["model"]) for one in told["members"]] == [
            (record.customer.number, "machine", 4) for record in three[:2]
        ]
        assert api.at(f"customers/{three[2].customer.key}/households/").json() == []
        assert api.at(f"households/{proposed.key}/").json() == told

    def test_what_may_not_be_seen_is_not_there(self, three, proposed):
        api = client_of(make_user("consumer", domain=make_domain()))
        assert api.at(f"customers/{three[0].customer.key}/households/").status_code == 404
        assert api.at(f"households/{proposed.key}/").status_code == 404
