"""Values with their sensitive attributes sealed: how they lie in the database, and how the rules get them.

A sensitive attribute is sealed whole: ``{"sealed": token}`` stands in the place of its value.
"""

import json
from base64 import urlsafe_b64encode
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from cmdm import crypto

SEALED = "sealed"
_BEGIN, _END = f'{{"{SEALED}": "', '"}'
_JSON = json.JSONEncoder(sort_keys=True, ensure_ascii=False)  # made once: `json.dumps` would make one for every value


def _context(attribute: str) -> str:
    return f"values:{attribute}"


def is_sealed(value: Any) -> bool:
    """Whether a stored value is a token."""
    return isinstance(value, dict) and SEALED in value


def seal_values(values: Mapping[str, Any], sensitive: Collection[str]) -> dict[str, Any]:
    """Opened values as they are stored."""
    return {
        name: {SEALED: crypto.seal(_JSON.encode(value), _context(name))} if name in sensitive else value
        for name, value in values.items()
    }


def open_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """Stored values as the rules, the engine and the types know them.

    :raises cmdm.crypto.Unsealable: the key that sealed one of them is gone.
    """
    return {
        name: json.loads(crypto.unseal(value[SEALED], _context(name))) if is_sealed(value) else value
        for name, value in values.items()
    }


def opened_texts(attribute: str, stored: Iterable[str]) -> list[str]:
    """What lies sealed in stored values of one attribute; both as JSON.

    :raises cmdm.crypto.Unsealable: the key that sealed one of them is gone.
    """
    return crypto.unseal_many([_token(text) for text in stored], _context(attribute))


def _token(stored: str) -> str:
    """The token of a sealed value, as JSON; what it is made of is never escaped."""
    token = stored[len(_BEGIN) : -len(_END)]
    if stored.startswith(_BEGIN) and stored.endswith(_END) and '"' not in token:
        return token
    told: str = json.loads(stored)[SEALED]
    return told


def sealed_as_written(attribute: str, opened: Iterable[str]) -> list[str]:
    """Values of one attribute as they are stored sealed, both as JSON.

    :param opened: written as they are sealed: names in order, a blank behind each comma and colon.
    """
    tokens = crypto.seal_many([text.encode() for text in opened], _context(attribute))
    return [f"{_BEGIN}{urlsafe_b64encode(token).decode()}{_END}" for token in tokens]


def seal_raw(raw: Any) -> bytes:
    """What was received, sealed."""
    return crypto.seal_bytes(json.dumps(raw, ensure_ascii=False, default=str).encode(), "raw")


def seal_raws(written: Iterable[str]) -> list[bytes]:
    """The same of what is written as JSON already."""
    return crypto.seal_many([text.encode() for text in written], "raw")


def open_raw(sealed: bytes) -> Any:
    """What was received."""
    return json.loads(crypto.unseal_bytes(bytes(sealed), "raw"))
