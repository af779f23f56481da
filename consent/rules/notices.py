"""The hash of a notice: over all that was shown, in one canonical form."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

SHOWN = (
    "key", "version", "language", "title", "text", "purposes", "controller", "recipients", "categories", "retention",
    "rights", "withdrawal", "layout",
)  # fmt: skip


def canonical(notice: Mapping[str, Any]) -> bytes:
    """The bytes that are hashed: JSON with sorted names, no spaces, UTF-8."""
    shown = {name: notice[name] for name in SHOWN}
    shown["purposes"] = sorted(shown["purposes"])
    if notice["named_recipients"]:
        shown["named_recipients"] = sorted(notice["named_recipients"])
    return json.dumps(shown, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def sha256(notice: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical form, as hexadecimal digits."""
    return hashlib.sha256(canonical(notice)).hexdigest()
