"""A rehearsal foretells what `match --all` then does, splits included, and whom of those outside it concerns."""

from dataclasses import replace

import pytest

from cmdm import clock
from cmdm.actions.users import issue_token
from cmdm.models import ApiToken, system_user
from consent.actions.on_behalf import record_on_behalf
from consent.queries.permitted import permitted
from customers.models import Customer, SourceRecord
from matching.actions import ledger, matching, models, rehearsing, verdicts
from matching.engine.defaults import person_model
from matching.engine.model import Rule
from matching.models import Candidate
from matching.queries.rehearsed import effects as told
from matching.queries.rehearsed import listed
from tests.consent.scene import make_notice, make_purpose
from tests.matching.actions.test_same_groups import PEOPLE
from tests.support.people import make_domain, make_user
from tests.support.records import ANNA, ANNA_AGAIN, KARL, seen, stored, take

STRICT = replace(person_model(), prior=-45)


@pytest.fixture
def owner(scene):
    return make_user("data owner", domains=(scene.north, scene.south))


@pytest.fixture
def millers(scene):
    """J. Miller lies with Jane, who came first; all taken together he is Jon."""
    for key, number in (("10", 10), ("11", 10), ("09", 9), ("08", 8)):
        take(scene.crm, key, PEOPLE[number])
    jon, initial, jane, _again = SourceRecord.objects.select_related("customer").order_by("key")
    assert jane.customer_id == initial.customer_id != jon.customer_id
    return jane, initial, jon


def rehearsed(model, owner):
    row = models.draft(model, actor=owner, origin="imported")
    return rehearsing.rehearse(row, actor=owner, report=lambda done, total, phase: None)


def effects(row):
    return {one.headline: (one.count, one.detail) for one in told(row.rehearsal)}


class TestForetold:
    @pytest.mark.parametrize("model", [replace(person_model(), review=0.2), STRICT, replace(STRICT, prior=-25)])
    def test_match_does_exactly_what_was_foretold(self, scene, owner, model):
        for number in reversed(range(len(PEOPLE))):
            take([scene.crm, scene.shop, scene.desk][number % 3], f"{number:02}", PEOPLE[number])
        stored(scene.desk, "karl", KARL), stored(scene.crm, "anna", ANNA), stored(scene.shop, "again", ANNA_AGAIN)
        row = rehearsed(model, owner)
        told = row.rehearsal
        models.promote(row, actor=owner)
        made = matching.run(actor=system_user(), everything=True)
        assert (made.merged, made.parted) == (told["merges"]["then"], told["partings"]["then"])
        assert made.asked == told["queue"]["then"]
        assert Customer.objects.active().count() == told["shape"]["then"]["customers"]

    def test_who_is_taken_apart_is_listed_with_where_the_records_go(self, millers, owner):
        jane, initial, jon = millers
        row = rehearsed(replace(person_model(), review=0.2), owner)
        assert row.rehearsal["partings"] == {
            "now": 1,
            "then": 1,
            "parts": [[jane.customer_id, [initial.pk], [jon.customer_id]]],
        }
        # Whom it joins with a part that leaves is told there: the list of whole customers says that it is empty.
        assert row.rehearsal["merges"]["groups"] == []
        assert (row.rehearsal["merges"]["then"], listed(row, "merges", owner).count) == (1, 0)
        [part] = listed(row, "partings", owner).parts
        assert part.customer.number == jane.customer.number
        assert [end.record for end in part.leaving] == [initial.pk]
        assert [one.number for one in part.joining] == [jon.customer.number]
        elsewhere = listed(row, "partings", make_user("steward", domain=make_domain()))
        assert (elsewhere.parts, elsewhere.count, elsewhere.hidden) == ([], 1, 1)

    def test_a_person_keeps_apart_whom_a_parting_would_bring_together(self, millers, owner, scene):
        _jane, initial, jon = millers
        verdicts.keep_apart(initial, jon, actor=scene.otto, answer="different", seen=seen(initial, jon))
        told = rehearsed(replace(person_model(), review=0.2), owner).rehearsal
        made = matching.run(actor=system_user(), everything=True)
        assert (told["merges"]["then"], told["partings"]["then"]) == (made.merged, made.parted)
        assert initial.customer_id == SourceRecord.objects.get(pk=initial.pk).customer_id

    def test_a_word_about_a_record_that_leaves_holds_nobody_who_stays(self, millers, owner, scene):
        jane, initial, _jon = millers
        other = stored(scene.desk, "1", KARL)
        verdicts.keep_apart(initial, other, actor=scene.otto, answer="different", seen=seen(initial, other))
        take(scene.desk, "1", PEOPLE[10])
        told = rehearsed(replace(person_model(), review=0.2), owner).rehearsal
        assert [jane.customer_id, other.customer_id] in told["merges"]["groups"]
        made = matching.run(actor=system_user(), everything=True)
        assert (told["merges"]["now"], told["partings"]["now"]) == (made.merged, made.parted) == (2, 1)

    def test_who_is_held_by_nothing_under_a_promoted_model_is_asked_about(self, scene, owner):
        anna, again = stored(scene.crm, "1", ANNA), stored(scene.shop, "1", ANNA_AGAIN)
        row = rehearsed(STRICT, owner)
        assert row.rehearsal["splits"] == {"count": 1, "customers": [anna.customer_id]}
        assert row.rehearsal["queue"]["then"] == 1
        models.promote(row, actor=owner)
        assert matching.run(actor=system_user(), everything=True).asked == 1
        asked = Candidate.objects.open().get()
        assert (asked.kind, asked.reason) == ("over_merge", "evidence gone")
        assert (asked.left_id, asked.right_id) == (anna.pk, again.pk)
        assert matching.run(actor=system_user(), everything=True).asked == 1, "the same question, not another"
        assert Candidate.objects.open().count() == 1

    def test_who_is_held_by_a_person_or_by_likeness_without_a_block_is_not(self, scene, owner):
        anna, again = stored(scene.crm, "1", ANNA), stored(scene.shop, "1", ANNA_AGAIN)
        blind = replace(person_model(), rules=(Rule("house", ("house", "city")),))
        told = rehearsed(blind, owner).rehearsal
        assert (told["pairs"]["then"], told["queue"]["then"], told["splits"]["count"]) == (0, 0, 0)

        karl = stored(scene.crm, "3", KARL)
        ledger.merge([again.customer, karl.customer], actor=scene.otto, seen=seen(anna, karl))
        told = rehearsed(replace(person_model(), review=0.2), owner).rehearsal
        assert told["queue"]["then"] == told["splits"]["count"] == 0
        assert matching.run(actor=system_user(), everything=True).asked == 0


