"""Export files: many customers are written in the background, sealed, and fetched by who asked, within a day.

Each step writes one page of customers in a transaction of its own and moves the position on with it, so that a killed
worker's file is gone on with where it stands. A step judges the owner's rights anew: where they, or the columns, are
no longer those that the file was begun with, it is begun anew, so that one file never mixes two states of rights.
Customers that change meanwhile stand in it as they were when their page was written.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from cmdm import access, audit, clock, crypto, events, ids, jobs
from cmdm.actions import Refused, action, change_id
from cmdm.models import User
from customers.actions.exports import leaving
from customers.models import Customer, ExportChunk, ExportFile
from customers.queries.catalogue import catalogue
from customers.queries.exporting import bytes_of, chosen, context
from customers.queries.sheets import customers_header, customers_rows, exportable, next_customers
from customers.rules.safe_csv import safe_lines

JOB = "customers.export"
EVENT = "event"
KEPT = timedelta(hours=24)
# Who began to fetch a file just before it expired gets it to its end.
GRACE = timedelta(hours=1)
RIGHTS = ("columns", "attributes", "domains", "revealed")
PROGRESS = ("position", "expected", "rows", "size", "pieces", "finished_at", "expires_at")
Hold = Callable[[], None]


@action
def prepare(filters: Mapping[str, Any], *, actor: User, purpose: str) -> ExportFile:
    """Have the customers that fit written to a file. Refused without ``export``, without a purpose, and twice at once.

    :param filters: ``party_type``, ``status``, ``domain`` (id), ``source`` (id), ``use`` (``purpose/channel``, or
        ``purpose/channel/recipient``: those only who permit this use of their data when their page is written); each
        may be missing.
    """
    User.objects.select_for_update(of=("self",)).get(pk=actor.pk)
    domains = leaving(actor=actor, purpose=purpose)
    if ExportFile.objects.visible_to(actor).unfinished().exists():
        raise Refused(_("One of your files is still being written. Wait for it, or stop it."))
    key = ids.uuid7()
    file = ExportFile.objects.create(
        id=key,
        owner=actor,
        job=jobs.enqueue(JOB, actor=actor, export=str(key)),
        filters=dict(filters),
        purpose=purpose,
        expires_at=clock.now() + KEPT,
    )
    audit.record(actor, "export.asked", file, domains=domains, purpose=purpose)
    return file


@action
def write_next(file: ExportFile, *, actor: User, hold: Hold) -> ExportFile:
    """Write the next page of customers; the last one makes the file whole. Refused without ``export``."""
    hold()
    file = ExportFile.objects.select_for_update(of=("self",)).get(pk=file.pk)
    if file.finished_at is not None:
        return file
    rows = _rows(file, actor)
    rights = _rights(file, actor)
    if file.pieces == 0 or rights != {name: getattr(file, name) for name in RIGHTS}:
        _begin(file, rights, expected=rows.count())
    page = next_customers(rows, file.position)
    _write(file, page, actor)
    file.expires_at, file.change = clock.now() + KEPT, change_id()
    if not page:
        file.finished_at = clock.now()
        audit.record(
            actor, "export.written", file, domains=file.domains, counts=_counts(file), purpose=_noted_for(file)
        )
    file.save(update_fields=[*RIGHTS, *PROGRESS, "filters", "change"])
    return file


def _rights(file: ExportFile, actor: User) -> dict[str, list[Any]]:
    """Under what the file would be written now."""
    domains = leaving(actor=actor, purpose=file.purpose)
    return {
        "columns": list(customers_header()),
        "attributes": list(catalogue().specs),
        "domains": sorted(domains),
        "revealed": sorted(domains & access.scope(actor, "reveal")),
    }


def _rows(file: ExportFile, actor: User) -> QuerySet[Customer]:
    access.scopes(actor, fresh=True)
    customers = chosen(file.filters, actor)
    if customers is None:
        raise PermissionDenied("view")
    return exportable(actor, customers)


def _begin(file: ExportFile, rights: Mapping[str, list[Any]], *, expected: int) -> None:
    ExportChunk.objects.filter(file=file).delete()
    for name, value in rights.items():
        setattr(file, name, value)
    file.position = file.rows = file.size = file.pieces = 0
    file.expected = expected
    file.filters = {**file.filters, EVENT: events.position()}


def _write(file: ExportFile, page: list[Customer], actor: User) -> None:
    """One sealed piece with the lines of a page, the first with the header before them."""
    rows = list(customers_rows(page, actor, file.filters.get("use") or ""))
    lines = safe_lines(file.columns, rows)
    if file.pieces:
        next(lines)
    file.position = page[-1].pk if page else file.position
    content = "".join(lines).encode()
    if not content:
        return
    sealed = crypto.seal_bytes(content, context(file, file.pieces))
    ExportChunk.objects.create(file=file, number=file.pieces, sealed=sealed)
    file.pieces, file.size, file.rows = file.pieces + 1, file.size + len(content), file.rows + len(rows)


@action
def fetch(file: ExportFile, *, actor: User) -> Iterator[bytes]:
    """The bytes of a file, noted before the first one leaves.

    Refused to anybody but its owner, to him when he lost a right under which it was written, before it is whole, and
    after a day.
    """
    file = ExportFile.objects.select_for_update(of=("self",)).get(pk=file.pk)
    if file.owner_id != actor.pk or not _still_may(file, actor):
        raise PermissionDenied(_("You may no longer export what this file holds."))
    if file.expires_at <= clock.now():
        raise Refused(_("This file was kept for a day. Export again."), code="expired")
    if file.finished_at is None:
        raise Refused(_("This file is not whole."))
    if _is_spoiled(file):
        raise Refused(_("A customer in this file may no longer be taken along. Export again."), code="expired")
    audit.record(
        actor,
        "customers.exported",
        file,
        domains=file.domains,
        attributes=file.attributes,
        counts=_counts(file),
        purpose=_noted_for(file),
    )
    return bytes_of(file)


def _counts(file: ExportFile) -> dict[str, int]:
    """How much is in it, and the last event seen before its first line was written: what is newer may be missing."""
    return {"rows": file.rows, EVENT: file.filters.get(EVENT, 0)}


def _noted_for(file: ExportFile) -> str:
    """What for, as the audit log says it: the purpose, and the use that everybody in it permits."""
    return f"{file.purpose} {file.filters.get('use') or ''}".strip()[:60]


def _still_may(file: ExportFile, actor: User) -> bool:
    access.scopes(actor, fresh=True)
    exporting, revealing = access.scope(actor, "export"), access.scope(actor, "reveal")
    return bool(exporting) and exporting >= set(file.domains) and revealing >= set(file.revealed)


def _is_spoiled(file: ExportFile) -> bool:
    """Somebody in it was restricted or erased after he was written."""
    gone = Q(restricted=True) | Q(status=Customer.Status.ERASED)
    return Customer.objects.filter(gone, changed_at__gte=file.created_at, pk__lte=file.position).exists()


@action
def withdraw_files(*, actor: User) -> int:
    """Delete the files that nobody may fetch any more, though their day is not over; their number."""
    rows = ExportFile.objects.standing(clock.now()).filter(finished_at__isnull=False).select_related("owner")
    gone = [
        one.pk for one in rows.select_for_update(of=("self",)) if _is_spoiled(one) or not _still_may(one, one.owner)
    ]
    if gone:
        ExportFile.objects.filter(pk__in=gone).delete()
        audit.record(actor, "exports.withdrawn", counts={"files": len(gone)})
    return len(gone)


@action
def remove_expired_files(*, actor: User) -> int:
    """Delete the files whose day is over; their number."""
    rows = ExportFile.objects.filter(expires_at__lt=clock.now() - GRACE)
    count = len(rows.select_for_update(of=("self",)))
    if count:
        rows.delete()
        audit.record(actor, "exports.expired", counts={"files": count})
    return count
