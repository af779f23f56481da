"""What a card says would settle it: true when applied, whoever applies it."""

from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from cmdm import verifying
from cmdm.actions import Refused
from cmdm.errors import Stale
from cmdm.models import AuditEntry, OutboxEvent, system_user
from customers.actions.corrections import withdraw
from customers.actions.records import Received, take_in
from customers.models import SourceRecord
from customers.sealing import open_values
from matching.actions import matching
from matching.models import Candidate
from matching.queries.models import models_in_force
from stewardship.actions import setting, tasks
from stewardship.models import ReviewPolicy, Task
from stewardship.queries.card import review_card
from stewardship.queries.wanted import Wanted
from tests.stewardship.scene import answer, ask, put, seen, task_of
from tests.support.people import make_user
from tests.support.records import now
from tests.system.digest import digest

pytestmark = pytest.mark.django_db
PHONE = [{"value": "+4983425501712", "kind": "home"}]
MAIL = [{"value": "karl.oberlaender@mail.example"}]
HOME = [{"line1": "Am Kirchplatz 4", "city": "Marktoberdorf", "postal_code": "87616", "country": "DE"}]
KARL = {"given_name": "Karl", "family_name": "Oberländer"}
BORN = {**KARL, "birth_date": "1954-03-17"}
FIRM = {"organisation_name": "Sondergeld Maschinenbau GmbH"}
VAT = [{"scheme": "vat", "value": "DE811907980"}]
# By row: what one source says, and what the other says instead or leaves out, so that this row alone would settle it.
PERSONS = {
    "phone": ({**BORN, "phone": PHONE}, KARL),
    "email": ({**BORN, "email": MAIL}, KARL),
    "address": ({**KARL, "address": HOME}, KARL),
    "birth_date": (BORN, KARL),
    "other_birth_date": ({**BORN, "phone": PHONE}, {**KARL, "birth_date": "1961-08-30", "phone": PHONE}),
    "family_name": ({**KARL, "phone": PHONE}, {**KARL, "family_name": "Zieliński", "phone": PHONE}),
    "given_name": ({**BORN, "address": HOME}, {**BORN, "given_name": "Walter", "address": HOME}),
    "identifier": ({**KARL, "identifier": VAT}, KARL),
}
ORGANISATIONS = {
    "phone": ({**FIRM, "phone": PHONE}, {"organisation_name": "Sondergeld Maschinenbau"}),
    "email": ({**FIRM, "email": MAIL}, {"organisation_name": "Sondergeld Maschinenbau"}),
    "address": ({**FIRM, "address": HOME}, {"organisation_name": "Sondergeld Maschinenbau"}),
    "identifier": ({**FIRM, "identifier": VAT}, {"organisation_name": "Sondergeld Maschinenbau"}),
    "name": ({**FIRM, "phone": PHONE}, {"organisation_name": "Quarz Handel AG", "phone": PHONE}),
}


def shown(task, user):
    return review_card(Task.objects.get(pk=task.pk), user, Wanted())


def said(task, user):
    return shown(task, user).counterfactual


def question(left, right):
    """The question about two customers, as matching asks it, or as somebody raises it."""
    assert left.customer_id != right.customer_id
    found = Candidate.objects.open().filter(left=left, right=right).first()
    return task_of(found or ask(left, right))


def joined(left, right):
    return now(left).customer_id == now(right).customer_id


def match():
    matching.run(actor=system_user())


@pytest.fixture
def lead(retail):
    return make_user("steward", "lead", domain=retail)


@pytest.fixture
def two(crm, shop):
    """Two records to which nothing but a phone is lacking."""
    return put(crm, "1", **KARL, phone=PHONE), put(shop, "2", **KARL)


class TestItIsTrue:
    @pytest.mark.parametrize("row", [*PERSONS.values(), *ORGANISATIONS.values()], ids=[*PERSONS, *ORGANISATIONS])
    @pytest.mark.parametrize("by", ["source", "steward"])
    def test_whoever_brings_it_about(self, crm, shop, lead, row, by):
        left, right = put(crm, "1", **row[0]), put(shop, "2", **row[1])
        self.applied(question(left, right), lead, by, left, right)

    def applied(self, task, user, by, left, right):
        found = said(task, user)
        assert found is not None and found.settling.about is not None, "the card says nothing"
        about, of = found.settling.about, found.settling.of
        assert {about.pk, of.pk} == {left.pk, right.pk}
        if by == "source":
            sent = {**open_values(now(about).values), found.settling.attribute: found.settling.said}
            take_in(about.source, [Received(key=about.key, values=sent)], actor=system_user())
        else:
            setting.set_so(task, actor=user, seen=seen(task), settling=found.token)
        assert not joined(left, right), "the machine joins two customers only when it matches"
        match()
        assert joined(left, right)
        assert verifying.broken(("records are compared as they were corrected",)) == []


