"""Values in the hub that are out of the ordinary: found, told, said something of; only where the reader may see."""

import json

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse

from cmdm import jobs as work
from cmdm.actions import Invalid, Refused
from cmdm.models import AuditEntry, Job, OutboxEvent, system_user
from customers.actions import unusual_values
from customers.models import Attribute, Customer, SourceRecord, ValueFinding
from customers.queries import unusual_counts
from customers.queries.unusual_values import unusual_values as listed
from tests.customers.files import make_source
from tests.support.people import make_domain, make_user
from tests.support.records import close, person, stored

pytestmark = pytest.mark.django_db
SECRET = "reception@bigoffice.example"
FAMILIES = "Adler Bauer Claus Dietz Ernst Fuchs Graf Haas Ihle Jung Kern Lang Maas Nagel".split()


def look() -> None:
    for covered, find in unusual_values.STEPS:
        unusual_values.settle(covered, find(), actor=system_user(), hold=lambda: None)


def sharing(source, count: int, **more) -> list[SourceRecord]:
    """So many people of one mailbox."""
    return [
        stored(
            source,
            f"s{number}",
            {**person(name * 2, name, f"19{number + 50}-03-0{number % 9 + 1}", SECRET), **more},
        )
        for number, name in enumerate(FAMILIES[:count])
    ]


def found() -> set[tuple[str, str]]:
    return set(ValueFinding.objects.standing().values_list("rule", "attribute"))


@pytest.fixture
def odd(source):
    """A value of a rule that people will say something of."""
    stored(source, "odd", person("Asdfgh", "Sommerhalter", "1977-03-02"))
    look()
    return ValueFinding.objects.get(rule="name_keyboard")


@pytest.fixture
def at_work(client, olga):
    client.force_login(olga)
    return client


