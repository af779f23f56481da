"""Files of consents on their way in: an upload waits, sealed, for a day in the cache; its rows are taken in by a job.

No table holds it: what stays of a file are the acts it brought, each with the digest of the file and its row, and the
account, which the job keeps.
"""

import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.db import transaction
from django.utils.translation import gettext as _

from cmdm import access, audit, crypto, ids, jobs
from cmdm.actions import Refused, action
from cmdm.models import Job, User
from consent.actions.claims import REFUSED, take_in_claims
from consent.rules.importing import BadColumns, checked, claim_of, guessed
from customers.models import Source
from customers.rules.batching import Batch
from customers.rules.broken import SENTENCES, BrokenFile
from customers.rules.reading import Reader, Row, read

JOB = "consent.import"
KEPT_SECONDS = 24 * 3600
MOST_BYTES = 20 * 1024 * 1024
TRIED = 50
MOST_NAMED = 200


@dataclass(frozen=True)
class Upload:
    """A file that waits: whose it is, of which source, and its bytes."""

    key: UUID
    source: Source
    content: bytes

    def reader(self, *, start: int = 0) -> Reader:
        """Its rows. Refused when it cannot be read as a whole."""
        try:
            return read(io.BytesIO(self.content), start=start)
        except BrokenFile as broken:
            raise Refused(_(broken.msgid) % broken.params) from broken


def _name(key: UUID, user: User) -> str:
    return f"consent-upload:{user.pk}:{key}"


@action
def upload(source: Source, content: bytes, *, actor: User, most: int | None = MOST_BYTES) -> UUID:
    """Keep a file until its columns are named; its key. Refused without ``import``, too large, or no CSV."""
    access.require(actor, "import", source)
    if most is not None and len(content) > most:
        raise Refused(_("At most 20 MB. Split the file, or use the command."))
    key = ids.uuid7()
    _first(Upload(key, source, content).reader(), TRIED)  # the page shows some of them: broken ones are told here
    sealed = crypto.seal_bytes(content, _name(key, actor))
    cache.set(_name(key, actor), (source.pk, sealed), KEPT_SECONDS)
    return key


def waiting(key: UUID, user: User) -> Upload | None:
    """The user's own file, while it waits and while he may import it."""
    kept = cache.get(_name(key, user))
    source = Source.objects.importable_by(user).filter(pk=kept[0]).first() if kept else None
    if kept is None or source is None:
        return None
    return Upload(key, source, crypto.unseal_bytes(kept[1], _name(key, user)))


@dataclass(frozen=True)
class Tried:
    """What the first rows of a file would do: how many of each outcome, and the first refusals with their lines."""

    columns: Sequence[str]
    counts: Mapping[str, int]
    rows: int
    refused: Sequence[tuple[int, str]]


def tried(found: Upload, columns: Sequence[str], *, actor: User) -> Tried:
    """Take the first rows in and take it back again."""
    rows = _first(found.reader(), TRIED)
    with transaction.atomic():
        outcomes = _taken(found, rows, columns, actor=actor)
        transaction.set_rollback(True)
    return Tried(columns, _counted(outcomes), len(rows), _named(rows, outcomes))


def first_rows(found: Upload) -> tuple[list[str], list[str], list[list[str]]]:
    """The header, what its columns are taken for, and a few rows."""
    reader = found.reader()
    rows = [row.values for row in _first(reader, 3) if isinstance(row, Row)]
    return list(reader.header), guessed(reader.header), rows


def _first(reader: Reader, count: int) -> list[Any]:
    rows = []
    try:
        for row in reader:
            rows.append(row)
            if len(rows) == count:
                break
    except BrokenFile as broken:
        raise Refused(_(broken.msgid) % broken.params) from broken
    return rows


@action
def start(found: Upload, columns: Sequence[str], *, actor: User) -> Job:
    """Have the file taken in. Refused without ``import``, and when the columns do not say whose, what and what for."""
    access.require(actor, "import", found.source)
    try:
        named = checked(columns)
    except BadColumns as bad:
        raise Refused(_("Name each of these once: %(parts)s.") % {"parts": ", ".join(bad.parts)}) from bad
    return jobs.enqueue(
        JOB, actor=actor, domain=found.source.domain, upload=str(found.key), columns=named, source=found.source.pk
    )


@action
def take_batch(
    found: Upload, batch: Batch, columns: Sequence[str], account: Mapping[str, Any], *, actor: User, hold: Any
) -> dict[str, Any]:
    """Take in some rows of a file; the account with them, which is kept in the same transaction.

    Refused without ``import``.
    """
    hold()
    access.require(actor, "import", found.source)
    outcomes = _taken(found, batch.rows, columns, actor=actor)
    together = {**added(account, batch.rows, outcomes), "line": batch.end}
    cache.set(_account(found, actor), together, KEPT_SECONDS)
    audit.record(actor, "consents.imported", found.source, counts={**_counted(outcomes), "rows": len(batch.rows)})
    return together


def account_of(found: Upload, actor: User) -> dict[str, Any]:
    """What is taken in so far, and up to which line."""
    return cache.get(_account(found, actor)) or {"counts": {}, "rows": 0, "refused": [], "line": 0}


def _account(found: Upload, actor: User) -> str:
    return f"{_name(found.key, actor)}:account"


def _taken(found: Upload, rows: Sequence[Any], columns: Sequence[str], *, actor: User) -> list[tuple[str, str]]:
    """An outcome a row, in order; what the reader set aside is refused with its reason."""
    claims = {at: claim_of(row.values, columns) for at, row in enumerate(rows) if isinstance(row, Row)}
    digest = hashlib.sha256(found.content).digest()
    done = take_in_claims(found.source, list(claims.values()), actor=actor, file_digest=digest) if claims else []
    outcomes = dict(zip(claims, done, strict=True))
    return [outcomes.get(at) or (REFUSED, _(SENTENCES[row.code]) % row.params) for at, row in enumerate(rows)]


def _counted(outcomes: Sequence[tuple[str, str]]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for what, _why in outcomes:
        counts[what] = counts.get(what, 0) + 1
    return counts


def _named(rows: Sequence[Any], outcomes: Sequence[tuple[str, str]]) -> list[tuple[int, str]]:
    pairs = zip(rows, outcomes, strict=True)
    return [(row.line, why) for row, (what, why) in pairs if what == REFUSED][:MOST_NAMED]


def added(account: Mapping[str, Any], rows: Sequence[Any], outcomes: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """The account with some rows more: every row counted once, the first refusals with their lines."""
    counts = _counted(outcomes)
    before = account.get("counts", {})
    together = {what: before.get(what, 0) + counts.get(what, 0) for what in {*before, *counts}}
    refused = [*account.get("refused", ()), *([line, why] for line, why in _named(rows, outcomes))]
    return {"counts": together, "rows": account.get("rows", 0) + len(rows), "refused": refused[:MOST_NAMED]}
