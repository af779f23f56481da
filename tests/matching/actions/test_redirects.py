"""Where the key of a merged customer leads."""

from cmdm import verifying
from customers.models import Customer
from matching.actions import ledger
from matching.queries.ledgers import successors
from tests.matching.actions.test_merge import merged
from tests.matching.actions.test_unmerge import unmerge
from tests.support.records import ANNA, ANNA_AGAIN, KARL, person, seen, stored

NORA = person("Nora", "Aalto", "1971-01-01")


def of(record):
    return Customer.objects.get(pk=record.customer_id)


class TestRedirects:
    def test_it_leads_to_the_survivor_of_the_survivor(self, scene):
        anna, karl, nora = stored(scene.crm, "1", ANNA), stored(scene.crm, "2", KARL), stored(scene.crm, "3", NORA)
        stored(scene.shop, "1", ANNA_AGAIN)
        merged(karl, nora, actor=scene.marta)
        assert of(nora).merged_into == karl.customer
        merged(anna, karl, actor=scene.marta)
        assert (of(nora).merged_into, of(karl).merged_into) == (anna.customer, anna.customer)

    def test_it_follows_its_records_out_of_an_unmerge(self, scene):
        anna, karl, nora = stored(scene.crm, "1", ANNA), stored(scene.crm, "2", KARL), stored(scene.crm, "3", NORA)
        stored(scene.shop, "1", ANNA_AGAIN)
        merged(karl, nora, actor=scene.marta)
        merged(anna, karl, actor=scene.marta)
        unmerge(karl, nora, actor=scene.marta)
        assert of(karl).status == "active"
        assert (of(nora).status, of(nora).merged_into) == ("merged", karl.customer)

    def test_a_customer_whose_records_lie_in_two_names_both(self, scene):
        anna, karl = stored(scene.crm, "1", ANNA), stored(scene.crm, "2", KARL)
        stored(scene.shop, "1", ANNA_AGAIN)
        again = stored(scene.shop, "2", {**KARL, "gender": "male"})
        merged(anna, karl, actor=scene.marta)
        made = unmerge(again, actor=scene.marta)[1]
        assert of(karl).status == "retired"
        assert successors([of(karl)]) == {karl.customer_id: sorted([anna.customer_id, made.pk])}

    def test_it_leads_on_once_both_are_one_again(self, scene):
        anna, karl = stored(scene.crm, "1", ANNA), stored(scene.crm, "2", KARL)
        stored(scene.shop, "1", ANNA_AGAIN)
        again = stored(scene.shop, "2", {**KARL, "gender": "male"})
        merged(anna, karl, actor=scene.marta)
        made = unmerge(again, actor=scene.marta)[1]
        ledger.merge([of(anna), made], actor=scene.marta, seen=seen(anna, made))
        assert (of(karl).status, of(karl).merged_into) == ("merged", anna.customer)

    def test_it_leads_on_by_way_of_others_too(self, scene):
        anna, karl, nora = stored(scene.crm, "1", ANNA), stored(scene.crm, "2", KARL), stored(scene.crm, "3", NORA)
        stored(scene.shop, "1", ANNA_AGAIN)
        again = stored(scene.shop, "2", {**KARL, "gender": "male"})
        merged(anna, karl, actor=scene.marta)
        for key in "4567":
            stored(scene.shop, key, {**NORA, "gender": "female"})
        assert merged(nora, anna, actor=scene.marta) == nora.customer
        made = unmerge(again, actor=scene.marta)[1]
        assert Customer.objects.get(pk=karl.customer_id).status == "retired"
        ledger.merge([of(nora), made], actor=scene.marta, seen=seen(nora, made))
        assert Customer.objects.get(pk=karl.customer_id).merged_into == nora.customer
        assert verifying.broken() == []
