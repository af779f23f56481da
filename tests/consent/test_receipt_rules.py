"""Receipts: the document, its signature, the published keys."""

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from consent.rules import receipts
from consent.rules.receipts import Receipt, Shown, Step, Use

KEY = Ed25519PrivateKey.generate()
KEYS = {"k": KEY.public_key().public_bytes_raw()}
AT = datetime(2026, 11, 21, 9, 0, tzinfo=timezone(timedelta(hours=1)))
ASKED = Step("11111111-1111-7111-8111-111111111111", "requested", AT, AT, "portal", "person", "DE")
GIVEN = replace(ASKED, id="22222222-2222-7222-8222-222222222222", act="confirmed", expires_at=AT + timedelta(days=730))
NOTICE = Shown(
    id="33333333-3333-7333-8333-333333333333",
    version=2,
    language="de",
    sha256="ab" * 32,
    controller="Nordlicht GmbH, Hafenstraße 1, Kiel",
    recipients=["Mailhaus AG"],
    data=["E-Mail-Adresse"],
    retention="Bis zum Widerruf",
    rights="Auskunft, Löschung",
    withdrawal="https://hub.example/my/",
)
USE = Use(
    "newsletter", "Newsletter", "dpv:DirectMarketing", "opt_in", channel="email", contact_kind="email", contact="c-7"
)
RECEIPT = Receipt("44444444-4444-7444-8444-444444444444", "s-1", USE, [ASKED, GIVEN], NOTICE, "Nordlicht")


def signed(content=None):
    return receipts.signed(content or receipts.document(RECEIPT), key="k", sign=KEY.sign)


def test_the_document_names_its_profile_and_says_who_what_when_and_on_what_ground():
    found = receipts.document(RECEIPT)
    [process] = found["dpv:hasProcess"]
    assert "https://w3id.org/dpv/schema/dpv-27560#record-eu-gdpr" in found["dct:conformsTo"]
    assert found["dpv:hasDataSubject"]["dpv:hasIdentifier"] == "s-1"
    assert found["dpv:hasNotice"][0]["hub:sha256"] == "ab" * 32
    assert process["dpv:hasLegalBasis"] == ["dpv:Consent", "eu-gdpr:A6-1-a"]
    assert process["dpv:hasDataController"]["dpv:hasName"].startswith("Nordlicht GmbH")
    assert process["dpv:hasRecipient"][0]["dpv:hasName"] == "Mailhaus AG"
    assert process["dpv:hasConsentControl"]["@type"] == "dpv:WithdrawConsent"
    assert process["dpv:hasJurisdiction"] == "loc:DE"


def test_both_steps_of_a_double_opt_in_stand_in_it_in_utc():
    asked, given = receipts.document(RECEIPT)["dpv:hasConsentStatus"]
    assert (asked["@type"], given["@type"]) == ("dpv:ConsentRequested", "dpv:ConsentGiven")
    assert given["dct:date"]["@value"] == "2026-11-21T08:00:00Z"
    assert given["dct:valid"]["@value"].startswith("2028-11-20")


def test_without_a_notice_the_receipt_says_what_is_known():
    found = receipts.document(replace(RECEIPT, notice=None))
    assert found["dpv:hasNotice"] == []
    assert found["dpv:hasProcess"][0]["dpv:hasDataController"]["dpv:hasName"] == "Nordlicht"


def test_what_was_signed_opens_and_is_the_same_each_time():
    assert receipts.opened(signed(), KEYS) == receipts.document(RECEIPT)
    assert signed() == signed()


@pytest.mark.parametrize("part", [0, 1, 2])
def test_a_changed_part_is_noticed(part):
    parts = signed().split(".")
    place = len(parts[part]) // 2
    parts[part] = parts[part][:place] + ("A" if parts[part][place] != "A" else "B") + parts[part][place + 1 :]
    with pytest.raises(receipts.Forged):
        receipts.opened(".".join(parts), KEYS)


@pytest.mark.parametrize("token", ["", "a.b", "a.b.c", "....", "ä.ä.ä", signed() + "x", "W10.W10.W10"])
def test_what_is_no_token_is_refused(token):
    with pytest.raises(receipts.Forged):
        receipts.opened(token, KEYS)


def test_another_key_and_no_algorithm_are_refused():
    other = Ed25519PrivateKey.generate()
    with pytest.raises(receipts.Forged):
        receipts.opened(receipts.signed({}, key="k", sign=other.sign), KEYS)
    with pytest.raises(receipts.Forged):
        receipts.opened(receipts.signed({}, key="unknown", sign=KEY.sign), KEYS)
    head = base64.urlsafe_b64encode(json.dumps({"alg": "none", "kid": "k"}).encode()).decode().rstrip("=")
    with pytest.raises(receipts.Forged):
        receipts.opened(f"{head}.e30.", KEYS)


def test_the_published_keys_are_those_that_verify():
    [key] = receipts.published(KEYS)["keys"]
    assert (key["kty"], key["crv"], key["kid"]) == ("OKP", "Ed25519", "k")
    assert base64.urlsafe_b64decode(key["x"] + "=") == KEYS["k"]


def test_the_second_rendering_holds_the_same_facts():
    found = receipts.kantara(RECEIPT, key="k")
    assert found["version"] == "KI-CR-v1.1.0"
    assert found["consentTimestamp"] == int(AT.astimezone(UTC).timestamp())
    assert found["services"][0]["purposes"][0]["thirdPartyName"] == "Mailhaus AG"
