"""Match keys: who is compared with whom, and what happens to blocks that grow too large."""

from dataclasses import replace

import pytest

from cmdm import verifying
from cmdm.models import system_user
from customers.actions.received import Received
from customers.actions.records import take_in
from customers.models import SourceRecord
from matching.actions import matching
from matching.engine.defaults import person_model
from matching.models import Candidate, MatchKey, MatchModel, OversizedBlock
from matching.queries.models import standing_models
from tests.support.records import ANNA, ANNA_AGAIN, close, person, stored, take

ANNA_ALONE = person("Anna", "Bergström", "1980-02-03")
KEYS = "records have the keys of their values"


@pytest.fixture
def small_blocks(scene):
    """A model in force that takes six records in a block for too many, and three with one contact."""
    model = replace(person_model(), block_cap=6, shared_limit=3)
    MatchModel.objects.filter(party_type="person").update(definition=model.to_dict(), digest=model.digest())
    return scene


def everybody(scene, count):
    """People who share nothing but their birth date and town."""
    for number in range(count):
        name = f"{chr(97 + number)}{chr(107 + number)}".title()
        town = [{"line1": f"Street {number}", "city": "Uppsala", "country": "SE"}]
        take(scene.crm, f"u{number}", person(f"{name}o", f"{name}berg", "1970-01-01", address=town))


class TestKeys:
    def test_they_follow_the_values(self, scene):
        record = stored(scene.crm, "1", ANNA)
        before = set(MatchKey.objects.filter(record=record).values_list("key", flat=True))
        take(scene.crm, "1", {**ANNA, "family_name": "Lindqvist"})
        after = set(MatchKey.objects.filter(record=record).values_list("key", flat=True))
        assert before != after
        assert verifying.broken([KEYS]) == []

    def test_closed_records_have_none_and_reopened_ones_have_them_again(self, scene):
        record = stored(scene.crm, "1", ANNA)
        close(scene.crm, "1")
        assert not MatchKey.objects.filter(record=record).exists()
        take(scene.crm, "1", ANNA)
        assert MatchKey.objects.filter(record=record).exists()
        assert verifying.broken([KEYS]) == []

    def test_a_key_does_not_tell_what_it_stands_for(self, scene):
        stored(scene.crm, "1", ANNA)
        columns = {field.name for field in MatchKey._meta.local_concrete_fields}
        assert columns - {"key", "record", "rule", "finer"} == set()


class TestLargeBlocks:
    def test_a_block_over_the_cap_is_divided_and_listed(self, small_blocks):
        everybody(small_blocks, 8)
        block = OversizedBlock.objects.order_by("-records").first()
        assert block is not None
        assert block.records >= 7
        assert MatchKey.objects.filter(finer=True).values("record").distinct().count() == 8
        assert verifying.broken([KEYS]) == []

    def test_the_same_person_is_found_in_it_by_a_finer_key(self, small_blocks):
        everybody(small_blocks, 8)
        known = SourceRecord.objects.get(key="u3")
        again = take(small_blocks.shop, "again", known.values)
        assert again.placement.customer_id == known.customer_id

    def test_twins_that_arrive_in_one_batch_find_each_other_in_it(self, small_blocks):
        everybody(small_blocks, 8)
        town = [{"line1": "Street 99", "city": "Uppsala", "country": "SE"}]
        one = person("Zaro", "Zaberg", "1970-01-01", address=town)
        take(small_blocks.shop, "z1", one)
        assert take(small_blocks.desk, "z2", one).placement.decision == "link"
        assert verifying.broken([KEYS]) == []

    def test_a_finer_block_that_is_over_the_cap_still_is_listed_too(self, small_blocks):
        for letter in "abcdefgh":
            town = [{"line1": "Street 1", "city": "Uppsala", "country": "SE"}]
            names = f"A{letter}{letter}o", f"A{letter}{letter}berg"
            take(small_blocks.crm, f"a{letter}", person(*names, "1970-01-01", address=town))
        finer = MatchKey.objects.filter(finer=True).values("key")
        assert set(OversizedBlock.objects.filter(key__in=finer).values_list("records", flat=True)) == {8}

    def test_however_many_records_of_one_customer_come_at_once_they_are_one(self, small_blocks):
        take_in(small_blocks.crm, [Received(key=f"a{n}", values=ANNA) for n in range(20)], actor=system_user())
        assert SourceRecord.objects.filter(key__startswith="a").values("customer").distinct().count() == 1
        again = take(small_blocks.shop, "again", ANNA_AGAIN)
        assert again.placement.customer_id == SourceRecord.objects.get(key="a0").customer_id

    def test_match_joins_those_that_earlier_versions_left_by_themselves(self, small_blocks):
        model = MatchModel.objects.get(party_type="person", state="in force")
        MatchModel.objects.filter(pk=model.pk).update(definition={**model.definition, "automatic": 0.9999999999})
        for number in range(20):
            take(small_blocks.crm, f"a{number}", ANNA_ALONE)
        MatchModel.objects.filter(pk=model.pk).update(definition=model.definition)
        standing_models.forget()
        assert SourceRecord.objects.filter(key__startswith="a").values("customer").distinct().count() > 1
        matching.run(actor=system_user(), everything=True)
        assert SourceRecord.objects.filter(key__startswith="a").values("customer").distinct().count() == 1

    def test_what_was_found_by_update_stays_divided(self, small_blocks):
        everybody(small_blocks, 8)
        take(small_blocks.crm, "u1", {**SourceRecord.objects.get(key="u1").values, "occupation": "Baker"})
        assert verifying.broken([KEYS]) == []


class TestCrowdedContacts:
    def test_a_number_that_too_many_share_joins_nobody(self, small_blocks):
        switchboard = [{"value": "+46184710000", "kind": "work"}]
        for number in range(5):
            given, family = f"{chr(97 + number) * 2}rik".title(), f"{chr(107 + number) * 2}sson".title()
            take(small_blocks.crm, f"p{number}", person(given, family, f"19{60 + number}-01-01", phone=switchboard))
        asked = Candidate.objects.open().count()
        late = take(small_blocks.shop, "late", person("Berta", "Quist", "1999-09-09", phone=switchboard))
        assert late.placement.decision == "new"
        assert Candidate.objects.open().count() == asked

    def test_people_who_share_more_than_it_are_still_found(self, small_blocks):
        first = stored(small_blocks.crm, "1", ANNA)
        assert stored(small_blocks.shop, "1", ANNA_AGAIN).customer == first.customer
