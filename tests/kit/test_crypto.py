"""Sealing, digests, keys, identifiers."""

import base64
import dataclasses
import json
import re
import stat
import uuid

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import strategies as st

from cmdm import crypto, ids, keyring


@pytest.fixture
def ring(monkeypatch):
    """Set the key ring for a test."""

    def put(keys):
        monkeypatch.setattr(settings, "KEYS", keys)
        forget()

    def forget():
        crypto._ring.cache_clear()
        crypto._signers.cache_clear()

    yield put
    monkeypatch.undo()
    forget()


class TestSealing:
    @given(st.text())
    def test_what_was_sealed_comes_back(self, text):
        assert crypto.unseal(crypto.seal(text, "c"), "c") == text

    def test_many_tokens_open_as_each_does_alone(self, ring):
        old = crypto.seal("x", "a")
        ring(dataclasses.replace(settings.KEYS, sealing={"k9": keyring.fresh().sealing["k1"], **settings.KEYS.sealing}))
        tokens = [old, crypto.seal("", "a"), crypto.seal("\u00e9\0", "a")]
        assert crypto.unseal_many(tokens, "a") == ["x", "", "\u00e9\0"]
        for bad in (crypto.seal("x", "b"), old[:-8], "", "!", "\u00e9"):
            with pytest.raises(crypto.Unsealable):
                crypto.unseal_many([*tokens, bad], "a")

    def test_a_token_shows_nothing_of_its_text(self):
        assert b"7364009" not in crypto.seal_bytes(b"7364009", "values:identifier")

    def test_equal_texts_of_one_context_give_one_token_and_of_two_contexts_two(self):
        assert crypto.seal("x", "a") == crypto.seal("x", "a") != crypto.seal("x", "b")

    def test_another_context_opens_nothing(self):
        with pytest.raises(crypto.Unsealable):
            crypto.unseal(crypto.seal("x", "a"), "b")

    @pytest.mark.parametrize("place", [0, 1, 5, -1])
    def test_a_damaged_token_opens_nothing(self, place):
        token = bytearray(crypto.seal_bytes(b"some text", "a"))
        token[place] ^= 1
        with pytest.raises(crypto.Unsealable):
            crypto.unseal_bytes(bytes(token), "a")

    @pytest.mark.parametrize("token", ["", "abc", "!!!", base64.urlsafe_b64encode(b"\xff" * 40).decode()])
    def test_what_is_no_token_opens_nothing(self, token):
        with pytest.raises(crypto.Unsealable):
            crypto.unseal(token, "a")

    def test_a_new_key_seals_while_the_old_one_still_opens(self, ring):
        old = crypto.seal("x", "a")
        kept = settings.KEYS
        fresh = keyring.fresh().sealing["k1"]
        ring(dataclasses.replace(kept, sealing={"k9": fresh, **kept.sealing}))
        new = crypto.seal("x", "a")
        assert crypto.unseal(old, "a") == crypto.unseal(new, "a") == "x"
        assert base64.urlsafe_b64decode(new)[1:3] == b"k9"
        ring(dataclasses.replace(kept, sealing={"k9": fresh}))
        with pytest.raises(crypto.Unsealable):
            crypto.unseal(old, "a")


class TestDigests:
    def test_a_digest_hangs_on_text_purpose_and_key(self, monkeypatch):
        first = crypto.digest("x", "a")
        assert first == crypto.digest(b"x", "a") and len(first) == 32
        assert first not in (crypto.digest("y", "a"), crypto.digest("x", "b"))
        monkeypatch.setattr(settings, "DIGEST_KEY", b"\0" * 32)
        crypto.digest_key.cache_clear()
        other = crypto.digest("x", "a")
        monkeypatch.undo()
        crypto.digest_key.cache_clear()
        assert other != first == crypto.digest("x", "a")

    @given(st.text())
    def test_the_short_one_fits_a_signed_column(self, text):
        assert -(2**63) <= crypto.digest64(text, "k") < 2**63


class TestSigning:
    def test_what_the_hub_signed_the_published_key_verifies(self):
        public = crypto.verifying_keys()[crypto.signing_key()]
        Ed25519PublicKey.from_public_bytes(public).verify(crypto.sign(b"what was said"), b"what was said")

    def test_a_new_key_signs_while_the_old_one_is_still_published(self, ring):
        old = crypto.signing_key()
        fresh = keyring.fresh()
        ring(dataclasses.replace(settings.KEYS, signing={"s2": fresh.signing["s1"], **settings.KEYS.signing}))
        assert crypto.signing_key() != old
        assert old in crypto.verifying_keys()


