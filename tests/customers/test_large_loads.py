"""A large file is stored first and placed as a whole; every line of it is accounted for all the same."""

import pytest
from django.db.models import Value
from django.db.models.functions import Concat

from cmdm import jobs as kit_jobs
from cmdm.verifying import broken
from customers import jobs
from customers.actions import filling, loading, loads, storing
from customers.models import Customer, Load, RejectedRow, SearchTerm, SourceRecord
from customers.queries.catalogue import catalogue
from customers.queries.terms import terms_of
from tests.customers.files import accounted, row, run, text, upload

pytestmark = pytest.mark.django_db

FAULTS = text(
    *map(row, range(10, 30)),
    "",
    row(2, born="1980-02-31"),
    "K00004,too,few",
    row(5) + ",one,more",
    row(6, id=""),
    row(8),
    row(8, given="Later"),
    row(9, mail="not an address"),
    row(10, given="\0"),
    row(11, given="x" * 10_001),
    ",,,,,,",
    *map(row, range(30, 45)),
    row(46, given='"two\nlines"'),
    *map(row, range(50, 60)),
)


@pytest.fixture(autouse=True)
def small_is_large(monkeypatch):
    monkeypatch.setattr(jobs, "LARGE", 10)
    monkeypatch.setattr(jobs, "SLAB", 8)


def told(load: Load) -> list[tuple]:
    """What became of the rows: the counts, and the refused ones."""
    counts = (load.rows, load.lines, load.new, load.unchanged, load.rejected, load.incomplete)
    kept = RejectedRow.objects.filter(load=load).order_by("line").values_list("line", "kind", "field", "code")
    return [counts, *kept]


def stored(source) -> dict[str, dict]:
    return dict(SourceRecord.objects.current().filter(source=source).values_list("key", "values"))


class TestALargeFile:
    def test_is_stored_and_placed_with_every_fault_told_as_in_a_small_one(self, source, retail, olga, monkeypatch):
        load = run(upload(source, FAULTS, actor=olga), actor=olga)
        kept, found = told(load), stored(source)
        assert accounted(load)
        assert not SourceRecord.objects.filter(placed_at__isnull=True).exists()
        assert Customer.objects.active().count() > 30
        assert broken() == []

        monkeypatch.setattr(jobs, "LARGE", 1_000)
        SourceRecord.objects.filter(source=source).update(key=Concat(Value("old "), "key"))
        again = run(upload(source, FAULTS, actor=olga), actor=olga)
        assert told(again) == kept
        assert {key: values for key, values in stored(source).items() if key in found} == found

    def test_the_same_again_writes_nothing(self, source, olga):
        run(upload(source, text(*map(row, range(40))), actor=olga), actor=olga)
        versions = dict(Customer.objects.values_list("pk", "version"))

        again = run(upload(source, text(*map(row, range(40))), actor=olga), actor=olga)

        assert (again.unchanged, again.new, again.changed) == (40, 0, 0)
        assert accounted(again)
        assert dict(Customer.objects.values_list("pk", "version")) == versions

    def test_the_last_row_of_a_key_counts_though_it_says_what_was_known_before(self, source, olga):
        run(upload(source, text(*map(row, range(12))), actor=olga), actor=olga)
        before = stored(source)

        load = run(upload(source, text(row(3, given="Other"), *map(row, range(4, 12)), row(3)), actor=olga), actor=olga)

        assert (load.changed, load.unchanged) == (2, 8)
        assert stored(source) == before

    def test_changed_and_closed_records_are_taken_in_as_ever(self, source, olga):
        run(upload(source, text(*map(row, range(30))), actor=olga), actor=olga)
        some = [row(n, given="Other") if n < 5 else row(n) for n in range(25)]

        load = run(upload(source, text(*some), actor=olga, mode="replace"), actor=olga, confirmed=True)

        assert (load.changed, load.unchanged, load.closed) == (5, 20, 5)
        assert SourceRecord.history.count() == 10
        assert broken() == []

    @pytest.mark.parametrize("after", [1, 3, 6])
    def test_goes_on_where_it_was_cut_off(self, source, olga, after):
        """A worker that dies leaves the load running; the next one finds each step done or not done."""
        steps = iter(range(100))

        def cut(*_args) -> None:
            if next(steps) == after:
                raise KeyboardInterrupt

        ready = loads.prepare_run(upload(source, text(*map(row, range(30))), actor=olga), actor=olga)
        with pytest.raises(KeyboardInterrupt):
            jobs.run(ready, actor=olga, hold=lambda: None, progress=cut)

        done = jobs.run(ready, actor=olga, hold=lambda: None, progress=lambda *_args: None)

        assert (done.state, done.new, done.rows) == (Load.State.DONE, 30, 30)
        assert accounted(done)
        assert SourceRecord.objects.filter(source=source, customer__isnull=False).count() == 30
        assert broken() == []

    def test_a_slice_of_time_ends_only_when_something_was_placed(self, source, olga):
        """A worker whose time is over before the first slice would compare everything again, for ever."""
        ready = loads.prepare_run(upload(source, text(*map(row, range(20))), actor=olga), actor=olga)

        def over(_done, _total=None, phase="") -> None:
            if phase == "Matching":
                raise kit_jobs.HandOn

        with pytest.raises(kit_jobs.HandOn):
            jobs.run(ready, actor=olga, hold=lambda: None, progress=over)

        assert storing.unplaced(source) == []

    def test_waits_unplaced_between_storing_and_placing(self, source, olga):
        rows = [*map(row, range(19)), row(19, id="\\.\\")]
        load = loads.prepare_run(upload(source, text(*rows), actor=olga), actor=olga)
        load = loading.begin(load, actor=olga, hold=lambda: None)

        filling._store(load, jobs.SLAB, actor=olga, hold=lambda: None, progress=lambda *_args: None)

        assert len(storing.unplaced(source)) == 20
        found = {pk: set() for pk in storing.unplaced(source)}
        for record, kind, term in SearchTerm.objects.values_list("record", "kind", "term"):
            found[record].add((kind, term))
        assert found == {one.pk: terms_of(one, catalogue()) for one in SourceRecord.objects.all()}
        assert broken() == []
