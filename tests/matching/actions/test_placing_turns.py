"""The slices of a load are written by two connections: what each waits for, and that the outcome is that of one."""

import threading
from concurrent.futures import wait
from contextlib import ExitStack

import pytest
from django.db import OperationalError, connection, transaction
from django.db.models import Q

from cmdm.actions import Stale, origin
from cmdm.database.beside import beside
from cmdm.jobs import Fenced
from cmdm.models import AuditEntry, system_user
from cmdm.verifying import broken
from customers import jobs
from customers.actions import loads
from customers.models import SourceRecord
from matching.actions import keys, ledger, placing_bulk, placing_stored
from matching.actions.placing_slices import Since, Writing
from matching.actions.placing_turns import Turn, alone, writers
from matching.models import Candidate, OversizedBlock
from tests.customers.files import hold_one_already, make_source, run, text, upload
from tests.matching.actions.test_killed_loads import person, told
from tests.support import databases
from tests.support.people import make_domain
from tests.support.records import stored

A_WHILE = 0.3  # in which what has to wait would have been done
SOON = 30
LONG = "10s"  # what nobody notices ends after all, and the test with it
PEOPLE = 40
LAST = f"K{PEOPLE - 1:05d}"
SAID = {
    **{"given_name": "Miradj", "family_name": "Novakjd", "birth_date": "1979-01-01"},
    "email": [{"value": "dj.novakjd@mail.example"}],
}  # of the last one


def is_free(bucket: int, how: str = "pg_try_advisory_xact_lock") -> bool:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SELECT {how}(%s, %s)", [keys._LOCK_SPACE, bucket])
        return cursor.fetchone()[0]


class TestBuckets:
    def test_slices_share_them_and_all_others_are_kept_out(self, committing):
        with beside() as other, transaction.atomic():
            keys.share_buckets([7])
            keys.lock_buckets([])
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
            assert not other.submit(is_free, 7).result()
            assert other.submit(is_free, 7, "pg_try_advisory_xact_lock_shared").result()
            assert other.submit(is_free, 8).result()

    def test_a_load_that_begins_waits_for_slices_that_are_being_written(self, committing):
        with beside() as other:
            with transaction.atomic():
                keys.share_buckets([7])
                with connection.cursor() as cursor:
                    cursor.execute("SELECT 1")
                coming = other.submit(Since.now)
                assert not wait([coming], A_WHILE).done
            assert coming.result(SOON)

    def test_who_waits_for_a_slice_comes_before_the_next_one(self, committing):
        order = []

        def post():
            with transaction.atomic():
                keys.lock_buckets([7])
                waits_for_nobody()
                order.append("post")

        def slice_after():
            with transaction.atomic():
                keys.share_buckets([7])
                waits_for_nobody()
                order.append("slice")

        with beside() as one, beside() as other:
            with transaction.atomic():
                keys.share_buckets([7])
                waits_for_nobody()
                posting = one.submit(post)
                until_somebody_waits(1)
                following = other.submit(slice_after)
                until_somebody_waits(2)
            posting.result(SOON)
            following.result(SOON)
        assert order == ["post", "slice"]


