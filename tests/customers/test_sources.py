"""Sources: what a system's word is worth, and the domain's own ones."""

import threading

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from cmdm.actions import Invalid, Refused
from cmdm.models import AuditEntry, system_user
from customers.actions.sources import add_source, change_source, own_source
from customers.models import Source
from tests.support.people import make_domain, make_user

FIELDS = {"name": "CRM", "trust": 70, "trust_by_attribute": {"email": 90}}


@pytest.fixture
def north(db):
    return make_domain("north")


@pytest.fixture
def owner(north):
    return make_user("data owner", domain=north)


class TestAdding:
    def test_a_data_owner_adds_one_with_history_and_an_entry(self, owner, north):
        source = add_source(actor=owner, domain=north, key="crm", fields=FIELDS)
        assert (source.trust_in("email"), source.trust_in("phone")) == (90, 70)
        entry = AuditEntry.objects.latest("pk")
        assert (entry.deed, entry.domains, entry.change) == ("source.added", [north.pk], _fresh(source).change)
        assert Source.history.get(id=source.pk).change == entry.change

    def test_a_steward_and_a_stranger_are_refused(self, north):
        for actor in (make_user("steward", domain=north), make_user("data owner", domain=make_domain("south"))):
            with pytest.raises(PermissionDenied):
                add_source(actor=actor, domain=north, key="crm", fields=FIELDS)

    def test_a_key_is_given_once(self, owner, north):
        add_source(actor=owner, domain=north, key="crm", fields=FIELDS)
        with pytest.raises(Refused):
            add_source(actor=owner, domain=north, key="crm", fields=FIELDS)

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("trust", 101),
            ("trust_by_attribute", {"emial": 3}),
            ("trust_by_attribute", {"email": 101}),
            ("trust_by_attribute", {"email": True}),
            ("trust_by_attribute", [1]),
            ("party_class", "fourth"),
            ("mapping", {"key": "id", "columns": {"x": "no_such_attribute"}}),
            ("role", "steward"),
            ("domain", 1),
        ],
    )
    def test_what_makes_no_sense_is_named_by_its_field(self, owner, north, field, value):
        with pytest.raises(Invalid) as fault:
            add_source(actor=owner, domain=north, key="crm", fields={**FIELDS, field: value})
        assert set(fault.value.errors) == {field}
        assert not Source.objects.exists()


class TestChanging:
    def test_only_what_changed_is_named_and_the_earlier_state_is_kept(self, owner, north):
        source = add_source(actor=owner, domain=north, key="crm", fields=FIELDS)
        change_source(source, actor=owner, fields={"trust": 20, "name": "CRM"})
        assert AuditEntry.objects.latest("pk").attributes == ["trust"]
        assert list(Source.history.filter(id=source.pk).order_by("history_id").values_list("trust", flat=True)) == [
            70,
            20,
        ]

    def test_a_change_of_nothing_writes_nothing(self, owner, north):
        source = add_source(actor=owner, domain=north, key="crm", fields=FIELDS)
        before = AuditEntry.objects.count()
        change_source(source, actor=owner, fields=FIELDS)
        assert AuditEntry.objects.count() == before

    def test_a_stranger_is_refused(self, owner, north):
        source = add_source(actor=owner, domain=north, key="crm", fields=FIELDS)
        with pytest.raises(PermissionDenied):
            change_source(source, actor=make_user("data owner", domain=make_domain("south")), fields={"trust": 1})


class TestOwnSources:
    def test_a_domain_has_one_of_each_role_made_when_it_is_needed(self, north):
        steward = make_user("steward", domain=north)
        first = own_source(north, "steward", actor=steward)
        assert own_source(north, "steward", actor=steward) == first
        assert (first.role, first.trust) == ("steward", 100)
        assert own_source(north, "portal", actor=steward) != first
        assert AuditEntry.objects.filter(deed="source.added").count() == 2

    def test_a_reader_is_refused(self, north):
        with pytest.raises(PermissionDenied):
            own_source(north, "steward", actor=make_user("reader", domain=north))


@pytest.mark.race
def test_two_corrections_at_once_make_one_source(committing):
    north = make_domain("north")
    met, made = threading.Barrier(4, timeout=20), []

    def work():
        try:
            met.wait()
            made.append(own_source(north, "steward", actor=system_user()).pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(made) == 4 and len(set(made)) == 1


def _fresh(source: Source) -> Source:
    return Source.objects.get(pk=source.pk)
