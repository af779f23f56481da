"""Relations: two customers belong together, as a person said of their records."""

import pytest
from django.core.exceptions import PermissionDenied

from cmdm.actions import Refused
from cmdm.models import AuditEntry, OutboxEvent
from customers.actions.relations import end_relation, relate
from customers.models import Relation
from tests.support.people import make_domain, make_user
from tests.support.records import ANNA, ANNA_AGAIN, KARL, make_source, stored

pytestmark = pytest.mark.django_db


@pytest.fixture
def home():
    return make_domain()


@pytest.fixture
def marta(home):
    return make_user("steward", domain=home, name="marta")


@pytest.fixture
def pair(home):
    """Anna and Karl, of two customers."""
    source = make_source(home)
    return stored(source, "1", ANNA), stored(source, "2", KARL)


class TestRelating:
    def test_records_of_two_customers_are_related(self, pair, marta):
        anna, karl = pair
        made = relate(karl, anna, actor=marta, kind="employer")
        assert (made.left, made.right, made.kind, made.decided_by) == (anna, karl, "employer", marta)
        assert made.ended_at is None

    def test_the_same_again_is_found_and_another_kind_is_added(self, pair, marta):
        first = relate(*pair, actor=marta)
        assert relate(*reversed(pair), actor=marta) == first
        assert relate(*pair, actor=marta, kind="employer") != first
        assert Relation.objects.count() == 2

    def test_records_of_one_customer_are_refused(self, home, marta):
        anna, again = stored(make_source(home), "1", ANNA), stored(make_source(home), "1", ANNA_AGAIN)
        assert anna.customer == again.customer
        for ends in ((anna, again), (anna, anna)):
            with pytest.raises(Refused, match="two different customers"):
                relate(*ends, actor=marta)

    def test_who_decides_in_one_of_the_domains_only_is_refused(self, pair, marta):
        elsewhere = stored(make_source(make_domain()), "9", KARL | {"birth_date": "1990-01-01"})
        with pytest.raises(PermissionDenied):
            relate(pair[0], elsewhere, actor=marta)
        assert not Relation.objects.exists()

    def test_who_only_looks_is_refused(self, home, pair):
        with pytest.raises(PermissionDenied):
            relate(*pair, actor=make_user("reader", domain=home))

    def test_it_leaves_an_audit_entry_and_an_event(self, home, pair, marta):
        made = relate(*pair, actor=marta)
        entry = AuditEntry.objects.get(deed="relation.added")
        assert (entry.thing_id, entry.domains, entry.actor) == (str(made.pk), [home.pk], marta)
        assert OutboxEvent.objects.get(topic="relation.added").payload == {"relation": made.pk}

    def test_the_same_again_is_no_event(self, pair, marta):
        relate(*pair, actor=marta)
        relate(*pair, actor=marta)
        assert OutboxEvent.objects.filter(topic="relation.added").count() == 1


class TestEnding:
    def test_it_ends_and_stays_as_a_row_with_its_history(self, pair, marta):
        made = relate(*pair, actor=marta)
        end_relation(made, actor=marta)
        made.refresh_from_db()
        assert made.ended_at is not None
        assert made.history.count() == 2

    def test_after_it_ended_the_two_can_be_related_anew(self, pair, marta):
        first = relate(*pair, actor=marta)
        end_relation(first, actor=marta)
        assert relate(*pair, actor=marta) != first

    def test_it_ends_once(self, pair, marta):
        made = relate(*pair, actor=marta)
        end_relation(made, actor=marta)
        with pytest.raises(Refused, match="ended already"):
            end_relation(made, actor=marta)

    def test_the_outsider_is_refused(self, pair, marta):
        made = relate(*pair, actor=marta)
        with pytest.raises(PermissionDenied):
            end_relation(made, actor=make_user("steward", domain=make_domain()))

    def test_it_leaves_an_audit_entry_and_an_event(self, pair, marta):
        made = relate(*pair, actor=marta)
        end_relation(made, actor=marta)
        assert AuditEntry.objects.get(deed="relation.ended").thing_id == str(made.pk)
        assert OutboxEvent.objects.get(topic="relation.ended").payload == {"relation": made.pk}
