"""Nobody gets at what another person's records say: not by his name, not by his mailbox, not by a mistake."""

import threading

import pytest
from django.db import connection

from cmdm.actions import Refused
from cmdm.models import portal_user, system_user
from consent.actions import portal_accounts, portal_anchors, portal_codes
from consent.models import PortalAccount, PortalAnchor, PortalClaim, PortalCode
from consent.rules.anchoring import Carrier, Fact, Ground, ground, is_shared, more, opened
from customers.models import Customer, SourceRecord
from matching.actions import ledger, matching
from matching.models import Candidate
from matching.rules.asserted import crosses
from tests.portal.visitor import Visitor, mails_to, post_mails
from tests.support.people import make_domain, make_user
from tests.support.records import make_source, now, person, seen, stored

HOUSE = {"kind": "home", "line1": "Kirchplatz 4", "postal_code": "87616", "city": "Marktoberdorf", "country": "DE"}
VICTIM = {**person("Vera", "Lindgren", "1971-05-06", "vera@lindgren.example"), "address": [HOUSE]}
THIEF = "thief@mail.example"


def anchors() -> list[int]:
    return sorted(PortalAnchor.objects.filter(ended_at__isnull=True).values_list("record", flat=True))


class TestRegisteringAsSomebodyElse:
    @pytest.fixture
    def victim(self, crm):
        return stored(crm, "1", VICTIM)

    @pytest.fixture
    def thief(self, visitor, victim, monkeypatch):
        """He says all of hers but the mailbox."""
        visitor.sign_in(THIEF, way="register")
        said = {"given_name": "Vera", "family_name": "Lindgren", "birth_date": "1971-05-06"}
        assert visitor.post("/my/profile/", **said).url == "/my/data/"
        return visitor

    def test_shows_and_merges_nothing_of_hers(self, thief, victim):
        own = SourceRecord.objects.get(source__role="portal")
        assert own.customer_id != victim.customer_id
        assert anchors() == [own.pk]
        page = thief.text("/my/data/")
        assert THIEF in page and "vera@lindgren.example" not in page and "Kirchplatz" not in page
        assert now(victim).customer.values["email"] == [{"value": "vera@lindgren.example"}]

    def test_not_even_with_her_house_and_not_in_a_later_run(self, thief, victim, crm):
        own = SourceRecord.objects.get(source__role="portal")
        account = PortalAccount.objects.get()
        SourceRecord.objects.filter(pk=own.pk)  # the record below says more than the form asks for
        values = {**VICTIM, "email": [{"value": THIEF, "verified": True}]}
        again = stored(own.source, own.key, values)
        matching.run(actor=system_user(), everything=True)
        assert now(again).customer_id != now(victim).customer_id
        asked = Candidate.objects.open().get()
        assert asked.kind == "conflict" and asked.probability >= 0.9, "a person is asked instead"
        assert list(account.anchors.values_list("record", flat=True)) == [own.pk]

    def test_nor_does_her_next_record_join_his(self, thief, victim, shop):
        own = SourceRecord.objects.get(source__role="portal")
        new = stored(shop, "77", {**VICTIM, "email": [{"value": "vera.new@lindgren.example"}]})
        assert new.customer_id not in (None, own.customer_id)

    def test_joined_by_a_steward_he_still_sees_his_own_words_only(self, thief, victim):
        own = SourceRecord.objects.get(source__role="portal")
        pair = [now(own).customer, now(victim).customer]
        ledger.merge(pair, actor=system_user(), seen=seen(*pair), reason="Deceived.")
        page = thief.text("/my/data/")
        assert THIEF in page and "vera@lindgren.example" not in page and "Kirchplatz" not in page
        thief.post("/my/sign-out/")
        thief.sign_in(THIEF)
        assert anchors() == [own.pk]

    def test_what_she_registers_herself_does_join_where_her_proved_address_stands(self, crm):
        proved = {"email": [{"value": "vera@lindgren.example", "verified": True}]}
        assert not crosses(proved, VICTIM)
        assert crosses({"email": [{"value": "vera@lindgren.example"}]}, VICTIM), "what is not proved joins nothing"
        assert crosses({"email": [{"value": THIEF, "verified": True}]}, VICTIM)
        assert not crosses({"phone": [{"value": "+49", "verified": True}]}, {"phone": [{"value": "+49"}]})

    def test_an_address_on_a_record_is_no_new_one(self, visitor, victim):
        visitor.sign_in("vera@lindgren.example", way="register")
        assert visitor.get("/my/profile/").url == "/my/prove/"
        account = PortalAccount.objects.get()
        contact = account.contacts.get().contact
        with pytest.raises(Refused):
            portal_anchors.register(account, contact, actor=portal_user(), values={"given_name": "V"})


