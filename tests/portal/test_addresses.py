"""One's addresses: another one instead, a further one, mails that stop, and the browser's signal."""

import pytest
from django.core import mail
from django.core.mail import BadHeaderError
from django.test import Client

from cmdm import events
from cmdm.actions import Invalid, Refused, action
from cmdm.models import portal_user, system_user
from consent.actions import contacts, portal_anchors, portal_changes
from consent.jobs.mailing import send
from consent.models import ConsentEvent, ContactPoint, PortalAccount, PortalChange, PortalClaim, PortalContact
from consent.queries.contacts import contact_digest
from consent.queries.links import stop_headers, stop_of, stop_token, undo_of, undo_token
from consent.queries.portal import portal_of
from matching.actions.told import ask_whether_same
from matching.models import Candidate
from matching.models.candidate import SAID
from stewardship.models import Task
from tests.consent.scene import make_purpose
from tests.portal.visitor import Visitor, code_in, mails_to, post_mails
from tests.stewardship.scene import answer
from tests.support.people import make_user
from tests.support.records import ANNA, ANNE, now, person, stored

OLD, NEW, SECOND = "ida@old.example", "ida@new.example", "ida@second.example"


def ida(crm, key="1", address=OLD, *, verified=False, **more):
    said = {**person("Ida", "Falk", "1988-12-24"), "email": [{"value": address, "verified": verified}], **more}
    return stored(crm, key, said)


@pytest.fixture
def falk(crm, visitor):
    """Ida Falk, signed in."""
    record = ida(crm, verified=True)
    visitor.sign_in(OLD)
    return record


@pytest.fixture
def account(falk):
    return PortalAccount.objects.get()


class TestChangingAnAddress:
    def ask(self, visitor):
        old = ContactPoint.objects.get(accounts__isnull=False)
        answer = visitor.post("/my/addresses/change/", old=str(old.pk), new=NEW)
        post_mails()
        return answer

    def change(self, visitor):
        self.ask(visitor)
        answer = visitor.post("/my/addresses/change/codes/", old=code_in(OLD), new=code_in(NEW))
        post_mails()
        return answer

    def test_takes_the_code_of_both_and_tells_the_old_one(self, visitor, account):
        assert self.ask(visitor).url == "/my/addresses/change/codes/"
        assert visitor.post("/my/addresses/change/codes/", old=code_in(OLD), new="000").status_code == 422
        assert not PortalChange.objects.filter(state="waiting").exists()
        assert visitor.post("/my/addresses/change/codes/", old="1", new=code_in(NEW)).url == "/my/data/"
        post_mails()
        notice = mails_to(OLD)[-1]
        assert "/my/addresses/undo/" in notice.body and NEW not in notice.body
        assert not portal_of(account).may_grant, "nothing is agreed to meanwhile"

    def test_counts_after_a_day_and_not_before(self, visitor, account, falk, monkeypatch):
        self.change(visitor)
        stranger = Visitor()
        stranger.ask(NEW)
        assert len(mails_to(NEW)) == 1, "the code for the change, and no other"
        assert not portal_changes.settle(account, actor=system_user())
        visitor.later(monkeypatch, hours=24, minutes=1)
        assert visitor.is_in
        assert portal_changes.settle_due(actor=system_user()) == 1
        assert not visitor.is_in, "who came by the old address comes by the new one"
        assert portal_changes.settle_due(actor=system_user()) == 0
        again = Visitor()
        again.sign_in(NEW)
        assert again.is_in and portal_of(account).may_grant
        old = Visitor()
        old.ask(OLD)
        assert (
            not PortalContact.objects.filter(contact__kind="email", ended_at__isnull=True)
            .exclude(account=account)
            .exists()
        )
        said = now(falk).customer.values["email"]
        assert {"value": NEW, "verified": True}.items() <= said[0].items() or NEW in {one["value"] for one in said}

    def test_the_old_address_takes_it_back_and_ends_every_session(self, visitor, account, monkeypatch):
        self.change(visitor)
        link = undo_token(PortalChange.objects.get())
        reader = Client()
        assert reader.get(f"/my/addresses/undo/{link}/").status_code == 200
        assert PortalChange.objects.get().state == "waiting", "reading the page does nothing"
        assert reader.post(f"/my/addresses/undo/{link}/").status_code == 200
        assert PortalChange.objects.get().state == "undone" and not visitor.is_in
        assert reader.post(f"/my/addresses/undo/{link}/").status_code == 409
        visitor.later(monkeypatch, hours=25)
        assert portal_changes.settle_due(actor=system_user()) == 0
        assert undo_of(link[:-2] + "AA") is None and reader.get("/my/addresses/undo/x/").status_code == 404

    def test_not_of_somebody_elses_address_and_not_twice_at_once(self, visitor, account):
        asked = ("b", "s", "en")
        other = contacts.contact_point("email", "other@mail.example", actor=portal_user())
        with pytest.raises(Refused):
            portal_changes.ask(account, other, NEW, actor=portal_user(), asked=asked)
        own = account.contacts.get().contact
        with pytest.raises(Refused):
            portal_changes.ask(account, own, OLD, actor=portal_user(), asked=asked)
        self.ask(visitor)
        assert visitor.post("/my/addresses/change/codes/", old="000", new=code_in(NEW)).status_code == 422
        assert not PortalChange.objects.filter(state="waiting").exists(), "whoever reads the new mailbox alone"
        self.change(visitor)
        with pytest.raises(Refused):
            portal_changes.ask(account, own, NEW, actor=portal_user(), asked=asked)
        assert visitor.post("/my/addresses/change/", old=str(other.pk), new=NEW).status_code == 422


