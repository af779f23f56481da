"""A question to the customer himself: it waits for him in the portal, tells him nothing of others, and comes back."""

from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse

from cmdm import clock
from cmdm.actions import Refused
from cmdm.models import AuditEntry, system_user
from stewardship.actions import referrals, tasks
from stewardship.models import Referral, Task
from tests.portal.visitor import Visitor, post_mails
from tests.stewardship.scene import ask, put, seen, task_of

pytestmark = pytest.mark.django_db
MAIL = "ida@falk.example"
ASKED = "Have you got a second customer number with us?"


@pytest.fixture
def asked(crm, shop):
    """Ida, who can be reached, and Ilse, who cannot."""
    ida = put(
        crm, "1", given_name="Ida", family_name="Falk", birth_date="1988-12-24",
        email=[{"value": MAIL, "verified": True}],
    )  # fmt: skip
    ilse = put(shop, "2", given_name="Ilse", family_name="Berg", birth_date="1951-01-02")
    return task_of(ask(ida, ilse)), ida.customer, ilse.customer


@pytest.fixture
def visitor(retail, settings):
    settings.PORTAL_DOMAIN = retail.key
    return Visitor()


def following(user):
    return tasks.take_next(Task.objects.visible_to(user).order_by("-priority"), actor=user)


def test_it_waits_in_the_portal_and_the_answer_returns_with_the_card(client, asked, marta, jonas, visitor):
    task, ida, _ilse = asked
    client.force_login(marta)
    assert "or the customer himself" in client.get(reverse("stewardship:hand", args=[task.pk])).text
    given = {"customer": ida.pk, "question": ASKED}
    assert client.post(reverse("stewardship:refer", args=[task.pk]), given).status_code == 302
    post_mails()
    [told] = [one for one in mail.outbox if one.to == [MAIL]]
    assert ASKED not in told.body and "Ilse" not in told.body
    assert following(jonas) is None
    assert "Asked: the customer" in client.get(reverse("stewardship:queue")).text

    assert visitor.post("/my/questions/1/", answer="x").status_code == 302  # to the sign-in
    visitor.sign_in(MAIL)
    page = visitor.text("/my/data/")
    assert ASKED in page and "Ilse" not in page
    [row] = Referral.objects.all()
    visitor.post(f"/my/questions/{row.pk}/", answer="Yes, from my old address")
    assert ASKED not in visitor.text("/my/data/")
    assert "no longer asked" in visitor.client.post(f"/my/questions/{row.pk}/", {"answer": "x"}, follow=True).text

    assert following(jonas) == task
    client.force_login(jonas)
    card = client.get(reverse("stewardship:task", args=[task.pk])).text
    assert "Yes, from my old address" in card and f"the customer {ida.number}" in card
    deeds = AuditEntry.objects.on("task", task.pk).values_list("deed", "actor__kind")
    assert {("task.customer_asked", "person"), ("task.replied", "portal")} <= set(deeds)


@pytest.mark.parametrize("told", ["Are you Ilse?", "Born on 2.1.1951?", "Is Berg your name, too?"])
def test_it_tells_nothing_of_the_other_customer(asked, marta, told):
    task, ida, _ilse = asked
    with pytest.raises(Refused, match="something of somebody else"):
        referrals.ask_customer(task, actor=marta, customer=ida, question=told)
    assert not Referral.objects.exists()


def test_what_he_said_of_himself_may_be_asked(asked, marta):
    task, ida, _ilse = asked
    made = referrals.ask_customer(task, actor=marta, customer=ida, question="Are you Ida Falk, born on 24.12.1988?")
    assert made.record.customer == ida


def test_who_cannot_be_reached_or_is_not_asked_about_is_not_asked(asked, marta, crm):
    task, _ida, ilse = asked
    with pytest.raises(Refused, match="no account in the portal"):
        referrals.ask_customer(task, actor=marta, customer=ilse, question=ASKED)
    with pytest.raises(Refused, match="not on the card"):
        referrals.ask_customer(task, actor=marta, customer=put(crm, "9", family_name="Li").customer, question=ASKED)


def test_only_about_his_own_record_does_somebody_answer(asked, marta, crm):
    task, ida, _ilse = asked
    made = referrals.ask_customer(task, actor=marta, customer=ida, question=ASKED)
    other = put(crm, "9", given_name="Mai", family_name="Nguyen")
    for key, records in ((str(made.pk), [other.pk]), ("0", [made.record_id]), ("x", [made.record_id])):
        with pytest.raises(Refused, match="no longer asked"):
            referrals.told(key, records, actor=system_user(), answer="x")


def test_what_is_left_unanswered_comes_back_after_three_weeks(asked, marta, jonas):
    task, ida, _ilse = asked
    referrals.ask_customer(task, actor=marta, customer=ida, question=ASKED)
    assert referrals.lapse(actor=system_user()) == 0
    with clock.at(clock.now() + timedelta(days=22)):
        assert referrals.lapse(actor=system_user()) == 1
        assert following(jonas) == task
    assert AuditEntry.objects.filter(deed="task.unanswered").exists()


def test_a_decision_ends_it(asked, marta, visitor):
    task, ida, _ilse = asked
    referrals.ask_customer(task, actor=marta, customer=ida, question=ASKED)
    tasks.decide(task, actor=marta, decision="different", seen=seen(task))
    visitor.sign_in(MAIL)
    assert ASKED not in visitor.text("/my/data/")