class TestConcerned:
    def say(self, record, act, purpose, actor):
        where = {"channel": "email", "contact": ("email", "miller@home.example")} if act == "granted" else {}
        said = {"actor": actor, "purpose": purpose, "act": act, "method": "phone", "note": "Call 17"}
        record_on_behalf([record], **said, **where)

    def test_consents_that_a_split_would_change_are_counted(self, scene, owner):
        purpose = make_purpose("newsletter")
        make_notice(purpose)
        model = replace(person_model(), review=0.2)
        self.say(stored(scene.crm, "09", PEOPLE[9]), "refused", purpose, scene.otto)
        jane, _again = stored(scene.crm, "10", PEOPLE[10]), stored(scene.crm, "11", PEOPLE[10])
        jon = stored(scene.crm, "08", PEOPLE[8])
        assert effects(rehearsed(model, owner)) == {}, "nobody would be told anything else"

        self.say(jane, "granted", purpose, scene.otto)
        assert effects(rehearsed(replace(model, review=0.21), owner)) == {"Consents that begin to hold": (1, "")}
        self.say(jon, "granted", purpose, scene.otto)
        row = rehearsed(replace(model, review=0.22), owner)
        assert effects(row) == {"Consents that begin to hold": (1, ""), "Consents that stop": (1, "")}

        may_now = self.permitted(purpose)
        models.promote(row, actor=owner)
        matching.run(actor=system_user(), everything=True)
        assert (may_now, self.permitted(purpose)) == ({jon.customer_id}, {jane.customer_id})

    def permitted(self, purpose):
        found = permitted(list(Customer.objects.active()), purpose.key, "email", clock.now())
        return {pk for pk, one in found.items() if one.allowed}

    def test_consuming_systems_that_read_them_are_counted(self, millers, owner, scene):
        model = replace(person_model(), review=0.2)
        shop, elsewhere = make_user("consumer", domain=scene.north), make_user("consumer", domain=make_domain())
        assert effects(rehearsed(model, system_user())) == {}, "who has no token reads nothing"
        for user in (shop, elsewhere):
            issue_token(actor=system_user(), user=user)
        told = effects(rehearsed(replace(model, review=0.21), system_user()))
        assert told == {"Consuming systems that read them": (1, f"{shop}: 2 customers")}
        ApiToken.objects.filter(user=shop).update(revoked_at=clock.now())
        assert effects(rehearsed(replace(model, review=0.22), system_user())) == {}