class TestTurns:
    def test_a_slice_begins_when_the_one_before_holds_its_locks(self, committing):
        with alone(), writers() as (one, other, *_more):
            first = Turn.first()
            second = first.next()
            begun = other.submit(written, second)
            assert not wait([begun], A_WHILE).done
            one.submit(written, first).result(SOON)
            begun.result(SOON)

    def test_a_slice_ends_after_the_one_before_and_sees_what_it_wrote(self, committing):
        go_on = threading.Event()
        with alone(), writers() as (one, other, *_more):
            first = Turn.first()
            writing = one.submit(written, first, lambda: go_on.wait(SOON))
            following = other.submit(written, first.next(), then=what_is_there)
            assert not wait([following], A_WHILE).done
            go_on.set()
            writing.result(SOON)
            assert following.result(SOON) == [0, 1]

    def test_who_waits_for_a_slice_while_the_one_before_waits_for_him_is_noticed(self, committing):
        """Else all three would wait for ever: the database does not see what one thread waits for from another."""
        held, shared = threading.Event(), threading.Event()

        def somebody():
            with transaction.atomic():
                ask("SELECT pg_advisory_xact_lock(1)")
                held.set()
                shared.wait(SOON)
                keys.lock_buckets([7])
                waits_for_nobody()

        def second_slice():
            keys.share_buckets([7])
            waits_for_nobody()
            shared.set()

        def first_slice():
            shared.wait(SOON)
            ask("SELECT pg_advisory_xact_lock(1)")

        with alone(), writers() as (one, other, *_more), beside() as third:
            first = Turn.first()
            all_of_them = [
                third.submit(somebody),
                one.submit(written, first, lambda: held.wait(SOON) and first_slice()),
                other.submit(written, first.next(), second_slice),
            ]
            done = wait(all_of_them, SOON).done
            assert len(done) == len(all_of_them)
        assert any("deadlock" in str(each.exception()) for each in all_of_them)

    def test_a_slice_is_tried_once(self, committing):
        with alone():
            turn = Turn.first()
            written(turn)
            with pytest.raises(Stale):
                written(turn)

    def test_after_a_slice_that_failed_none_is_written(self, committing):
        with alone(), writers() as (one, other, *_more):
            first = Turn.first()
            second = first.next()
            failing = one.submit(written, first, fails(ValueError))
            following = other.submit(written, second)
            with pytest.raises(OperationalError):
                following.result(SOON)
            with pytest.raises(ValueError):
                failing.result(SOON)
            with pytest.raises(OperationalError):
                written(second.next())

    def test_who_comes_after_a_slice_waits_until_it_is_known_what_became_of_it(self, committing):
        """Its locks are free a moment before: the database lets go of them when the transaction is taken back."""
        came = threading.Event()

        def failing(turn):
            with turn.taken(), ExitStack() as behind, transaction.atomic():
                behind.callback(came.wait, 5 * A_WHILE)
                turn.begin()
                turn.begun()
                raise ValueError

        with alone(), writers() as (one, other, *_more):
            first = Turn.first()
            one.submit(failing, first)
            with pytest.raises(OperationalError):
                other.submit(written, first.next(), then=came.set).result(SOON)

    def test_after_one_whose_records_somebody_placed_the_next_is_written(self, committing):
        with alone(), writers() as (one, other, *_more):
            first = Turn.first()
            stale = one.submit(written, first, fails(Stale, "Somebody was faster."))
            other.submit(written, first.next()).result(SOON)
            with pytest.raises(Stale):
                stale.result(SOON)

    def test_nothing_is_written_once_other_loads_are_not_kept_out_any_more(self, committing):
        with alone():
            turn = Turn.first()
        with pytest.raises(OperationalError, match="keeps other loads"):
            written(turn)

    def test_a_lock_of_somebody_else_is_not_taken_for_it(self, committing):
        with alone(), beside() as other:
            turn = other.submit(Turn.first).result(SOON)
            with pytest.raises(OperationalError, match="keeps other loads"):
                written(turn)


def test_groups_whose_slice_is_taken_back_have_no_customers():
    writing = Writing(None, None, 1, None, None, {1: 11, 2: 12})
    with pytest.raises(Stale), writing.undone([2, 3]):
        writing.customer_of[3] = 13
        raise Stale("Somebody was faster.")
    assert writing.customer_of == {1: 11}


