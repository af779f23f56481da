"""Exports: what may leave, who may take it, and that it is noted."""

import csv
import io

import pytest
from django.core.exceptions import PermissionDenied

from cmdm.actions import Refused
from cmdm.models import AuditEntry, system_user
from customers.actions import exports
from customers.actions.exports import export, export_customers
from customers.actions.received import Received
from customers.actions.records import take_in
from customers.models import Customer
from customers.queries.files import unescaping
from customers.rules.reading import Row, read
from tests.customers.ann import ANN, MAIL, of
from tests.customers.files import make_source
from tests.support.people import make_domain, make_user

pytestmark = pytest.mark.django_db
TAX = {"identifier": [{"scheme": "tax", "value": "DE811907980"}]}


def table(lines) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO("".join(lines))))


class TestCustomers:
    def test_each_customer_is_a_row_with_its_golden_values(self, ann, olga):
        (row,) = table(export("customers", actor=olga, purpose="system"))

        assert (row["customer_number"], row["customer_key"]) == (ann.number, ann.key_text)
        assert (row["given_name"], row["family_name"], row["birth_date"]) == ("Annette", "Bergström", "1961-04-11")
        assert row["email"] == "annette.bergstroem@mail.example"

    def test_what_a_spreadsheet_would_run_is_defused_and_comes_back_as_it_was(self, source, olga):
        take_in(source, [Received("1", {**ANN, **MAIL, "given_name": "=1+1"})], actor=system_user())
        lines = "".join(export("customers", actor=olga, purpose="system"))

        assert table(lines)[0]["given_name"] == "'=1+1"
        assert table(lines)[0]["phone"] == "'+498342550170"
        reader = unescaping(read(io.BytesIO(lines.encode())))
        (row,) = (row for row in reader if isinstance(row, Row))
        assert row.values[reader.header.index("given_name")] == "=1+1"
        assert row.values[reader.header.index("phone")] == "+498342550170"

    def test_more_than_three_values_lose_none(self, source, olga):
        mails = [{"value": f"ann{number}@mail.example"} for number in range(5)]
        take_in(source, [Received("1", {**ANN, "email": mails})], actor=system_user())

        (row,) = table(export("customers", actor=olga, purpose="system"))

        assert (row["email_3"], row["email_more"]) == ("ann2@mail.example", "ann3@mail.example | ann4@mail.example")

    def test_sensitive_values_are_masked_for_who_may_not_see_them(self, source, olga):
        take_in(source, [Received("1", {**ANN, **TAX})], actor=system_user())

        assert "811907980" not in "".join(export("customers", actor=olga, purpose="system"))
        lead = make_user("lead", domain=source.domain)
        assert "811907980" in "".join(export("customers", actor=lead, purpose="law"))

    def test_only_domains_where_one_may_export_count(self, ann, olga):
        south = make_domain("south")
        secret = {**ANN, **MAIL, "given_name": "Annette", "occupation": "Pilot"}
        take_in(make_source(south, "hr", trust=99), [Received("1", secret)], actor=system_user())
        assert of("hr").customer_id == ann.pk

        assert table(export("customers", actor=olga, purpose="system"))[0]["occupation"] == ""
        reading = make_user("data owner", domain=south)
        assert len(table(export("customers", actor=reading, purpose="system"))) == 1
        assert len(table(export("links", actor=reading, purpose="system"))) == 1

    def test_a_restricted_customer_does_not_leave(self, ann, olga):
        Customer.objects.update(restricted=True)
        assert table(export("customers", actor=olga, purpose="system")) == []
        assert table(export("links", actor=olga, purpose="system")) == []

    def test_a_choice_of_customers_is_exported_and_a_large_one_refused(self, ann, olga, monkeypatch):
        assert len(table(export_customers(Customer.objects.filter(pk=ann.pk), actor=olga, purpose="asked"))) == 1
        assert table(export_customers(Customer.objects.filter(pk=0), actor=olga, purpose="asked")) == []
        monkeypatch.setattr(exports, "MAX_STREAMED", 0)
        with pytest.raises(Refused, match="20,000"):
            export_customers(Customer.objects.all(), actor=olga, purpose="asked")


class TestLinks:
    def test_each_record_names_its_customer(self, ann, olga):
        rows = table(export("links", actor=olga, purpose="system"))
        assert [(row["source"], row["key"], row["customer_number"]) for row in rows] == [
            ("crm", "1", ann.number),
            ("shop", "1", ann.number),
        ]


class TestNoting:
    def test_the_entry_is_there_before_the_first_line(self, ann, olga):
        lines = export("customers", actor=olga, purpose="analysis")

        entry = AuditEntry.objects.get(deed="customers.exported")
        assert (entry.actor, entry.purpose, entry.counts["rows"]) == (olga, "analysis", 1)
        assert "birth_date" in entry.attributes
        assert next(lines).startswith('"customer_number"')

    def test_without_the_right_or_a_purpose_nothing_leaves(self, ann, stefan, olga):
        with pytest.raises(PermissionDenied):
            export("customers", actor=stefan, purpose="system")
        with pytest.raises(Refused, match="purpose"):
            export("links", actor=olga, purpose="curiosity")
        assert not AuditEntry.objects.filter(deed__endswith=".exported").exists()
