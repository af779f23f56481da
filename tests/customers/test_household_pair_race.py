"""Two households are asked about, and answered of, by two at the same moment."""

import pytest

from cmdm.actions import Refused
from cmdm.models import AuditEntry, User
from customers.actions.household_pairs import join, keep_two
from customers.actions.households import add, form, take_out
from customers.models import Household, HouseholdPair, SourceRecord
from tests.customers.actions.test_household_pairs import TOLD, asked, people
from tests.customers.test_suggestion_race import beside
from tests.support.people import make_domain, make_user
from tests.support.records import make_source, stored

pytestmark = pytest.mark.race


class Scene:
    """Anna lives with Karl, Lea with Ida."""

    def __init__(self):
        domain = make_domain()
        source = make_source(domain)
        self.anna, self.karl, self.lea, self.ida = (stored(source, str(n), one) for n, one in enumerate(TOLD))
        self.user = make_user("steward", domain=domain)
        self.first = form([self.anna, self.karl], actor=self.user)
        self.second = form([self.lea, self.ida], actor=self.user)

    def by(self):
        return {"actor": User.objects.get(pk=self.user.pk)}

    def add(self, household, record):
        add(Household.objects.get(pk=household.pk), SourceRecord.objects.get(pk=record.pk), **self.by())

    def take_out(self, household, record):
        held = Household.objects.get(pk=household.pk)
        take_out(held, [held.members.get(record=record).pk], **self.by())

    def answer(self, deed):
        deed(asked(), people=people(asked()), **self.by())


@pytest.fixture
def scene(committing):
    return Scene()


def test_two_by_whom_they_meet_at_once_ask_about_them_once(scene):
    assert beside(lambda: scene.add(scene.first, scene.lea), lambda: scene.add(scene.second, scene.anna)) is None
    assert (asked().left, asked().right) == (scene.first, scene.second)


def test_they_are_asked_about_when_one_leaves_while_another_comes(scene):
    scene.add(scene.first, scene.lea)
    comes, leaves = (lambda: scene.add(scene.second, scene.anna)), (lambda: scene.take_out(scene.first, scene.lea))
    assert beside(comes, leaves) is None
    assert (asked().left, asked().right) == (scene.first, scene.second), "Anna is in both"


@pytest.mark.parametrize(("deed", "other"), [(join, keep_two), (keep_two, join), (join, join), (keep_two, keep_two)])
def test_of_two_who_answer_at_once_one_is_told_that_it_has_changed(scene, deed, other):
    scene.add(scene.first, scene.lea)
    told = beside(lambda: scene.answer(deed), lambda: scene.answer(other))
    assert isinstance(told, Refused) and "changed since" in str(told)
    assert HouseholdPair.objects.get().answer == {join: "one", keep_two: "two"}[deed]
    assert AuditEntry.objects.filter(deed__in=["household.joined", "household.kept_two"]).count() == 1
