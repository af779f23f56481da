"""What spoke for a link reads the same whether it was stored whole, as it once was, or in short."""

import json

import pytest
from django.db import connection

from matching.actions import ledger
from matching.engine.evidence import lines_told
from matching.models import LedgerEntry
from tests.support.records import ANNA, ANNA_AGAIN, KARL, seen, stored

pytestmark = pytest.mark.django_db
_AGAIN = """
    INSERT INTO matching_ledgerentry (change, at, deed, records, customer_id, actor_id, by_machine, rule, probability,
                                      model_version, evidence, reason)
    SELECT change, at, deed, records, customer_id, actor_id, by_machine, rule, probability, model_version, %s, reason
      FROM matching_ledgerentry WHERE id = %s RETURNING id
"""


def as_it_lies(entry: LedgerEntry) -> dict:
    with connection.cursor() as cursor:
        cursor.execute("SELECT evidence::text FROM matching_ledgerentry WHERE id = %s", [entry.pk])
        return json.loads(cursor.fetchone()[0])


def stored_whole(entry: LedgerEntry) -> LedgerEntry:
    """An entry that says the same, as entries were stored before there was a short form."""
    with connection.cursor() as cursor:
        cursor.execute(_AGAIN, [json.dumps(entry.evidence), entry.pk])
        return LedgerEntry.objects.get(pk=cursor.fetchone()[0])


def test_both_forms_are_read_alike(scene):
    stored(scene.crm, "1", ANNA), stored(scene.shop, "1", ANNA_AGAIN)
    link = LedgerEntry.objects.get(deed="link")

    whole = stored_whole(link)

    assert as_it_lies(link) == {**link.evidence, "levels": lines_told(link.evidence["levels"])}
    assert as_it_lies(whole)["levels"] == link.evidence["levels"] == whole.evidence["levels"]
    assert isinstance(as_it_lies(link)["levels"], str)
    assert whole.evidence == link.evidence
    assert [len(line) for line in link.evidence["levels"]] == [3] * len(link.evidence["levels"])


def test_what_has_no_lines_stays_as_it_is(scene):
    anna, karl = stored(scene.crm, "1", ANNA), stored(scene.shop, "2", KARL)
    ledger.merge([anna.customer, karl.customer], actor=scene.otto, seen=seen(anna, karl))

    merge = LedgerEntry.objects.get(deed="merge")

    assert as_it_lies(merge) == merge.evidence
    assert as_it_lies(LedgerEntry.objects.filter(deed="found").earliest("pk")) == {}
