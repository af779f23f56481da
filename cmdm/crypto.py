"""Sealed values, keyed digests, signatures. Keys come from the settings, never from SECRET_KEY.

Sealing is AES-256-GCM. The nonce is synthetic: the first 96 bits of a keyed digest of context and text (the
construction of RFC 8452's idea on plain GCM), so that sealing the same value twice gives the same token. That is
what lets a merge and its unmerge restore a customer byte for byte; it shows equality within one context, as the
keyed digests beside it do anyway.
"""

import base64
import binascii
import hashlib
import hmac
import struct
from collections.abc import Iterable
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

_NONCE = 12
_STANDARD = bytes.maketrans(b"-_", b"+/")  # of base64


class Unsealable(Exception):
    """The token was damaged, sealed for another context, or by a key that is not in the ring."""


@lru_cache(maxsize=8)
def _ring() -> dict[str, AESGCM]:
    return {name: AESGCM(base64.b64decode(key)) for name, key in settings.KEYS.sealing.items()}


@lru_cache(maxsize=8)
def digest_key(purpose: str) -> bytes:
    """What digests of one purpose are keyed with: 32 bytes, for whoever makes very many of them himself."""
    return hmac.digest(settings.DIGEST_KEY, purpose.encode(), "sha256")


def digest(text: str | bytes, purpose: str) -> bytes:
    """32 bytes, keyed: equal texts of one purpose give equal digests (keyed BLAKE2b-256)."""
    content = text.encode() if isinstance(text, str) else text
    return hashlib.blake2b(content, digest_size=32, key=digest_key(purpose)).digest()


def digests(contents: Iterable[bytes], purpose: str) -> list[bytes]:
    """The digest of each content."""
    begun = hashlib.blake2b(digest_size=32, key=digest_key(purpose))
    made = []
    for content in contents:
        each = begun.copy()
        each.update(content)
        made.append(each.digest())
    return made


def digest64(text: str, purpose: str) -> int:
    """The same as a signed 64-bit number, for keys that are compared and never shown."""
    raw = hashlib.blake2b(text.encode(), digest_size=8, key=digest_key(purpose)).digest()
    return int.from_bytes(raw, "big", signed=True)


def digests64(texts: Iterable[str], begin: str, purpose: str) -> list[int]:
    """The same of each text behind one beginning."""
    begun = hashlib.blake2b(begin.encode(), digest_size=8, key=digest_key(purpose))
    made = []
    for text in texts:
        each = begun.copy()
        each.update(text.encode())
        made.append(each.digest())
    return list(struct.unpack(f">{len(made)}q", b"".join(made)))


def seal_bytes(content: bytes, context: str) -> bytes:
    """Sealed bytes: length of key id, key id, nonce, ciphertext."""
    name, cipher = next(iter(_ring().items()))
    nonce = digest(context.encode() + b"\0" + content, "nonce")[:_NONCE]
    return bytes([len(name)]) + name.encode() + nonce + cipher.encrypt(nonce, content, context.encode())


def seal_many(contents: Iterable[bytes], context: str) -> list[bytes]:
    """Each content as :func:`seal_bytes` seals it."""
    name, cipher = next(iter(_ring().items()))
    begin, bound = bytes([len(name)]) + name.encode(), context.encode()
    said = hashlib.blake2b(bound + b"\0", digest_size=32, key=digest_key("nonce"))
    made = []
    for content in contents:
        each = said.copy()
        each.update(content)
        nonce = each.digest()[:_NONCE]
        made.append(begin + nonce + cipher.encrypt(nonce, content, bound))
    return made


def unseal_bytes(token: bytes, context: str) -> bytes:
    """What was sealed.

    :raises Unsealable: damaged, another context, or an unknown key.
    """
    try:
        length = token[0]
        cipher = _ring()[token[1 : 1 + length].decode()]
        nonce = token[1 + length : 1 + length + _NONCE]
        return cipher.decrypt(nonce, bytes(token[1 + length + _NONCE :]), context.encode())
    except (InvalidTag, KeyError, IndexError, UnicodeDecodeError, ValueError) as error:
        raise Unsealable(context) from error


def unseal_many(tokens: Iterable[str], context: str) -> list[str]:
    """The text of each token that :func:`seal` made for this context.

    :raises Unsealable: one of them was damaged, sealed for another context, or by an unknown key.
    """
    ring = {bytes([len(name)]) + name.encode(): cipher for name, cipher in _ring().items()}
    bound, made = context.encode(), []
    try:
        for token in tokens:
            raw = binascii.a2b_base64(token.encode().translate(_STANDARD))
            begun = 1 + raw[0]
            nonce, cipher = raw[begun : begun + _NONCE], ring[raw[:begun]]
            made.append(cipher.decrypt(nonce, raw[begun + _NONCE :], bound).decode())
    except (InvalidTag, KeyError, IndexError, ValueError) as error:
        raise Unsealable(context) from error
    return made


def seal(text: str, context: str) -> str:
    """A sealed text, as base64."""
    return base64.urlsafe_b64encode(seal_bytes(text.encode(), context)).decode()


def unseal(token: str, context: str) -> str:
    """The text of a token that :func:`seal` made for this context."""
    try:
        raw = base64.urlsafe_b64decode(token.encode())
    except ValueError as error:
        raise Unsealable(context) from error
    return unseal_bytes(raw, context).decode()


@lru_cache(maxsize=8)
def _signers() -> dict[str, Ed25519PrivateKey]:
    seeds = (base64.b64decode(seed) for seed in settings.KEYS.signing.values())
    keys = [Ed25519PrivateKey.from_private_bytes(seed) for seed in seeds]
    return {_thumbprint(key.public_key().public_bytes_raw()): key for key in keys}


def _thumbprint(public: bytes) -> str:
    """The name of a public key: RFC 7638, so that it cannot stand for two keys."""
    plain = f'{{"crv":"Ed25519","kty":"OKP","x":"{base64url(public)}"}}'
    return base64url(hashlib.sha256(plain.encode()).digest())


def base64url(content: bytes) -> str:
    """Base64 for addresses, without padding."""
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def sign(content: bytes) -> bytes:
    """The signature (Ed25519) of the newest signing key; :func:`signing_key` names it."""
    return next(iter(_signers().values())).sign(content)


def signing_key() -> str:
    """The name of the key that signs now."""
    return next(iter(_signers()))


def verifying_keys() -> dict[str, bytes]:
    """The public keys of the ring by name, newest first; whoever has them can verify what the hub signed."""
    return {name: key.public_key().public_bytes_raw() for name, key in _signers().items()}
