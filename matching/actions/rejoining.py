"""Taking a separation back: the records return to the customer that they left."""

from uuid import UUID

from django.utils.translation import gettext as _

from cmdm import access, audit
from cmdm.actions import Refused, action
from cmdm.models import User
from customers import ports
from customers.actions import golden, links
from customers.models import Customer, SourceRecord
from matching.actions import candidates, redirects, verdict_rows
from matching.actions.ledger_entries import Deed, entry
from matching.models import LedgerEntry
from matching.queries.verdicts import different_within


@action
def rejoin(change: UUID, *, actor: User) -> list[Customer]:
    """Bring back what left a customer by one change, and what that change said and closed; the customers after.

    Refused when the records no longer lie together, or their customer is none any more, or has been told apart since.
    """
    found = LedgerEntry.objects.filter(change=change, deed=Deed.UNMERGE).first()
    if found is None or found.source_customer_id is None:
        raise Refused(_("Nothing was separated by this."))
    if LedgerEntry.objects.filter(reverses=found).exists():
        raise Refused(_("This has been taken back already."))
    held = list(Customer.objects.filter(pk__in=[found.customer_id, found.source_customer_id]).locked())
    back, made = sorted(held, key=lambda one: one.pk != found.source_customer_id)
    access.require(actor, "decide", back, made)
    rows = SourceRecord.objects.filter(customer__in=[made.pk, back.pk], about__isnull=True)
    records = list(rows.locked().defer("raw", "findings"))
    leaving = [record for record in records if record.customer_id == made.pk]
    if back.status != Customer.Status.ACTIVE or sorted(record.pk for record in leaving) != sorted(found.records):
        raise Refused(_("These records no longer lie together. Merge the customers instead."))
    lay = {record.pk: record.customer_id or 0 for record in records}
    _bring(leaving, made, back, actor=actor, reverses=found)
    verdict_rows.take_back(change)
    if different_within(records):
        raise Refused(_("Somebody said since that these are different."))
    candidates.reopen(change)
    golden.rebuild([back, made], "customer.merged", actor=actor, survivor=str(back.key))
    ports.relinked(lay, actor=actor, cause="merge")
    audit.record(actor, "customer.unmerge_undone", back, domains={record.domain_id for record in records})
    return [back, made]


def _bring(records: list[SourceRecord], made: Customer, back: Customer, *, actor: User, reverses: LedgerEntry) -> None:
    """Move the records; the customer that they were is part of the other one again, and redirects there."""
    ids = [record.pk for record in records]
    fields = {"source_customer": made, "reverses": reverses, "rule": "steward"}
    entry(Deed.MERGE, back, ids, actor=actor, **fields).save(force_insert=True)
    links.move(dict.fromkeys(records, back), actor=actor)
    links.set_status([made], Customer.Status.MERGED, actor=actor, into=back)
    redirects.project([back, made], actor=actor)
