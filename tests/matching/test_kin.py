"""Whom the machine takes for related is found from a customer, and a person's answer makes the relation."""

import pytest
from django.urls import reverse

from customers.models import Customer, Relation
from matching.models import Candidate, Verdict
from matching.queries.kin import kin_of
from tests.matching.actions.conftest import scene  # noqa: F401  (the same people and sources)
from tests.support.people import make_user
from tests.support.records import ANNA, ANNA_AGAIN, ANNE, now, person, seen, stored

pytestmark = pytest.mark.django_db

HOUSE = {"line1": "Lindenweg 4", "postal_code": "89073", "city": "Ulm", "country": "DE"}
PHONE = [{"value": "+49 731 1553010"}]
WIFE = person("Anna", "Bergström", "1980-02-03", phone=PHONE, address=[HOUSE])
HUSBAND = person("Nils", "Bergström", "1951-06-30", phone=PHONE, address=[HOUSE])


def page(customer):
    return reverse("matching:kin", args=[customer.key])


@pytest.fixture
def married(scene):  # noqa: F811
    return stored(scene.crm, "1", WIFE), stored(scene.desk, "2", HUSBAND)


class TestFound:
    def test_who_shares_house_and_phone_is_found_though_nobody_was_asked(self, scene, married):  # noqa: F811
        wife, husband = married
        assert wife.customer != husband.customer and not Candidate.objects.exists()
        [found] = kin_of(wife.customer, scene.otto)
        assert (found.other.key, found.pair, found.may) == (husband.customer.key, (wife.pk, husband.pk), True)
        assert found.explained.household > 0.5
        [back] = kin_of(husband.customer, scene.otto)
        assert back.other.key == wife.customer.key

    def test_who_is_out_of_sight_is_not(self, scene, married):  # noqa: F811
        assert kin_of(married[0].customer, scene.marta) == []

    @pytest.mark.parametrize("who", [0, 1])
    def test_who_is_restricted_is_compared_with_nobody(self, scene, married, who):  # noqa: F811
        Customer.objects.filter(pk=married[who].customer_id).update(restricted=True)
        assert kin_of(now(married[0]).customer, scene.otto) == []

    def test_who_is_perhaps_the_same_is_left_to_the_queue(self, scene):  # noqa: F811
        anna, anne = stored(scene.crm, "1", ANNA), stored(scene.shop, "1", ANNE)
        assert Candidate.objects.open().exists() and anna.customer != anne.customer
        assert kin_of(anna.customer, scene.otto) == []

    def test_strangers_and_those_of_one_customer_are_not(self, scene):  # noqa: F811
        anna = stored(scene.crm, "1", ANNA)
        assert stored(scene.shop, "1", ANNA_AGAIN).customer == anna.customer
        assert kin_of(anna.customer, scene.otto) == []


class TestAnswering:
    def post(self, client, wife, husband, **more):
        versions = ",".join(f"{pk}:{version}" for pk, version in seen(wife, husband).items())
        given = {"left": wife.pk, "right": husband.pk, "seen": versions, "kind": "household", **more}
        return client.post(page(wife.customer), given)

    def test_same_household_makes_a_relation_and_is_not_shown_again(self, client, scene, married):  # noqa: F811
        client.force_login(scene.otto)
        text = client.get(page(married[0].customer)).text
        assert "Nils Bergström" in text and "Probably related" in text and "Same household" in text
        assert self.post(client, *married).status_code == 302
        assert (Relation.objects.get().kind, Verdict.objects.get().answer) == ("household", "related")
        assert kin_of(now(married[0]).customer, scene.otto) == []
        assert "Nobody found" in client.get(page(married[0].customer)).text
        assert "Nils Bergström" in client.get(reverse("customers:detail", args=[married[0].customer.key])).text

    def test_not_related_is_kept_too(self, client, scene, married):  # noqa: F811
        client.force_login(scene.otto)
        assert self.post(client, *married, kind="different").status_code == 302
        assert Verdict.objects.get().answer == "different" and not Relation.objects.exists()
        assert kin_of(now(married[1]).customer, scene.otto) == []

    def test_what_was_seen_otherwise_is_refused_in_words(self, client, scene, married):  # noqa: F811
        client.force_login(scene.otto)
        stale = ",".join(f"{pk}:{version + 1}" for pk, version in seen(*married).items())
        answer = self.post(client, *married, seen=stale)
        assert answer.status_code == 409 and not Verdict.objects.exists()
        assert self.post(client, *married, seen="what").status_code == 422

    def test_who_only_reads_sees_no_buttons_and_answers_nothing(self, client, scene, married):  # noqa: F811
        client.force_login(make_user("reader", domains=(scene.north, scene.south)))
        text = client.get(page(married[0].customer)).text
        assert "Nils Bergström" in text and 'name="kind"' not in text
        assert self.post(client, *married).status_code == 403 and not Verdict.objects.exists()

    def test_a_customer_out_of_sight_is_not_there(self, client, scene, married):  # noqa: F811
        client.force_login(scene.marta)
        assert client.get(page(married[1].customer)).status_code == 404
        assert self.post(client, *married).status_code == 404
        assert not Verdict.objects.exists()
