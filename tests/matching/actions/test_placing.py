"""Where a record goes when it arrives or changes."""

from cmdm.models import AuditEntry, system_user
from customers.actions.received import Received
from customers.actions.records import take_in
from customers.models import Customer, SourceRecord
from matching.actions import verdicts
from matching.models import Candidate, LedgerEntry, Verdict
from tests.support.people import make_domain
from tests.support.records import ANNA, ANNA_AGAIN, ANNE, KARL, make_source, now, person, seen, stored, take

FIRMS = {"organisation_name": "Bergström Maskin AB", "website": "https://bergstrom-maskin.example"}


class TestNewRecord:
    def test_a_stranger_founds_a_customer_of_its_own(self, scene):
        anna, karl = stored(scene.crm, "1", ANNA), stored(scene.crm, "2", KARL)
        assert anna.customer != karl.customer
        assert [row.deed for row in LedgerEntry.objects.order_by("pk")] == ["found", "found"]

    def test_the_same_person_again_is_linked_with_its_evidence(self, scene):
        first = stored(scene.crm, "1", ANNA)
        placement = take(scene.shop, "7", ANNA_AGAIN).placement
        assert (placement.decision, placement.customer_id) == ("link", first.customer_id)
        entry = LedgerEntry.objects.get(deed="link")
        assert entry.by_machine
        assert entry.evidence["record"] == first.pk
        assert entry.probability > 0.95

    def test_a_doubtful_one_founds_a_customer_and_asks_a_person(self, scene):
        first, doubtful = stored(scene.crm, "1", ANNA), stored(scene.shop, "7", ANNE)
        assert first.customer != doubtful.customer
        question = Candidate.objects.open().get()
        assert (question.left, question.right, question.kind) == (first, doubtful, "possible")
        assert question.evidence["versions"] == {str(first.pk): 1, str(doubtful.pk): 1}

    def test_two_customers_that_both_fit_are_a_question_not_a_guess(self, scene):
        one = stored(scene.crm, "1", person("Anna", "Bergström", "1980-02-03", "anna@one.example"))
        other = stored(scene.crm, "2", person("Anna", "Bergström", "1955-11-30", "anna@two.example"))
        assert one.customer != other.customer
        both = person("Anna", "Bergström", "", "anna@one.example")
        both["email"].append({"value": "anna@two.example"})
        third = take(scene.shop, "3", both)
        assert third.placement.decision == "candidate"
        assert third.placement.rule == "ambiguous"
        assert len(third.placement.candidates) == 2

    def test_domains_of_different_match_spaces_are_never_compared(self, scene):
        apart = make_source(make_domain(match_space="clinic"))
        first, alone = stored(scene.crm, "1", ANNA), stored(apart, "1", ANNA_AGAIN)
        assert first.customer != alone.customer
        assert not Candidate.objects.exists()

    def test_persons_and_organisations_are_never_compared(self, scene):
        firm = stored(scene.crm, "1", FIRMS, party="organisation")
        mail = person("Bergström", "Maskin", "", "info@bergstrom-maskin.example")
        assert stored(scene.crm, "2", mail).customer != firm.customer

    def test_a_batch_finds_its_own_twins(self, scene):
        take_in(
            scene.crm,
            [Received(key=str(n), values=ANNA, party_type="person") for n in range(4)],
            actor=system_user(),
        )
        assert Customer.objects.count() == 1
        assert SourceRecord.objects.filter(customer=Customer.objects.get()).count() == 4


class TestChangedRecord:
    def test_it_stays_where_it_is_though_nothing_holds_it_there_and_a_person_is_asked(self, scene):
        first, twin = stored(scene.crm, "1", ANNA), stored(scene.shop, "1", ANNA_AGAIN)
        take(scene.shop, "1", KARL)
        assert now(twin).customer == first.customer
        doubt = Candidate.objects.open().get()
        assert (doubt.kind, {doubt.left, doubt.right}) == ("over_merge", {first, twin})

    def test_one_that_comes_to_fit_another_customer_is_a_question(self, scene):
        anna, karl = stored(scene.crm, "1", ANNA), stored(scene.shop, "2", KARL)
        take(scene.shop, "2", ANNA_AGAIN)
        assert now(karl).customer == karl.customer
        question = Candidate.objects.open().get()
        assert {question.left, question.right} == {anna, karl}

    def test_a_question_whose_evidence_is_gone_closes(self, scene):
        stored(scene.crm, "1", ANNA)
        stored(scene.shop, "7", ANNE)
        take(scene.shop, "7", KARL)
        assert not Candidate.objects.open().exists()
        assert Candidate.objects.get().closed_because == "evidence gone"

    def test_a_doubt_that_is_settled_by_new_values_closes(self, scene):
        stored(scene.crm, "1", ANNA)
        stored(scene.shop, "1", ANNA_AGAIN)
        take(scene.shop, "1", KARL)
        take(scene.shop, "1", ANNA)
        assert not Candidate.objects.open().exists()

    def test_what_a_person_kept_apart_is_not_linked_even_when_stale(self, scene):
        anna, anne = stored(scene.crm, "1", ANNA), stored(scene.shop, "7", ANNE)
        verdicts.keep_apart(anna, anne, actor=scene.marta, answer="different", seen=seen(anna, anne))
        take(scene.shop, "7", ANNA_AGAIN)
        assert now(anne).customer != now(anna).customer
        assert Verdict.objects.in_force().get().stale_since is not None
        assert Candidate.objects.open().get().kind == "stale"

    def test_it_leaves_one_audit_entry_for_everything(self, scene):
        stored(scene.crm, "1", ANNA)
        before = AuditEntry.objects.count()
        take(scene.shop, "7", ANNE)
        assert AuditEntry.objects.count() == before + 1
