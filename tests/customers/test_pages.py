"""The pages of customers, records and sources."""

import re
import uuid

import pytest
from django.urls import reverse

from cmdm.models import AuditEntry
from customers.models import Customer, Pin
from matching.actions import ledger
from tests.customers.ann import of
from tests.support.people import make_domain, make_user
from tests.support.records import make_source, person, seen, stored

pytestmark = pytest.mark.django_db

TAX = [{"scheme": "tax_id", "value": "81190798"}]


@pytest.fixture
def lead(retail):
    return make_user("lead", domain=retail)


@pytest.fixture
def signed_in(client):
    def opened(user):
        client.force_login(user)
        return client

    return opened


def page(name, customer, **more):
    return reverse(f"customers:{name}", kwargs={"key": customer.key, **more})


def bare(answer):
    """The page without the token of its form, which is never the same twice."""
    return re.sub(r'(content|value)="\w{64}"', "", answer.text)


class TestReading:
    @pytest.mark.parametrize("name", ["detail", "records", "history"])
    def test_a_reader_opens_every_tab(self, signed_in, ann, retail, name):
        answer = signed_in(make_user("reader", domain=retail)).get(page(name, ann))
        assert answer.status_code == 200
        assert "Annette Bergström" in answer.text
        assert answer["Cache-Control"] == "no-store"

    def test_a_reader_is_offered_no_deed(self, signed_in, ann, retail):
        text = signed_in(make_user("reader", domain=retail)).get(page("detail", ann)).text
        assert page("correct", ann) not in text
        assert "/unmerge/" not in text

    @pytest.mark.parametrize("name", ["detail", "records", "history", "correct", "pin", "reveal"])
    def test_a_foreign_customer_is_as_absent_as_one_that_never_was(self, signed_in, ann, name):
        client = signed_in(make_user("lead", domain=make_domain("elsewhere")))
        hidden = client.get(page(name, ann))
        absent = client.get(reverse(f"customers:{name}", kwargs={"key": uuid.uuid4()}))
        assert (hidden.status_code, absent.status_code) == (404, 404)
        assert bare(hidden) == bare(absent)

    def test_who_has_not_signed_in_does_so_first(self, client, ann):
        assert client.get(page("detail", ann)).status_code == 302

    def test_an_earlier_day_offers_no_deed(self, signed_in, ann, stefan):
        text = signed_in(stefan).get(page("detail", ann), {"as_of": "2001-01-01"}).text
        assert "Not known then" in text
        assert page("correct", ann) not in text

    def test_the_list_narrows_and_the_foreign_source_is_no_filter(self, signed_in, ann, stefan):
        other = make_source(make_domain("elsewhere"), "far")
        client = signed_in(stefan)
        address = reverse("customers:list")
        assert ann.number in client.get(address, {"party_type": "person"}).text
        assert ann.number not in client.get(address, {"party_type": "organisation"}).text
        assert ann.number in client.get(address, {"source": other.pk}).text

    def test_search_takes_its_term_by_post_only(self, signed_in, ann, stefan):
        client = signed_in(stefan)
        address = reverse("customers:search")
        assert ann.number not in client.get(address, {"term": "Bergström"}).text
        assert ann.number in client.post(address, {"term": "Bergström"}).text
        assert client.post(address, {"term": "x" * 101}).status_code == 422


class TestWhatBecameOfAKey:
    @pytest.fixture
    def pair(self, retail, ann):
        return ann, stored(make_source(retail, "late"), "1", person("Nina", "Berg")).customer

    def test_a_merged_key_leads_to_its_survivor_for_now(self, signed_in, pair, stefan):
        survivor = ledger.merge(pair, actor=stefan, seen=seen(*pair))
        gone = next(one for one in pair if one.pk != survivor.pk)
        answer = signed_in(stefan).get(page("records", gone))
        assert (answer.status_code, answer["Location"]) == (307, page("records", survivor))
        assert answer["Cache-Control"] == "no-store"

    def test_it_is_absent_for_whoever_may_not_see_the_survivor(self, signed_in, pair, stefan):
        survivor = ledger.merge(pair, actor=stefan, seen=seen(*pair))
        gone = next(one for one in pair if one.pk != survivor.pk)
        stranger = make_user("reader", domain=make_domain("elsewhere"))
        assert signed_in(stranger).get(page("detail", gone)).status_code == 404

    def test_a_deed_on_it_is_not_sent_on(self, signed_in, pair, stefan):
        survivor = ledger.merge(pair, actor=stefan, seen=seen(*pair))
        gone = next(one for one in pair if one.pk != survivor.pk)
        assert signed_in(stefan).post(page("correct", gone), {}).status_code == 404

    def test_a_split_key_names_its_successors(self, signed_in, retail, stefan):
        sources = [make_source(retail, key) for key in ("one", "two", "three")]
        karl = person("Karl", "Lindqvist", "1955-11-30", "karl@lindqvist.example")
        nina = person("Nina", "Berg", "1990-01-01", "nina@berg.example")
        first, second = (stored(source, "karl", karl) for source in sources[:2])
        other, *_rest = [stored(source, "nina", nina) for source in sources]
        small = first.customer
        survivor = ledger.merge([small, other.customer], actor=stefan, seen=seen(first, other))
        ledger.unmerge([second], actor=stefan, seen=seen(survivor), different=[])

        answer = signed_in(stefan).get(page("detail", small))
        assert answer.status_code == 410
        for successor in Customer.objects.filter(records__in=[first, second]):
            assert successor.number in answer.text
        stranger = make_user("reader", domain=make_domain("elsewhere"))
        assert signed_in(stranger).get(page("detail", small)).status_code == 404


