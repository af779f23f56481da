"""Proof for an authority: one zip that can be verified without the hub.

It holds the acts, the notices as they were shown (each named after the hash of its text), what is known of how the
acts were made, the receipts, the entries of the audit log about these acts, the public keys, and a script that
verifies all of it with nothing but ``cryptography``. A signed list names every file with its hash.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from consent.rules.receipts import canonical, signed

KIND = "consent-proof+json"
EPOCH = (1980, 1, 1, 0, 0, 0)
SCRIPT = Path(__file__).with_name("verify.py")
READ_ME = """\
Proof of consent
================

about.json      what was asked for, by whom, when, and what was left out
events.json     every act: what, when it was done and written down, how, by whom, under which notice
notices/        the notices as they were shown; each file is named after the SHA-256 of its bytes
evidence.json   how the acts were made: forms, links, codes, calls, paper; scans lie in evidence/
receipts/       the receipt of every act (ISO/IEC TS 27560 by the W3C DPV), signed, and as plain JSON
audit.json      the entries of the audit log that belong to these acts
keys.json       the public keys (Ed25519, as a JSON Web Key Set)
manifest.jws    the list of all files with their hashes, signed
verify.py       verifies everything above

To verify: compare keys.json with the keys that the hub publishes at /.well-known/jwks.json, then run

    pip install cryptography
    python verify.py

"The proof holds." means: the list was signed with one of these keys, no file was changed, added or removed since,
every notice is the text that its hash names, and every receipt was signed and belongs to one of the acts.
"""


@dataclass(frozen=True)
class Proof:
    """What goes into the zip. ``notices`` are canonical texts by hash, ``scans`` bytes by file name."""

    about: Mapping[str, Any]
    events: Sequence[Mapping[str, Any]]
    notices: Mapping[str, bytes]
    evidence: Sequence[Mapping[str, Any]]
    receipts: Mapping[str, str]
    documents: Mapping[str, Any]
    audit: Sequence[Mapping[str, Any]]
    keys: Mapping[str, Any]
    scans: Mapping[str, bytes] = field(default_factory=dict)


def files(proof: Proof) -> Iterator[tuple[str, bytes]]:
    """Every file but the signed list, in order."""
    yield "README.txt", READ_ME.encode()
    yield "about.json", _readable(proof.about)
    yield "events.json", _readable(proof.events)
    for sha256, text in sorted(proof.notices.items()):
        yield f"notices/{sha256}.json", text
    yield "evidence.json", _readable(proof.evidence)
    for name, content in sorted(proof.scans.items()):
        yield f"evidence/{name}", content
    for name, token in sorted(proof.receipts.items()):
        yield f"receipts/{name}.jws", token.encode()
        yield f"receipts/{name}.json", _readable(proof.documents[name])
    yield "audit.json", _readable(proof.audit)
    yield "keys.json", _readable(proof.keys)
    yield "verify.py", SCRIPT.read_bytes()


def zipped(proof: Proof, *, key: str, sign: Callable[[bytes], bytes]) -> bytes:
    """The zip; the same for the same proof."""
    target, listed = io.BytesIO(), {}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files(proof):
            listed[name] = hashlib.sha256(content).hexdigest()
            archive.writestr(_entry(name), content, zipfile.ZIP_DEFLATED)
        token = signed({"files": listed, "about": proof.about}, key=key, sign=sign, kind=KIND)
        archive.writestr(_entry("manifest.jws"), token.encode())
    return target.getvalue()


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(f"proof/{name}", EPOCH)
    entry.external_attr = 0o600 << 16
    return entry


def _readable(content: Any) -> bytes:
    """JSON for people: of the canonical content, so that the same proof gives the same bytes."""
    plain = json.loads(canonical(content))
    return (json.dumps(plain, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()
