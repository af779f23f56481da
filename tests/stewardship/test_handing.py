"""Handing a card over: back with a comment, to a colleague, to somebody who knows."""

import re

import pytest
from django.urls import reverse

from cmdm.models import AuditEntry
from stewardship.actions import tasks
from stewardship.models import Referral, Task
from stewardship.queries.notes import notes_on
from tests.support.people import make_user

pytestmark = pytest.mark.django_db
ASKED = reverse("stewardship:asked")


def to(name, key):
    return reverse(f"stewardship:{name}", args=[key])


@pytest.fixture
def expert(retail):
    return make_user("reader", domain=retail, name="expert")


def test_given_back_with_a_comment_the_next_one_reads_it(client, marta, jonas, task):
    tasks.take(task, actor=marta)
    client.force_login(marta)
    assert "Give it back" in client.get(to("hand", task.pk)).text
    client.post(to("hand_back", task.pk), {"comment": "The shop knows more"})

    task.refresh_from_db()
    assert task.taken_by is None
    assert [line.text for line in notes_on(task.customers, jonas, task).lines] == ["The shop knows more"]


def test_a_lead_assigns_it_and_a_steward_does_not(client, marta, jonas, outsider, retail, task):
    client.force_login(marta)
    assert "Assign it" not in client.get(to("hand", task.pk)).text
    assert client.post(to("assign", task.pk), {"to": jonas.pk}).status_code == 403

    client.force_login(make_user("lead", domain=retail))
    assert client.post(to("assign", task.pk), {"to": outsider.pk}).status_code == 422
    client.post(to("assign", task.pk), {"to": jonas.pk})
    assert Task.objects.get(pk=task.pk).assigned_to == jonas


def test_every_field_of_the_page_has_a_label_of_its_own(client, retail, task):
    client.force_login(make_user("lead", domain=retail))
    ids = re.findall(r' id="([^"]+)"', client.get(to("hand", task.pk)).text)

    assert "assign_to" in ids
    assert len(ids) == len(set(ids))


def test_who_is_asked_answers_and_the_card_comes_back(client, marta, expert, outsider, task):
    client.force_login(marta)
    assert client.post(to("refer", task.pk), {"question": "Who is it?"}).status_code == 422
    client.post(to("refer", task.pk), {"to": expert.pk, "question": "Who is <b>it</b>?"})
    asked = Referral.objects.get()
    assert "Asked: Expert" in client.get(reverse("stewardship:queue"), {"referred": "by"}).text

    client.force_login(outsider)
    assert client.post(to("reply", asked.pk), {"answer": "x"}).status_code == 404
    client.force_login(expert)
    assert "1 question waits for you" in client.get(reverse("start")).text
    assert "Who is &lt;b&gt;it&lt;/b&gt;?" in client.get(ASKED).text
    assert client.post(to("reply", asked.pk), {"answer": " "}).status_code == 422
    client.post(to("reply", asked.pk), {"answer": "Two people"})

    client.force_login(marta)
    assert "Two people" in client.get(to("hand", task.pk)).text
    assert "Two people" in client.get(to("task", task.pk)).text
    assert Task.objects.get(pk=task.pk).referred_to is None


def test_the_question_can_be_taken_back(client, marta, expert, task):
    client.force_login(marta)
    client.post(to("refer", task.pk), {"to": expert.pk, "question": "Who is it?"})
    client.post(to("refer_back", Referral.objects.get().pk))

    assert Task.objects.get(pk=task.pk).referred_to is None
    assert "Taken back" in client.get(ASKED).text


def test_its_records_are_taken_along_by_who_may_export_them(client, marta, retail, task):
    client.force_login(marta)
    assert "Records as CSV" not in client.get(to("hand", task.pk)).text
    assert client.post(to("group_export", task.pk)).status_code == 409

    lead = make_user("lead", domain=retail)
    client.force_login(lead)
    lines = b"".join(client.post(to("group_export", task.pk)).streaming_content).decode().splitlines()
    assert lines[0].startswith('"customer","source","key"')
    assert {line.split(",")[1] for line in lines[1:]} == {'"crm"', '"shop"'}
    assert any('"family_name"' in line for line in lines)
    assert AuditEntry.objects.get(deed="task.exported", actor=lead).counts == {"records": 2}


def test_of_a_card_that_is_not_his_to_decide_nobody_disposes(client, outsider, retail, task):
    for user, status in ((outsider, 404), (make_user("reader", domain=retail), 404)):
        client.force_login(user)
        assert client.get(to("hand", task.pk)).status_code == status
        assert client.post(to("refer", task.pk), {"question": "x"}).status_code == status


def test_whoever_asked_is_told_that_it_came_back(client, marta, jonas, expert, retail, task):
    client.force_login(marta)
    client.post(to("refer", task.pk), {"to": expert.pk, "question": "Who is it?"})
    back = {"queue": task.queue, "referred": "back"}
    assert "came back" not in client.get(reverse("start")).text
    assert str(task.pk) not in rows(client, back)

    tell = reverse("stewardship:reply", args=[Referral.objects.get().pk])
    client.force_login(expert)
    client.post(tell, {"answer": "Two people"})
    client.force_login(marta)
    assert "1 card came back with its answer" in client.get(reverse("start")).text
    assert rows(client, back) == [str(task.pk)]
    assert "Expert answered:" in client.get(to("task", task.pk)).text
    assert "Expert answered:" not in client.get(to("task", task.pk), {"blind": 1}).text
    client.force_login(jonas)
    assert "came back" not in client.get(reverse("start")).text

    client.force_login(marta)
    client.post(to("refer", task.pk), {"to": jonas.pk, "question": "And you?"})
    assert "came back" not in client.get(reverse("start")).text
    assert "Expert answered:" not in client.get(to("task", task.pk)).text


def rows(client, wanted):
    """The cards of a list, by number."""
    return re.findall(r'<tr role="row" id="task-(\d+)"', client.get(reverse("stewardship:queue"), wanted).text)