class TestOneMoreFact:
    """An address that nobody verified: it may have been mistyped."""

    MAIL = "vera@lindgren.example"

    @pytest.fixture
    def vera(self, crm, visitor):
        record = stored(crm, "K-1001", VICTIM)
        visitor.sign_in(self.MAIL)
        return record

    def test_before_it_nothing_is_shown(self, visitor, vera):
        page = visitor.text("/my/data/")
        assert "Your date of birth" in page and "Lindgren" not in page and "Vera" not in page
        assert anchors() == []
        ask = visitor.get("/my/consents/").url
        assert ask == "/my/prove/?next=%2Fmy%2Fconsents%2F"
        assert visitor.post(ask, birth_date="1971-05-06").url == "/my/consents/"

    @pytest.mark.parametrize("fact", [{"birth_date": "1971-05-06"}, {"number": "k-1001"}, {"number": "C"}])
    def test_birth_date_or_customer_number_opens(self, visitor, vera, fact):
        if fact == {"number": "C"}:
            fact = {"number": now(vera).customer.number}
        before = visitor.client.session.session_key
        assert visitor.prove(**fact).url == "/my/data/"
        assert anchors() == [vera.pk] and visitor.is_in
        assert visitor.client.session.session_key != before

    def test_both_said_must_both_fit(self, visitor, vera):
        assert visitor.prove(birth_date="1971-05-06", number="K-9").status_code == 422
        assert visitor.prove(number="").status_code == 422
        assert PortalAccount.objects.get().tries == 1, "an empty form is no try"

    def test_the_sixth_try_is_not_looked_at(self, visitor, vera):
        for day in range(10, 15):
            assert visitor.prove(birth_date=f"1971-05-{day}").status_code == 422
        assert visitor.prove(birth_date="1971-05-06").status_code == 422
        assert "We must confirm who you are." in visitor.text("/my/prove/")
        account = PortalAccount.objects.get()
        right = Fact(birth_date="1971-05-06")
        assert not portal_anchors.prove(account, account.contacts.get().contact, right, actor=portal_user())
        assert anchors() == []

    def test_a_steward_confirms_with_what_proved_it(self, visitor, vera, retail):
        visitor.post("/my/ask-us/")
        visitor.post("/my/ask-us/")
        claim = PortalClaim.objects.get()
        assert claim.domains == [retail.pk]
        stella = make_user("steward", domain=retail)
        with pytest.raises(Exception, match="reason"):
            portal_anchors.confirm(claim, actor=stella, chosen=[vera], reason=" ")
        outsider = make_user("steward", domain=make_domain())
        with pytest.raises(Exception, match="correct"):
            portal_anchors.confirm(claim, actor=outsider, chosen=[vera], reason="Passport.")
        other = stored(make_source(retail), "9", person("Nora", "Else", "1990-01-01", "nora@else.example"))
        with pytest.raises(Refused):
            portal_anchors.confirm(claim, actor=stella, chosen=[other], reason="Passport.")
        portal_anchors.confirm(claim, actor=stella, chosen=[vera], reason="Passport seen in the shop.")
        assert PortalAnchor.objects.get().decided_by == stella and visitor.is_in
        with pytest.raises(Refused):
            portal_anchors.refuse(claim, actor=stella)


class TestSharedMailbox:
    MAIL = "family@lindgren.example"

    def family(self, crm, *, verified):
        proved = {"verified": True} if verified else {}
        people = [("Vera", "1971-05-06"), ("Signe", "2004-08-09")]
        mail = [{"value": self.MAIL, **proved}]
        return [
            stored(crm, name, {**person(name, "Lindgren", born), "address": [HOUSE], "email": mail})
            for name, born in people
        ]

    @pytest.mark.parametrize("verified", [True, False])
    def test_shows_nothing_of_either(self, visitor, crm, verified):
        self.family(crm, verified=verified)
        visitor.sign_in(self.MAIL)
        page = visitor.text("/my/data/")
        assert "We must confirm who you are." in page and "Vera" not in page and "Signe" not in page
        assert visitor.prove(birth_date="1971-05-06").status_code == 422
        assert anchors() == []

    def test_not_even_when_the_machine_had_taken_both_for_one(self, visitor, crm):
        vera, signe = self.family(crm, verified=True)
        pair = [now(vera).customer, now(signe).customer]
        if pair[0].pk != pair[1].pk:
            ledger.merge(pair, actor=system_user(), seen=seen(*pair))
        visitor.sign_in(self.MAIL)
        assert "We must confirm who you are." in visitor.text("/my/data/") and anchors() == []

    def test_the_daughter_who_comes_later_does_not_see_her_mother(self, crm):
        mail = [{"value": self.MAIL, "verified": True}]
        vera = stored(crm, "Vera", {**person("Vera", "Lindgren", "1971-05-06"), "email": mail})
        mother = Visitor()
        mother.sign_in(self.MAIL)
        assert anchors() == [vera.pk] and mother.is_in
        stored(crm, "Signe", {**person("Signe", "Lindgren", "2004-08-09"), "email": mail})
        daughter = Visitor()
        daughter.sign_in(self.MAIL)
        assert not daughter.is_in and "Vera" not in daughter.text("/my/data/")
        assert daughter.prove(birth_date="2004-08-09").status_code == 422, "her own does not open her mother's"
        assert not daughter.is_in
        again = Visitor()
        again.sign_in(self.MAIL)
        assert again.prove(birth_date="1971-05-06").url == "/my/data/" and again.is_in
        assert anchors() == [vera.pk]

    def test_what_was_joined_beside_the_own_record_stays_closed(self, visitor, crm, shop):
        mail = [{"value": self.MAIL, "verified": True}]
        vera = stored(crm, "1", {**person("Vera", "Lindgren", "1971-05-06"), "email": mail})
        other = stored(shop, "1", {**VICTIM, "email": [{"value": "elsewhere@lindgren.example"}]})
        if other.customer_id != vera.customer_id:
            pair = [vera.customer, other.customer]
            ledger.merge(pair, actor=system_user(), seen=seen(*pair))
        assert Customer.objects.active().count() == 1
        visitor.sign_in(self.MAIL)
        assert anchors() == [vera.pk]
        page = visitor.text("/my/data/")
        assert "elsewhere@" not in page and "Kirchplatz" not in page


