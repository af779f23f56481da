"""Blocks in arrays hold the pairs that the keys of single records make, each pair once."""

from collections import defaultdict
from dataclasses import replace
from itertools import chain, combinations, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.engine.bulk import columns as bulk
from matching.engine.bulk.blocking import block, pairs
from matching.engine.bulk.keys import KeyMaker, common, mixed
from matching.engine.defaults import organisation_model, person_model
from matching.engine.features import Party, prepare
from matching.engine.keys import NEIGHBOURLY, PARTS, WINDOW, Key, keys, step_of, subdivide
from matching.engine.model import Rule
from matching.engine.vocabulary import KEY_PARTS
from tests.matching.engine.shapes import organisations, people
from tests.support.kernels import WAYS, going

PERSONS, ORGANISATIONS = person_model(), organisation_model()
EVERY_PART = replace(PERSONS, rules=tuple(Rule(part, (part,)) for part in sorted(KEY_PARTS)))


def features_of(model, all_values):
    return [prepare(model, Party(n, model.party_type, values)) for n, values in enumerate(all_values)]


def neighbourly(features):
    """By what the records of a block are ordered that nothing divides further."""
    return [min(filter(None, PARTS[part](features)), default="") for part in NEIGHBOURLY]


def windows(count, cap):
    """The places of ordered records that are compared with each other."""
    size = min(cap, WINDOW)
    last = max(0, -(-(count - size) // step_of(size)))
    return [range(number * step_of(size), min(number * step_of(size) + size, count)) for number in range(last + 1)]


def expected_pairs(model, features):
    """What the reference compares: blocks of keys, those over the cap by finer keys, neighbours in those still over."""
    members = defaultdict(set)
    for row, each in enumerate(features):
        for key in keys(model, each):
            members[key].add(row)
    found = set()
    finer = defaultdict(set)
    for key, rows in members.items():
        if len(rows) <= model.block_cap:
            found |= set(combinations(sorted(rows), 2))
        else:
            for row in rows:
                for text in subdivide(model, features[row], key):
                    finer[Key(key.rule, text)].add(row)
    for rows in finer.values():
        if len(rows) <= model.block_cap:
            found |= set(combinations(sorted(rows), 2))
            continue
        ordered = sorted(rows, key=lambda row: (neighbourly(features[row]), row))
        for window in windows(len(ordered), model.block_cap):
            found |= set(combinations(sorted(ordered[place] for place in window), 2))
    return found


def found_pairs(model, columns, *, fast, fresh=None):
    with going(fast):
        chunks = list(pairs(block(model, columns), fresh, fast=fast))
    return [(int(i), int(j)) for left, right in chunks for i, j in zip(left, right, strict=True)]


@pytest.mark.parametrize("fast", WAYS)
@settings(max_examples=15, deadline=None)
@given(values=st.lists(st.one_of(people(), organisations()), max_size=8))
def test_every_part_of_a_key_reads_as_the_reference_reads_it(fast, values):
    features = features_of(EVERY_PART, values)
    with going(fast):
        maker = KeyMaker(EVERY_PART, bulk.of_features(EVERY_PART, features))
        found = [
            (row, index, text)
            for index in range(len(EVERY_PART.rules))
            for made in [maker.rule(index)]
            for row, text in zip(made.rows.tolist(), made.texts(), strict=True)
        ]
    assert len(found) == len(set(found))
    assert set(found) == {
        (row, key.rule, key.text) for row, each in enumerate(features) for key in keys(EVERY_PART, each)
    }


@pytest.mark.parametrize("fast", WAYS)
@settings(max_examples=15, deadline=None)
@given(values=st.lists(people(), max_size=14), cap=st.sampled_from([2, 3, 500]))
def test_each_pair_of_a_block_comes_once(fast, values, cap):
    model = replace(PERSONS, block_cap=cap)
    features = features_of(model, values)
    found = found_pairs(model, bulk.of_features(model, features), fast=fast)
    assert len(found) == len(set(found))
    assert set(found) == expected_pairs(model, features)


@pytest.mark.parametrize("fast", WAYS)
def test_keys_that_are_not_to_be_stored_lead_to_the_same_pairs(fast):
    born = [f"19{50 + n % 9}-03-0{1 + n % 7}" for n in range(60)]
    values = [
        {"family_name": "Smith", "given_name": "Ann", "middle_name": "MLK"[n % 3], "birth_date": each}
        for n, each in enumerate(born)
    ]
    model = replace(PERSONS, block_cap=8)
    columns = bulk.of_features(model, features_of(model, values))
    with going(fast):
        kept, used = block(model, columns, keep=True), block(model, columns)
        one, other = ([each.tolist() for each in chain(*pairs(made, fast=fast))] for made in (kept, used))
    assert one == other
    assert kept.large == used.large
    assert any(each.finer for each in kept.large), "some finer blocks are over the cap, too"
    assert not used.finer
    assert any(text.endswith("|middle=m") for made in kept.finer for text in made.texts())


@pytest.mark.parametrize("fast", WAYS)
@settings(max_examples=25, deadline=None)
@given(values=st.lists(st.integers(0, 60), max_size=80))
def test_numbers_that_come_again_are_all_found(fast, values):
    numbers = mixed(np.array(values, dtype=np.int64), np.zeros(len(values), dtype=np.int64))
    with going(fast):
        places = common(numbers)
    again = [place for place, value in enumerate(values) if values.count(value) > 1]
    assert set(again) <= set(places.tolist())
    assert places.tolist() == sorted(places.tolist())
    assert not fast or len(places) - len(again) <= 8, "of a thousand slots or more hardly any is taken twice"


@settings(max_examples=25, deadline=None)
@given(values=st.lists(st.tuples(*[st.integers(-(2**63), 2**63 - 1)] * 2), max_size=20))
def test_numbers_are_mixed_alike_by_either_way(values):
    one, other = np.array(values, dtype=np.int64).reshape(-1, 2).T
    with going(True):
        fast = mixed(one, other)
    with going(False):
        assert mixed(one, other).tolist() == fast.tolist()


@pytest.mark.parametrize("fast", WAYS)
def test_with_fresh_rows_only_pairs_with_one_of_them_come(fast):
    values = [{"family_name": "Smith", "given_name": "Ann", "birth_date": "1980-03-04"}] * 5
    columns = bulk.of_features(PERSONS, features_of(PERSONS, values))
    fresh = np.array([False, False, True, False, False])
    assert sorted(found_pairs(PERSONS, columns, fast=fast, fresh=fresh)) == [(0, 2), (1, 2), (2, 3), (2, 4)]


def test_records_of_two_match_spaces_never_meet():
    values = [{"family_name": "Smith", "given_name": "Ann", "birth_date": "1980-03-04"}] * 4
    features = features_of(PERSONS, values)
    columns = bulk.of_features(PERSONS, features, np.array([0, 1, 0, 1], dtype=np.int32))
    assert sorted(found_pairs(PERSONS, columns, fast=False)) == [(0, 2), (1, 3)]


def test_large_blocks_are_reported_with_their_size():
    values = [{"email": [{"value": "ann.smith@x.example"}]}] * 4
    made = block(replace(PERSONS, block_cap=3), bulk.of_features(PERSONS, features_of(PERSONS, values)))
    rules = {PERSONS.rules[each.rule].code: each.records for each in made.large if not each.finer}
    assert rules == {"email": 4, "email_user": 4}


@pytest.mark.parametrize(("count", "cap"), [(2, 2), (5, 2), (7, 3), (33, 100), (101, 100), (1000, 100), (999, 7)])
def test_windows_hold_every_record_and_hang_together(count, cap):
    found = windows(count, cap)
    assert {place for window in found for place in window} == set(range(count))
    assert all(max(one) >= min(other) for one, other in pairwise(found))
    assert max(map(len, found)) <= min(cap, WINDOW)


@pytest.mark.parametrize("fast", WAYS)
def test_however_many_records_one_customer_has_each_meets_another(fast):
    values = [{"family_name": "Smith", "given_name": "Ann", "email": [{"value": "ann.smith@x.example"}]}] * 180
    found = found_pairs(PERSONS, bulk.of_features(PERSONS, features_of(PERSONS, values)), fast=fast)
    assert set(found) == expected_pairs(PERSONS, features_of(PERSONS, values))
    assert {row for pair in found for row in pair} == set(range(180))
    assert len(found) < 180 * WINDOW


def test_in_a_block_that_nothing_divides_those_most_alike_meet():
    """A hundred and fifty people of one name and one year of birth, twice each, in any order."""
    born = [f"1980-{1 + n % 12:02d}-{1 + n // 12:02d}" for n in range(150)] * 2
    values = [{"family_name": "Smith", "given_name": "Ann", "birth_date": each} for each in born]
    model = replace(PERSONS, rules=(Rule("names", ("names",)),))
    features = features_of(model, values)
    found = found_pairs(model, bulk.of_features(model, features), fast=False)
    assert {(n, n + 150) for n in range(150)} <= set(found)
    assert len(found) < 300 * WINDOW


def test_contacts_that_too_many_share_say_nothing():
    values = [{"phone": [{"value": "+49 30 1234987"}], "email": [{"value": f"ann{n}@x.example"}]} for n in range(4)]
    made = block(replace(PERSONS, shared_limit=3), bulk.of_features(PERSONS, features_of(PERSONS, values)))
    assert made.crowded == {"phone": {"1234987"}}
    assert [made.telling().features(row).phones for row in range(4)] == [()] * 4
    assert [len(made.telling().features(row).emails) for row in range(4)] == [1] * 4
