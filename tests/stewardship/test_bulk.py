"""Many cards at once: fixed, looked at in a sample, answered by a job that outlives its worker, taken back."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from cmdm import clock, jobs
from cmdm.actions import Refused
from cmdm.models import AuditEntry, Job
from customers.models import Customer
from stewardship.actions import bulk, tasks
from stewardship.models import Answer, BulkDecision, ReviewPolicy, Task
from stewardship.queries.wanted import Wanted, waiting
from tests.stewardship.scene import ask, stranger, task_of
from tests.support.people import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def cards(crm, shop):
    """Six questions in one domain."""
    return [task_of(ask(stranger(crm, number), stranger(shop, number + 1))) for number in range(1, 13, 2)]


def prepared(user, decision="different", *, opened=True):
    made = bulk.prepare(
        waiting(Wanted(), user), actor=user, parameters={"queue": "possible"}, decision=decision, reason="All alike"
    )
    for pk in made.sample if opened else ():
        bulk.look(made, pk, actor=user)
    return made


def worked(made):
    """The job as its worker runs it, to the end."""
    jobs.run(str(made.job_id))
    made.refresh_from_db()
    return made


def ran(user, decision="different"):
    return worked(bulk.run(prepared(user, decision), actor=user))


class TestPreparing:
    def test_it_fixes_cards_range_and_sample(self, cards, marta, crm, shop, monkeypatch):
        monkeypatch.setattr(bulk, "SAMPLE", 3)
        made = prepared(marta, opened=False)
        ask(stranger(crm, 31), stranger(shop, 32))

        assert made.tasks == sorted(task.pk for task in cards)
        assert (made.low, made.high, len(made.sample), set(made.sample) <= set(made.tasks)) == (0.5, 0.5, 3, True)

    def test_what_lies_elsewhere_or_is_in_other_hands_is_left_out(self, cards, marta, jonas, crm, kiosk):
        across = task_of(ask(stranger(crm, 31), stranger(kiosk, 32)))
        tasks.take(cards[0], actor=jonas)

        assert not {across.pk, cards[0].pk} & set(prepared(marta, opened=False).tasks)

    def test_there_is_a_limit(self, cards, marta, monkeypatch):
        monkeypatch.setattr(bulk, "MOST", 5)
        with pytest.raises(Refused, match="At most 5 cards"):
            prepared(marta)


class TestTheSample:
    def test_nothing_runs_before_every_card_of_it_was_opened(self, cards, marta):
        made = prepared(marta, opened=False)
        for pk in made.sample[1:]:
            bulk.look(made, pk, actor=marta)
        with pytest.raises(Refused, match="every card of the sample"):
            bulk.run(made, actor=marta)
        with pytest.raises(IntegrityError, match="whole_sample_was_opened"), transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("UPDATE stewardship_bulkdecision SET state = 'running'")

    def test_another_cannot_open_or_run_it_for_him(self, cards, marta, jonas, outsider):
        made = prepared(marta)
        for deed in (bulk.run, bulk.drop):
            with pytest.raises(Refused, match="somebody else"):
                deed(made, actor=jonas)
            with pytest.raises(PermissionDenied):
                deed(made, actor=outsider)


class TestRunning:
    def test_each_card_is_answered_and_one_undo_takes_all_back(self, cards, marta):
        made = ran(marta)
        assert (made.state, made.decided, made.refused) == ("done", 6, 0)
        assert {row.reason for row in Answer.objects.filter(bulk=made)} == {"All alike"}
        assert not Task.objects.open().exists()
        assert AuditEntry.objects.get(deed="bulk.decided").counts == {"tasks": 6, "decided": 6, "refused": 0}

        assert worked(bulk.undo(made, actor=marta)).state == "undone"
        assert Task.objects.open().filter(taken_by__isnull=True).count() == 6
        assert not Answer.objects.filter(withdrawn_at__isnull=True).exists()

    def test_customers_are_joined_and_separated_again(self, cards, marta):
        made = ran(marta, "same")
        assert Customer.objects.filter(status="merged").count() == 6

        worked(bulk.undo(made, actor=marta))
        assert not Customer.objects.filter(status="merged").exists()

    def test_what_cannot_be_answered_is_listed_with_its_reason_and_the_rest_goes_on(self, cards, marta, jonas):
        made = bulk.run(prepared(marta), actor=marta)
        tasks.take(cards[0], actor=jonas)
        Customer.objects.filter(pk=cards[1].customers[0]).update(changed_at=clock.now())
        worked(made)

        said = {int(pk): code for pk, (code, _sentence) in made.refusals.items()}
        assert (made.decided, made.refused) == (4, 2)
        assert said == {cards[0].pk: "taken", cards[1].pk: "changed"}

    def test_what_a_policy_wants_a_second_person_for_is_left_out(self, cards, marta, retail):
        made = bulk.run(prepared(marta), actor=marta)
        ReviewPolicy.objects.bulk_create([ReviewPolicy(name="Two", domain=retail, change=made.change)])

        worked(made)
        assert (made.decided, made.refused) == (0, 6)
        assert {code for code, _sentence in made.refusals.values()} == {"second"}
        assert not Answer.objects.exists()

    def test_it_goes_on_where_a_killed_worker_left_off(self, cards, marta):
        made = bulk.run(prepared(marta), actor=marta)
        Job.objects.filter(pk=made.job_id).update(state="running", attempt=1, fence=1, heartbeat=clock.now())
        for pk in made.tasks[:3]:
            bulk.answer_one(made, pk, actor=marta, hold=lambda: None)

        with clock.at(clock.now() + timedelta(seconds=60)):
            assert jobs.sweep() == 1
            worked(made)
        assert (made.state, made.decided, Answer.objects.count()) == ("done", 6, 6)

    def test_stopped_it_keeps_what_is_done(self, client, cards, marta):
        made = bulk.run(prepared(marta), actor=marta)
        bulk.answer_one(made, made.tasks[0], actor=marta, hold=lambda: None)
        bulk.stop(made, actor=marta)

        worked(made)
        assert (made.state, made.decided, Task.objects.open().count(), made.left_alone) == ("done", 1, 5, 5)
        client.force_login(marta)
        text = client.get(reverse("stewardship:bulk", args=[made.pk])).text
        assert "Stopped" in text and "Left as they are" in text

    def test_a_worker_without_the_fence_writes_nothing(self, cards, marta):
        made = bulk.run(prepared(marta), actor=marta)

        def fenced():
            raise jobs.Fenced

        with pytest.raises(jobs.Fenced):
            bulk.answer_one(made, made.tasks[0], actor=marta, hold=fenced)
        assert not Answer.objects.exists()

    def test_a_lead_takes_it_back_and_a_colleague_does_not(self, cards, marta, jonas, retail):
        made = ran(marta)
        with pytest.raises(Refused, match="somebody else"):
            bulk.undo(made, actor=jonas)
        assert worked(bulk.undo(made, actor=make_user("lead", domain=retail))).state == "undone"


class TestThePages:
    def test_from_the_filter_to_the_last_card(self, client, cards, marta):
        client.force_login(marta)
        assert "6 cards" in client.get(reverse("stewardship:bulk_new"), {"queue": "possible"}).text
        assert client.post(reverse("stewardship:bulk_new"), {"decision": "same"}).status_code == 422
        made = client.post(reverse("stewardship:bulk_new"), {"decision": "same", "reason": "All alike"})
        row = BulkDecision.objects.get()
        for pk in row.sample:
            address = reverse("stewardship:bulk_sample", args=[row.pk, pk])
            assert client.post(address).url == address
        text = client.get(address).text
        assert "Comparison" in text and "Next of the sample" not in text
        assert "Answer 6 cards" in client.get(made.url).text

        client.post(reverse("stewardship:bulk_run", args=[row.pk]))
        jobs.run(str(BulkDecision.objects.get().job_id))
        ended = client.get(reverse("stewardship:bulk_progress", args=[row.pk]))
        assert ended.status_code == 286
        assert "hx-swap-oob" in ended.text and "Take back 6 answers" in ended.text
        text = client.get(made.url).text
        assert "Take back 6 answers" in text and "another domain" not in text
        assert "All alike" in client.get(reverse("stewardship:bulk_list")).text

    def test_they_are_for_stewards_of_all_its_domains(self, client, cards, marta, outsider, retail):
        made = prepared(marta)
        for user, statuses in ((outsider, (404, 200, 404)), (make_user("reader", domain=retail), (404, 403, 404))):
            client.force_login(user)
            opened = client.get(reverse("stewardship:bulk", args=[made.pk]))
            listed = client.get(reverse("stewardship:bulk_list"))
            run = client.post(reverse("stewardship:bulk_run", args=[made.pk]))
            assert (opened.status_code, listed.status_code, run.status_code) == statuses
            assert "All alike" not in listed.text
