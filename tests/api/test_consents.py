"""GET and POST consents/, POST consent/check/, GET purposes/ and notices/, and customers for a purpose."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from cmdm import clock
from consent.models import ConsentEvent
from tests.api.conftest import ANN, BOB, client_of, customer_of, record
from tests.consent.scene import make_notice, make_purpose
from tests.support.people import make_user

MAIL, OTHER = "annegret.wiesental@mail.example", "torvald@okonjo.example"


@pytest.fixture
def purpose(north):
    return make_purpose("newsletter", channels=["email", "sms"])


@pytest.fixture
def notice(purpose):
    return make_notice(purpose, key="newsletter-text")


@pytest.fixture
def known(owner, notice):
    """Ann and Bob, both in the shop."""
    for key, values in (("1", ANN), ("2", BOB)):
        assert owner.send("records/", record("shop", key, values)).status_code == 200
    return customer_of("shop", "1"), customer_of("shop", "2")


def said(act, key="1", **more):
    return {"source": "shop", "key": key, "purpose": "newsletter", "act": act, **more}


def agreed(notice, key="1", mail=MAIL, **more):
    shown = {name: getattr(notice, name) for name in ("key", "version", "language", "sha256")}
    return said("granted", key, channel="email", contact=mail, notice=shown, reference="order 17", **more)


def asked(customers, **more):
    keys = [one.key_text for one in customers]
    return {"purpose": "newsletter", "channel": "email", "customers": keys, **more}


class TestSaying:
    def test_a_system_says_what_the_person_of_a_record_agreed_to(self, owner, known, notice):
        answer = owner.send("consents/", agreed(notice))
        assert answer.status_code == 201
        (told,) = answer.json()["results"]
        assert (told["act"], told["method"], told["whose"]) == ("granted", "api", "person")
        assert told["contact"] == {"kind": "email", "value": MAIL}
        assert told["notice"]["sha256"] == notice.sha256

    def test_the_same_claim_again_is_no_new_act(self, owner, known):
        assert len(owner.send("consents/", said("withdrawn", claim="7")).json()["results"]) == 1
        assert owner.send("consents/", said("withdrawn", claim="7")).json()["results"] == []
        assert ConsentEvent.objects.count() == 1

    def test_a_text_that_has_changed_is_a_conflict_that_names_the_new_one(self, owner, known, purpose, notice):
        newer = make_notice(purpose, key=notice.key, text="Another text.")
        answer = owner.send("consents/", agreed(notice))
        assert answer.status_code == 409
        assert answer.json()["sha256"] == newer.sha256
        assert owner.send("consents/", agreed(newer)).status_code == 201

    @pytest.mark.parametrize(
        "fault",
        [{"reference": ""}, {"contact": "nobody"}, {"contact": ""}, {"channel": "post"}, {"purpose": "unheard-of"}],
    )
    def test_a_consent_that_proves_nothing_is_not_taken(self, owner, known, notice, fault):
        answer = owner.send("consents/", {**agreed(notice), **fault})
        assert answer.status_code == (400 if "" in fault.values() else 422)
        assert "nobody" not in answer.content.decode()
        assert not ConsentEvent.objects.exists()

    def test_a_consent_without_reference_or_notice_is_not_taken(self, owner, known, notice):
        body = agreed(notice)
        for name in ("reference", "notice"):
            answer = owner.send("consents/", {field: value for field, value in body.items() if field != name})
            assert answer.status_code == 422
            assert list(answer.json()["errors"]) == [name]

    def test_who_may_not_send_is_refused_and_a_foreign_record_is_not_there(self, owner, southerner, known, north):
        assert client_of(make_user("reader", domain=north)).send("consents/", said("withdrawn")).status_code == 403
        assert southerner.send("consents/", said("withdrawn")).status_code == 404
        assert owner.send("consents/", said("withdrawn", key="nobody")).status_code == 404
        assert owner.send("consents/", said("withdrawn", customer="1")).status_code == 400
        assert not ConsentEvent.objects.exists()


class TestReading:
    def test_acts_are_listed_and_narrowed_within_the_readers_domains(self, owner, southerner, known, notice):
        owner.send("consents/", agreed(notice))
        owner.send("consents/", said("objected", "2"))
        assert len(owner.at("consents/").json()["results"]) == 2
        (told,) = owner.at("consents/", customer=known[1].key_text, act="objected").json()["results"]
        assert (told["customer"], told["channel"], told["contact"]) == (known[1].key_text, "", None)
        assert southerner.at("consents/").json()["results"] == []
        assert owner.at("consents/", record__key="1").status_code == 400
        first = owner.at("consents/", page_size=1).json()
        assert owner.at("consents/", cursor=first["next"]).json()["results"][0]["id"] > first["results"][0]["id"]

    def test_purposes_and_notices_are_read_drafts_by_who_publishes_only(self, owner, north, purpose, notice):
        make_purpose("later", published=False)
        make_notice(purpose, key="later-text", published=False)
        assert [one["key"] for one in owner.at("purposes/").json()["results"]] == ["newsletter"]
        (told,) = owner.at("notices/", purpose="newsletter").json()["results"]
        assert (told["sha256"], told["text"]) == (notice.sha256, notice.text)
        officer = client_of(make_user("privacy officer", domain=north))
        assert len(officer.at("purposes/").json()["results"]) == 2
        assert len(officer.at("notices/", state="draft").json()["results"]) == 1
        stranger = client_of(make_user("auditor", domain=north))
        assert (stranger.at("purposes/").status_code, stranger.at("notices/").status_code) == (403, 403)


class TestCheck:
    def test_it_answers_for_each_customer_in_the_order_asked_with_one_question_to_consent(self, owner, known, notice):
        owner.send("consents/", agreed(notice))
        with CaptureQueriesContext(connection) as queries:
            answer = owner.send("consent/check/", asked(reversed(known)))
        told = [(one["customer"], one["permitted"], one["why"]) for one in answer.json()["results"]]
        assert told == [(known[1].key_text, False, "no statement"), (known[0].key_text, True, "granted")]
        assert len([one for one in queries if "consent_consentevent" in one["sql"]]) == 1

    def test_strangers_are_unknown_and_nothing_else_is_said(self, southerner, known):
        answer = southerner.send("consent/check/", asked(known)).json()
        assert {(one["now"], one["permitted"], one["why"]) for one in answer["results"]} == {(None, False, "unknown")}

    def test_too_many_and_none_are_refused(self, owner, known):
        for keys in ([], [known[0].key_text] * 1001, ["nonsense"]):
            assert owner.send("consent/check/", {**asked(known), "customers": keys}).status_code == 400

    def test_a_recipient_outside_needs_a_text_that_named_him(self, owner, known, purpose):
        told = make_notice(purpose, key="told", named_recipients=["mailhaus"])
        owner.send("consents/", agreed(told))
        answers = [
            owner.send("consent/check/", asked(known[:1], recipient=recipient)).json()["results"][0]
            for recipient in ("", "mailhaus", "stranger")
        ]
        assert [one["why"] for one in answers] == ["granted", "granted", "recipient not named"]
        use = {"purpose": "newsletter", "channel": "email", "recipient": "stranger"}
        assert owner.at(f"customers/{known[0].key_text}/", **use).json()["values"] == {}


class TestActivity:
    def test_who_was_seen_keeps_a_consent_that_counts_from_the_last_activity(self, owner, southerner, known):
        lasting = make_purpose("lasting", expires_after_days=10, expires_from="activity")
        shown = agreed(make_notice(lasting, key="lasting-text"))
        began = clock.now() - timedelta(days=8)
        answer = owner.send("consents/", {**shown, "purpose": "lasting", "occurred_at": began.isoformat()})
        assert answer.status_code == 201
        keys = [("1", clock.now()), ("1", began), ("nobody", began)]
        seen = {"source": "shop", "seen": [{"key": key, "at": at.isoformat()} for key, at in keys]}
        assert southerner.send("consent/activity/", seen).status_code == 404
        assert owner.send("consent/activity/", seen).json() == {"known": 1, "prolonged": 1}
        assert owner.send("consent/activity/", seen).json() == {"known": 1, "prolonged": 0}
        with clock.at(clock.now() + timedelta(days=5)):
            told = owner.send("consent/check/", {**asked(known[:1]), "purpose": "lasting"})
        assert told.json()["results"][0]["why"] == "granted"
        assert owner.at("consents/", act="prolonged").json()["results"][0]["purpose"] == "lasting"


class TestStopLinks:
    def test_a_sender_gets_one_for_each_address_that_he_may_use_and_it_stops_the_mails(self, owner, known, notice):
        owner.send("consents/", agreed(notice))
        links = owner.send("consent/stop-links/", asked(known))
        [one] = links.json()["results"]
        assert (one["customer"], one["address"]["value"]) == (known[0].key_text, MAIL)
        assert one["headers"]["List-Unsubscribe"] == f"<{one['link']}>"
        assert one["headers"]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        posted = Browser(enforce_csrf_checks=True).post(urlsplit(one["link"]).path, {"List-Unsubscribe": "One-Click"})
        assert posted.status_code == 200
        assert owner.send("consent/check/", asked(known[:1])).json()["results"][0]["why"] == "denied"
        assert owner.send("consent/stop-links/", asked(known)).json()["results"] == []

    def test_where_nobody_need_agree_the_address_becomes_known_by_it(self, owner, southerner, known):
        make_purpose("care", kind="opt_out")
        body = {**asked(known), "purpose": "care"}
        assert [one["address"]["value"] for one in owner.send("consent/stop-links/", body).json()["results"]] == [
            MAIL, OTHER,
        ]  # fmt: skip
        assert southerner.send("consent/stop-links/", body).json()["results"] == []
        assert owner.send("consent/stop-links/", {**body, "purpose": "unheard-of"}).status_code == 422


class TestUse:
    def test_a_customer_not_permitted_is_a_stub_and_left_out_of_lists(self, owner, known, notice):
        owner.send("consents/", agreed(notice))
        use = {"purpose": "newsletter", "channel": "email"}
        body = owner.at("customers/", **use).json()
        assert ([one["key"] for one in body["results"]], body["left_out"]) == ([known[0].key_text], 1)
        stub = owner.at(f"customers/{known[1].key_text}/", **use).json()
        assert (stub["permitted"], stub["why"], stub["values"]) == (False, "no statement", {})
        assert stub["number"] == known[1].number

    def test_only_the_address_that_was_agreed_to_is_sent(self, owner, known, notice):
        owner.send("records/", record("shop", "1", {**ANN, "email": [*ANN["email"], {"value": "second@mail.example"}]}))
        owner.send("consents/", agreed(notice))
        path = f"customers/{known[0].key_text}/"
        told = owner.at(path, purpose="newsletter", channel="email").json()
        assert told["permitted"] is True
        assert [one["value"] for one in told["values"]["email"]] == [MAIL]
        assert "phone" not in told["values"]
        owner.send("consents/", said("withdrawn"))
        assert owner.at(path, purpose="newsletter", channel="email").json()["values"] == {}

    def test_a_channel_needs_its_purpose_and_an_unknown_purpose_permits_nothing(self, owner, known):
        assert owner.at("customers/", channel="email").status_code == 400
        body = owner.at("customers/", purpose="unheard-of").json()
        assert (body["results"], body["left_out"]) == ([], 2)
