"""Tasks and decisions by the API."""

import pytest
from rest_framework.test import APIClient

from cmdm.actions.users import issue_token
from cmdm.models import system_user
from customers.models import Customer
from stewardship.actions import tasks
from stewardship.models import Answer
from tests.stewardship.scene import answer, ask, stranger, task_of
from tests.support.people import make_user

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


class TestParting:
    @pytest.fixture
    def group(self, crm, shop, pair, candidate):
        ask(pair[1], stranger(crm, 3))
        return task_of(candidate)

    def keys(self, task):
        return [str(one.key) for one in Customer.objects.filter(pk__in=task.customers).order_by("pk")]

    def test_customers_are_joined_related_and_kept_apart_by_their_keys(self, marta, group):
        a, b, c = self.keys(group)
        related = [{"left": a, "right": c, "relation": "employer"}]
        body = {"groups": [[a, b]], "related": related, "versions": versions(group)}
        response = send(marta, task=group.pk, decision="partition", **body)

        assert response.status_code == 201
        assert (response.json()["decision"], response.json()["acts"]) == ("partition", True)
        assert Customer.objects.active().count() == 2

    def test_what_cannot_be_meant_is_wrong_and_named(self, marta, group):
        a, b, _c = self.keys(group)
        for body, field in (
            ({"groups": [[a, b], [b]]}, "groups"),
            ({"groups": [[a, "01a20000-0000-7000-8000-000000000000"]]}, "groups"),
            ({"groups": [[a, b]], "related": [{"left": a, "right": b}]}, "related"),
        ):
            response = send(marta, task=group.pk, decision="partition", versions=versions(group), **body)
            assert (response.status_code, list(response.json()["errors"])) == (422, [field])
        assert not Answer.objects.exists()


class TestWork:
    def post(self, user, path, **body):
        return signed(user).post(f"/api/v1/{path}", body, format="json")

    def test_a_card_is_taken_kept_and_given_back(self, marta, jonas, task):
        taken = self.post(marta, "tasks/next/", queue="possible")
        assert (taken.json()["id"], taken.json()["mine"]) == (task.pk, True)
        assert self.post(jonas, f"tasks/{task.pk}/take/").status_code == 409
        assert self.post(jonas, f"tasks/{task.pk}/renew/").json()["code"] == "taken"
        assert self.post(marta, f"tasks/{task.pk}/renew/").status_code == 200
        assert self.post(jonas, "tasks/next/").status_code == 404
        assert self.post(marta, f"tasks/{task.pk}/release/", comment="later").json()["taken_until"] is None
        assert self.post(jonas, f"tasks/{task.pk}/take/").json()["mine"] is True

    def test_a_lead_gives_it_to_somebody(self, retail, marta, jonas, outsider, task):
        lena = make_user("lead", domain=retail, name="lena")

        assert self.post(lena, f"tasks/{task.pk}/assign/", to="jonas").status_code == 200
        assert self.post(marta, "tasks/next/").status_code == 404
        assert self.post(marta, f"tasks/{task.pk}/assign/", to="marta").status_code == 403
        assert self.post(lena, f"tasks/{task.pk}/assign/", to="nobody-at-all").status_code == 400
        assert self.post(lena, f"tasks/{task.pk}/assign/", to="outsider").status_code == 409
        assert self.post(outsider, f"tasks/{task.pk}/take/").status_code == 404

    def test_somebody_is_asked_and_answers(self, marta, jonas, outsider, task):
        made = self.post(marta, "referrals/", task=task.pk, to="jonas", question="Is this she?")
        assert made.status_code == 201
        pk = made.json()["id"]
        assert self.post(outsider, f"referrals/{pk}/reply/", answer="Yes").status_code == 404
        assert self.post(marta, f"referrals/{pk}/reply/", answer="Yes").status_code == 409
        assert self.post(jonas, f"referrals/{pk}/reply/", answer="Yes").json()["answer"] == "Yes"
        [listed] = signed(marta).get("/api/v1/referrals/").json()["results"]
        assert (listed["question"], listed["answer"], listed["to"]) == ("Is this she?", "Yes", "jonas")
        assert signed(outsider).get("/api/v1/referrals/").json()["results"] == []
        again = self.post(marta, "referrals/", task=task.pk, to="jonas", question="Sure?").json()["id"]
        assert self.post(marta, f"referrals/{again}/withdraw/").json()["withdrawn_at"]

    def test_a_question_across_domains_is_read_by_whom_it_is_meant_for(self, crm, kiosk, marta, retail, branch):
        both = make_user("steward", domains=(retail, branch))
        task = task_of(ask(stranger(crm, 5), stranger(kiosk, 6)))
        self.post(both, "referrals/", task=task.pk, to="marta", question="Mine?")
        other = make_user("steward", domain=branch)

        [mine] = signed(marta).get("/api/v1/referrals/").json()["results"]
        [his] = signed(other).get("/api/v1/referrals/").json()["results"]
        assert (mine["question"], his["question"]) == ("Mine?", "")
