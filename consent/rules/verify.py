"""Verifies a folder of proof without the hub that made it: `python verify.py`, in the folder, with `cryptography`.

1. The list of files (`manifest.jws`) was signed with a key of `keys.json`. Compare that key with the one which the hub
   publishes at its own address, /.well-known/jwks.json, or which you were given by another way.
2. Every file of the list is there and unchanged (SHA-256), and there is no other.
3. Every notice is named after the hash of its own text, and every event that names a notice names one of these.
4. Every receipt was signed with a key of `keys.json`, and is about one of the events.
"""

import base64
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

BESIDE = {"manifest.jws"}


def unpacked(text: str) -> bytes:
    """Bytes of base64 without padding."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def opened(token: str, keys: dict[str, bytes]) -> Any:
    """What was signed. :raises ValueError: not by one of the keys, or changed since."""
    head, content, signature = token.strip().split(".")
    said = json.loads(unpacked(head))
    if said.get("alg") != "EdDSA" or said.get("kid") not in keys:
        raise ValueError("signed by an unknown key")
    try:
        Ed25519PublicKey.from_public_bytes(keys[said["kid"]]).verify(unpacked(signature), f"{head}.{content}".encode())
    except InvalidSignature:
        raise ValueError("the signature does not fit") from None
    return json.loads(unpacked(content))


def faults(folder: Path) -> list[str]:
    """Everything that is wrong, in sentences; empty when the proof holds."""
    keys = {one["kid"]: unpacked(one["x"]) for one in json.loads((folder / "keys.json").read_text())["keys"]}
    try:
        listed = opened((folder / "manifest.jws").read_text(), keys)["files"]
    except ValueError as fault:
        return [f"manifest.jws: {fault}"]
    found = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()} - BESIDE
    wrong = [f"{name}: missing" for name in sorted(set(listed) - found)]
    wrong += [f"{name}: not in the list" for name in sorted(found - set(listed))]
    for name in sorted(found & set(listed)):
        if hashlib.sha256((folder / name).read_bytes()).hexdigest() != listed[name]:
            wrong.append(f"{name}: changed")
    return wrong + of_notices(folder) + of_receipts(folder, keys)


def of_notices(folder: Path) -> list[str]:
    """Notices that are not what they are named after, and events that name a notice which is not there."""
    texts = {path.stem: path for path in (folder / "notices").glob("*.json")}
    wrong = [
        f"{path.name}: not the text of this hash"
        for name, path in sorted(texts.items())
        if hashlib.sha256(path.read_bytes()).hexdigest() != name
    ]
    named = {event["notice"] for event in events(folder) if event["notice"]}
    return wrong + [f"{name}: notice of an event, missing" for name in sorted(named - set(texts))]


def of_receipts(folder: Path, keys: dict[str, bytes]) -> list[str]:
    """Receipts that were changed or are about no event."""
    known = {event["id"] for event in events(folder)}
    wrong = []
    for path in sorted((folder / "receipts").glob("*.jws")):
        try:
            receipt = opened(path.read_text(), keys)
        except ValueError as fault:
            wrong.append(f"{path.name}: {fault}")
            continue
        if receipt["dpv:hasIdentifier"] not in known:
            wrong.append(f"{path.name}: about no event of this proof")
    return wrong


def events(folder: Path) -> list[dict[str, Any]]:
    """The acts, as they lie in the file."""
    found: list[dict[str, Any]] = json.loads((folder / "events.json").read_text())
    return found


if __name__ == "__main__":
    broken = faults(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent)
    sys.stdout.write("\n".join(broken) + "\n" if broken else "The proof holds.\n")
    sys.exit(bool(broken))
