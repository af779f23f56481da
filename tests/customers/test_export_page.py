"""The page that takes the customers of the list along."""

import csv
import io

import pytest
from django.urls import reverse

from cmdm.models import AuditEntry

pytestmark = pytest.mark.django_db
PAGE = "/customers/export/"


def table(answer) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))


class TestExporting:
    def test_the_filtered_list_comes_as_a_file_once_it_is_said_what_for(self, client, ann, olga):
        client.force_login(olga)
        assert client.get(PAGE).status_code == 200

        answer = client.post(f"{PAGE}?party_type=person", {"purpose": "quality"})

        assert [row["customer_number"] for row in table(answer)] == [ann.number]
        entry = AuditEntry.objects.get(deed="customers.exported")
        event = entry.counts["event"]
        assert (entry.purpose, entry.origin, entry.counts) == ("quality", "page", {"rows": 1, "event": event})
        assert answer["Content-Disposition"] == f'attachment; filename="customers-event-{event}.csv"'
        assert table(client.post(f"{PAGE}?party_type=organisation", {"purpose": "quality"})) == []

    def test_without_a_purpose_nothing_leaves(self, client, ann, olga):
        client.force_login(olga)
        assert client.post(PAGE, {"purpose": "curiosity"}).status_code == 422
        assert not AuditEntry.objects.filter(deed="customers.exported").exists()

    def test_the_list_offers_it_to_who_may_export_and_only_to_them(self, client, ann, olga, stefan):
        client.force_login(olga)
        assert PAGE in client.get(reverse("customers:list")).content.decode()
        client.force_login(stefan)
        assert PAGE not in client.get(reverse("customers:list")).content.decode()
        assert client.post(PAGE, {"purpose": "quality"}).status_code == 403
