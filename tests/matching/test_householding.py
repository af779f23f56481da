"""The machine proposes households: by set, by the model, and never against what a person said."""

import io
import json
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cmdm import clock, jobs
from cmdm.actions import Refused
from cmdm.models import AuditEntry, Job, system_user
from customers.actions import households as deeds
from customers.actions.household_pairs import join, keep_two
from customers.actions.relations import relate
from customers.models import Customer, Household, HouseholdMember, HouseholdPair
from customers.queries.household_people import people_of
from customers.queries.households import homes, households_of
from matching.actions import householding, ledger, verdicts
from matching.models import Verdict
from tests.matching.actions.conftest import scene  # noqa: F401  (the same people and sources)
from tests.support.people import make_user
from tests.support.records import KARL, now, person, seen, stored, take

pytestmark = pytest.mark.django_db

HOUSE = {"line1": "Lindenweg 4", "postal_code": "89073", "city": "Ulm", "country": "DE"}
PHONE = [{"value": "+49 731 1553010"}]
WIFE = person("Anna", "Bergström", "1980-02-03", phone=PHONE, address=[HOUSE])
HUSBAND = person("Nils", "Bergström", "1951-06-30", phone=PHONE, address=[HOUSE])
SON = person("Emil", "Bergström", "2010-09-11", phone=PHONE, address=[HOUSE])


def propose():
    return householding.run(actor=system_user(), report=lambda *_: None)


def names(household, user):
    return sorted(one.who.name for one in homes([household], user)[0].members)


@pytest.fixture
def family(scene):  # noqa: F811
    """Three of one house, and Karl of another."""
    stored(scene.crm, "9", KARL)
    return [stored(scene.crm, "1", WIFE), stored(scene.shop, "2", HUSBAND), stored(scene.crm, "3", SON)]


class TestProposing:
    def test_who_shares_a_house_and_a_number_is_proposed_with_version_and_probability(self, scene, family):  # noqa: F811
        made = propose()
        assert (made.formed, made.changed, made.gone) == (1, 0, 0)
        [home] = households_of(family[0].customer, scene.marta)
        assert [one.who.name for one in home.members] and home.open
        assert names(home.household, scene.marta) == ["Anna Bergström", "Emil Bergström", "Nils Bergström"]
        assert all(one.model and one.probability >= 0.5 and not one.by for one in home.members)
        assert Customer.objects.active().count() == 4

    def test_again_it_changes_nothing(self, family):
        propose()
        before = list(Household.objects.values_list("key", "change"))
        assert propose().formed == 0
        assert list(Household.objects.values_list("key", "change")) == before

    def test_a_new_person_of_the_house_joins_it_and_it_keeps_its_key(self, scene, family):  # noqa: F811
        propose()
        key = Household.objects.get().key
        stored(scene.crm, "4", person("Ida", "Bergström", "2013-01-20", phone=PHONE, address=[HOUSE]))
        assert propose().changed == 1
        assert Household.objects.get().key == key and Household.objects.get().members.count() == 4

    def test_who_is_restricted_is_not_compared_and_the_others_are(self, scene, family):  # noqa: F811
        Customer.objects.filter(pk=family[1].customer_id).update(restricted=True)
        assert propose().formed == 1
        assert names(Household.objects.get(), scene.marta) == ["Anna Bergström", "Emil Bergström"]

    def test_what_does_not_hold_any_longer_is_taken_back(self, scene, family):  # noqa: F811
        propose()
        take(scene.crm, "3", person("Emil", "Bergström", "2010-09-11", phone=[{"value": "+49 30 901820"}]))
        assert propose().changed == 1
        assert names(Household.objects.get(), scene.marta) == ["Anna Bergström", "Nils Bergström"]

    def test_nothing_of_it_is_done_while_records_come_in(self, scene):  # noqa: F811
        with CaptureQueriesContext(connection) as asked:
            take(scene.crm, "1", WIFE), take(scene.shop, "2", HUSBAND)
        assert not any("household" in one["sql"] for one in asked)


