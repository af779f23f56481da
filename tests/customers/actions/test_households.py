"""Households: persons who live together, by their records; each stays a customer of his own."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from cmdm.actions import Refused
from cmdm.models import AuditEntry, OutboxEvent, system_user
from customers.actions.household_proposals import Proposal, propose
from customers.actions.households import add, confirm, describe, form, take_out, undo
from customers.actions.relations import end_relation, relate
from customers.models import Customer, Household, HouseholdMember
from customers.queries.households import homes, households_of, known, last_change, listed, said
from matching.actions import ledger
from tests.support.people import make_domain, make_user
from tests.support.records import ANNA, KARL, close, make_source, now, person, seen, stored

pytestmark = pytest.mark.django_db
LEA = person("Lea", "Tamm", "2012-04-01")
HOLMS = [("Nils", "1950-01-02"), ("Tora", "1966-08-12")]


@pytest.fixture
def home():
    return make_domain()


@pytest.fixture
def marta(home):
    return make_user("steward", domain=home, name="marta")


@pytest.fixture
def three(home):
    """Anna, Karl and Lea, three customers of one domain."""
    source = make_source(home)
    return [stored(source, str(n), values) for n, values in enumerate((ANNA, KARL, LEA))]


def names(household, user):
    return [one.who.name for one in homes([household], user)[0].members]


def states(household):
    return list(household.members.order_by("pk").values_list("record", "state"))


class TestForming:
    def test_it_has_a_number_and_members_and_merges_nobody(self, three, marta):
        before = list(Customer.objects.order_by("pk").values("pk", "version", "status", "values"))
        made = form(three[:2], actor=marta)
        assert made.number.startswith("H-")
        assert names(made, marta) == ["Anna Bergström", "Karl Lindqvist"]
        assert {one.said_by for one in made.members.all()} == {marta}
        assert list(Customer.objects.order_by("pk").values("pk", "version", "status", "values")) == before

    def test_one_person_is_none(self, three, marta):
        with pytest.raises(Refused, match="two different persons"):
            form(three[:1], actor=marta)

    def test_an_organisation_belongs_to_none(self, home, three, marta):
        firm = stored(make_source(home), "f", {"organisation_name": "Lindqvist AB"}, party="organisation")
        with pytest.raises(Refused, match="Only persons"):
            form([three[0], firm], actor=marta)

    def test_the_outsider_and_who_only_looks_are_refused(self, home, three):
        for user in (make_user("steward", domain=make_domain()), make_user("reader", domain=home)):
            with pytest.raises(PermissionDenied):
                form(three[:2], actor=user)
        assert not Household.objects.exists()

    def test_it_leaves_an_audit_entry_an_event_and_its_history(self, home, three, marta):
        made = form(three[:2], actor=marta)
        entry = AuditEntry.objects.get(deed="household.formed")
        assert (entry.thing_id, entry.domains, entry.actor) == (str(made.pk), [home.pk], marta)
        assert OutboxEvent.objects.get(topic="household.formed").payload == {"household": str(made.key)}
        assert [row.state for row in HouseholdMember.history.filter(household=made)] == ["member", "member"]


class TestSaying:
    def test_who_is_added_taken_out_or_described_keeps_its_key(self, three, marta):
        made = form(three[:2], actor=marta)
        add(made, three[2], actor=marta, role="child")
        assert names(made, marta) == ["Anna Bergström", "Karl Lindqvist", "Lea Tamm"]
        anna = made.members.get(record=three[0])
        describe(made, [anna.pk], actor=marta, role="head", since=None)
        take_out(made, [made.members.get(record=three[1]).pk], actor=marta)
        assert names(made, marta) == ["Anna Bergström", "Lea Tamm"]
        assert [one.role for one in homes([made], marta)[0].members] == ["head", "child"]
        assert Household.objects.get().key == made.key

    def test_who_belongs_to_it_is_not_added_again(self, three, marta):
        made = form(three[:2], actor=marta)
        again = stored(three[0].source, "again", ANNA)
        assert again.customer == three[0].customer
        with pytest.raises(Refused, match="already"):
            add(made, again, actor=marta)

    def test_with_one_left_it_is_dissolved_and_takes_no_one_in(self, three, marta):
        made = form(three[:2], actor=marta)
        take_out(made, [made.members.get(record=three[0]).pk], actor=marta)
        assert Household.objects.get().dissolved_at and OutboxEvent.objects.filter(topic="household.dissolved").exists()
        assert households_of(now(three[1]).customer, marta) == []
        with pytest.raises(Refused, match="dissolved"):
            add(made, three[2], actor=marta)

    def test_what_was_said_meanwhile_is_not_overwritten(self, three, marta):
        made = form(three, actor=marta)
        lea = made.members.get(record=three[2])
        take_out(made, [lea.pk], actor=marta)
        for deed in (take_out, describe, confirm):
            with pytest.raises(Refused, match="changed since"):
                deed(made, [lea.pk], actor=marta)

    def test_members_of_another_household_are_not_touched(self, three, marta):
        made, other = form(three[:2], actor=marta), form(three[1:], actor=marta)
        with pytest.raises(Refused, match="changed since"):
            take_out(made, [other.members.first().pk], actor=marta)

    def test_the_database_takes_no_member_whom_nobody_confirmed(self, three, marta):
        made = form(three[:2], actor=marta)
        with pytest.raises(IntegrityError, match="only_people_say"), transaction.atomic():
            made.members.update(said_by=None)


class TestUndoing:
    def test_each_deed_is_taken_back_to_what_was_before(self, three, marta):
        made = form(three[:2], actor=marta)
        before = states(made)
        for deed in (
            lambda: add(made, three[2], actor=marta),
            lambda: take_out(made, [made.members.get(record=three[0]).pk], actor=marta),
        ):
            deed()
            change = made.members.order_by("-said_at", "-pk").first().change
            undo(made, change, actor=marta)
            assert states(made) == before
            assert Household.objects.standing().filter(pk=made.pk).exists()
        assert AuditEntry.objects.filter(deed="household.undone").count() == 2

    def test_a_household_that_was_just_formed_is_gone_but_for_its_history(self, three, marta):
        made = form(three[:2], actor=marta)
        undo(made, made.change, actor=marta)
        assert not Household.objects.exists() and not HouseholdMember.objects.exists()
        assert Household.history.filter(id=made.pk).count() == 2

    def test_an_undo_is_not_offered_for_undoing(self, three, marta):
        made = form(three, actor=marta)
        take_out(made, [made.members.get(record=three[2]).pk], actor=marta)
        undo(made, last_change(made, marta), actor=marta)
        assert last_change(made, marta) is None
        describe(made, [made.members.get(record=three[0]).pk], actor=marta, role="head")
        assert last_change(made, marta) is not None

    def test_what_was_overtaken_is_not(self, three, marta):
        made = form(three[:2], actor=marta)
        add(made, three[2], actor=marta)
        with pytest.raises(Refused, match="changed since"):
            undo(made, made.change, actor=marta)
        anna = made.members.get(record=three[0])
        describe(made, [anna.pk], actor=marta, role="head")
        with pytest.raises(Refused, match="changed since"):
            undo(made, made.change, actor=marta)


class TestRelations:
    def test_same_household_makes_one_and_another_relation_none(self, three, marta):
        relate(three[0], three[1], actor=marta, kind="employer")
        assert not Household.objects.exists()
        relate(three[0], three[1], actor=marta)
        [home] = households_of(three[0].customer, marta)
        relate(three[1], three[2], actor=marta)
        assert names(home.household, marta) == ["Anna Bergström", "Karl Lindqvist", "Lea Tamm"]
        assert Household.objects.count() == 1

    def test_it_confirms_whom_the_machine_proposed(self, three, marta):
        propose([Proposal(0, {one.pk: 0.9 for one in three})], model=1, actor=system_user())
        relate(three[0], three[1], actor=marta)
        assert [state for _record, state in states(Household.objects.get())] == ["member", "member", "proposed"]

    def test_the_end_of_the_relation_of_two_is_the_end_of_their_household(self, three, marta):
        relation = relate(three[0], three[1], actor=marta)
        end_relation(relation, actor=marta)
        assert households_of(three[0].customer, marta) == []

    def test_of_three_nobody_said_who_left(self, three, marta):
        relation = relate(three[0], three[1], actor=marta)
        relate(three[1], three[2], actor=marta)
        end_relation(relation, actor=marta)
        assert len(households_of(three[0].customer, marta)[0].members) == 3


class TestMerging:
    def test_members_survive_a_merge_and_an_unmerge_of_theirs(self, home, three, marta):
        """Members are records: whatever customer they lie in belongs to it; after an unmerge all is as before."""
        other = stored(make_source(home), "o", person("Leonie", "Thamm", "2011-09-21"))
        made = form(three, actor=marta)
        before = (states(made), names(made, marta))
        lea = now(three[2]).customer
        survivor = ledger.merge([lea, now(other).customer], actor=marta, seen=seen(three[2], other))
        assert [one.who.id for one in homes([made], marta)[0].members][-1] == survivor.pk
        assert households_of(survivor, marta)[0].household == made
        change = survivor.ledger.filter(deed="merge").latest("pk").change
        ledger.undo(change, actor=marta)
        assert (states(made), names(made, marta)) == before

    def test_two_members_that_become_one_count_once_until_they_are_two_again(self, three, marta):
        made = form(three[:2], actor=marta)
        survivor = ledger.merge(
            [now(one).customer for one in three[:2]], actor=marta, seen=seen(*three[:2]), reason="One after all."
        )
        assert households_of(survivor, marta) == [] and not listed(marta).exists()
        ledger.undo(survivor.ledger.filter(deed="merge").latest("pk").change, actor=marta)
        assert names(made, marta) == ["Anna Bergström", "Karl Lindqvist"]


class TestSeeing:
    @pytest.fixture
    def elsewhere(self):
        source = make_source(make_domain())
        return [stored(source, str(n), person(name, "Holm", born)) for n, (name, born) in enumerate(HOLMS)]

    @pytest.fixture
    def both(self, home, elsewhere):
        return make_user("steward", domains=(home, elsewhere[0].domain), name="otto")

    def test_only_members_that_one_may_see_are_shown_and_counted(self, three, elsewhere, marta, both):
        made = form([*three[:2], *elsewhere], actor=both)
        assert len(homes([made], both)[0].members) == 4
        assert names(made, marta) == ["Anna Bergström", "Karl Lindqvist"]
        assert listed(marta).get() == made

    def test_the_list_narrows_to_those_with_somebody_proposed_or_with_nobody(self, three, elsewhere, marta, both):
        sure = form([*three[:2], elsewhere[0]], actor=both)
        propose([Proposal(sure.pk, {elsewhere[1].pk: 0.9})], model=1, actor=system_user())
        propose([Proposal(0, {three[1].pk: 0.9, three[2].pk: 0.9})], model=1, actor=system_user())
        asked = Household.objects.exclude(pk=sure.pk).get()
        assert set(listed(both, "proposed")) == {sure, asked} and not listed(both, "member").exists()
        assert [*listed(marta, "proposed"), *listed(marta, "member")] == [asked, sure]

    def test_one_whose_only_other_member_is_hidden_is_not_there(self, three, elsewhere, marta, both):
        made = form([three[0], elsewhere[0]], actor=both)
        assert not listed(marta).exists() and known(marta, made.key) is None
        assert households_of(three[0].customer, marta) == []

    def test_who_sees_a_part_dissolves_that_part_and_the_rest_stands(self, three, elsewhere, marta, both):
        made = form([*three[:2], *elsewhere], actor=both)
        take_out(made, homes([made], marta)[0].removable, actor=marta)
        assert names(made, both) == ["Nils Holm", "Tora Holm"]
        assert names(made, marta) == []


class TestOtherDomains:
    """What is said by records of a domain where whoever acts does not decide stays as it was said."""

    @pytest.fixture
    def elsewhere(self):
        return make_source(make_domain())

    @pytest.fixture
    def lea_there(self, elsewhere, three):
        found = stored(elsewhere, "lea", LEA)
        assert found.customer == three[2].customer
        return found

    def test_who_is_proposed_there_is_added_by_a_record_of_ones_own(self, three, lea_there, marta):
        made = form(three[:2], actor=marta)
        propose([Proposal(made.pk, {lea_there.pk: 0.9})], model=4, actor=system_user())
        add(made, three[2], actor=marta)
        assert states(made)[2:] == [(lea_there.pk, "proposed"), (three[2].pk, "member")]

    def test_a_relation_confirms_nobody_there_and_joins_no_household_that_is_not_seen(
        self, three, elsewhere, lea_there, marta
    ):
        nils = stored(elsewhere, "nils", person("Nils", "Holm", "1950-01-02"))
        propose([Proposal(0, {lea_there.pk: 0.9, nils.pk: 0.9})], model=4, actor=system_user())
        hidden = Household.objects.get()
        relate(three[0], three[2], actor=marta)
        assert [state for _record, state in states(hidden)] == ["proposed", "proposed"]
        [home] = households_of(three[0].customer, marta)
        assert home.household != hidden and names(home.household, marta) == ["Anna Bergström", "Lea Tamm"]

    def test_the_end_of_a_relation_takes_nobody_out_there(self, home, three, lea_there, marta):
        relation = relate(three[0], three[2], actor=marta)
        made = Household.objects.get()
        both = make_user("steward", domains=(home, lea_there.domain))
        HouseholdMember.objects.filter(household=made, record=three[2]).update(record=lea_there)
        end_relation(relation, actor=marta)
        assert {state for _record, state in states(made)} == {"member"}
        assert len(homes([made], both)[0].members) == 2


class TestProposals:
    def test_the_machine_proposes_and_a_person_confirms(self, three, marta):
        told = propose([Proposal(0, {one.pk: 0.8 for one in three})], model=4, actor=system_user())
        assert told.formed == 1
        [home] = households_of(three[0].customer, marta)
        assert home.open and {(one.by, one.model, one.probability) for one in home.members} == {("", 4, 0.8)}
        confirm(home.household, home.answerable, actor=marta)
        [home] = households_of(three[0].customer, marta)
        assert not home.open and {one.by for one in home.members} == {"Marta"}

    def test_whom_a_person_took_out_it_never_proposes_for_it_again(self, three, marta):
        made = form(three, actor=marta)
        take_out(made, [made.members.get(record=three[2]).pk], actor=marta)
        again = stored(three[2].source, "again", LEA)
        assert again.customer == three[2].customer
        for record in (three[2], again):
            propose([Proposal(made.pk, {record.pk: 0.99})], model=4, actor=system_user())
        propose([Proposal(0, {one.pk: 0.99 for one in three})], model=4, actor=system_user())
        assert names(made, marta) == ["Anna Bergström", "Karl Lindqvist"] and Household.objects.count() == 1

    def test_what_people_confirmed_it_does_not_take_back(self, three, marta):
        made = form(three[:2], actor=marta)
        rows = [one.pk for one in made.members.all()]
        propose([Proposal(made.pk, {}, tuple(rows))], model=4, actor=system_user())
        assert names(made, marta) == ["Anna Bergström", "Karl Lindqvist"]

    def test_its_own_it_takes_back(self, three):
        propose([Proposal(0, {one.pk: 0.8 for one in three[:2]})], model=4, actor=system_user())
        [made] = Household.objects.all()
        gone = propose(
            [Proposal(made.pk, {}, tuple(one.pk for one in made.members.all()))], model=5, actor=system_user()
        )
        assert (gone.gone, Household.objects.standing().count()) == (1, 0)

    def test_many_take_the_same_statements_as_one(self, home, three, django_assert_max_num_queries):
        source = make_source(home)
        rows = [stored(source, f"m{n}", person(f"Ole{n}", f"Berg{n}", f"19{n + 10}-01-02")) for n in range(20)]
        with django_assert_max_num_queries(STATEMENTS):
            propose([Proposal(0, {one.pk: 0.8 for one in three})], model=4, actor=system_user())
        pairs = [Proposal(0, {rows[n].pk: 0.8, rows[n + 1].pk: 0.8}) for n in range(0, 20, 2)]
        with django_assert_max_num_queries(STATEMENTS):
            propose(pairs, model=4, actor=system_user())

    def test_only_who_decides_everywhere_proposes(self, three, marta):
        make_domain()
        with pytest.raises(PermissionDenied):
            propose([Proposal(0, {one.pk: 0.8 for one in three})], model=4, actor=marta)


STATEMENTS = 23


def test_records_that_are_gone_are_not_proposed(three):
    close(three[0].source, three[0].key)
    propose([Proposal(0, {one.pk: 0.8 for one in three[:2]})], model=4, actor=system_user())
    assert not Household.objects.exists()


def test_who_is_restricted_is_neither_proposed_nor_added(three, marta):
    made = form(three[:2], actor=marta)
    Customer.objects.filter(pk=three[2].customer_id).update(restricted=True)
    propose([Proposal(made.pk, {three[2].pk: 0.9})], model=4, actor=system_user())
    with pytest.raises(Refused, match="cannot be changed"):
        add(made, three[2], actor=marta)
    assert made.members.count() == 2


class TestRestricted:
    """Of who is restricted nothing is shown that only the machine says, and nothing more is said of him."""

    @pytest.fixture
    def proposed(self, three):
        propose([Proposal(0, {one.pk: 0.8 for one in three})], model=4, actor=system_user())
        Customer.objects.filter(pk=three[2].customer_id).update(restricted=True)
        return Household.objects.get()

    def test_a_proposal_of_him_is_shown_to_nobody(self, three, marta, proposed):
        assert names(proposed, marta) == ["Anna Bergström", "Karl Lindqvist"]
        assert households_of(now(three[2]).customer, marta) == []
        assert {one.who.name for one in said(proposed, marta)} == {"Anna Bergström", "Karl Lindqvist"}

    def test_a_household_of_him_and_one_other_is_not_there(self, three, marta, proposed):
        take_out(proposed, [proposed.members.get(record=three[0]).pk], actor=marta)
        assert not listed(marta).exists() and names(proposed, marta) == []

    def test_nobody_confirms_or_describes_him_and_he_can_be_taken_out(self, three, marta, proposed):
        lea = proposed.members.get(record=three[2])
        for deed in (confirm, describe):
            with pytest.raises(Refused, match="cannot be changed"):
                deed(proposed, [lea.pk], actor=marta)
        take_out(proposed, [lea.pk], actor=marta)
        lea.refresh_from_db()
        assert lea.state == "out"

    def test_who_was_confirmed_before_stays_where_people_put_him(self, three, marta):
        made = form(three[:2], actor=marta)
        Customer.objects.filter(pk=three[1].customer_id).update(restricted=True)
        assert names(made, marta) == ["Anna Bergström", "Karl Lindqvist"]

    def test_a_relation_of_his_makes_no_household(self, three, marta):
        Customer.objects.filter(pk=three[1].customer_id).update(restricted=True)
        relate(three[0], three[1], actor=marta)
        assert not Household.objects.exists()
