"""Follow one record: from a file to a golden customer.

file → `customers.actions.records` → `matching.actions.placing` → `customers.actions.golden` → `stewardship` and outbox
"""

import pytest

from cmdm import verifying
from cmdm.models import AuditEntry, OutboxEvent
from customers.models import Customer, SearchTerm, SourceRecord
from matching.models import LedgerEntry
from stewardship.models import Task
from tests.customers import files
from tests.support.people import make_domain, make_user
from tests.support.records import make_source

pytestmark = pytest.mark.django_db

SHOP = files.text(
    "S-1,anna,BERGSTRÖM,1980-02-03,Anna@Bergstrom.example,+49 8342 5501-70,",
    "S-2,Anne,Bergström,1980-02-13,anne@elsewhere.example,,",
    "S-3,,,,,,",
)


def test_a_row_of_a_file_becomes_part_of_a_golden_customer():
    retail = make_domain("retail")
    olga = make_user("data owner", domain=retail, name="olga")
    crm, shop = make_source(retail, "crm", trust=80), make_source(retail, "shop", trust=40)

    # The CRM knows Anna already.
    first = files.text("C-1,Anna,Bergström,1980-02-03,anna@bergstrom.example,,")
    files.run(files.upload(crm, first, actor=olga), actor=olga)
    anna = Customer.objects.get()
    assert anna.version == 1

    # The shop sends her again, somebody much like her, and a row that says nothing.
    load = files.run(files.upload(shop, SHOP, actor=olga), actor=olga)
    assert (load.new, load.rejected) == (2, 1)
    assert files.accounted(load)

    # Her record is linked, with the evidence for it; she has both sources' values, each with its origin.
    record = SourceRecord.objects.get(source=shop, key="S-1")
    assert record.customer == anna
    link = LedgerEntry.objects.get(deed="link")
    assert (link.records, link.customer, link.by_machine) == ([record.pk], anna, True)
    anna.refresh_from_db()
    assert anna.version == 2
    assert anna.values["family_name"] == "Bergström"
    assert [phone["value"] for phone in anna.values["phone"]] == ["+498342550170"]
    assert anna.lineage["phone"][0]["record"] == record.pk
    assert anna.lineage["family_name"]["record"] == SourceRecord.objects.get(source=crm).pk

    # The other one is a customer of her own until a person has looked.
    other = SourceRecord.objects.get(source=shop, key="S-2").customer
    assert other != anna
    task = Task.objects.get()
    assert (task.queue, task.customers, task.domains) == ("possible", sorted([anna.pk, other.pk]), [retail.pk])

    # Both are found by their names, every version was announced once, and the deed is in the log by numbers.
    assert SearchTerm.objects.filter(term="bergstrom").values("record__customer").distinct().count() == 2
    told = OutboxEvent.objects.filter(version__isnull=False).order_by("id").values_list("topic", "subject", "version")
    assert [row for row in told if row[1] == anna.pk] == [
        ("customer.created", anna.pk, 1),
        ("customer.changed", anna.pk, 2),
    ]
    entry = AuditEntry.objects.get(change=record.change)
    assert (entry.actor, entry.deed, entry.counts["new"]) == (olga, "records.taken_in", 2)
    assert verifying.broken() == []