class TestKeys:
    def load(self, *, demo=False, folder=None, **variables):
        return keyring.load(lambda name, default="": variables.get(name, default), data_dir=folder, demo=demo)

    def variables(self, keys):
        return dict(line.split("=", 1) for line in keyring.as_environment(keys).splitlines())

    def test_what_the_command_prints_is_what_a_start_reads(self):
        keys = keyring.fresh()
        assert self.load(**self.variables(keys)) == keys

    @pytest.mark.parametrize(
        "left_out", ["CMDM_SECRET_KEY", "CMDM_SEALING_KEYS", "CMDM_DIGEST_KEY", "CMDM_SIGNING_KEYS"]
    )
    def test_a_start_without_one_of_them_is_refused(self, left_out):
        variables = self.variables(keyring.fresh()) | {left_out: ""}
        with pytest.raises(ImproperlyConfigured, match=r"manage\.py keys"):
            self.load(**variables)

    def test_pages_of_faults_with_everything_around_them_are_for_a_demonstration_alone(self):
        assert keyring.debugging(True, demo=True)
        assert not keyring.debugging(False, demo=False)
        with pytest.raises(ImproperlyConfigured):
            keyring.debugging(True, demo=False)

    @pytest.mark.parametrize("key", ["short", "a" * 44, base64.b64encode(b"x" * 31).decode(), "ä"])
    def test_a_malformed_key_is_refused(self, key):
        variables = self.variables(keyring.fresh())
        for changed in (
            {"CMDM_DIGEST_KEY": key},
            {"CMDM_SEALING_KEYS": f"k1:{key}"},
            {"CMDM_SIGNING_KEYS": f"k1:{key}"},
        ):
            with pytest.raises(ImproperlyConfigured, match="32 bytes") as refusal:
                self.load(**{**variables, **changed})
            assert key not in str(refusal.value).replace("k1", "")

    def test_the_keys_of_a_demonstration_are_refused_elsewhere(self, tmp_path):
        keys = self.load(demo=True, folder=tmp_path)
        with pytest.raises(ImproperlyConfigured, match="demonstration"):
            self.load(**self.variables(keys))
        mixed = self.variables(keyring.fresh()) | {"CMDM_SEALING_KEYS": self.variables(keys)["CMDM_SEALING_KEYS"]}
        with pytest.raises(ImproperlyConfigured, match="demonstration"):
            self.load(**mixed)

    def test_a_demonstration_makes_its_own_once_for_its_owner_only(self, tmp_path):
        keys = self.load(demo=True, folder=tmp_path)
        path = tmp_path / "keys"
        assert self.load(demo=True, folder=tmp_path) == keys
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert json.loads(path.read_text())["secret"] == keys.secret

    def test_a_demonstration_from_before_receipts_signs_with_the_same_key_at_every_start(self, tmp_path):
        path = tmp_path / "keys"
        keys = dataclasses.asdict(self.load(demo=True, folder=tmp_path))
        del keys["signing"]
        path.write_text(json.dumps(keys))
        first, second = (self.load(demo=True, folder=tmp_path) for _ in range(2))
        assert first.signing == second.signing != {}
        assert base64.b64decode(first.signing["demo-s1"]) not in base64.b64decode(first.digest)

    def test_fresh_keys_differ(self):
        assert keyring.fresh() != keyring.fresh()


class TestIdentifiers:
    def test_keys_are_version_7_and_in_order_of_time(self):
        made = [*(ids.uuid7() for _ in range(50)), *ids.uuids7(50)]
        assert {(one.version, one.variant) for one in made} == {(7, uuid.RFC_4122)}
        assert len(set(made)) == 100
        stamps = [one.int >> 80 for one in made]
        assert stamps == sorted(stamps)

    def test_many_written_at_once_are_what_one_is(self):
        before = ids.uuid7()
        written = ids.uuid7_texts(200)
        made = [uuid.UUID(one) for one in written]
        assert [str(one) for one in made] == written
        assert {(one.version, one.variant) for one in made} == {(7, uuid.RFC_4122)}
        assert len(set(made)) == 200
        assert before.int >> 80 <= made[0].int >> 80 <= ids.uuid7().int >> 80

    @given(st.integers(1, 10**9))
    def test_a_number_is_readable_and_catches_a_mistyped_or_swapped_digit(self, pk):
        number = ids.customer_number(pk)
        assert re.fullmatch(r"C-\d{5,}-[A-HJ-NP-Z]{2}", number)
        digits, letters = number.split("-")[1:]
        for place in range(len(digits)):
            for digit in "0123456789":
                wrong = digits[:place] + digit + digits[place + 1 :]
                if wrong != digits:
                    assert ids.customer_number(int(wrong))[-2:] != letters
        for place in range(len(digits) - 1):
            swapped = digits[:place] + digits[place + 1] + digits[place] + digits[place + 2 :]
            if swapped != digits:
                assert ids.customer_number(int(swapped))[-2:] != letters