class TestThisIsAlsoMe:
    def add(self, visitor, address=SECOND):
        visitor.post("/my/addresses/add/", address=address)
        post_mails()
        return visitor.post("/my/code/", code=code_in(address))

    def test_opens_what_the_second_address_opens_and_asks_the_stewards(self, visitor, account, crm, falk):
        other = stored(crm, "2", {**person("Adelheid", "Sommer", "1988-12-24"), "email": [{"value": SECOND}]})
        assert other.customer_id != falk.customer_id
        assert self.add(visitor).url == "/my/data/"
        assert set(portal_of(account).anchors) == {falk.pk, other.pk}
        while events.dispatch():
            pass
        asked = Candidate.objects.open().get()
        assert {asked.left_id, asked.right_id} == {falk.pk, other.pk}
        assert now(other).customer_id != now(falk).customer_id, "a steward decides"
        assert "A person checks whether it belongs together." in visitor.get("/my/data/").content.decode()
        second = Visitor()
        second.sign_in(SECOND)
        assert second.is_in and PortalAccount.objects.count() == 1

    @pytest.mark.parametrize(
        ("decision", "words"),
        [("same", "We found that it belongs together"), ("different", "We keep apart what you told us is all you")],
    )
    def test_the_steward_reads_who_said_so_and_the_person_what_became_of_it(
        self, visitor, account, crm, falk, client, decision, words
    ):
        stored(crm, "2", {**person("Adelheid", "Sommer", "1988-12-24"), "email": [{"value": SECOND}]})
        self.add(visitor)
        while events.dispatch():
            pass
        task, steward = Task.objects.get(queue="raised"), make_user("steward", domain=crm.domain)
        client.force_login(steward)
        card = client.get(f"/review/{task.pk}/").content.decode()
        assert "A and B are one person, who proved an address of each by a code." in card
        answer(task, steward, decision)
        assert words in visitor.get("/my/history/").content.decode()
        assert "A person checks" not in visitor.get("/my/data/").content.decode()

    def test_what_the_customer_raised_stays_his_question_whatever_the_machine_finds(self, crm):
        one, other = stored(crm, "8", ANNA), stored(crm, "9", ANNE)
        assert Candidate.objects.open().get().kind == "possible"
        ask_whether_same(one.pk, other.pk, actor=system_user())
        stored(crm, "9", {**ANNE, "gender": "female"})
        assert Candidate.objects.open().values_list("kind", "reason").get() == ("raised", SAID)

    def test_what_a_steward_confirms_of_a_second_address_is_asked_about_too(self, visitor, account, crm, falk, client):
        other = stored(crm, "2", {**person("Adelheid", "Sommer"), "email": [{"value": SECOND}]})
        self.add(visitor)
        third = stored(crm, "3", {**person("Uta", "Winter"), "email": [{"value": NEW}]})
        self.add(visitor, NEW)
        page = visitor.get("/my/data/").content.decode()
        assert page.count("we have to confirm first") == 2 and SECOND in page and NEW in page
        steward = make_user("steward", domain=crm.domain)
        claims = PortalClaim.objects.order_by("pk")
        assert len(claims) == 2, "one for each address"
        client.force_login(steward)
        question = client.get(f"/consent/customers/{claims[0].pk}/").content.decode()
        assert "Adelheid Sommer" in question and "Ida Falk" in question, "whom he claims to be, and who he is"
        portal_anchors.confirm(claims[0], actor=steward, chosen=[other], reason="Passport seen in the shop.")
        while events.dispatch():
            pass
        asked = Candidate.objects.open().get()
        assert {asked.left_id, asked.right_id} == {falk.pk, other.pk} and third.pk not in portal_of(account).anchors

    def test_of_somebody_elses_record_opens_nothing(self, visitor, account, crm, falk):
        stored(crm, "2", {**person("Nils", "Berg", "1950-01-01"), "email": [{"value": SECOND}]})
        self.add(visitor)
        assert portal_of(account).anchors == (falk.pk,)
        assert PortalClaim.objects.get().account == account

    def test_an_address_with_an_account_of_its_own_stays_there(self, visitor, account, crm):
        ida(crm, "2", SECOND, verified=True)
        Visitor().sign_in(SECOND)
        self.add(visitor)
        assert PortalContact.objects.get(contact__digest=_digest(SECOND)).account != account

    def test_nobody_else_code_does_it(self, visitor, account):
        visitor.post("/my/addresses/add/", address=SECOND)
        post_mails()
        stranger = Visitor()
        assert stranger.post("/my/code/", code=code_in(SECOND)).url == "/my/sign-in/"
        assert account.contacts.count() == 1

    def test_this_is_not_me_becomes_a_question(self, falk, crm):
        double = ida(crm, "2", gender="female")
        assert now(double).customer_id == now(falk).customer_id
        action(lambda: events.emit("portal.not_me", record=falk.pk))()
        while events.dispatch():
            pass
        asked = Candidate.objects.open().get()
        assert asked.kind == Candidate.Kind.OVER_MERGE and {asked.left_id, asked.right_id} == {falk.pk, double.pk}


