"""Keeping what proves an act."""

from collections.abc import Mapping
from typing import Any

from cmdm import audit, clock, crypto
from cmdm.actions import action, change_id
from cmdm.models import User
from consent.models import Evidence

NOTE = "evidence"


@action
def keep(
    *,
    actor: User,
    kind: str,
    form: str = "",
    form_hash: str = "",
    session: str = "",
    user_agent: str = "",
    network: str = "",
    proof: Mapping[str, Any] | None = None,
    note: str = "",
    file_digest: bytes | None = None,
    row_digest: bytes | None = None,
    keyed_by: User | None = None,
) -> Evidence:
    """Keep how an act was made.

    :param session: the session's key; only its keyed digest is stored. :param proof: times and ids, never an address.
    :param note: what was said, or where the paper or recording lies; sealed.
    """
    made = Evidence.objects.create(
        kind=kind,
        form=form[:60],
        form_hash=form_hash,
        session=crypto.digest(session, "session") if session else None,
        user_agent=user_agent[:60],
        network=network,
        proof=dict(proof or {}),
        file_digest=file_digest,
        row_digest=row_digest,
        sealed=crypto.seal_bytes(note.encode(), NOTE) if note else None,
        keyed_by=keyed_by,
        created_at=clock.now(),
        change=change_id(),
    )
    audit.record(actor, "evidence.kept", made)
    return made