class TestItIsNotSaid:
    def test_where_a_person_said_that_they_are_different(self, two, lead, marta):
        task = question(*two)
        assert said(task, lead) is not None
        tasks.undo(answer(task, marta, "different"), actor=marta)
        assert said(task, lead) is not None
        answer(task, marta, "different")
        again = task_of(ask(*two, kind="stale"))
        assert said(again, lead) is None

    def test_inside_one_customer(self, crm, shop, lead):
        left, right = put(crm, "1", **BORN, phone=PHONE), put(shop, "2", **BORN, phone=PHONE)
        assert joined(left, right)
        assert said(task_of(ask(left, right, kind="over_merge")), lead) is None

    def test_in_blind_mode(self, two, lead):
        assert review_card(question(*two), lead, Wanted(), blind=True).counterfactual is None

    def test_of_a_number_that_too_many_have(self, two, lead, crm):
        task = question(*two)
        for number in range(models_in_force()["person"].model.shared_limit):
            letters = f"{chr(97 + number % 26)}{chr(97 + number // 26)}" * 4
            born = f"19{number % 100:02d}-03-17"
            put(crm, f"x{number}", given_name=letters[::-1], family_name=letters, phone=PHONE, birth_date=born)
        found = said(task, lead)
        assert found is None or found.settling.attribute != "phone"


class TestSettingIt:
    def test_it_is_a_correction_with_audit_event_and_history(self, two, lead):
        task = question(*two)
        found = said(task, lead)
        events = OutboxEvent.objects.count()

        made = setting.set_so(task, actor=lead, seen=seen(task), settling=found.token)

        assert (made.about_id, made.source.role) == (found.settling.about.pk, "steward")
        entry = AuditEntry.objects.get(deed="record.corrected")
        assert (entry.actor, entry.attributes, entry.change) == (lead, ["phone"], made.change)
        assert OutboxEvent.objects.count() > events
        assert Candidate.objects.open().get().probability > found.settling.weight / 100
        assert shown(task, lead).explained.probability >= shown(task, lead).explained.automatic

    def test_withdrawn_everything_is_as_it_was(self, two, lead):
        task = question(*two)
        before = state()
        made = setting.set_so(task, actor=lead, seen=seen(task), settling=said(task, lead).token)
        assert state() != before
        withdraw(SourceRecord.objects.get(pk=made.pk), "phone", actor=lead)
        assert state() == before

    def test_nobody_brings_about_alone_what_two_have_to_agree_on(self, two, lead):
        task = question(*two)
        found = said(task, lead)
        assert found.may_set
        policy = ReviewPolicy.objects.create(name="Two", decision="same", change=uuid4())
        assert not said(task, lead).may_set
        with pytest.raises(Refused):
            setting.set_so(task, actor=lead, seen=seen(task), settling=found.token)
        ReviewPolicy.objects.filter(pk=policy.pk).update(decision="different")
        setting.set_so(task, actor=lead, seen=seen(task), settling=found.token)

    def test_who_saw_something_else_is_refused(self, two, lead, crm):
        task = question(*two)
        found, versions = said(task, lead), seen(task)
        put(crm, "1", **KARL, phone=[{"value": "+49831255010"}])
        with pytest.raises(Stale):
            setting.set_so(task, actor=lead, seen=versions, settling=found.token)
        with pytest.raises(Stale):
            setting.set_so(task, actor=lead, seen=seen(task), settling=found.token)
        assert not SourceRecord.objects.filter(about__isnull=False).exists()

    def test_who_may_not_correct_is_refused_and_is_not_asked(self, two, outsider, retail):
        task, reader = question(*two), make_user("reader", domain=retail)
        token = said(task, make_user("lead", domain=retail, name="other")).token
        for user in (outsider, reader):
            with pytest.raises(PermissionDenied):
                setting.set_so(task, actor=user, seen=seen(task), settling=token)

    def test_a_sensitive_value_is_set_only_by_who_is_shown_it(self, crm, shop, marta, lead):
        task = question(put(crm, "1", **KARL, identifier=VAT), put(shop, "2", **KARL))
        assert (said(task, marta).settling.attribute, said(task, marta).may_set) == ("identifier", False)
        with pytest.raises(PermissionDenied):
            setting.set_so(task, actor=marta, seen=seen(task), settling=said(task, marta).token)
        assert said(task, lead).may_set

    @pytest.mark.parametrize("token", ["", "phone", "phone/1:1/2:1/0", "phone/x/y/0", "a/b/c/d/e", "phone/²:1/³:1/0"])
    def test_what_no_card_said_is_refused(self, two, lead, token):
        task = question(*two)
        with pytest.raises(Stale):
            setting.set_so(task, actor=lead, seen=seen(task), settling=token)


class TestThePage:
    def test_a_button_sets_it_and_the_card_comes_again(self, client, two, marta):
        task = question(*two)
        client.force_login(marta)
        page = client.get(reverse("stewardship:task", args=[task.pk]))
        token = page.context["card"].counterfactual.token
        assert "Set it so" in page.text and token in page.text

        versions = ",".join(f"{pk}:{version}" for pk, version in seen(task).items())
        address = reverse("stewardship:set_so", args=[task.pk])
        again = client.post(address, {"seen": versions, "settling": token}, follow=True)
        assert "joins them when it matches next" in again.text
        assert "Set it so" not in again.text

        assert client.post(address, {"seen": versions, "settling": token}).status_code == 409
        assert client.post(address, {"seen": "x", "settling": token}).status_code == 422


def state():
    found = digest()
    for grown in ("values", "links", "tasks"):
        found.pop(grown)
    return found
