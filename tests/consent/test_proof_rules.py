"""The zip for an authority, verified by the script that lies in it."""

import hashlib
import io
import json
import subprocess
import sys
import zipfile

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from consent.rules import receipts
from consent.rules.proof import Proof, zipped

KEY = Ed25519PrivateKey.generate()
TEXT = receipts.canonical({"text": "Wir schreiben höchstens einmal die Woche."})
SHA = hashlib.sha256(TEXT).hexdigest()
RECEIPT = {"dpv:hasIdentifier": "e-1"}


def made(**changes):
    token = receipts.signed(RECEIPT, key="k", sign=KEY.sign)
    said = {
        "about": {"asked": "C-00001-AB"},
        "events": [{"id": "e-1", "act": "granted", "notice": SHA}],
        "notices": {SHA: TEXT},
        "evidence": [],
        "receipts": {"e-1": token},
        "documents": {"e-1": RECEIPT},
        "audit": [],
        "keys": receipts.published({"k": KEY.public_key().public_bytes_raw()}),
        "scans": {"s-1.pdf": b"%PDF"},
    }
    return zipped(Proof(**{**said, **changes}), key="k", sign=KEY.sign)


@pytest.fixture
def verify(tmp_path):
    """What the script in the zip says, after something was done to its folder."""

    def run(content=None, spoil=None):
        with zipfile.ZipFile(io.BytesIO(content or made())) as archive:
            archive.extractall(tmp_path)
        folder = tmp_path / "proof"
        if spoil:
            spoil(folder)
        done = subprocess.run(
            [sys.executable, "-I", "verify.py"], cwd=folder, capture_output=True, text=True, check=False
        )
        assert not done.stderr
        return done.returncode, done.stdout

    return run


def test_a_proof_holds_without_the_hub(verify):
    assert verify() == (0, "The proof holds.\n")


def test_the_same_proof_gives_the_same_bytes():
    assert made() == made()


def change(name, old, new):
    def spoil(folder):
        path = folder / name
        path.write_text(path.read_text().replace(old, new))

    return spoil


def forged_receipt(folder):
    other = Ed25519PrivateKey.generate()
    (folder / "receipts" / "e-1.jws").write_text(receipts.signed(RECEIPT, key="k", sign=other.sign))


def swapped_keys(folder):
    other = receipts.published({"k": Ed25519PrivateKey.generate().public_key().public_bytes_raw()})
    (folder / "keys.json").write_text(json.dumps(other))


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (change("events.json", "granted", "refused"), "events.json: changed"),
        (change(f"notices/{SHA}.json", "einmal", "zweimal"), "not the text of this hash"),
        (lambda folder: (folder / "evidence" / "s-1.pdf").unlink(), "evidence/s-1.pdf: missing"),
        (lambda folder: (folder / "more.txt").write_text("x"), "more.txt: not in the list"),
        (forged_receipt, "the signature does not fit"),
        (swapped_keys, "manifest.jws: the signature does not fit"),
    ],
)
def test_whatever_is_changed_is_named(verify, spoil, said):
    code, out = verify(spoil=spoil)
    assert code == 1
    assert said in out


def test_an_event_needs_its_notice_and_a_receipt_its_event(verify):
    code, out = verify(made(notices={}, events=[{"id": "e-2", "notice": SHA}]))
    assert code == 1
    assert "notice of an event, missing" in out
    assert "about no event" in out