class TestLooking:
    def test_a_mailbox_of_twelve_customers_is_told(self, source):
        sharing(source, 12)
        look()
        row = ValueFinding.objects.get(rule="shared")
        assert (row.attribute, row.records, row.customers, row.most) == ("email", 12, 12, 9)
        assert len(row.examples) == 12

    def test_one_of_nine_is_not(self, source):
        sharing(source, 9)
        look()
        assert ("shared", "email") not in found()

    def test_twelve_records_of_one_customer_are_one(self, source):
        for number in range(12):
            stored(source, f"one{number}", person("Anna", "Bergström", "1980-02-03", SECRET))
        assert Customer.objects.count() == 1
        look()
        assert ("shared", "email") not in found()

    def test_each_domain_is_counted_for_itself(self, source):
        sharing(source, 7)
        sharing(make_source(make_domain("elsewhere"), "other"), 7)
        look()
        assert ("shared", "email") not in found()

    def test_slices_come_to_the_same(self, source, monkeypatch):
        sharing(source, 12)
        whole = {(one.rule, one.text, one.records) for _covered, find in unusual_values.STEPS for one in find()}
        monkeypatch.setattr(unusual_counts, "SLICE", 3)
        sliced = {(one.rule, one.text, one.records) for _covered, find in unusual_values.STEPS for one in find()}
        assert sliced == whole and ("shared", SECRET, 12) in whole

    def test_a_sensitive_identifier_is_found_by_its_digest(self, source):
        sharing(source, 12, identifier=[{"scheme": "ssn", "value": "7364009"}])
        look()
        row = ValueFinding.objects.get(rule="shared", attribute="identifier")
        assert row.records == 12 and b"7364009" not in bytes(row.sealed)

    def test_birth_dates_and_names(self, source):
        stored(source, "old", person("Otto", "Maas", "1850-04-04"))
        stored(source, "digits", person("12345", "Quandt", "1980-04-04"))
        stored(source, "test", person("Ute", "Unbekannt", "1981-04-04"))
        look()
        assert {("born_early", "birth_date"), ("name_digits", "given_name"), ("name_test", "family_name")} <= found()

    def test_a_pile_of_birth_dates_is_told_also_where_they_are_sealed(self, source):
        Attribute.objects.filter(name="birth_date").update(sensitivity="sensitive")
        for number, name in enumerate(FAMILIES[:11]):
            stored(source, f"p{number}", person(name * 2, name, "1982-06-15"))
        look()
        row = ValueFinding.objects.get(rule="born_pile")
        assert row.records == 11 and len(row.examples) == 11 and b"1982" not in bytes(row.sealed)

    def test_dates_that_were_stored_before_they_became_sensitive_are_read_beside_sealed_ones(self, source):
        stored(source, "open", person("Ida", "Sommerhalter", "1830-03-02"))
        Attribute.objects.filter(name="birth_date").update(sensitivity="sensitive")
        stored(source, "sealed", person("Ole", "Winterhalter", "1840-05-06"))
        look()
        assert ValueFinding.objects.filter(rule="born_early").count() == 2

    def test_looking_again_changes_nothing_and_tells_nothing_twice(self, odd):
        before = list(ValueFinding.objects.order_by("pk").values_list("pk", "records", "found_at"))
        look()
        assert list(ValueFinding.objects.order_by("pk").values_list("pk", "records", "found_at")) == before
        assert OutboxEvent.objects.filter(topic="value.unusual", payload__finding=odd.pk).count() == 1

    def test_what_is_mended_goes_and_names_nobody_any_more(self, odd, source):
        close(source, "odd")
        look()
        odd.refresh_from_db()
        assert odd.gone_at is not None and odd.examples == [] and bytes(odd.sealed) == b""

    def test_no_value_stands_outside_of_the_seal(self, source):
        sharing(source, 12)
        look()
        rows = list(ValueFinding.objects.values())
        said = json.dumps([{k: v for k, v in row.items() if k != "sealed"} for row in rows], default=str)
        said += "".join(str(one.payload) for one in OutboxEvent.objects.filter(topic__startswith="value."))
        said += str(list(AuditEntry.objects.filter(deed__startswith="value").values("deed", "counts", "attributes")))
        assert "reception" not in said
        assert all(b"reception" not in bytes(row["sealed"]) for row in rows)

    def test_the_job_looks_once_a_day_and_goes_on_where_it_stood(self, source, olga):
        sharing(source, 12)
        stored(source, "odd", person("Asdfgh", "Sommerhalter", "1977-03-02"))
        job = unusual_values.ask_to_look(actor=system_user())
        assert job is not None and unusual_values.ask_to_look(actor=system_user()) is None
        Job.objects.filter(pk=job.pk).update(done=1)
        work.run(str(job.pk))
        assert ("name_keyboard", "given_name") in found() and ("shared", "email") not in found()
        assert unusual_values.ask_to_look(actor=system_user()) is None
        again = unusual_values.ask_to_look(actor=olga, anew=True)
        work.run(str(again.pk))
        assert ("shared", "email") in found()

    def test_who_does_not_import_cannot_ask_for_it(self, odd, stefan):
        with pytest.raises(Refused):
            unusual_values.ask_to_look(actor=stefan, anew=True)

    @pytest.mark.parametrize(
        "broken", [{"verdict": "normal"}, {"reason": "why"}, {"gone_at": "2026-01-01T00:00Z"}], ids=str
    )
    def test_the_database_keeps_a_finding_whole(self, odd, broken):
        with pytest.raises(IntegrityError), transaction.atomic():
            ValueFinding.objects.filter(pk=odd.pk).update(**broken)

    def test_the_database_keeps_one_finding_a_value(self, odd):
        with pytest.raises(IntegrityError), transaction.atomic():
            ValueFinding.objects.create(
                domain=odd.domain,
                rule=odd.rule,
                attribute=odd.attribute,
                subject=odd.subject,
                records=1,
                change=odd.change,
            )


class TestSaying:
    def test_what_is_accepted_is_not_told_again(self, odd, olga):
        unusual_values.accept(odd, reason="an artist", actor=olga)
        look()
        odd.refresh_from_db()
        assert odd.verdict == "normal" and bytes(odd.sealed) == b"" and odd.gone_at is None
        assert listed(olga).lines == []
        assert OutboxEvent.objects.filter(topic="value.accepted").exists()
        assert AuditEntry.objects.filter(deed="value.accepted", actor=olga).exists()

    def test_it_can_be_taken_back_and_the_history_keeps_both(self, odd, olga):
        unusual_values.confirm_fault(odd, reason="typed in a hurry", actor=olga)
        unusual_values.withdraw(odd, actor=olga)
        odd.refresh_from_db()
        assert (odd.verdict, odd.reason, odd.said_by) == ("", "", None)
        kept = ValueFinding.history.filter(id=odd.pk).order_by("history_id")
        assert [one.reason for one in kept] == ["typed in a hurry", ""]
        look()
        assert listed(olga).lines[0].text == "asdfgh"

    def test_it_is_refused_without_a_reason_a_second_time_and_unsaid(self, odd, olga):
        for reason in ("  ", "x" * 301):
            with pytest.raises(Invalid):
                unusual_values.accept(odd, reason=reason, actor=olga)
        with pytest.raises(Refused, match="Nobody"):
            unusual_values.withdraw(odd, actor=olga)
        unusual_values.accept(odd, reason="an artist", actor=olga)
        with pytest.raises(Refused, match="already"):
            unusual_values.confirm_fault(odd, reason="or not", actor=olga)

    def test_it_is_refused_of_what_is_gone(self, odd, source, olga):
        close(source, "odd")
        look()
        with pytest.raises(Refused, match="any more"):
            unusual_values.accept(odd, reason="late", actor=olga)

    def test_it_is_refused_to_whoever_may_not_import(self, odd, stefan):
        for deed in (unusual_values.accept, unusual_values.confirm_fault):
            with pytest.raises(PermissionDenied):
                deed(odd, reason="mine", actor=stefan)
        with pytest.raises(PermissionDenied):
            unusual_values.withdraw(odd, actor=stefan)


