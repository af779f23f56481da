"""How right the machine is: the sample of its joins, the estimate with its interval, the alarm, and what it does."""

import math

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from hypothesis import given
from hypothesis import strategies as st

from cmdm import events, jobs
from cmdm.actions import Refused
from cmdm.models import AuditEntry, Job, OutboxEvent, system_user
from customers.models import Customer
from matching.actions import ledger, matching
from matching.models import Candidate, LedgerEntry
from stewardship.actions import counting, policies, sampling
from stewardship.handlers import tell_owners
from stewardship.jobs import ask_to_count, owners, tell_owner
from stewardship.models import QualityTarget, SampledJoin, SourceDay, Task
from stewardship.queries import targets
from stewardship.rules.quality import Estimate, agreement, counts_from, is_too_low, needed
from tests.stewardship.scene import answer, put
from tests.support.people import make_user

PERSON = {
    "given_name": "Karla",
    "family_name": "Oberländer",
    "birth_date": "1954-03-17",
    "email": [{"value": "karla@oberlaender.example"}],
}
OTHER = {
    "given_name": "Mai",
    "family_name": "Nguyen",
    "birth_date": "1988-12-05",
    "email": [{"value": "mai@nguyen.example"}],
}


class TestEstimates:
    def test_the_interval_is_that_of_wilson(self):
        # Brown, Cai and DasGupta's formula by hand: 8 of 10.
        low, high = Estimate(8, 10).low, Estimate(8, 10).high
        assert (round(low, 3), round(high, 3)) == (0.490, 0.943)
        assert Estimate(0, 0).mean is None
        assert (Estimate(0, 0).low, Estimate(0, 0).high) == (0.0, 1.0)

    @given(st.integers(1, 5_000), st.data())
    def test_the_share_lies_in_its_interval_and_more_answers_narrow_it(self, n, data):
        right = data.draw(st.integers(0, n))
        one, more = Estimate(right, n), Estimate(right * 4, n * 4)
        assert 0 <= one.low <= one.mean <= one.high <= 1
        assert more.high - more.low <= one.high - one.low + 1e-12

    @given(st.floats(0.5, 0.999), st.integers(1, 500))
    def test_an_alarm_is_silent_on_a_clean_sample_however_large(self, precision, minimum):
        for n in (minimum, counts_from(precision, minimum), 10 * counts_from(precision, minimum)):
            assert not is_too_low(Estimate(n, n), precision=precision, minimum=minimum)

    @pytest.mark.parametrize(
        ("right", "answers", "fires"),
        [(20, 30, True), (29, 30, False), (396, 400, True), (400, 400, False), (0, 29, False)],
    )
    def test_it_fires_when_the_lower_bound_falls_under_the_target(self, right, answers, fires):
        assert is_too_low(Estimate(right, answers), precision=0.99, minimum=30) is fires

    def test_so_many_clean_answers_reach_a_target(self):
        n = needed(0.99)
        assert Estimate(n, n).low >= 0.99 > Estimate(n - 1, n - 1).low

    def test_kappa_is_agreement_beyond_chance(self):
        # Cohen's own example: 20 both yes, 15 both no, 5 and 10 apart; kappa 0.4.
        found = agreement({("a", "a"): 20, ("a", "b"): 5, ("b", "a"): 10, ("b", "b"): 15})
        assert (found.pairs, found.agreed, round(found.kappa, 3)) == (50, 35, 0.4)
        assert found.low < 0.4 < found.high
        assert agreement({("a", "a"): 9}).kappa is None
        assert agreement({}).pairs == 0
        assert agreement({("a", "b"): 1}).kappa is None, "one pair tells nothing, and least that it is certain"
        assert math.isclose(agreement({("a", "b"): 5, ("b", "a"): 5}).kappa, -1)


@pytest.fixture
def owner(retail):
    return make_user("data owner", domain=retail, name="owner")


@pytest.fixture
def aim(retail, owner):
    return policies.set_target(retail, actor=owner, fields={"precision": 0.9, "sample": 1.0, "minimum": 1})


@pytest.fixture
def joined(crm, shop):
    """Two records that the machine joined."""
    one, other = put(crm, "1", **PERSON), put(shop, "1", **PERSON)
    assert one.customer_id == other.customer_id
    return one, other


@pytest.mark.django_db
class TestTheSample:
    def test_a_drawn_join_is_asked_once_and_its_answer_counts(self, aim, joined, marta):
        assert sampling.draw(actor=system_user()) == 1
        assert sampling.draw(actor=system_user()) == 0
        [task] = Task.objects.open().filter(queue="sample")
        assert Candidate.objects.get(tasks__task=task).kind == "sample"
        answer(task, marta, "same")
        sampling.measure(actor=system_user())
        aim.refresh_from_db()
        assert (aim.measured["right"], aim.measured["answers"], aim.lowered_at) == (1, 1, None)
        assert SampledJoin.objects.get().domain == aim.domain

    def test_what_is_not_drawn_is_not_asked(self, retail, owner, joined):
        policies.set_target(retail, actor=owner, fields={"sample": 0.0})
        assert sampling.draw(actor=system_user()) == 0
        assert not Task.objects.exists()

    def test_a_full_queue_takes_no_more(self, aim, joined, monkeypatch):
        monkeypatch.setattr(sampling, "WAITING", 0)
        assert sampling.draw(actor=system_user()) == 0

    def test_records_that_lie_apart_by_now_are_not_asked_about(self, aim, joined, marta):
        customer = joined[0].customer
        versions = {customer.pk: Customer.objects.get(pk=customer.pk).version}
        ledger.unmerge([joined[1]], actor=marta, seen=versions)
        assert sampling.draw(actor=system_user()) == 0


