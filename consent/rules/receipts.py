"""Receipts: what one act said, as a document that its person can keep and anybody can verify.

The structure is that of ISO/IEC TS 27560:2023 in the words of the W3C Data Privacy Vocabulary (its profile
``dpv-27560``), as JSON-LD; the older consent receipt of the Kantara Initiative (version 1.1) is a second rendering
of the same facts. The document is signed as a JWS (RFC 7515) with Ed25519 (RFC 8037).

A receipt is derived from rows that never change, so it is not stored: asked for again it is the same, byte for byte,
for as long as the same key signs.
"""

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

PROFILE = "https://w3id.org/dpv/schema/dpv-27560#"
CONFORMS = (f"{PROFILE}record-eu-gdpr", f"{PROFILE}receipt-eu-gdpr")
CONTEXT = {
    "dct": "http://purl.org/dc/terms/",
    "dpv": "https://w3id.org/dpv#",
    "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
    "loc": "https://w3id.org/dpv/loc#",
    "pd": "https://w3id.org/dpv/pd#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "hub": "urn:hub:consent#",
}
STATES: Mapping[str, str] = {
    "requested": "dpv:ConsentRequested",
    "granted": "dpv:ConsentGiven",
    "confirmed": "dpv:ConsentGiven",
    "refused": "dpv:ConsentRefused",
    "withdrawn": "dpv:ConsentWithdrawn",
    "objected": "dpv:ObjectingToProcess",
    "reaffirmed": "dpv:RenewedConsentGiven",
    "expired": "dpv:ConsentExpired",
    "invalidated": "dpv:ConsentInvalidated",
    "terminated": "dpv:ConsentRevoked",
    "unknown": "dpv:ConsentUnknown",
    "prolonged": "dpv:ConsentGiven",
}
BASES: Mapping[str, tuple[str, str]] = {
    "opt_in": ("dpv:Consent", "eu-gdpr:A6-1-a"),
    "opt_out": ("dpv:LegitimateInterest", "eu-gdpr:A6-1-f"),
    "contract": ("dpv:Contract", "eu-gdpr:A6-1-b"),
    "legal": ("dpv:LegalObligation", "eu-gdpr:A6-1-c"),
}
ACTORS: Mapping[str, str] = {
    "person": "dpv:DataSubject",
    "guardian": "dpv:GuardianOfDataSubject",
    "agent": "dpv:Representative",
    "staff": "dpv:DataController",
    "machine": "dpv:DataController",
}
RIGHTS = ("A7-3", "A13", "A15", "A16", "A17", "A18", "A20", "A21", "A77")
DEFAULT_PURPOSE = "dpv:Purpose"


class Forged(Exception):
    """The token was changed, is none, or was signed by a key that is not published."""


@dataclass(frozen=True)
class Step:
    """One act: what, when it is said to have been done, when it was written down, how and by whom."""

    id: str
    act: str
    occurred_at: datetime
    recorded_at: datetime
    method: str
    actor: str
    jurisdiction: str = ""
    expires_at: datetime | None = None


@dataclass(frozen=True)
class Use:
    """The purpose, and the way and address that the act names (``contact`` is an opaque id)."""

    key: str
    label: str
    dpv: str
    kind: str
    description: str = ""
    channel: str = ""
    contact_kind: str = ""
    contact: str = ""


@dataclass(frozen=True)
class Shown:
    """The notice that was shown: the hash is that of its exact text."""

    id: str
    version: int
    language: str
    sha256: str
    controller: str
    recipients: Sequence[str] = ()
    data: Sequence[str] = ()
    retention: str = ""
    rights: str = ""
    withdrawal: str = ""


@dataclass(frozen=True)
class Receipt:
    """Everything that a receipt says. The last step is the act that it is the receipt of."""

    id: str
    subject: str
    use: Use
    steps: Sequence[Step]
    notice: Shown | None
    publisher: str

    @property
    def act(self) -> Step:
        return self.steps[-1]


def document(receipt: Receipt) -> dict[str, Any]:
    """The receipt as JSON-LD."""
    act, notice = receipt.act, receipt.notice
    return {
        "@context": CONTEXT,
        "@id": f"urn:uuid:{receipt.id}",
        "@type": "dpv:ConsentReceipt",
        "dct:conformsTo": list(CONFORMS),
        "dpv:hasIdentifier": receipt.id,
        "dct:created": moment(act.recorded_at),
        "dct:publisher": receipt.publisher,
        "dct:language": notice.language if notice else "en",
        "dpv:hasDataSubject": {"@type": "dpv:DataSubject", "dpv:hasIdentifier": receipt.subject},
        "dpv:hasNotice": [_notice(notice)] if notice else [],
        "dpv:hasProcess": [_use(receipt)],
        "dpv:hasConsentStatus": [_event(step, notice) for step in receipt.steps],
    }


def _notice(notice: Shown) -> dict[str, Any]:
    return {
        "@id": f"urn:uuid:{notice.id}",
        "@type": "dpv:ConsentNotice",
        "dpv:hasIdentifier": notice.id,
        "hub:version": notice.version,
        "dct:language": notice.language,
        "hub:sha256": notice.sha256,
    }