class TestPages:
    def test_the_list_names_rule_value_and_customers(self, odd, at_work):
        told = at_work.get(reverse("customers:unusual_values")).text
        assert "A name typed along the keyboard" in told and "<bdi>asdfgh</bdi>" in told and "Sommerhalter" in told

    def test_it_says_so_where_there_is_nothing(self, source, at_work):
        assert "Not looked for yet" in at_work.get(reverse("customers:unusual_values")).text

    def test_filters_narrow_it(self, odd, source, at_work):
        address = reverse("customers:unusual_values")
        assert "<bdi>asdfgh</bdi>" not in at_work.get(f"{address}?rule=shared").text
        assert "<bdi>asdfgh</bdi>" not in at_work.get(f"{address}?attribute=family_name").text
        assert "<bdi>asdfgh</bdi>" in at_work.get(f"{address}?rule=name_keyboard&attribute=given_name").text

    def test_a_known_placeholder_is_listed_on_request_only_and_not_announced(self, source, at_work, olga):
        stored(source, "test", person("Ute", "Sommer", "1800-01-01"))
        look()
        assert listed(olga).lines == []
        assert [line.row.rule for line in listed(olga, ignored="1").lines] == ["born_early"]
        assert not OutboxEvent.objects.filter(topic="value.unusual").exists()

    def test_pages_go_on_behind_the_last(self, source, olga, monkeypatch):
        for number in range(5):
            stored(source, f"n{number}", person(f"{number}2345", FAMILIES[number], f"198{number}-03-03"))
        look()
        monkeypatch.setattr("customers.queries.unusual_values.SIZE", 2)
        seen, after = [], 0
        while after is not None:
            page = listed(olga, after=after, ignored="1")
            seen += [line.row.pk for line in page.lines]
            after = page.after
        assert len(seen) == 5 and seen == sorted(seen, reverse=True)

    def test_a_sensitive_value_is_hidden_from_who_may_not_reveal(self, source, olga):
        sharing(source, 12, identifier=[{"scheme": "ssn", "value": "7364009"}])
        look()
        [line] = listed(olga, attribute="identifier").lines
        assert line.text == "•••"

    def test_a_closed_record_is_no_example(self, odd, source, olga):
        assert listed(olga).lines[0].examples
        close(source, "odd")
        assert listed(olga).lines[0].examples == []

    def test_no_more_than_five_examples(self, source, olga):
        sharing(source, 12)
        look()
        assert len(listed(olga, rule="shared").lines[0].examples) == 5

    def test_saying_and_taking_back(self, odd, at_work):
        address = reverse("customers:unusual_value", args=[odd.pk])
        answer = at_work.post(address, {"verdict": "fault", "reason": ""})
        assert answer.status_code == 422 and "verdict-form" in answer.text
        at_work.post(address, {"verdict": "fault", "reason": "typed in a hurry"})
        assert "typed in a hurry" in at_work.get(address).text
        assert at_work.get(reverse("customers:unusual_values") + "?state=fault").text.count("data-row data-href") == 1
        at_work.post(reverse("customers:unusual_value_withdraw", args=[odd.pk]))
        assert ValueFinding.objects.get(pk=odd.pk).verdict == ""

    def test_the_button_looks_at_once(self, source, at_work):
        stored(source, "odd", person("Asdfgh", "Sommerhalter", "1977-03-02"))
        at_work.post(reverse("customers:unusual_look"))
        assert Job.objects.filter(name="customers.unusual_values").count() == 1

    def test_others_find_nothing(self, odd, client, stefan):
        stranger = make_user("data owner", domain=make_domain("elsewhere"))
        assert listed(stranger).lines == []
        for user in (stefan, stranger):
            client.force_login(user)
            assert client.get(reverse("customers:unusual_value", args=[odd.pk])).status_code == 404
            answer = client.post(reverse("customers:unusual_value", args=[odd.pk]), {"verdict": "fault", "reason": "x"})
            assert answer.status_code == 404
        client.force_login(stefan)
        for name in ("unusual_values", "unusual_look"):
            ask = client.post if name == "unusual_look" else client.get
            assert ask(reverse(f"customers:{name}")).status_code == 403
        assert ValueFinding.objects.get(pk=odd.pk).verdict == ""
