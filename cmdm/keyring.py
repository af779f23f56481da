"""The installation's keys: where they come from and when a start is refused."""

import base64
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
    """``secret`` signs sessions; ``sealing`` maps key ids to AES-256 keys, newest first; ``digest`` keys digests."""

    secret: str
    sealing: dict[str, str]
    digest: str


def load(read: Callable[..., str], *, data_dir: Path, demo: bool) -> Keys:
    """The keys from the environment, or those of the demonstration.

    :raises ImproperlyConfigured: keys are missing, malformed, or a demonstration's outside a demonstration.
    """
    secret = read("CMDM_SECRET_KEY", default="")
    if not secret and demo:
        return _demonstration(data_dir / "keys")
    sealing = dict(part.split(":", 1) for part in read("CMDM_SEALING_KEYS", default="").split(",") if ":" in part)
    keys = Keys(secret=secret, sealing=sealing, digest=read("CMDM_DIGEST_KEY", default=""))
    _refuse_unfit(keys, demo=demo)
    return keys


def _refuse_unfit(keys: Keys, *, demo: bool) -> None:
    if not (keys.secret and keys.sealing and keys.digest):
        raise ImproperlyConfigured(
            "Set CMDM_SECRET_KEY, CMDM_SEALING_KEYS (id:base64 of 32 bytes, newest first, comma separated) and "
            "CMDM_DIGEST_KEY (base64 of 32 bytes). `manage.py keys` prints a fresh set."
        )
    for name, key in [("CMDM_DIGEST_KEY", keys.digest), *keys.sealing.items()]:
        try:
            fits = len(base64.b64decode(key, validate=True)) == 32
        except ValueError:
            fits = False
        if not fits:
            raise ImproperlyConfigured(f"The key {name} is not the base64 form of 32 bytes.")
    if not demo and (keys.secret.startswith(DEMO_MARK) or any(name.startswith(DEMO_MARK) for name in keys.sealing)):
        raise ImproperlyConfigured("These are the keys of a demonstration. Make new ones with `manage.py keys`.")


def fresh(mark: str = "") -> Keys:
    """New random keys."""

    def key() -> str:
        return base64.b64encode(secrets.token_bytes(32)).decode()

    return Keys(secret=mark + secrets.token_urlsafe(48), sealing={f"{mark}k1": key()}, digest=key())


def as_environment(keys: Keys) -> str:
    """Keys as lines of an environment file."""
    sealing = ",".join(f"{name}:{key}" for name, key in keys.sealing.items())
    return f"CMDM_SECRET_KEY={keys.secret}\nCMDM_SEALING_KEYS={sealing}\nCMDM_DIGEST_KEY={keys.digest}"


def _demonstration(path: Path) -> Keys:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return Keys(**json.loads(path.read_text()))
    keys = fresh(DEMO_MARK)
    with os.fdopen(descriptor, "w") as file:
        json.dump(asdict(keys), file)
    return keys
