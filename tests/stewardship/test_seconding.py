"""Two pairs of eyes: which answers need a second person or a reason, and what the policies' owners may say."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from cmdm import clock
from cmdm.actions import Invalid, Refused
from cmdm.models import AuditEntry, system_user
from customers.models import Customer
from stewardship.actions import policies, seconding, tasks
from stewardship.models import Answer, ReviewPolicy, Task
from stewardship.queries.policies import drawn, facts, needing_reason, needs_second
from stewardship.rules.seconding import Answered, Policy, fits, kinds, wants_reason, wants_second
from tests.stewardship.scene import answer
from tests.support.people import make_user

SAME = frozenset(["same"])
TASK = Answered(frozenset([1]), 0.7, SAME)


class TestRules:
    @pytest.mark.parametrize(
        ("policy", "said", "expected"),
        [
            (Policy(), TASK, True),
            (Policy(domain=1), TASK, True),
            (Policy(domain=2), TASK, False),
            (Policy(low=0.7, high=0.7), TASK, True),
            (Policy(low=0.71), TASK, False),
            (Policy(high=0.69), TASK, False),
            (Policy(low=0.5), Answered(frozenset([1]), None, SAME), False),
            (Policy(), Answered(frozenset([1]), None, SAME), True),
            (Policy(decision="same"), TASK, True),
            (Policy(decision="different"), TASK, False),
            (Policy(decision="same"), Answered(frozenset(), 0.7, kinds("partition")), True),
            (Policy(), Answered(frozenset(), 0.7, frozenset(["unsure"])), False),
            (Policy(decision="unsure"), Answered(frozenset(), 0.7, frozenset(["unsure"])), True),
            (Policy(sensitive=True), TASK, False),
            (Policy(sensitive=True), Answered(frozenset(), 0.7, SAME, sensitive=True), True),
            (Policy(contradictory=True), TASK, False),
            (Policy(contradictory=True), Answered(frozenset(), 0.7, SAME, contradictory=True), True),
        ],
    )
    def test_all_conditions_that_are_set_must_hold(self, policy, said, expected):
        assert fits(policy, said) is expected

    def test_of_a_share_only_what_is_drawn(self):
        tenth = [Policy(share=0.1)]
        assert [wants_second(tenth, TASK, draw) for draw in (0.0, 0.09, 0.1, 0.9)] == [True, True, False, False]
        assert not wants_second([Policy(second_person=False, reason_required=True)], TASK, 0.0)

    def test_a_reason_does_not_depend_on_the_draw(self):
        assert wants_reason([Policy(second_person=False, reason_required=True, share=0.0)], TASK)
        assert not wants_reason([Policy()], TASK)


@pytest.fixture
def owner(retail):
    return make_user("data owner", domain=retail, name="owner")


@pytest.fixture
def lead(retail):
    return make_user("lead", domain=retail, name="lead")


@pytest.fixture
def policy(retail, owner):
    return policies.add_policy(actor=owner, domain=retail, fields={"name": "All", "decision": "same"})


@pytest.mark.django_db
class TestDeeds:
    def test_two_who_agree_act_and_the_first_alone_does_not(self, policy, task, marta, jonas):
        assert needs_second(task, "same")
        assert not needs_second(task, "different")
        assert facts(task, [], []).foreseen == ["same"]
        first = answer(task, marta, "same")
        assert (first.role, first.acts, Customer.objects.active().count()) == ("first", False, 2)
        with pytest.raises(Refused):
            answer(task, marta, "same")
        second = answer(task, jonas, "same")
        assert (second.role, second.acts, Customer.objects.active().count()) == ("second", True, 1)

    def test_the_second_is_told_nothing_that_the_first_said_and_took_back(self, client, policy, task, marta, jonas):
        tasks.undo(answer(task, marta, "different"), actor=marta)
        client.force_login(jonas)
        address = reverse("stewardship:task", args=[task.pk])
        assert [one.by for one in client.get(address).context["card"].earlier] == ["Marta"]

        answer(Task.objects.get(), marta, "same")
        assert client.get(address).context["card"].earlier == []

    def test_two_who_differ_leave_it_to_a_lead(self, policy, task, marta, jonas, lead):
        answer(task, marta, "same")
        answer(task, jonas, "different")
        task.refresh_from_db()
        assert (task.stage, task.status) == ("lead", "open")
        outside = make_user("steward", domain=policy.domain, name="third")
        with pytest.raises(PermissionDenied):
            answer(task, outside, "same")
        assert answer(task, lead, "different").role == "lead"

    def test_after_two_days_without_a_second_it_goes_to_a_lead(self, policy, task, marta, jonas, lead):
        answer(task, marta, "same")
        assert seconding.escalate(actor=system_user()) == 0
        with clock.at(clock.now() + timedelta(days=2, minutes=1)):
            assert seconding.escalate(actor=system_user()) == 1
            assert seconding.escalate(actor=system_user()) == 0
            assert tasks.take_next(Task.objects.visible_to(jonas), actor=jonas) is None
            assert tasks.take_next(Task.objects.visible_to(lead), actor=lead) == task
        assert AuditEntry.objects.filter(deed="task.given_to_lead").exists()
        assert Answer.objects.filter(acts=True).count() == 0

    def test_a_reason_is_asked_where_policy_says(self, policy, task, owner, marta):
        fields = {"second_person": False, "reason_required": True}
        policies.change_policy(policy, actor=owner, fields=fields)
        assert needing_reason(task) == {"same"}
        with pytest.raises(Refused) as refused:
            answer(task, marta, "same")
        assert refused.value.code == "reason"
        assert answer(task, marta, "same", reason="Same passport").acts

    def test_a_draw_belongs_to_the_task_and_its_round(self, task):
        again = Task.objects.get(pk=task.pk)
        assert 0 <= drawn(task) < 1
        assert drawn(task) == drawn(again)
        again.round += 1
        assert drawn(task) != drawn(again)

    def test_only_who_configures_there_sets_policies(self, retail, branch, owner, marta, policy):
        for domain, actor in ((retail, marta), (branch, owner), (None, owner)):
            with pytest.raises(PermissionDenied):
                policies.add_policy(actor=actor, domain=domain, fields={"name": "No"})
        with pytest.raises(PermissionDenied):
            policies.change_policy(policy, actor=marta, fields={"active": False})
        with pytest.raises(Invalid, match="high"):
            policies.change_policy(policy, actor=owner, fields={"low": 0.9, "high": 0.1})
        with pytest.raises(Invalid, match="domain"):
            policies.change_policy(policy, actor=owner, fields={"domain": branch})
        assert ReviewPolicy.objects.count() == 1