class TestPeople:
    def test_who_was_taken_out_is_not_proposed_again(self, scene, family):  # noqa: F811
        propose()
        made = Household.objects.get()
        deeds.confirm(made, [one.pk for one in made.members.all()], actor=scene.marta)
        son = made.members.get(record__customer=family[2].customer)
        deeds.take_out(made, [son.pk], actor=scene.marta)
        assert propose().formed == 0
        assert names(made, scene.marta) == ["Anna Bergström", "Nils Bergström"]

    def test_a_dissolved_household_is_not_proposed_again(self, scene, family):  # noqa: F811
        propose()
        made = Household.objects.get()
        deeds.take_out(made, [one.pk for one in made.members.all()], actor=scene.marta)
        assert propose().formed == 0 and not Household.objects.standing().exists()

    def test_what_a_person_said_of_two_stands_against_the_model(self, scene, family):  # noqa: F811
        wife, husband, _son = family
        verdicts.keep_apart(wife, husband, actor=scene.marta, answer="different", seen=seen(wife, husband))
        propose()
        together = [names(one, scene.marta) for one in Household.objects.all()]
        assert not any({"Anna Bergström", "Nils Bergström"} <= set(one) for one in together)

    def test_the_answer_household_makes_one_and_taking_it_back_ends_it(self, scene, family):  # noqa: F811
        wife, husband, _son = family
        said = verdicts.keep_apart(wife, husband, actor=scene.marta, answer="related", seen=seen(wife, husband))
        [home] = households_of(wife.customer, scene.marta)
        assert {one.by for one in home.members} == {"Marta"}
        verdicts.withdraw(said.change, actor=scene.marta)
        assert households_of(wife.customer, scene.marta) == []
        assert Verdict.objects.in_force().count() == 0

    def test_the_machine_adds_to_what_people_made(self, scene, family):  # noqa: F811
        relate(family[0], family[1], actor=scene.marta)
        assert propose().changed == 1
        [home] = households_of(family[2].customer, scene.marta)
        assert [one.state for one in home.members] == ["member", "member", "proposed"]


class TestPairs:
    """Households that share a person: the machine leaves them as they are until people have said what they are."""

    @pytest.fixture
    def met(self, scene, family):  # noqa: F811
        """The wife lives with Karl, as people said; the machine proposed her with her husband and son."""
        propose()
        karl = now(stored(scene.crm, "9", KARL))
        deeds.form([now(family[0]), karl], actor=scene.otto)
        return HouseholdPair.objects.open().get()

    def test_what_is_asked_about_stays_as_it_is(self, scene, family, met):  # noqa: F811
        before = list(HouseholdMember.objects.order_by("pk").values_list("household", "record", "state"))
        propose()
        assert list(HouseholdMember.objects.order_by("pk").values_list("household", "record", "state")) == before
        assert HouseholdPair.objects.open().get() == met

    def test_who_is_related_to_none_of_them_any_longer_leaves_all_the_same(self, scene, family, met):  # noqa: F811
        take(scene.crm, "3", person("Emil", "Bergström", "2010-09-11", phone=[{"value": "+49 30 901820"}]))
        propose()
        assert names(met.left, scene.otto) == ["Anna Bergström", "Nils Bergström"]

    def test_two_stay_two(self, scene, family, met):  # noqa: F811
        keep_two(met, actor=scene.otto, people=people_of([(met.left_id, met.right_id)])[met.left_id, met.right_id])
        propose()
        assert names(met.left, scene.otto) == ["Anna Bergström", "Emil Bergström", "Nils Bergström"]
        assert names(met.right, scene.otto) == ["Anna Bergström", "Karl Lindqvist"]
        assert not HouseholdPair.objects.open().exists()

    def test_one_stays_one(self, scene, family, met):  # noqa: F811
        join(met, actor=scene.otto, people=people_of([(met.left_id, met.right_id)])[met.left_id, met.right_id])
        before = list(HouseholdMember.objects.order_by("pk").values_list("household", "record", "state"))
        propose()
        assert Household.objects.standing().count() == 1
        assert list(HouseholdMember.objects.order_by("pk").values_list("household", "record", "state")) == before

    def test_two_that_met_unnoticed_are_found(self, scene, family, met):  # noqa: F811
        HouseholdPair.objects.all().delete()
        propose()
        assert HouseholdPair.objects.open().count() == 1


class TestMerging:
    def test_after_an_unmerge_everything_is_as_before(self, scene, family):  # noqa: F811
        propose()
        made = Household.objects.get()
        before = list(made.members.order_by("pk").values_list("record", "state", "probability"))
        other = stored(scene.shop, "7", person("Emilia", "Sandberg", "1999-09-11"))
        survivor = ledger.merge(
            [now(family[2]).customer, other.customer], actor=scene.marta, seen=seen(family[2], other)
        )
        assert survivor.pk in {one.who.id for one in homes([made], scene.marta)[0].members}
        ledger.undo(survivor.ledger.filter(deed="merge").latest("pk").change, actor=scene.marta)
        assert list(made.members.order_by("pk").values_list("record", "state", "probability")) == before
        assert names(made, scene.marta) == ["Anna Bergström", "Emil Bergström", "Nils Bergström"]