class TestLoads:
    @pytest.fixture(autouse=True)
    def sizes(self, monkeypatch):
        monkeypatch.setattr(jobs, "LARGE", 10)
        monkeypatch.setattr(placing_stored, "MANY", 10)
        monkeypatch.setattr(placing_bulk, "ROWS", 1)

    def test_two_at_a_time_leave_what_one_leaves(self, committing, template_database, monkeypatch):
        taken_in()
        assert broken() == []
        two = told()
        monkeypatch.setattr(placing_bulk, "ROWS", 10_000)
        with databases.clone(template_database) as other, databases.connected_to(other):
            taken_in()
            one = told()
        assert min(len(one["candidates"]), len(one["tasks"])) > PEOPLE / 2
        for name in one.keys() - {"refused"}:
            assert two[name] == one[name], name

    @pytest.mark.parametrize("empty", [True, False])
    def test_somebody_who_posts_meanwhile_gets_between_and_is_found(self, committing, empty):
        if not empty:
            hold_one_already()
        domain = make_domain("retail")
        load = loads.prepare_run(uploaded(domain), actor=system_user())
        shop, posted = make_source(domain, "shop"), []

        def post(done, _total, phase):
            if done and "Writing" in phase and not posted:
                assert not SourceRecord.objects.filter(key=LAST, customer__isnull=False).exists()
                posted.append(stored(shop, "1", SAID))

        jobs.run(load, actor=system_user(), hold=lambda: None, progress=post)
        assert SourceRecord.objects.get(key=LAST).customer_id == SourceRecord.objects.get(source=shop).customer_id
        assert broken() == []

    def test_who_was_merged_away_meanwhile_gets_no_record(self, committing):
        domain = make_domain("retail")
        run(upload(make_source(domain, "shop"), text(person(0), person(1)), actor=system_user()), actor=system_user())
        one, other = SourceRecord.objects.select_related("customer").order_by("key")
        rows = upload(make_source(domain), text(*map(person, range(20))), actor=system_user())
        kept = []

        def merge(_done, _total, phase):
            if "Writing" in phase and not kept:
                both = [one.customer, other.customer]
                seen = {each.pk: each.version for each in both}
                kept.append(ledger.merge(both, actor=system_user(), seen=seen, by_machine=True))

        load = loads.prepare_run(rows, actor=system_user())
        jobs.run(load, actor=system_user(), hold=lambda: None, progress=merge)
        again = SourceRecord.objects.filter(source=load.source, key__in=[one.key, other.key])
        assert {each.customer_id for each in again} == {each.pk for each in kept}
        assert broken() == []

    def test_who_lost_the_load_writes_no_further_slice(self, committing):
        def lost():
            if AuditEntry.objects.filter(deed="records.placed").count() == 2:
                raise Fenced

        load = loads.prepare_run(uploaded(make_domain("retail")), actor=system_user())
        with pytest.raises(Fenced):
            jobs.run(load, actor=system_user(), hold=lost, progress=lambda *_at: None)
        assert AuditEntry.objects.filter(deed="records.placed").count() == 2

    def test_who_lost_the_load_behind_its_last_slice_lists_no_blocks(self, committing):
        over = []

        def progress(done, total, phase):
            if "Writing" in phase and done == total:
                over.append(phase)

        def lost():
            if over:
                raise Fenced

        load = loads.prepare_run(uploaded(make_domain("retail")), actor=system_user())
        with pytest.raises(Fenced):
            jobs.run(load, actor=system_user(), hold=lost, progress=progress)
        assert over
        assert not AuditEntry.objects.filter(deed="load.matched").exists()

    def test_a_slice_that_is_taken_back_has_founded_nobody_that_the_next_could_ask_about(self, committing):
        """The third slice has the first record of a person, the fourth the one in doubt whether it is the same."""
        taken_back = []

        def hold():
            if not taken_back and AuditEntry.objects.filter(deed="records.placed").count() == 2:
                taken_back.append(True)
                raise Stale("Somebody was faster.")

        def look(*_at):
            if taken_back and len(asked_of_nobody) < 9:
                nobody = Q(left__customer=None) | Q(right__customer=None)
                asked_of_nobody.append(Candidate.objects.filter(nobody).count())

        asked_of_nobody: list[int] = []
        load = loads.prepare_run(uploaded(make_domain("retail")), actor=system_user())
        jobs.run(load, actor=system_user(), hold=hold, progress=look)
        assert set(asked_of_nobody) == {0}
        assert broken() == []
        assert not SourceRecord.objects.filter(placed_at__isnull=True).exists()
        first, doubted = (SourceRecord.objects.get(key=key) for key in ("K00001", "K00001x"))
        assert Candidate.objects.open().filter(left__in=[first, doubted], right__in=[first, doubted]).count() == 1

    def test_what_is_written_beside_names_who_did_it_and_from_where(self, committing):
        taken_in()
        assert {(one.actor_id, one.origin) for one in AuditEntry.objects.filter(deed="records.placed")} == {
            (system_user().pk, "test")
        }


def uploaded(domain):
    """Of each person a second record in doubt, which is written right behind the first."""
    rows = []
    for n in range(PEOPLE):
        other_day = f"{1940 + n % 60}-{n // 60 % 12 + 1:02d}-{n // 720 + 11:02d}"
        rows += [person(n), person(n, id=f"K{n:05d}x", mail=f"{n}@elsewhere.example", born=other_day)]
    return upload(make_source(domain), text(*rows), actor=system_user())


def taken_in():
    with origin("test"):
        run(uploaded(make_domain("retail")), actor=system_user())


def written(turn, between=lambda: None, then=lambda: None):
    """A slice that writes its number before its turn."""
    with turn.taken(), transaction.atomic():
        ask("SELECT set_config('lock_timeout', %s, true)", LONG)
        turn.begin()
        turn.begun()
        OversizedBlock.objects.create(key=turn._number, rule=0, party_type="person", records=1)
        between()
        turn.come()
        return then()


def what_is_there():
    return sorted(OversizedBlock.objects.values_list("key", flat=True))


def fails(error, *said):
    def fail():
        raise error(*said)

    return fail


def ask(statement, *given):
    with connection.cursor() as cursor:
        cursor.execute(statement, given)


def waits_for_nobody():
    ask("SELECT 1")


def until_somebody_waits(count):
    """Until so many wait for an advisory lock."""
    for _nth in range(SOON * 20):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(DISTINCT pid) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
            if cursor.fetchone()[0] >= count:
                return
        threading.Event().wait(0.05)
    raise AssertionError("Nobody waits.")