class TestTheRule:
    """Which records a proved address opens."""

    OWN = Carrier(1, 10, verified=True, birth_date="1971-05-06", name="vera lindgren")

    def test_records_of_two_customers_open_nothing(self):
        other = Carrier(2, 11, verified=True, name="vera lindgren")
        assert ground([self.OWN, other]) is Ground.CONFIRM
        assert opened([self.OWN, other]) == opened([self.OWN, other], Fact("1971-05-06")) == ()

    def test_a_record_of_another_name_stays_closed_beside_an_open_one(self):
        assert opened([self.OWN, Carrier(2, 10, name="signe lindgren"), Carrier(3, 10, name="vera lindgren")]) == (1, 3)
        assert opened([self.OWN, Carrier(2, 10)]) == (1,), "a record without a name agrees with nobody"

    def test_nothing_said_fits_nothing(self):
        assert not Fact().fits(self.OWN) and not Fact(number="").fits(Carrier(1, 1, numbers=frozenset({"7"})))
        assert ground([]) is Ground.NOBODY and opened([]) == ()

    def test_a_newer_record_opens_only_with_a_proof_of_its_own(self):
        name = "vera lindgren"
        same_day, proved, bare = (
            Carrier(2, 10, birth_date="1971-05-06", name=name),
            Carrier(3, 10, verified=True, name=name),
            Carrier(4, 10, name=name),
        )
        assert more([self.OWN, same_day, proved, bare, Carrier(5, 11, verified=True, name=name)], {1}) == (2, 3)

    def test_a_mailbox_is_shared_when_somebody_else_stands_there(self):
        assert not is_shared([self.OWN], {1})
        assert not is_shared([self.OWN, Carrier(2, 10, name="vera lindgren")], {1})
        assert is_shared([self.OWN, Carrier(2, 10, name="signe lindgren")], {1})
        assert is_shared([self.OWN, Carrier(2, 11, name="vera lindgren")], {1})


@pytest.mark.race
def test_of_fifty_guesses_at_once_five_are_looked_at(committing):
    crm = make_source(make_domain("race", match_space="race"))
    stored(crm, "1", {**VICTIM, "email": [{"value": "vera@lindgren.example", "verified": True}]})
    code = portal_codes.ask(
        "sign_in", "vera@lindgren.example", actor=portal_user(), browser="b", sender="s", language="en"
    )
    _row, _value, right = portal_codes.issue(code.pk, actor=portal_user())
    actor, gate, compared = portal_user(), threading.Barrier(10), []

    def guess(number: int) -> None:
        gate.wait()
        for step in range(5):
            wrong = f"{(int(right) + 1 + number * 5 + step) % 1_000_000:06d}"
            compared.append(portal_codes.check(code.pk, actor=actor, browser="b", typed=wrong))
        connection.close()

    threads = [threading.Thread(target=guess, args=(number,)) for number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert compared == [None] * 50
    assert PortalCode.objects.get().tries == 5
    assert portal_codes.check(code.pk, actor=actor, browser="b", typed=right) is None


def test_two_browsers_at_once_make_one_account(crm, visitor):
    stored(crm, "1", {**VICTIM, "email": [{"value": "vera@lindgren.example", "verified": True}]})
    visitor.sign_in("vera@lindgren.example")
    Visitor().sign_in("vera@lindgren.example")
    assert PortalAccount.objects.count() == 1 == PortalAnchor.objects.count()
    portal_accounts.close(PortalAccount.objects.get(), actor=portal_user())
    Visitor().sign_in("vera@lindgren.example")
    assert PortalAccount.objects.count() == 2, "an account of its own, proved anew"
    assert len(mails_to("vera@lindgren.example")) == 3
    post_mails()