class TestDeeds:
    def test_a_steward_corrects_a_value(self, signed_in, ann, stefan):
        client = signed_in(stefan)
        address = f"{page('correct', ann)}?attribute=given_name"
        assert client.get(address).status_code == 200
        sent = {"value": "Anneke", "about": of("crm").pk, "reason": "Said so on the phone"}
        assert client.post(address, sent).status_code == 302
        ann.refresh_from_db()
        assert ann.values["given_name"] == "Anneke"

    def test_a_value_that_its_type_refuses_stays_in_the_form(self, signed_in, ann, stefan):
        address = f"{page('correct', ann)}?attribute=birth_date"
        answer = signed_in(stefan).post(address, {"value": "30 February", "about": of("crm").pk})
        assert answer.status_code == 422
        assert "Not saved." in answer.text

    def test_a_reader_may_not_correct(self, signed_in, ann, retail):
        assert signed_in(make_user("reader", domain=retail)).get(page("correct", ann)).status_code == 403

    def test_a_steward_pins_a_losing_claim_and_ends_it(self, signed_in, ann, stefan):
        client = signed_in(stefan)
        sent = {"record": of("shop").pk, "attribute": "given_name", "kind": "pin"}
        assert client.get(page("pin", ann), sent).status_code == 200
        assert client.post(page("pin", ann), {**sent, "reason": "Her passport"}).status_code == 302
        ann.refresh_from_db()
        assert ann.values["given_name"] == "Anette"

        held = Pin.objects.in_force().get()
        assert client.post(page("end_pin", ann, pk=held.pk)).status_code == 302
        ann.refresh_from_db()
        assert ann.values["given_name"] == "Annette"

    def test_a_record_of_another_customer_cannot_be_pinned_here(self, signed_in, ann, stefan, retail):
        other = stored(make_source(retail, "late"), "1", person("Nina", "Berg"))
        sent = {"record": other.pk, "attribute": "given_name", "kind": "pin"}
        assert signed_in(stefan).post(page("pin", ann), sent).status_code == 404


class TestRevealing:
    @pytest.fixture
    def taxed(self, retail):
        record = stored(make_source(retail, "taxes"), "1", person("Nina", "Berg", identifier=TAX))
        return record.customer

    def test_the_page_masks_it_and_a_purpose_opens_it_once(self, signed_in, taxed, lead):
        client = signed_in(lead)
        assert "81190798" not in client.get(page("detail", taxed)).text
        answer = client.post(page("reveal", taxed), {"attribute": "identifier", "purpose": "identity"})
        assert "81190798" in answer.text
        assert answer["Cache-Control"] == "no-store"
        assert "81190798" not in client.get(page("detail", taxed)).text

        entry = AuditEntry.objects.get(deed="value.revealed")
        assert (entry.actor, entry.attributes, entry.purpose) == (lead, ["identifier"], "identity")
        assert entry.thing_id == str(taxed.pk)

    def test_without_the_right_it_is_forbidden_and_without_a_purpose_malformed(self, signed_in, taxed, stefan, lead):
        sent = {"attribute": "identifier", "purpose": "identity"}
        assert signed_in(stefan).post(page("reveal", taxed), sent).status_code == 403
        assert signed_in(lead).post(page("reveal", taxed), {"attribute": "identifier"}).status_code == 422
        assert not AuditEntry.objects.filter(deed="value.revealed").exists()

    def test_what_was_received_opens_for_a_purpose(self, signed_in, taxed, lead):
        record = taxed.records.get()
        client = signed_in(lead)
        assert "81190798" not in client.get(reverse("customers:record", args=[record.pk])).text
        answer = client.post(reverse("customers:reveal_raw", args=[record.pk]), {"purpose": "asked"})
        assert "81190798" in answer.text
        assert AuditEntry.objects.get(deed="record.revealed").purpose == "asked"

    def test_who_may_not_reveal_never_gets_the_raw(self, signed_in, taxed, stefan):
        record = taxed.records.get()
        client = signed_in(stefan)
        assert "sealed" in client.get(reverse("customers:record", args=[record.pk])).text
        assert client.post(reverse("customers:reveal_raw", args=[record.pk]), {"purpose": "asked"}).status_code == 403


class TestSources:
    def test_a_source_and_its_records(self, signed_in, ann, stefan):
        client = signed_in(stefan)
        source = of("crm").source
        assert source.name in client.get(reverse("customers:sources")).text
        assert of("crm").key in client.get(reverse("customers:source", args=[source.pk])).text

    def test_those_of_another_domain_are_absent(self, signed_in, ann):
        client = signed_in(make_user("reader", domain=make_domain("elsewhere")))
        assert client.get(reverse("customers:source", args=[of("crm").source_id])).status_code == 404
        assert client.get(reverse("customers:record", args=[of("crm").pk])).status_code == 404
