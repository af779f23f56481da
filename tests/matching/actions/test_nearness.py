"""`match` passes over customers to whom only records came that placing found near to no other customer."""

import random

import pytest
from django.db import transaction

from cmdm.actions import action
from cmdm.models import system_user
from customers.models import SourceRecord
from matching.actions import matching
from matching.models import Candidate, LedgerEntry, NothingNear
from tests.matching.actions.test_same_groups import PEOPLE
from tests.support.records import ANNA, ANNA_AGAIN, ANNE, KARL, now, stored, take


def looked_at(**more):
    """How many records the next run of `match` compares."""
    return matching.run(actor=system_user(), **more).records


@pytest.fixture
def anna(scene):
    """Her first record, which `match` has looked at."""
    found = stored(scene.crm, "1", ANNA)
    assert looked_at() == 1, "before the first run nothing is passed over"
    return found


class TestPassingOver:
    def test_who_came_alone_is_passed_over(self, scene, anna):
        stored(scene.shop, "2", KARL)
        assert looked_at() == 0

    def test_so_is_the_customer_whom_a_record_clearly_is(self, scene, anna):
        again = stored(scene.shop, "2", ANNA_AGAIN)
        assert again.customer == now(anna).customer
        assert looked_at() == 0

    def test_who_may_be_another_is_looked_at(self, scene, anna):
        stored(scene.shop, "7", ANNE)
        assert looked_at() == 1

    def test_where_all_are_compared_nobody_is_passed_over(self, scene, anna):
        stored(scene.shop, "2", KARL)
        assert looked_at(everything=True) == 2

    def test_what_another_model_found_says_nothing(self, scene, anna):
        stored(scene.shop, "2", KARL)
        NothingNear.objects.update(model=7)
        assert looked_at() == 1

    def test_what_has_been_looked_at_is_noted_no_longer(self, scene, anna):
        stored(scene.shop, "2", KARL)
        assert NothingNear.objects.count() == 1
        looked_at()
        assert not NothingNear.objects.exists()


class TestLookingAt:
    """Whatever else changed a customer, before or afterwards, `match` looks at him."""

    def test_a_changed_record_is_looked_at(self, scene, anna):
        take(scene.crm, "1", {**ANNA, "gender": "female"})
        assert looked_at() == 1

    def test_so_is_one_that_changed_after_it_came(self, scene, anna):
        stored(scene.shop, "2", KARL)
        take(scene.shop, "2", {**KARL, "gender": "male"})
        assert looked_at() == 1

    def test_a_record_that_comes_alone_does_not_hide_a_change_before_it(self, scene, anna):
        take(scene.crm, "1", {**ANNA, "gender": "female"})
        assert stored(scene.shop, "2", ANNA_AGAIN).customer == now(anna).customer
        assert looked_at() == 2

    def test_nor_one_in_the_same_change(self, scene, anna):
        @action
        def both():
            take(scene.shop, "2", KARL)
            take(scene.shop, "2", {**KARL, "gender": "male"})

        both()
        assert looked_at() == 1


@pytest.mark.parametrize("seed", range(4))
def test_it_finds_what_it_finds_when_it_passes_over_nobody(scene, seed):
    order = random.Random(seed).sample(range(len(PEOPLE)), len(PEOPLE))
    for number in order[:4]:
        take(scene.crm, f"{number:02}", PEOPLE[number])
    matching.run(actor=system_user())
    for number in order[4:]:
        take(scene.shop, f"{number:02}", PEOPLE[number])

    def found(*, passing_over):
        with transaction.atomic():
            if not passing_over:
                NothingNear.objects.all().delete()
            made = matching.run(actor=system_user())
            groups = sorted(SourceRecord.objects.values_list("key", "customer"))
            questions = sorted(Candidate.objects.open().values_list("left", "right", "kind"))
            merges = LedgerEntry.objects.filter(deed="merge").count()
            transaction.set_rollback(True)
        return made.records, (groups, questions, merges)

    some, passing = found(passing_over=True)
    everybody, looking = found(passing_over=False)
    assert passing == looking
    assert some < everybody
