"""An action is one transaction with one change id and one audit entry."""

import threading

import pytest
from django.db import IntegrityError, connection

from cmdm import audit, events
from cmdm.actions import Refused, action, change_id
from cmdm.actions.domains import add_domain, change_domain
from cmdm.models import AuditEntry, Domain, OutboxEvent, system_user
from tests.kit.making import make_domain


@action
def add_two(*, actor, fail=False):
    add_domain(actor=actor, key="one", name="One")
    add_domain(actor=actor, key="two", name="Two")
    events.emit("test.added")
    if fail:
        raise Refused("Not both.")
    audit.record(actor, "test.added_two")


@pytest.mark.django_db
class TestAChange:
    def test_its_rows_history_audit_and_event_carry_one_id(self):
        domain = make_domain()
        change = Domain.objects.get(pk=domain.pk).change
        assert AuditEntry.objects.get(change=change).deed == "domain.added"
        assert Domain.history.get(id=domain.pk).change == change

    def test_an_inner_action_joins_and_leaves_the_entry_to_the_outer(self):
        before = AuditEntry.objects.count()
        add_two(actor=system_user())
        ids = set(Domain.objects.filter(key__in=["one", "two"]).values_list("change", flat=True))
        entry = AuditEntry.objects.latest("pk")
        assert ids == {entry.change} == {OutboxEvent.objects.get(topic="test.added").change}
        assert (entry.deed, AuditEntry.objects.count()) == ("test.added_two", before + 1)

    def test_a_refusal_takes_everything_back(self):
        before = AuditEntry.objects.count(), OutboxEvent.objects.count()
        with pytest.raises(Refused):
            add_two(actor=system_user(), fail=True)
        assert not Domain.objects.filter(key__in=["one", "two"]).exists()
        assert (AuditEntry.objects.count(), OutboxEvent.objects.count()) == before

    def test_a_refusal_inside_that_is_caught_leaves_the_outer_its_entry(self):
        make_domain("taken")

        @action
        def deed(*, actor):
            with pytest.raises(Refused):
                add_domain(actor=actor, key="taken", name="Again")
            audit.record(actor, "test.went_on")

        deed(actor=system_user())
        assert AuditEntry.objects.latest("pk").deed == "test.went_on"

    def test_a_second_entry_is_a_fault(self):
        @action
        def deed(*, actor):
            audit.record(actor, "test.first")
            audit.record(actor, "test.second")

        with pytest.raises(RuntimeError, match="one audit entry"):
            deed(actor=system_user())

    def test_nothing_is_written_outside_an_action(self):
        with pytest.raises(RuntimeError, match="Only an action"):
            audit.record(system_user(), "test.outside")
        with pytest.raises(RuntimeError):
            change_id()
        with pytest.raises(IntegrityError, match="change"):
            Domain.objects.create(key="stray", name="Stray")

    def test_a_change_id_does_not_outlive_its_action(self):
        make_domain()
        with pytest.raises(IntegrityError, match="change"):
            Domain.objects.create(key="stray", name="Stray")


@pytest.mark.race
class TestOnRealConnections:
    def test_a_deadlock_is_tried_again(self, committing):
        """Two deeds lock two rows from both ends; the database kills one of them, and both take effect."""
        pairs = [make_domain("left"), make_domain("right")]
        met = threading.Barrier(2, timeout=20)
        tries, faults = [], []

        @action
        def cross(first, second, *, actor, known):
            known.append(1)
            rename(first, actor=actor)
            if len(known) == 1:
                met.wait()
            rename(second, actor=actor)

        def rename(domain, *, actor):
            row = Domain.objects.select_for_update().get(pk=domain.pk)
            change_domain(row, actor=actor, name=row.name + "+", match_space=row.match_space, owner=None)

        def work(first, second):
            known = []
            tries.append(known)
            try:
                cross(first, second, actor=system_user(), known=known)
            except Exception as fault:
                faults.append(fault)
            finally:
                connection.close()

        threads = [threading.Thread(target=work, args=order) for order in (pairs, pairs[::-1])]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert not faults
        assert max(len(known) for known in tries) > 1
        assert {row.name for row in Domain.objects.all()} == {"Left++", "Right++"}

    def test_a_committed_deed_is_there_and_a_refused_one_is_not(self, committing):
        make_domain()
        with pytest.raises(Refused):
            add_two(actor=system_user(), fail=True)
        connection.close()
        assert set(Domain.objects.values_list("key", flat=True)) == {"north"}
