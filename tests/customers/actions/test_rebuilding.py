"""When the rules change, customers are derived anew; only those that come out differently get a version."""

import pytest

from cmdm import jobs, verifying
from cmdm.models import Job, OutboxEvent, system_user
from customers.actions.catalogue import change_attribute
from customers.actions.sources import change_source
from customers.models import Attribute, Customer, SearchTerm
from tests.support.records import ANNA, KARL, now, stored

pytestmark = pytest.mark.django_db


def change(name, **fields):
    change_attribute(Attribute.objects.get(name=name), actor=system_user(), fields=fields)


def run():
    for pk in Job.objects.unfinished().values_list("pk", flat=True):
        jobs.run(str(pk))
    assert set(Job.objects.values_list("state", flat=True)) <= {"done"}


@pytest.fixture
def two(place):
    """Anna with two opinions on her work, and Karl, who has none."""
    anna = stored(place.crm, "1", {**ANNA, "occupation": "Baker"})
    stored(place.shop, "1", {**ANNA, "occupation": "Painter"})
    return anna, stored(place.crm, "2", KARL)


class TestRebuilding:
    def test_another_rule_gives_other_values_and_a_version_where_it_matters(self, two):
        anna, karl = two
        assert now(anna).customer.values["occupation"] == "Painter"
        change("occupation", rule="most_trusted")
        run()
        assert now(anna).customer.values["occupation"] == "Baker"
        assert now(anna).customer.version == 3
        assert now(karl).customer.version == 1
        assert OutboxEvent.objects.filter(subject=anna.customer_id, version=3, topic="customer.changed").exists()
        assert verifying.broken() == []

    def test_another_trust_does_so_too(self, place, two):
        anna, _karl = two
        change("occupation", rule="most_trusted")
        change_source(place.shop, actor=system_user(), fields={"trust": 90})
        run()
        assert now(anna).customer.values["occupation"] == "Painter"

    def test_one_waiting_job_does_for_several_changes(self, two):
        change("occupation", rule="most_trusted")
        change("given_name", rule="most_recent")
        assert Job.objects.filter(name="customers.rebuild").count() == 1

    def test_words_to_search_by_follow_the_catalogue(self, two):
        change("occupation", searchable=True)
        run()
        assert SearchTerm.objects.filter(term__contains="painter").exists()
        assert verifying.broken() == []

    def test_a_label_needs_no_derivation(self, two):
        change("occupation", label="Trade")
        assert not Job.objects.exists()

    def test_until_it_is_done_verify_compares_what_is_stored_with_its_hash(self, two):
        change("occupation", rule="most_trusted")
        assert verifying.broken() == []
        Job.objects.update(state="failed")
        assert [one.name for one in verifying.broken()] == ["golden values are derived from the records"]
        assert Customer.objects.active().count() == 2
