"""What customers asked and proposed, before those who answer."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from cmdm.models import AuditEntry, portal_user
from consent.actions import proposals, subject_requests
from consent.models import Proposal, SubjectRequest
from customers import ports
from tests.consent.people import MAIL, make_karl
from tests.consent.portal import make_account
from tests.support.people import make_domain, make_user
from tests.support.records import now

pytestmark = pytest.mark.django_db


@pytest.fixture
def karl():
    return make_karl(make_domain())


@pytest.fixture
def account(karl):
    return make_account(karl, address=MAIL)


@pytest.fixture
def asked(karl, account):
    return subject_requests.receive(account, actor=portal_user(), kind="erase", text="All of it.", records=[karl])


@pytest.fixture
def proposed(karl, account):
    said = {"values": {"birth_date": "1985-11-03"}, "records": [karl], "kind": "correction"}
    return proposals.propose(account, actor=portal_user(), **said)


def test_an_officer_takes_a_request_up_and_answers_it(client, karl, asked):
    client.force_login(make_user("privacy officer", domain=karl.domain))
    assert b"Erase my data" in client.get(reverse("consent:requests")).content
    page = reverse("consent:request", args=[asked.pk])
    assert b"All of it." in client.get(page).content

    client.post(reverse("consent:request_take_up", args=[asked.pk]))
    assert SubjectRequest.objects.get().state == "in_review"
    assert client.post(page, {"state": "done", "answer": " "}).status_code == 422
    client.post(page, {"state": "done", "answer": "Erased."})

    row = SubjectRequest.objects.get()
    assert (row.state, row.closed_at is not None) == ("done", True)
    assert b"Erased" not in bytes(row.answer)
    assert AuditEntry.objects.filter(deed="request.done", domains=[karl.domain_id]).count() == 1
    assert client.post(page, {"state": "refused", "answer": "No."}).status_code == 422


def test_a_steward_takes_over_what_a_customer_says(client, karl, proposed):
    client.force_login(make_user("steward", domain=karl.domain))
    page = client.get(reverse("consent:proposals")).text
    assert "3 November 1985" in page and "2 November 1985" in page, "what it replaces stands beside it"
    assert "Karl Oberlaender" in page
    client.post(reverse("consent:proposal_decide", args=[proposed.pk]), {"decision": "accept"})

    assert now(karl).customer.values["birth_date"] == "1985-11-03"
    assert Proposal.objects.get().state == "accepted"
    assert client.post(reverse("consent:proposal_decide", args=[proposed.pk]), {}).status_code == 404


@pytest.mark.parametrize("role", ["lead", "data owner"])
def test_requests_are_for_the_privacy_officer(client, karl, asked, role):
    other = make_user(role, domain=karl.domain)
    client.force_login(other)
    assert client.get(reverse("consent:requests")).status_code == 403
    assert client.get(reverse("consent:request", args=[asked.pk])).status_code == 404
    with pytest.raises(PermissionDenied):
        subject_requests.close(asked, actor=other, state="done", answer="Erased.")
    assert "consent:requests" not in {one.view for one in ports.waiting_lists if one.count(other)}
    officer = make_user("privacy officer", domain=karl.domain)
    assert {one.view: one.count(officer) for one in ports.waiting_lists}["consent:requests"] == 1


@pytest.mark.parametrize(("roles", "elsewhere"), [(("reader",), False), (("privacy officer", "lead"), True)])
def test_who_may_not_answer_learns_nothing(client, karl, asked, proposed, roles, elsewhere):
    client.force_login(make_user(*roles, domain=make_domain() if elsewhere else karl.domain))
    for name in ("consent:requests", "consent:proposals"):
        answer = client.get(reverse(name))
        assert answer.status_code == (200 if elsewhere else 403)
        assert b"Erase my data" not in answer.content
        assert b"November" not in answer.content
    assert client.get(reverse("consent:request", args=[asked.pk])).status_code == 404
    assert client.post(reverse("consent:request_take_up", args=[asked.pk])).status_code == 404
    assert client.post(reverse("consent:proposal_decide", args=[proposed.pk])).status_code == 404
    assert (Proposal.objects.get().state, SubjectRequest.objects.get().state) == ("open", "received")
