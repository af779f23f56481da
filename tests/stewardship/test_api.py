"""Tasks and decisions by the API."""

import pytest
from rest_framework.test import APIClient

from cmdm.actions.users import issue_token
from cmdm.models import system_user
from customers.models import Customer
from stewardship.actions import tasks
from stewardship.models import Answer
from tests.stewardship.scene import answer, ask, stranger, task_of

pytestmark = pytest.mark.django_db


def signed(user):
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {issue_token(actor=system_user(), user=user)}")
    return client


def versions(task):
    return {str(one.key): one.version for one in Customer.objects.filter(pk__in=task.customers)}


def send(user, headers=None, **body):
    return signed(user).post("/api/v1/decisions/", body, format="json", headers=headers or {})


class TestListing:
    def test_a_task_comes_with_the_versions_that_an_answer_posts_back(self, marta, task):
        [found] = signed(marta).get("/api/v1/tasks/").json()["results"]

        assert {one["key"]: one["version"] for one in found["customers"]} == versions(task)
        assert (found["id"], found["decidable"]) == (task.pk, True)

    def test_a_closed_side_is_only_nulls(self, marta, crm, kiosk):
        ask(stranger(crm, 1), stranger(kiosk, 2), probability=0.77)
        [found] = signed(marta).get("/api/v1/tasks/").json()["results"]

        assert {"key": None, "number": None, "version": None} in found["customers"]
        assert (found["score"], found["differs"], found["decidable"]) == (None, [], False)

    def test_an_outsider_sees_none(self, outsider, task):
        assert signed(outsider).get("/api/v1/tasks/").json() == {"results": [], "next": None}

    def test_one_queue_is_asked_for(self, marta, task):
        assert signed(marta).get("/api/v1/tasks/", {"queue": "conflict"}).json()["results"] == []
        assert signed(marta).get("/api/v1/tasks/", {"queue": "nonsense"}).status_code == 400


class TestDeciding:
    def test_by_task(self, marta, task):
        response = send(marta, task=task.pk, decision="different", versions=versions(task))

        assert response.status_code == 201
        assert response.json()["answer"] == Answer.objects.get().pk

    def test_by_candidate(self, marta, task, candidate):
        response = send(marta, candidate=candidate.pk, decision="same", versions=versions(task), reason="asked")

        assert response.status_code == 201
        assert Answer.objects.get().decision == "same"

    def test_a_difference_is_a_problem_that_tells_the_versions(self, marta, task):
        wrong = {key: version + 1 for key, version in versions(task).items()}
        response = send(marta, task=task.pk, decision="same", versions=wrong)

        assert response.status_code == 409
        assert response.json()["code"] == "stale"
        assert set(response.json()["versions"].values()) == {1}
        assert not Answer.objects.exists()

    def test_so_is_a_customer_left_out_and_one_that_is_nobodys(self, marta, task):
        given = versions(task)
        given.popitem()
        assert send(marta, task=task.pk, decision="same", versions=given).status_code == 409

        given = {**versions(task), "01a20000-0000-7000-8000-000000000000": 1}
        assert send(marta, task=task.pk, decision="same", versions=given).status_code == 409

    def test_so_is_an_answer_of_somebody_else(self, marta, jonas, task):
        given = versions(task)
        answer(task, jonas, "different")
        response = send(marta, task=task.pk, decision="same", versions=given)

        assert response.status_code == 409
        assert "Jonas answered" in response.json()["detail"]

    def test_the_same_key_decides_once(self, marta, task):
        body = {"task": task.pk, "decision": "different", "versions": versions(task)}
        first = send(marta, {"Idempotency-Key": "k-1"}, **body)
        again = send(marta, {"Idempotency-Key": "k-1"}, **body)

        assert first.status_code == again.status_code == 201
        assert first.json() == again.json()
        assert Answer.objects.count() == 1

    @pytest.mark.parametrize(
        "body",
        [
            {"decision": "same", "versions": {}},
            {"task": 1, "candidate": 1, "decision": "same", "versions": {}},
            {"task": 1, "decision": "maybe", "versions": {}},
            {"task": 1, "decision": "same", "versions": {"x": 1}},
            {"task": 1, "decision": "same", "versions": {}, "extra": 1},
        ],
    )
    def test_what_is_malformed_is_named(self, marta, body):
        response = send(marta, **body)

        assert response.status_code == 400
        assert response.json()["errors"]

    def test_an_outsider_does_not_find_it(self, outsider, task):
        assert send(outsider, task=task.pk, decision="same", versions=versions(task)).status_code == 404

    def test_the_right_is_needed_on_both_sides(self, marta, crm, kiosk):
        task = task_of(ask(stranger(crm, 1), stranger(kiosk, 2)))

        assert send(marta, task=task.pk, decision="same", versions=versions(task)).status_code == 403


class TestTakingBack:
    def test_an_answer_is_taken_back(self, marta, task):
        given = answer(task, marta, "same")

        assert signed(marta).post(f"/api/v1/decisions/{given.pk}/undo/").status_code == 204
        task.refresh_from_db()
        assert task.status == "open"

    def test_once(self, marta, task):
        given = answer(task, marta, "different")
        tasks.undo(given, actor=marta)

        assert signed(marta).post(f"/api/v1/decisions/{given.pk}/undo/").status_code == 409
