"""The pages of merging, unmerging and the model."""

import pytest
from django.urls import reverse

from customers.models import Customer, Relation, SourceRecord
from matching.actions import ledger, verdicts
from matching.models import Verdict
from tests.support.people import make_domain, make_user
from tests.support.records import ANNA, KARL, make_source, seen, stored

pytestmark = pytest.mark.django_db


@pytest.fixture
def retail(db):
    return make_domain("retail")


@pytest.fixture
def steward(retail):
    return make_user("steward", domain=retail)


@pytest.fixture
def anna(retail):
    return stored(make_source(retail, "crm"), "1", ANNA)


@pytest.fixture
def karl(retail):
    return stored(make_source(retail, "shop"), "1", KARL)


@pytest.fixture
def at_work(client, steward):
    client.force_login(steward)
    return client


def preview(one, other):
    return reverse("matching:merge_preview", args=[one.customer.key, other.customer.key])


def versions(*records):
    return ",".join(f"{pk}:{version}" for pk, version in seen(*records).items())


class TestMerging:
    def test_the_other_is_found_by_name_and_shown_beside_it(self, at_work, anna, karl):
        address = reverse("matching:merge", args=[anna.customer.key])
        assert at_work.get(address).status_code == 200
        assert preview(anna, karl) in at_work.post(address, {"term": "Lindqvist"}).text
        text = at_work.get(preview(anna, karl)).text
        assert "Bergström" in text
        assert "Lindqvist" in text

    def test_posting_the_versions_seen_makes_one_customer(self, at_work, anna, karl):
        answer = at_work.post(preview(anna, karl), {"seen": versions(anna, karl), "reason": "Married name"})
        assert answer.status_code == 302
        assert Customer.objects.active().count() == 1

    def test_a_change_in_between_is_a_conflict_and_nothing_happens(self, at_work, anna, karl, retail):
        before = versions(anna, karl)
        stored(anna.source, "1", {**ANNA, "nationality": "Swedish"})
        answer = at_work.post(preview(anna, karl), {"seen": before})
        assert answer.status_code == 409
        assert "Not merged." in answer.text
        assert Customer.objects.active().count() == 2

    def test_it_needs_the_right_in_every_domain_touched(self, at_work, client, anna, retail):
        elsewhere = make_domain("elsewhere")
        far = stored(make_source(elsewhere, "far"), "1", KARL)
        assert at_work.get(preview(anna, far)).status_code == 404

        both = make_user("reader", domain=elsewhere)
        client.force_login(both)
        assert client.get(reverse("matching:merge", args=[far.customer.key])).status_code == 403

    def test_a_reader_of_the_other_domain_sees_both_and_may_not(self, client, anna):
        from cmdm.actions.domains import grant_role
        from cmdm.models import User, system_user

        elsewhere = make_domain("elsewhere")
        far = stored(make_source(elsewhere, "far"), "1", KARL)
        user = make_user("steward", domain=anna.domain)
        grant_role(actor=system_user(), user=user, domain=elsewhere, role="reader")
        client.force_login(User.objects.get(pk=user.pk))
        text = client.get(preview(anna, far)).text
        assert "needs the right" in text
        assert "Merge them" not in text
        assert client.post(preview(anna, far), {"seen": versions(anna, far)}).status_code == 403

    def test_a_merge_is_undone_from_the_history(self, at_work, anna, karl, steward):
        survivor = ledger.merge([anna.customer, karl.customer], actor=steward, seen=seen(anna, karl))
        change = survivor.ledger.get(deed="merge").change
        undo = reverse("matching:undo", args=[survivor.key, change])
        assert undo in at_work.get(reverse("customers:history", args=[survivor.key])).text
        assert at_work.post(undo).status_code == 302
        assert Customer.objects.active().count() == 2


