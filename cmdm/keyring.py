"""The installation's keys: where they come from and when a start is refused."""

import base64
import hashlib
import json
import os
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

DEMO_MARK = "demo-"


@dataclass(frozen=True)
class Keys:
    """``secret`` signs sessions; ``sealing`` maps key ids to AES-256 keys, newest first; ``digest`` keys digests.

    ``signing`` maps key ids to Ed25519 seeds, newest first: the first one signs, the others are still published.
    """

    secret: str
    sealing: dict[str, str]
    digest: str
    signing: dict[str, str]


def load(read: Callable[..., str], *, data_dir: Path, demo: bool) -> Keys:
    """The keys from the environment, or those of the demonstration.

    :raises ImproperlyConfigured: keys are missing, malformed, or a demonstration's outside a demonstration.
    """
    secret = read("CMDM_SECRET_KEY", default="")
    if not secret and demo:
        return _demonstration(data_dir / "keys")
    keys = Keys(
        secret=secret,
        sealing=_named(read("CMDM_SEALING_KEYS", default="")),
        digest=read("CMDM_DIGEST_KEY", default=""),
        signing=_named(read("CMDM_SIGNING_KEYS", default="")),
    )
    _refuse_unfit(keys, demo=demo)
    return keys


def debugging(asked: bool, *, demo: bool) -> bool:
    """Whether faults are shown with everything around them.

    :raises ImproperlyConfigured: outside a demonstration: such a page holds people's data, and these keys.
    """
    if asked and not demo:
        raise ImproperlyConfigured("CMDM_DEBUG is for a demonstration alone: its pages of faults show data and keys.")
    return asked


def _named(text: str) -> dict[str, str]:
    return dict(part.split(":", 1) for part in text.split(",") if ":" in part)


def _refuse_unfit(keys: Keys, *, demo: bool) -> None:
    if not (keys.secret and keys.sealing and keys.digest and keys.signing):
        raise ImproperlyConfigured(
            "Set CMDM_SECRET_KEY, CMDM_SEALING_KEYS and CMDM_SIGNING_KEYS (id:base64 of 32 bytes, newest first, comma "
            "separated) and CMDM_DIGEST_KEY (base64 of 32 bytes). `manage.py keys` prints a fresh set."
        )
    for name, key in [("CMDM_DIGEST_KEY", keys.digest), *keys.sealing.items(), *keys.signing.items()]:
        try:
            fits = len(base64.b64decode(key, validate=True)) == 32
        except ValueError:
            fits = False
        if not fits:
            raise ImproperlyConfigured(f"The key {name} is not the base64 form of 32 bytes.")
    if not demo and any(name.startswith(DEMO_MARK) for name in (keys.secret, *keys.sealing, *keys.signing)):
        raise ImproperlyConfigured("These are the keys of a demonstration. Make new ones with `manage.py keys`.")


def fresh(mark: str = "") -> Keys:
    """New random keys."""

    def key() -> str:
        return base64.b64encode(secrets.token_bytes(32)).decode()

    return Keys(
        secret=mark + secrets.token_urlsafe(48),
        sealing={f"{mark}k1": key()},
        digest=key(),
        signing={f"{mark}s1": key()},
    )


def as_environment(keys: Keys) -> str:
    """Keys as lines of an environment file."""
    sealing, signing = (
        ",".join(f"{name}:{key}" for name, key in ring.items()) for ring in (keys.sealing, keys.signing)
    )
    return (
        f"CMDM_SECRET_KEY={keys.secret}\nCMDM_SEALING_KEYS={sealing}\nCMDM_DIGEST_KEY={keys.digest}\n"
        f"CMDM_SIGNING_KEYS={signing}"
    )


def _demonstration(path: Path) -> Keys:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        kept = json.loads(path.read_text())
        # A demonstration that began before receipts were signed has no such key; it gets the same one at every start.
        kept.setdefault("signing", {f"{DEMO_MARK}s1": _derived(kept["digest"])})
        return Keys(**kept)
    keys = fresh(DEMO_MARK)
    with os.fdopen(descriptor, "w") as file:
        json.dump(asdict(keys), file)
    return keys


def _derived(key: str) -> str:
    return base64.b64encode(hashlib.blake2b(b"signing", digest_size=32, key=base64.b64decode(key)).digest()).decode()
