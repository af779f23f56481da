"""Taking the records of a card along instead of deciding it: what its sources said, for whoever may export them."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from cmdm import access, audit
from cmdm.actions import Refused, action
from cmdm.models import User
from customers.models import SourceRecord
from customers.queries.catalogue import catalogue
from customers.queries.shown import is_sensitive, mask_of, text_of
from customers.rules.safe_csv import safe_lines
from customers.sealing import open_values
from stewardship.models import Task

HEAD = ("customer", "source", "key", "version", "observed", "attribute", "value")


@action
def export_group(task: Task, *, actor: User) -> Iterator[str]:
    """The lines of a file with every value of the card's records. Refused when none of them may be exported.

    A record outside the domains where the actor exports is left out; sensitive values are masked without ``reveal``.
    """
    access.require(actor, "decide", task)
    held = access.scope(actor, "export")
    rows = SourceRecord.objects.visible_to(actor).current().filter(customer__in=task.customers, domain__in=held)
    records = list(rows.select_related("source", "customer").defer("raw", "findings").order_by("customer", "pk"))
    if not records:
        raise Refused(_("Exporting needs the right in a domain of these customers."))
    counts = {"records": len(records)}
    audit.record(actor, "task.exported", task, domains={one.domain_id for one in records}, counts=counts)
    opened = access.scope(actor, "reveal")
    return safe_lines(HEAD, [line for one in records for line in _lines(one, reveal=one.domain_id in opened)])


def _lines(record: SourceRecord, *, reveal: bool) -> Iterator[tuple[str | int, ...]]:
    specs = catalogue().specs
    number = record.customer.number if record.customer else ""
    head = (number, record.source.key, record.key, record.version, record.observed_at.isoformat())
    for name, value in open_values(record.values).items():
        spec = specs.get(name)
        if spec is None:
            continue
        for one in value if isinstance(value, list) else [value]:
            hidden = is_sensitive(spec) and not reveal
            yield (*head, name, mask_of(spec, one) if hidden else text_of(spec, one))
