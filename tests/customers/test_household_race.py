"""Somebody is restricted at the moment in which he is drawn into a household, the one first or the other."""

import pytest

from cmdm.actions import Refused
from cmdm.models import User, system_user
from customers.actions import households as deeds
from customers.actions.household_proposals import Proposal, propose
from customers.actions.relations import relate
from customers.models import Customer, Household, HouseholdMember, SourceRecord
from customers.queries.households import homes
from tests.customers.test_suggestion_race import beside
from tests.support.people import make_domain, make_user
from tests.support.records import ANNA, KARL, make_source, person, stored

pytestmark = pytest.mark.race


class Scene:
    """Anna and Karl live together, Lea is proposed; Ida is somebody else."""

    def __init__(self):
        domain = make_domain()
        source = make_source(domain)
        told = (ANNA, KARL, person("Lea", "Tamm", "2012-04-01"), person("Ida", "Holm", "1966-08-12"))
        self.anna, self.karl, self.lea, self.ida = (stored(source, str(n), one) for n, one in enumerate(told))
        self.user = make_user("steward", domain=domain)
        made = deeds.form([self.anna, self.karl], actor=self.user)
        propose([Proposal(made.pk, {self.lea.pk: 0.9})], model=4, actor=system_user())
        self.member = HouseholdMember.objects.get(record=self.lea).pk

    @property
    def household(self):
        return Household.objects.get()

    def asked(self, record):
        return SourceRecord.objects.get(pk=record.pk), {"actor": User.objects.get(pk=self.user.pk)}

    def add(self):
        record, by = self.asked(self.ida)
        deeds.add(self.household, record, **by)

    def confirm(self):
        _record, by = self.asked(self.lea)
        deeds.confirm(self.household, [self.member], **by)

    def relate(self):
        record, by = self.asked(self.ida)
        relate(self.asked(self.anna)[0], record, **by)

    def propose(self):
        propose([Proposal(self.household.pk, {self.ida.pk: 0.9})], model=4, actor=system_user())


def restrict(record):
    Customer.objects.filter(records=record.pk).update(restricted=True)


@pytest.fixture
def scene(committing):
    return Scene()


@pytest.mark.parametrize(
    ("deed", "who", "refused"),
    [("add", "ida", True), ("confirm", "lea", True), ("relate", "ida", False), ("propose", "ida", False)],
)
class TestBothAtOnce:
    def test_who_is_restricted_first_is_not_drawn_in(self, scene, deed, who, refused):
        told = beside(lambda: restrict(getattr(scene, who)), getattr(scene, deed))
        assert isinstance(told, Refused) if refused else told is None
        sure = HouseholdMember.objects.filter(record=getattr(scene, who), state="member")
        drawn = HouseholdMember.objects.filter(record=scene.ida)
        assert not sure.exists() and not drawn.exists()

    def test_who_is_drawn_in_first_is_restricted_after_that(self, scene, deed, who, refused):
        assert beside(getattr(scene, deed), lambda: restrict(getattr(scene, who))) is None
        member = HouseholdMember.objects.get(record=getattr(scene, who))
        assert member.record.customer.restricted and member.state == ("proposed" if deed == "propose" else "member")
        seen = {one.who.id for one in homes([scene.household], User.objects.get(pk=scene.user.pk))[0].members}
        assert (member.record.customer_id in seen) is (deed != "propose")
