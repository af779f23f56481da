"""What became of the new records of a load, compared with the loads before: joined a customer, asked about."""

import pytest

from customers.actions import loading
from customers.models import Load, LoadCensus
from customers.queries.unusual_joined import drawn, joined
from customers.rules.unusual.expecting import FEWEST
from matching.models import Candidate
from matching.queries.asked import asked_about
from tests.customers.files import row, run, text, upload
from tests.stewardship.scene import ask, make_source, stranger
from tests.support.people import make_domain

pytestmark = pytest.mark.django_db
ROWS = 40


def file(number: int, rows: int = ROWS, keys: str = "K", every: int = 1, **other: str) -> str:
    """Persons of this number; with ``every``, each of them so many times, under keys of their own."""
    people = [row(number * 200 + place // every, **other) for place in range(rows)]
    return text(*(f"{keys}{number}-{place}," + one.partition(",")[2] for place, one in enumerate(people)))


@pytest.fixture
def before(source, olga):
    return [run(upload(source, file(number), actor=olga), actor=olga) for number in range(FEWEST)]


def found_in(load: Load) -> set[str]:
    return {one["rule"] for one in LoadCensus.objects.get(load=load).findings}


class TestComparing:
    def test_a_load_of_new_people_is_as_those_before(self, before, source, olga):
        assert found_in(run(upload(source, file(7), actor=olga), actor=olga)) == set()

    def test_one_whose_keys_changed_brings_new_records_of_known_people(self, before, source, olga):
        load = run(upload(source, file(2, keys="N"), actor=olga), actor=olga)
        assert load.new == ROWS and "linked" in found_in(load)

    def test_one_whose_rows_pile_on_few_people_is_found(self, before, source, olga):
        load = run(upload(source, file(8, every=10), actor=olga), actor=olga)
        assert load.new == ROWS and "linked" in found_in(load)
        [share] = [one for one in LoadCensus.objects.get(load=load).measures["shares"] if one[0] == "linked"]
        assert share[2:] == [ROWS - ROWS // 10, ROWS]

    def test_one_of_which_people_are_asked_far_more_is_found(self, before, source, olga):
        known_by_name = file(2, keys="N", born="", mail="")
        load = run(upload(source, known_by_name, actor=olga), actor=olga)
        asked = Candidate.objects.filter(kind="possible", state="open").count()
        assert "asked" in found_in(load) and asked >= ROWS // 2

    def test_a_load_that_goes_on_counts_from_where_it_began(self, before, source, olga):
        load = run(upload(source, file(7), actor=olga), actor=olga)
        behind = load.position["behind"]
        Load.objects.filter(pk=load.pk).update(state=Load.State.UPLOADED)
        again = loading.begin(load, actor=olga, hold=lambda: None)
        assert again.position["behind"] == behind and joined(again)[0] == ROWS

    def test_records_of_other_sources_count_for_nothing(self, before, source, olga):
        load = run(upload(source, file(7), actor=olga), actor=olga)
        stranger(make_source(make_domain("other"), "other"), 1)
        assert joined(load)[:2] == (ROWS, 0)

    def test_of_a_load_before_that_was_noted_nothing_is_said(self, before):
        before[0].position.pop("behind")
        assert joined(before[0]) == (0, 0, 0)


class TestDrawing:
    def test_of_few_all(self):
        assert drawn(10, 15, 5) == [11, 12, 13, 14, 15]
        assert drawn(10, 10) == []

    def test_of_many_one_of_each_step(self):
        ids = drawn(1_000, 1_001_000, 4_000)
        assert len(set(ids)) == 4_000 and ids == sorted(ids)
        assert ids[0] > 1_000 and ids[-1] <= 1_001_000
        assert all((one - 1_001) // 250 == place for place, one in enumerate(ids))


class TestAsking:
    def test_both_ends_of_a_pair_are_asked_about_once(self):
        crm = make_source(make_domain("retail"), "crm")
        left, right, other = stranger(crm, 1), stranger(crm, 2), stranger(crm, 3)
        pair = ask(left, right)
        assert asked_about([left.pk, right.pk, other.pk]) == 2
        assert asked_about([right.pk]) == 1 and asked_about([]) == 0
        Candidate.objects.filter(pk=pair.pk).update(kind="sample")
        assert asked_about([left.pk, right.pk]) == 0