def _use(receipt: Receipt) -> dict[str, Any]:
    """The process: what is done with which data, by whom, for how long, on what ground, and how to end it."""
    use, notice = receipt.use, receipt.notice
    controller = notice.controller if notice else receipt.publisher
    process: dict[str, Any] = {
        "@type": "dpv:Process",
        "dpv:hasPurpose": {
            "@type": use.dpv or DEFAULT_PURPOSE,
            "dpv:hasIdentifier": use.key,
            "skos:prefLabel": use.label,
            **({"skos:definition": use.description} if use.description else {}),
        },
        "dpv:hasLegalBasis": list(BASES[use.kind]),
        "dpv:hasDataController": {"@type": "dpv:DataController", "dpv:hasName": controller},
        "dpv:hasRight": [{"@id": f"eu-gdpr:{one}"} for one in RIGHTS],
    }
    if notice:
        process |= _promised(notice)
    if receipt.act.jurisdiction:
        process["dpv:hasJurisdiction"] = f"loc:{receipt.act.jurisdiction}"
    if use.channel or use.contact:
        process["hub:reach"] = {"hub:channel": use.channel, "hub:kind": use.contact_kind, "hub:contact": use.contact}
    return process


def _promised(notice: Shown) -> dict[str, Any]:
    """What the notice promised."""
    said: dict[str, Any] = {
        "dpv:hasPersonalData": [{"@type": "dpv:PersonalData", "skos:prefLabel": one} for one in notice.data],
        "dpv:hasRecipient": [{"@type": "dpv:Recipient", "dpv:hasName": one} for one in notice.recipients],
    }
    if notice.retention:
        said["dpv:hasStorageCondition"] = {"@type": "dpv:StorageDuration", "dct:description": notice.retention}
    if notice.rights:
        said["dpv:hasNotice"] = {"@type": "dpv:RightExerciseNotice", "dct:description": notice.rights}
    if notice.withdrawal:
        said["dpv:hasConsentControl"] = {"@type": "dpv:WithdrawConsent", "dct:description": notice.withdrawal}
    return said


def _event(step: Step, notice: Shown | None) -> dict[str, Any]:
    event: dict[str, Any] = {
        "@id": f"urn:uuid:{step.id}",
        "@type": STATES[step.act],
        "hub:act": step.act,
        "dct:date": {"@type": "xsd:dateTime", "@value": moment(step.occurred_at)},
        "hub:recorded": {"@type": "xsd:dateTime", "@value": moment(step.recorded_at)},
        "dpv:isIndicatedBy": {"@type": ACTORS.get(step.actor, "dpv:Entity")},
        "dpv:hasIndicationMethod": step.method,
    }
    if notice:
        event["dpv:hasNotice"] = {"@id": f"urn:uuid:{notice.id}"}
    if step.expires_at:
        event["dct:valid"] = {"@type": "xsd:dateTime", "@value": moment(step.expires_at)}
    return event


def kantara(receipt: Receipt, *, key: str) -> dict[str, Any]:
    """The same facts in the shape of the Kantara Initiative's consent receipt 1.1; ``key`` names the public key."""
    act, use, notice = receipt.act, receipt.use, receipt.notice
    return {
        "version": "KI-CR-v1.1.0",
        "jurisdiction": act.jurisdiction,
        "consentTimestamp": int(act.occurred_at.timestamp()),
        "collectionMethod": act.method,
        "consentReceiptID": receipt.id,
        "publicKey": key,
        "language": notice.language if notice else "en",
        "piiPrincipalId": receipt.subject,
        "piiControllers": [{"piiController": notice.controller if notice else receipt.publisher}],
        "services": [
            {
                "service": use.label,
                "purposes": [
                    {
                        "purpose": use.description or use.label,
                        "purposeCategory": [use.dpv or DEFAULT_PURPOSE],
                        "consentType": act.act.upper(),
                        "piiCategory": list(notice.data) if notice else [],
                        "primaryPurpose": False,
                        "termination": notice.retention if notice else "",
                        "thirdPartyDisclosure": bool(notice and notice.recipients),
                        "thirdPartyName": ", ".join(notice.recipients) if notice else "",
                    }
                ],
            }
        ],
        "sensitive": False,
        "spiCat": [],
    }


def moment(at: datetime) -> str:
    """A time in UTC as ISO 8601 writes it, to the second."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def canonical(content: Any) -> bytes:
    """JSON in the one form that is hashed and signed."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def signed(content: Any, *, key: str, sign: Callable[[bytes], bytes], kind: str = "consent-receipt+ld+json") -> str:
    """A JWS in its compact form: head, content and signature, each in base64 without padding."""
    head = {"alg": "EdDSA", "kid": key, "typ": kind}
    text = f"{_packed(canonical(head))}.{_packed(canonical(content))}"
    return f"{text}.{_packed(sign(text.encode()))}"


def opened(token: str, keys: Mapping[str, bytes]) -> Any:
    """What was signed, by one of these public keys.

    :raises Forged: it was not.
    """
    try:
        head, content, signature = token.strip().split(".")
        said = json.loads(_unpacked(head))
        if said["alg"] != "EdDSA":
            raise Forged("Only EdDSA is accepted.")
        Ed25519PublicKey.from_public_bytes(keys[said["kid"]]).verify(_unpacked(signature), f"{head}.{content}".encode())
        return json.loads(_unpacked(content))
    except (ValueError, KeyError, TypeError, InvalidSignature, binascii.Error) as error:
        raise Forged("This is not what the hub signed.") from error


def published(keys: Mapping[str, bytes]) -> dict[str, Any]:
    """The public keys as a JSON Web Key Set."""
    return {
        "keys": [
            {"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": name, "x": _packed(key)}
            for name, key in keys.items()
        ]
    }


def _packed(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _unpacked(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