def _digest(address):
    return contact_digest("email", address)


class TestMail:
    def test_a_line_break_never_gets_into_a_header(self, settings):
        for to in ("a@b.example\nBcc: all@c.example", "a@b.example\r\nSubject: x"):
            with pytest.raises((BadHeaderError, ValueError)):
                send(to, "portal/mail/code.txt", language="en", code="1", purpose="sign_in", minutes=10)
        settings.PORTAL_NAME = "Evil\nBcc: all@c.example"
        send("a@b.example", "portal/mail/code.txt", language="en", code="1", purpose="sign_in", minutes=10)
        assert "Bcc" not in mail.outbox[-1].message()
        with pytest.raises(BadHeaderError):
            send("a@b.example", "portal/mail/code.txt", language="en", headers={"X-A": "1\n2"}, code="1")
            mail.outbox[-1].message()

    def test_what_is_no_address_is_no_contact_point(self, db):
        with pytest.raises(Invalid):
            contacts.contact_point("email", "a@b.example\nBcc: c@d.example", actor=portal_user())


class TestStoppingMails:
    @pytest.fixture
    def link(self, falk):
        self.purpose = make_purpose("news", channels=["email"])
        contact = contacts.contact_point("email", OLD, actor=portal_user())
        self.about = contact, self.purpose, falk
        return f"/u/{stop_token(*self.about)}/"

    def test_one_press_without_signing_in(self, link):
        reader = Client(enforce_csrf_checks=True)
        page = reader.get(link).content.decode()
        assert page.count("<button") == page.count('class="menu-row"') + 1 and OLD not in page
        assert not ConsentEvent.objects.exists(), "reading it does nothing"
        assert reader.post(link, {"List-Unsubscribe": "One-Click"}).status_code == 200
        event = ConsentEvent.objects.get()
        assert (event.act, event.channel, event.method, event.actor_kind) == ("withdrawn", "email", "link", "person")
        assert event.contact == self.about[0] and event.evidence.kind == "link"

    def test_the_headers_of_a_mail_lead_there(self, link, settings):
        found = stop_headers(*self.about)
        assert found["List-Unsubscribe"] == f"<{settings.HUB_URL}{link}>"
        assert found["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert stop_of(link.split("/")[2]) == self.about

    def test_a_forged_link_does_nothing(self, link, client):
        for token in (link.split("/")[2][:-3] + "abc", "x", "A" * 54, undo_token(PortalChange(pk=1))):
            assert client.post(f"/u/{token}/").status_code == 404
        assert not ConsentEvent.objects.exists()


class TestTheBrowsersSignal:
    @pytest.fixture
    def sale(self, db):
        return make_purpose("partners", kind="opt_out", sale_or_sharing=True, channel_bound=False)

    def test_objects_for_the_known_person_once(self, visitor, falk, sale):
        page = visitor.get("/my/data/", headers={"Sec-GPC": "1"})
        assert page.status_code == 200
        event = ConsentEvent.objects.get()
        assert (event.record_id, event.purpose, event.act, event.method) == (falk.pk, sale, "objected", "gpc")
        visitor.get("/my/data/", headers={"Sec-GPC": "1"})
        visitor.sign_in(OLD)
        visitor.get("/my/data/", headers={"Sec-GPC": "1"})
        visitor.get("/my/data/")
        assert ConsentEvent.objects.count() == 1, "its absence later takes nothing back"

    @pytest.mark.parametrize("value", ["0", "true", "11", " 1x"])
    def test_only_exactly_one_counts(self, visitor, falk, sale, value):
        visitor.get("/my/data/", headers={"Sec-GPC": value})
        assert not ConsentEvent.objects.exists()

    def test_of_a_stranger_it_counts_for_his_browser(self, client, sale):
        page = client.get("/my/sign-in/", headers={"Sec-GPC": "1"})
        assert "Opt-out request honoured." in page.content.decode() and client.cookies["gpc"].value == "1"
        assert "Opt-out request honoured." in client.get("/my/sign-in/").content.decode()
        assert not ConsentEvent.objects.exists()

    def test_it_is_said_where_browsers_look(self, client):
        assert client.get("/.well-known/gpc.json").json()["gpc"] is True