class TestUnmerging:
    @pytest.fixture
    def joined(self, anna, karl, steward):
        return ledger.merge([anna.customer, karl.customer], actor=steward, seen=seen(anna, karl))

    def test_chosen_records_are_shown_where_they_would_go(self, at_work, joined, anna, karl):
        address = reverse("matching:unmerge", args=[joined.key])
        assert "Show what goes where" in at_work.get(address).text
        text = at_work.get(address, {"records": [karl.pk]}).text
        assert "Stays" in text
        assert "Take them out" in text

    def test_all_of_them_is_no_choice(self, at_work, joined, anna, karl):
        address = reverse("matching:unmerge", args=[joined.key])
        assert "Some record must stay." in at_work.get(address, {"records": [karl.pk, anna.pk]}).text

    def test_taking_them_out_makes_two_again(self, at_work, joined, karl):
        address = reverse("matching:unmerge", args=[joined.key])
        answer = at_work.post(address, {"records": [karl.pk], "seen": versions(karl), "reason": "Father and son"})
        assert answer.status_code == 302
        assert Customer.objects.active().count() == 2

    def test_a_stale_page_is_a_conflict(self, at_work, joined, karl):
        address = reverse("matching:unmerge", args=[joined.key])
        answer = at_work.post(address, {"records": [karl.pk], "seen": f"{joined.pk}:99"})
        assert answer.status_code == 409
        assert Customer.objects.active().count() == 1

    def test_a_reader_may_not(self, client, joined, retail):
        client.force_login(make_user("reader", domain=retail))
        assert client.get(reverse("matching:unmerge", args=[joined.key])).status_code == 403


class TestMemory:
    def test_an_answer_is_listed_with_the_other_customer_and_can_be_taken_back(self, at_work, anna, karl, steward):
        made = verdicts.keep_apart(anna, karl, actor=steward, answer="different", seen=seen(anna, karl), reason="Twins")
        page = reverse("customers:detail", args=[anna.customer.key])
        text = at_work.get(page).text
        assert "Said by people" in text
        assert "Karl Lindqvist" in text

        withdraw = reverse("matching:withdraw", args=[anna.customer.key, made.change])
        assert withdraw in text
        assert at_work.post(withdraw).status_code == 302
        assert not Verdict.objects.in_force().exists()

    def test_related_customers_name_each_other_until_a_steward_ends_it(self, at_work, anna, karl, steward):
        verdicts.keep_apart(anna, karl, actor=steward, answer="related", seen=seen(anna, karl))
        page = reverse("customers:detail", args=[karl.customer.key])
        text = at_work.get(page).text
        assert "Same household" in text
        assert "Anna Bergström" in text

        relation = Relation.objects.get()
        end = reverse("customers:end_relation", args=[karl.customer.key, relation.pk])
        assert at_work.post(end).status_code == 302
        assert "Same household" not in at_work.get(page).text
        assert at_work.post(end).status_code == 404

    def test_of_a_hidden_customer_it_says_nothing(self, client, anna, retail):
        elsewhere = make_domain("elsewhere")
        far = stored(make_source(elsewhere, "far"), "1", KARL)
        both = make_user("steward", domains=(retail, elsewhere))
        verdicts.keep_apart(anna, far, actor=both, answer="different", seen=seen(anna, far))
        client.force_login(make_user("steward", domain=retail))
        assert "Lindqvist" not in client.get(reverse("customers:detail", args=[anna.customer.key])).text


class TestReasonsAndModel:
    def test_records_say_why_they_are_here(self, at_work, anna, retail):
        again = stored(make_source(retail, "erp"), "1", ANNA)
        assert again.customer_id == anna.customer_id
        text = at_work.get(reverse("customers:records", args=[anna.customer.key])).text
        assert "first record" in text
        assert "by itself" in text

    def test_the_model_is_shown_with_its_weights(self, at_work):
        for address in (reverse("matching:model"), reverse("matching:model_of", args=["organisation"])):
            text = at_work.get(address).text
            assert "What the model weighs" in text
        assert at_work.get(reverse("matching:model_of", args=["ghost"])).status_code == 404

    def test_large_blocks_need_the_right_everywhere(self, client, at_work, retail):
        assert at_work.get(reverse("matching:blocks")).status_code == 403
        client.force_login(make_user("data owner", domain=retail))
        assert client.get(reverse("matching:blocks")).status_code == 200
        make_domain("another")
        assert client.get(reverse("matching:blocks")).status_code == 403

    def test_a_reader_finds_no_model(self, client, retail):
        client.force_login(make_user("reader", domain=retail))
        assert client.get(reverse("matching:model")).status_code == 403


def test_the_sources_of_a_preview_are_those_of_its_records(at_work, anna, karl):
    text = at_work.get(preview(anna, karl)).text
    for record in SourceRecord.objects.select_related("source"):
        assert record.source.name in text
