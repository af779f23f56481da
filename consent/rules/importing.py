"""What the columns of a file of consents mean, and what its cells say. Nothing is stored here, nothing looked up."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

PARTS = ("key", "purpose", "act", "channel", "contact", "occurred_at", "method", "notice")
NEEDED = ("key", "purpose", "act")
# How other systems call it, folded; a column of exactly such a name is taken for it.
SYNONYMS: Mapping[str, frozenset[str]] = {
    "key": frozenset(("key", "id", "recordid", "customerid", "sourcekey", "contactid", "kundennummer", "schluessel")),
    "purpose": frozenset(("purpose", "topic", "consenttype", "zweck", "list", "finalidad")),
    "act": frozenset(
        (
            "act",
            "answer",
            "consent",
            "status",
            "optin",
            "state",
            "value",
            "einwilligung",
            "antwort",
            "consentement",
            "consentimiento",
        )
    ),
    "channel": frozenset(("channel", "medium", "kanal", "canal")),
    "contact": frozenset(("contact", "address", "email", "emailaddress", "mail", "phone", "phonenumber")),
    "occurred_at": frozenset(
        ("occurredat", "date", "datetime", "timestamp", "at", "consentdate", "datum", "when", "zeitpunkt", "fecha")
    ),
    "method": frozenset(
        ("method", "how", "collectedby", "via", "formname", "way", "form", "formular", "formulaire", "formulario")
    ),
    "notice": frozenset(("notice", "noticeversion", "text", "textid", "policyversion", "sha256", "hash")),
}
ANSWERS: Mapping[str, str] = {
    **dict.fromkeys(
        ("yes", "y", "true", "1", "granted", "optin", "subscribed", "ja", "oui", "si", "agreed"), "granted"
    ),
    **dict.fromkeys(("no", "n", "false", "0", "refused", "denied", "nein", "non"), "refused"),
    **dict.fromkeys(("withdrawn", "optout", "unsubscribed", "revoked", "widerrufen"), "withdrawn"),
    **dict.fromkeys(("objected", "objection", "widerspruch"), "objected"),
    **dict.fromkeys(("confirmed", "doubleoptin"), "confirmed"),
}
CHANNELS: Mapping[str, str] = {
    **{name: name for name in ("email", "sms", "phone", "post", "app")},
    "mail": "email", "telephone": "phone", "call": "phone", "text": "sms", "letter": "post", "push": "app",
}  # fmt: skip


class BadColumns(ValueError):
    """Columns that name a part twice, or lack one that is needed; ``parts`` are these."""

    def __init__(self, parts: Sequence[str]) -> None:
        super().__init__(", ".join(parts))
        self.parts = tuple(parts)


@dataclass(frozen=True)
class Claim:
    """One row: by the record's key what its person is said to have said; codes where they are known, else what stood
    there. ``received`` is the row as it came.
    """

    key: str
    purpose: str
    act: str
    channel: str = ""
    contact: str = ""
    occurred_at: datetime | None = None
    method: str = ""
    notice: str = ""
    received: Mapping[str, Any] | None = None


def folded(text: str) -> str:
    """Letters and digits only, small."""
    return re.sub(r"[^a-z0-9]", "", text.casefold())


def guessed(header: Sequence[str]) -> list[str]:
    """What each column is taken for; empty where nothing fits. A part is given to one column."""
    taken: set[str] = set()
    found = []
    for name in header:
        part = next((one for one in PARTS if one not in taken and folded(name) in SYNONYMS[one]), "")
        taken.add(part)
        found.append(part)
    return found


def checked(columns: Sequence[str]) -> list[str]:
    """The columns as they are mapped.

    :raises BadColumns: a part stands twice, or a needed one nowhere.
    """
    named = [one for one in columns if one]
    wrong = sorted({one for one in named if named.count(one) > 1 or one not in PARTS})
    missing = [one for one in NEEDED if one not in named]
    if wrong or missing:
        raise BadColumns([*wrong, *missing])
    return list(columns)


def claim_of(values: Sequence[str], columns: Sequence[str]) -> Claim:
    """A row as a claim. A day that nobody understands stays empty: such a yes counts as claimed without proof."""
    said: dict[str, Any] = {part: value.strip() for part, value in zip(columns, values, strict=False) if part}
    said["act"] = ANSWERS.get(folded(said["act"]), said["act"])
    channel = said.get("channel", "")
    said["channel"] = CHANNELS.get(folded(channel), channel) if channel else ""
    if said.get("contact") and not said["channel"]:
        said["channel"] = "email" if "@" in said["contact"] else ""
    said["occurred_at"] = moment(said.get("occurred_at", ""))
    return Claim(**said)


def moment(text: str) -> datetime | None:
    """A day or time in ISO 8601; a time without a zone is UTC, a day begins then."""
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
