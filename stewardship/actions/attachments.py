"""Files beside a record or card: sealed with their names, given out as downloads only."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cmdm import access, audit, clock, crypto
from cmdm.actions import Invalid, Refused, action, change_id
from cmdm.models import User
from customers.models import SourceRecord
from stewardship.models import Attachment, Task
from stewardship.queries.leading import leads
from stewardship.queries.notes import file_context, name_context
from stewardship.rules import files

MOST = 50


@action
def attach(record: SourceRecord, *, actor: User, name: str, content: bytes, task: Task | None = None) -> Attachment:
    """Keep a file. Refused when it is empty, too large, of another kind than PDF, picture or text, or the fifty-first.

    :raises Invalid: the file is at fault.
    """
    record = SourceRecord.objects.locked().get(pk=record.pk)
    access.require(actor, "correct", record)
    kind = files.kind_of(content)
    if len(content) > files.MOST_BYTES:
        raise Invalid({"file": [_("At most %(n)s MB.") % {"n": files.MOST_BYTES // 1024**2}]})
    if not kind:
        raise Invalid({"file": [_("A PDF, a PNG or JPEG picture or a text is needed.")]})
    if Attachment.objects.filter(record=record, withdrawn_at__isnull=True).count() >= MOST:
        raise Refused(ngettext("There is %(n)s file already.", "There are %(n)s files already.", MOST) % {"n": MOST})
    made = Attachment.objects.create(
        record=record, task=task, media_type=kind, size=len(content), by=actor, at=clock.now()
    )
    made.name = crypto.seal_bytes(files.name_of(name).encode(), name_context(made.pk))
    made.sealed = crypto.seal_bytes(content, file_context(made.pk))
    made.save(update_fields=["name", "sealed"])
    audit.record(actor, "file.attached", made, domains=[record.domain_id], counts={"bytes": len(content)})
    return made


@action
def fetch(attachment: Attachment, *, actor: User) -> tuple[str, bytes]:
    """Name and content of a file; that it was read is noted. Refused when it was taken back."""
    found = Attachment.objects.select_related("record").get(pk=attachment.pk)
    access.require(actor, "view", found.record)
    if found.sealed is None or found.name is None:
        raise Refused(_("This file was taken back."))
    name = crypto.unseal_bytes(bytes(found.name), name_context(found.pk)).decode()
    content = crypto.unseal_bytes(bytes(found.sealed), file_context(found.pk))
    audit.record(actor, "file.read", found, domains=[found.record.domain_id])
    return name, content


@action
def withdraw(attachment: Attachment, *, actor: User) -> None:
    """Take a file back; name and content go. Refused when it is somebody else's (a lead may), or gone already."""
    found = Attachment.objects.select_for_update(of=("self",)).select_related("record").get(pk=attachment.pk)
    access.require(actor, "view", found.record)
    if found.by_id != actor.pk and found.record.domain_id not in leads(actor):
        raise Refused(_("This file belongs to somebody else."))
    if found.withdrawn_at is not None:
        raise Refused(_("This file was taken back already."))
    found.withdrawn_at, found.change = clock.now(), change_id()
    found.name = found.sealed = None
    found.save(update_fields=["withdrawn_at", "name", "sealed", "change"])
    audit.record(actor, "file.withdrawn", found, domains=[found.record.domain_id])
