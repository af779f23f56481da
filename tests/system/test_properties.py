"""What holds for any records in any order: undoing restores, arrival order does not matter, the ledger replays."""

from itertools import permutations

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cmdm import verifying
from cmdm.models import AuditEntry, system_user
from customers.actions import corrections, golden
from customers.models import Customer, SourceRecord
from matching.actions import ledger, verdicts
from matching.models import LedgerEntry
from stewardship.actions import tasks
from tests.support.records import now
from tests.support.scale import SOAK, scaled
from tests.system.digest import digest
from tests.system.world import KEYS, PEOPLE, World, pick

pytestmark = pytest.mark.django_db
NUMBERS = st.lists(st.integers(0, len(PEOPLE) - 1), min_size=1, max_size=len(KEYS))
SETTINGS = settings(
    max_examples=scaled(10, 500),
    deadline=None,
    derandomize=not SOAK,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def world(db):
    return World()


def filled(world, first, second):
    """Records from two sources, as they are now."""
    for source, numbers in enumerate((first, second)):
        world.take(source, list(zip(KEYS, numbers, strict=False)), None)
    return world.customers()


def replayed():
    """By record: where the ledger, read from its beginning, says that it is."""
    links = {}
    for entry in LedgerEntry.objects.order_by("pk"):
        links.update(dict.fromkeys(entry.records, entry.customer_id))
    return links


class TestUndo:
    @given(first=NUMBERS, second=NUMBERS, one=st.integers(0, 5), other=st.integers(0, 5), apart=st.booleans())
    @SETTINGS
    def test_a_merge_and_its_undo_leave_everything_as_it_was(self, world, first, second, one, other, apart):
        with transaction.atomic():
            known = filled(world, first, second)
            chosen = list({customer.pk: customer for customer in (pick(known, one), pick(known, other))}.values())
            if len(chosen) == 2:
                if apart:
                    pair = [SourceRecord.objects.filter(customer=customer).first() for customer in chosen]
                    seen = world.versions(*[customer.pk for customer in chosen])
                    verdicts.keep_apart(*pair, actor=world.steward, answer="different", seen=seen)
                corrected = SourceRecord.objects.filter(customer=chosen[0]).first()
                words = {"attribute": "given_name", "value": "Hanna", "about": corrected}
                corrections.correct(chosen[0], actor=world.steward, **words)
                before = digest()
                seen = world.versions(*[customer.pk for customer in chosen])
                ledger.merge(chosen, actor=world.steward, seen=seen)
                assert digest() != before
                ledger.undo(AuditEntry.objects.latest("pk").change, actor=world.steward)
                assert digest() == before
                assert verifying.broken() == []
            transaction.set_rollback(True)

    @given(first=NUMBERS, second=NUMBERS, which=st.integers(0, 5))
    @SETTINGS
    def test_an_answer_and_its_undo_leave_all_but_the_round_as_it_was(self, world, first, second, which):
        with transaction.atomic():
            filled(world, first, second)
            task = pick(world.tasks(), which)
            if task:
                tasks.take(task, actor=world.steward)
                before = digest()
                seen = world.versions(*task.customers)
                answer = tasks.decide(task, actor=world.steward, decision="same", seen=seen)
                tasks.undo(answer, actor=world.steward)
                task.refresh_from_db()
                assert task.round == 2
                type(task).objects.filter(pk=task.pk).update(round=1)
                assert digest() == before
            transaction.set_rollback(True)


class TestOrderOfArrival:
    @given(numbers=st.lists(st.integers(0, len(PEOPLE) - 1), min_size=3, max_size=3))
    @SETTINGS
    def test_the_same_links_give_the_same_bytes_whatever_came_first(self, world, numbers):
        outcomes = set()
        for order in permutations(range(3)):
            with transaction.atomic():
                for place in order:
                    world.take(place % 2, [(KEYS[place], numbers[place])], place)
                customers = world.customers()
                if len(customers) > 1:
                    seen = world.versions(*[one.pk for one in customers])
                    ledger.merge(customers, actor=world.steward, seen=seen)
                records = {record.pk: record.key for record in world.records()}
                outcomes.add(described(world.customers()[0], records))
                transaction.set_rollback(True)
        assert len(outcomes) == 1


class TestLedger:
    def test_replaying_it_gives_the_links_after_merges_edits_and_unmerges(self, world):
        a, b, c = filled(world, [0, 6], [2])
        steward = world.steward
        first = ledger.merge([a, b], actor=steward, seen=world.versions(a.pk, b.pk))
        world.take(1, [("b", 1)], None)
        second = ledger.merge([first, c], actor=steward, seen=world.versions(first.pk, c.pk))
        world.take(0, [("a", 5)], None)
        leaving = SourceRecord.objects.get(source=world.sources[0], key="b")
        ledger.unmerge([leaving], actor=steward, seen=world.versions(second.pk))
        assert now(leaving).customer != second
        links = SourceRecord.objects.filter(about__isnull=True).values_list("pk", "customer")
        assert replayed() == dict(links)

    def test_deriving_everything_anew_changes_no_value(self, world):
        customers = filled(world, [0, 6], [2, 1])
        before = [(one.values, one.lineage, bytes(one.golden_hash)) for one in customers]
        rebuild_all(customers)
        after = [(one.values, one.lineage, bytes(one.golden_hash)) for one in world.customers()]
        assert after == before


def described(customer: Customer, records: dict[int, str]) -> str:
    """Values and where they come from, with records named by their keys: ids differ between orders of arrival."""
    lineage = {
        name: [records[one["record"]] for one in (line if isinstance(line, list) else [line])]
        for name, line in customer.lineage.items()
    }
    return repr((sorted(customer.values.items()), sorted(lineage.items())))


def rebuild_all(customers):
    golden.rebuild(
        list(Customer.objects.filter(pk__in=[one.pk for one in customers]).locked()), "x", actor=system_user()
    )