def lowerings():
    return OutboxEvent.objects.filter(topic="quality.lowered")


@pytest.mark.django_db
class TestTheAlarm:
    @pytest.fixture
    def wrong(self, aim, joined, crm, shop, marta):
        """Two joins of the machine, and a person who says that both were wrong."""
        put(crm, "2", **OTHER), put(shop, "2", **OTHER)
        sampling.draw(actor=system_user())
        for task in Task.objects.open().filter(queue="sample"):
            answer(task, marta, "different")
        return aim

    def test_it_separates_fires_and_tells_the_owner(self, wrong, owner, retail):
        owner.email = "owner@retail.example"
        owner.save()
        assert Customer.objects.active().count() == 4
        [lowered] = sampling.measure(actor=system_user())
        assert lowered.domain == retail
        assert OutboxEvent.objects.filter(topic="quality.lowered", payload__domain=retail.pk).count() == 1
        assert AuditEntry.objects.filter(deed="quality.lowered", domains=[retail.pk]).exists()
        assert owners(retail) == [owner]
        assert sampling.measure(actor=system_user()) == []

    def test_the_owner_gets_one_mail(self, wrong, owner):
        owner.email = "owner@retail.example"
        owner.save()
        sampling.measure(actor=system_user())
        [told] = [events.Event("quality.lowered", payload=row.payload, id=row.pk) for row in lowerings()]
        for _twice in range(2):
            tell_owners([told])
        [job] = Job.objects.filter(name=sampling.TELL)
        assert tell_owner(jobs.Running(job)) == {"told": 1}
        assert [(one.to, one.subject) for one in mail.outbox] == [
            (["owner@retail.example"], "Retail: the machine proposes instead of joining")
        ]

    def test_the_machine_then_proposes_one_record_many_and_existing_ones(self, wrong, crm, kiosk, owner, branch):
        sampling.measure(actor=system_user())
        third = {**PERSON, "given_name": "Karl", "email": [{"value": "x@y.example"}], "family_name": "Ibsen"}
        one, other = put(crm, "3", **third), put(crm, "4", **third)
        assert one.customer_id != other.customer_id
        [asked] = Candidate.objects.open().filter(left__in=[one, other], right__in=[one, other])
        assert (asked.kind, asked.probability > 0.95) == ("possible", True)
        before = LedgerEntry.objects.filter(deed="merge").count()
        matching.run(actor=system_user(), everything=True)
        assert LedgerEntry.objects.filter(deed="merge").count() == before
        # A record of another domain that would join a customer here is asked about, too.
        far = put(kiosk, "5", **third)
        assert far.customer_id not in (one.customer_id, other.customer_id)

    def test_the_owner_lets_it_join_again_and_counting_begins_anew(self, wrong, crm, owner, marta):
        sampling.measure(actor=system_user())
        wrong.refresh_from_db()
        with pytest.raises(PermissionDenied):
            policies.raise_again(wrong, actor=marta)
        raised = policies.raise_again(wrong, actor=owner)
        assert (raised.lowered_at, targets.estimates([raised])) == (None, {})
        with pytest.raises(Refused, match="already"):
            policies.raise_again(raised, actor=owner)
        assert sampling.measure(actor=system_user()) == []
        third = {**PERSON, "given_name": "Karl", "email": [{"value": "x@y.example"}], "family_name": "Ibsen"}
        assert put(crm, "3", **third).customer_id == put(crm, "4", **third).customer_id

    def test_it_is_silent_on_clean_data(self, aim, joined, marta):
        sampling.draw(actor=system_user())
        answer(Task.objects.open().get(queue="sample"), marta, "same")
        assert sampling.measure(actor=system_user()) == []
        assert targets.lowered() == frozenset()
        assert QualityTarget.objects.get().measured["right"] == 1


@pytest.mark.django_db
def test_a_source_that_repeats_itself_is_counted_once_a_day(crm, shop, joined):
    put(crm, "9", **PERSON)
    assert ask_to_count(actor=system_user()) is not None
    assert counting.count_sources(actor=system_user())
    assert not counting.count_sources(actor=system_user())
    assert ask_to_count(actor=system_user()) is None
    counted = {day.source: (day.records, day.repeated) for day in SourceDay.objects.select_related("source")}
    assert counted == {crm: (2, 1), shop: (1, 0)}