class TestAsking:
    def test_who_decides_everywhere_has_it_done_in_a_job(self, client, scene, family):  # noqa: F811
        client.force_login(scene.otto)
        assert client.post(reverse("matching:propose_households")).status_code == 302
        assert Job.objects.filter(name=householding.NAME).count() == 1
        with pytest.raises(Refused, match="already"):
            householding.ask(actor=scene.otto)

    def test_others_are_refused(self, client, scene, family):  # noqa: F811
        for user in (scene.marta, make_user("administrator", domains=(scene.north, scene.south))):
            with pytest.raises(PermissionDenied):
                householding.ask(actor=user)
            with pytest.raises(PermissionDenied):
                householding.run(actor=user, report=lambda *_: None)
        client.force_login(scene.marta)
        assert client.post(reverse("matching:propose_households")).status_code == 403


class TestDaily:
    def test_it_is_asked_once_a_day_where_anybody_changed(self, scene, family):  # noqa: F811
        job = householding.ask_daily(actor=system_user())
        assert job is not None and householding.ask_daily(actor=system_user()) is None, "it waits"
        Job.objects.filter(pk=job.pk).update(state=Job.State.DONE)
        assert householding.ask_daily(actor=system_user()) is None, "it was done today"
        long_ago = clock.now() - timedelta(days=3)
        Job.objects.filter(pk=job.pk).update(created_at=long_ago + timedelta(hours=1))
        Customer.objects.update(changed_at=long_ago)
        assert householding.ask_daily(actor=system_user()) is None, "nobody changed"
        stored(scene.crm, "10", SON)
        assert householding.ask_daily(actor=system_user()) is not None
        assert AuditEntry.objects.filter(deed="household.proposals_asked").count() == 2

    def test_an_empty_hub_and_one_that_is_being_filled_are_left_alone(self, scene):  # noqa: F811
        assert householding.ask_daily(actor=system_user()) is None
        stored(scene.crm, "1", WIFE)
        load = jobs.enqueue("customers.load", actor=scene.otto)
        assert householding.ask_daily(actor=system_user()) is None
        Job.objects.filter(pk=load.pk).update(state=Job.State.DONE)
        assert householding.ask_daily(actor=system_user()) is not None

    def test_the_relay_asks(self, scene, family):  # noqa: F811
        call_command("relay", "--once", stdout=io.StringIO())
        assert Job.objects.filter(name=householding.NAME).count() == 1


class TestCommand:
    def test_it_says_what_it_proposed(self, scene, family):  # noqa: F811
        said = io.StringIO()
        call_command("households", stdout=said)
        assert said.getvalue().strip() == "1 households proposed, 0 changed, 0 taken back."
        said = io.StringIO()
        call_command("households", "--json", "--as", scene.otto.username, stdout=said)
        assert json.loads(said.getvalue()) == {"formed": 0, "changed": 0, "gone": 0}

    def test_who_does_not_decide_everywhere_is_refused(self, scene, family):  # noqa: F811
        with pytest.raises(SystemExit):
            call_command("households", "--as", scene.marta.username, stderr=io.StringIO())
        assert not Household.objects.exists()

    def test_one_that_was_cut_off_goes_on(self, scene, family, monkeypatch):  # noqa: F811
        """What was kept stays, and the next run adds what is missing: as one that nothing stopped."""
        house = HOUSE | {"line1": "Ahornallee 30", "postal_code": "10115", "city": "Berlin"}
        number = [{"value": "+49 30 901820"}]
        for n, (name, born) in enumerate((("Ole", "1961-01-12"), ("Pia", "1964-07-30"))):
            stored(scene.crm, f"o{n}", person(name, "Sandholm", born, phone=number, address=[house]))
        monkeypatch.setattr(householding, "BATCH", 1)

        def killed(done, _total, phase):
            if phase == "Proposing households" and done:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            householding.run(actor=system_user(), report=killed)
        [first] = Household.objects.values_list("key", flat=True)
        assert propose().formed == 1 and propose().formed == 0
        assert Household.objects.count() == 2 and Household.objects.filter(key=first).exists()
