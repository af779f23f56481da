"""Two households with a person in common: one household or two, as people say; exactly undone, and remembered."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from cmdm.actions import Refused
from cmdm.models import AuditEntry, OutboxEvent, system_user
from customers.actions.household_pairs import join, keep_two
from customers.actions.household_proposals import Proposal, propose
from customers.actions.households import add, describe, form, take_out, undo
from customers.models import Customer, Household, HouseholdMember, HouseholdPair
from customers.queries.household_people import people_of
from matching.actions import ledger
from tests.customers.actions.test_households import names
from tests.support.people import make_domain, make_user
from tests.support.records import ANNA, KARL, make_source, now, person, seen, stored

pytestmark = pytest.mark.django_db
TOLD = (ANNA, KARL, person("Lea", "Tamm", "2012-04-01"), person("Ida", "Holm", "1966-08-12"))


@pytest.fixture
def home():
    return make_domain()


@pytest.fixture
def marta(home):
    return make_user("steward", domain=home, name="marta")


@pytest.fixture
def four(home):
    """Anna, Karl, Lea and Ida, four customers of one domain."""
    source = make_source(home)
    return [stored(source, str(n), values) for n, values in enumerate(TOLD)]


@pytest.fixture
def met(four, marta):
    """Anna lives with Karl and, as somebody else said, with Lea; Ida is proposed there."""
    first, second = form(four[:2], actor=marta), form([four[0], four[2]], actor=marta)
    propose([Proposal(second.pk, {four[3].pk: 0.9})], model=4, actor=system_user())
    return first, second


def asked():
    return HouseholdPair.objects.open().get()


def people(pair):
    ends = (pair.left_id, pair.right_id)
    return people_of([ends])[ends]


def say(deed, pair, user):
    deed(pair, actor=user, people=people(pair))
    pair.refresh_from_db()
    return pair


def everything():
    """All that is said of households, but for who wrote it when."""
    members = HouseholdMember.objects.order_by("pk").values(
        "pk", "household", "record", "state", "role", "since", "model", "probability", "said_by", "said_at"
    )
    homes = Household.objects.order_by("pk").values("pk", "dissolved_at", "asked", "sure", "domains")
    return list(members), list(homes), list(HouseholdPair.objects.values("left", "right", "answer", "people"))


class TestAsking:
    def test_two_that_share_a_person_are_asked_about_once(self, four, met, marta):
        assert (asked().left, asked().right) == met
        describe(met[0], [met[0].members.first().pk], actor=marta, role="head")
        assert HouseholdPair.objects.count() == 1

    def test_two_that_share_nobody_are_not(self, four, marta):
        form(four[:2], actor=marta), form(four[2:], actor=marta)
        assert not HouseholdPair.objects.exists()

    def test_once_they_share_nobody_it_is_asked_no_more(self, four, met, marta):
        add(met[0], four[3], actor=marta)
        take_out(met[0], [met[0].members.get(record=four[0]).pk], actor=marta)
        assert asked().left == met[0], "Ida is in both"
        take_out(met[0], [met[0].members.get(record=four[3]).pk], actor=marta)
        assert not HouseholdPair.objects.exists()

    def test_what_the_machine_proposes_counts(self, four, marta):
        made = form(four[:2], actor=marta)
        propose([Proposal(0, {four[0].pk: 0.9, four[2].pk: 0.9})], model=4, actor=system_user())
        assert asked().left == made and asked().right.asked

    def test_a_merge_lets_two_meet_and_its_undo_parts_them(self, home, four, marta):
        made = [form(four[:2], actor=marta), form(four[2:], actor=marta)]
        one, other = four[1], four[3]
        survivor = ledger.merge([now(one).customer, now(other).customer], actor=marta, seen=seen(one, other))
        assert [asked().left, asked().right] == made
        ledger.undo(survivor.ledger.filter(deed="merge").latest("pk").change, actor=marta)
        assert not HouseholdPair.objects.exists()

    def test_the_household_that_made_them_meet_is_unsaid_and_the_question_with_it(self, four, marta):
        form(four[:2], actor=marta)
        second = form([four[0], four[2]], actor=marta)
        undo(second, second.change, actor=marta)
        assert not HouseholdPair.objects.exists() and Household.objects.count() == 1


class TestOne:
    def test_all_belong_to_the_older_one_each_as_he_was(self, four, met, marta):
        describe(met[1], [met[1].members.get(record=four[2]).pk], actor=marta, role="child")
        say(join, asked(), marta)
        assert names(met[0], marta) == ["Anna Bergström", "Karl Lindqvist", "Lea Tamm", "Ida Holm"]
        told = dict(met[0].members.values_list("record", "state"))
        assert told == {four[n].pk: ("member", "member", "member", "proposed")[n] for n in range(4)}
        assert met[0].members.get(record=four[2]).role == "child"
        met[1].refresh_from_db()
        assert met[1].dissolved_at and not HouseholdPair.objects.open().exists()

    def test_what_people_confirmed_goes_on_and_not_what_was_only_proposed(self, four, marta):
        propose([Proposal(0, {four[0].pk: 0.9, four[2].pk: 0.9})], model=4, actor=system_user())
        sure = form(four[:2], actor=marta)
        say(join, asked(), marta)
        assert Household.objects.standing().get() == sure
        assert sure.members.get(record=four[0]).state == "member"

    def test_who_was_taken_out_there_comes_back_only_if_people_said_so(self, four, met, marta):
        propose([Proposal(met[0].pk, {four[3].pk: 0.9})], model=4, actor=system_user())
        take_out(met[0], [met[0].members.get(record=four[3]).pk], actor=marta)
        say(join, asked(), marta)
        assert met[0].members.get(record=four[3]).state == "out"

    def test_its_undo_leaves_nothing_of_it(self, four, met, marta):
        before = everything()
        pair = say(join, asked(), marta)
        undo(met[0], pair.change, actor=marta)
        assert everything() == before
        assert AuditEntry.objects.get(deed="household.undone").thing_id == str(met[0].pk)
        assert OutboxEvent.objects.filter(topic="household.undone").count() == 2

    def test_undone_from_the_one_that_is_gone_it_is_the_same(self, four, met, marta):
        before = everything()
        undo(met[1], say(join, asked(), marta).change, actor=marta)
        assert everything() == before

    def test_what_was_overtaken_is_not_undone(self, four, met, marta):
        pair = say(join, asked(), marta)
        take_out(met[0], [met[0].members.get(record=four[2]).pk], actor=marta)
        with pytest.raises(Refused, match="changed since"):
            undo(met[0], pair.change, actor=marta)

    def test_it_leaves_audit_events_and_history(self, home, four, met, marta):
        pair = say(join, asked(), marta)
        entry = AuditEntry.objects.get(deed="household.joined")
        assert (entry.thing_id, entry.domains, entry.actor) == (str(met[0].pk), [home.pk], marta)
        assert OutboxEvent.objects.get(topic="household.dissolved").payload == {"household": str(met[1].key)}
        assert [row.answer for row in HouseholdPair.history.filter(id=pair.pk).order_by("pk")] == ["", "one"]


class TestTwo:
    def test_both_stand_and_who_was_shown_in_both_belongs_to_both(self, four, marta):
        propose([Proposal(0, {four[0].pk: 0.9, four[2].pk: 0.9})], model=4, actor=system_user())
        form(four[:2], actor=marta)
        say(keep_two, asked(), marta)
        told = HouseholdMember.objects.filter(record=four[0]).values_list("state", "said_by")
        assert list(told) == [("member", marta.pk)] * 2 and Household.objects.standing().count() == 2
        assert HouseholdMember.objects.get(record=four[2]).state == "proposed"

    def test_it_is_remembered_until_their_people_change(self, home, four, met, marta):
        pair = say(keep_two, asked(), marta)
        describe(met[0], [met[0].members.first().pk], actor=marta, role="head")
        outside = stored(make_source(home), "o", person("Leonie", "Thamm", "2011-09-21"))
        lea = four[2]
        ledger.merge([now(lea).customer, outside.customer], actor=marta, seen=seen(lea, outside))
        pair.refresh_from_db()
        assert pair.answer == "two", "Lea is still Lea"
        take_out(met[1], [met[1].members.get(record=four[3]).pk], actor=marta)
        assert asked() == pair

    def test_two_members_who_become_one_are_a_change(self, four, met, marta):
        pair = say(keep_two, asked(), marta)
        karl, lea = four[1], four[2]
        ledger.merge([now(karl).customer, now(lea).customer], actor=marta, seen=seen(karl, lea), reason="One.")
        assert asked() == pair

    def test_its_undo_leaves_nothing_of_it(self, four, marta):
        made = form(four[:2], actor=marta)
        propose([Proposal(0, {four[0].pk: 0.9, four[2].pk: 0.9})], model=4, actor=system_user())
        before = everything()
        undo(made, say(keep_two, asked(), marta).change, actor=marta)
        assert everything() == before

    def test_it_leaves_its_audit_entry(self, four, met, marta):
        say(keep_two, asked(), marta)
        assert AuditEntry.objects.get(deed="household.kept_two").actor == marta

    def test_a_household_of_which_it_was_said_is_not_unsaid_before_it_is(self, four, met, marta):
        say(keep_two, asked(), marta)
        take_out(met[1], [met[1].members.get(record=four[3]).pk], actor=marta)
        say(keep_two, asked(), marta)
        with pytest.raises(Refused, match="changed since"):
            undo(met[0], met[0].change, actor=marta)


@pytest.mark.parametrize("deed", [join, keep_two])
class TestRefusing:
    def test_who_does_not_decide_everywhere_they_are(self, home, four, marta, deed):
        lea = stored(make_source(make_domain()), "lea", TOLD[2])
        both = make_user("steward", domains=(home, lea.domain))
        form(four[:2], actor=marta), form([four[0], lea], actor=both)
        for user in (marta, make_user("reader", domains=(home, lea.domain))):
            with pytest.raises(PermissionDenied):
                say(deed, asked(), user)
        assert list(HouseholdPair.objects.visible_to(marta)) == []
        assert say(deed, HouseholdPair.objects.visible_to(both).get(), both).said_by == both

    def test_what_is_answered_already(self, four, met, marta, deed):
        pair, told = asked(), people(asked())
        say(keep_two, pair, marta)
        with pytest.raises(Refused, match="changed since"):
            deed(pair, actor=marta, people=told)

    def test_what_was_not_seen_so(self, four, met, marta, deed):
        pair, told = asked(), people(asked())
        take_out(met[1], [met[1].members.get(record=four[3]).pk], actor=marta)
        with pytest.raises(Refused, match="changed since"):
            deed(pair, actor=marta, people=told)

    def test_whom_the_machine_alone_put_there_once_he_is_restricted(self, four, marta, deed):
        form(four[:2], actor=marta)
        propose([Proposal(0, {four[0].pk: 0.9, four[2].pk: 0.9})], model=4, actor=system_user())
        Customer.objects.filter(pk=four[0].customer_id).update(restricted=True)
        assert not HouseholdPair.objects.visible_to(marta).exists()
        with pytest.raises(Refused, match="changed since"):
            say(deed, asked(), marta)


def test_nobody_who_is_restricted_is_moved(four, met, marta):
    Customer.objects.filter(pk=four[2].customer_id).update(restricted=True)
    with pytest.raises(Refused, match="cannot be changed"):
        say(join, asked(), marta)


def test_the_database_takes_no_answer_of_nobody(four, met, marta):
    pair = say(keep_two, asked(), marta)
    with pytest.raises(IntegrityError, match="only_people_answer"), transaction.atomic():
        HouseholdPair.objects.filter(pk=pair.pk).update(said_by=None)
