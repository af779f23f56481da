"""How a customer came about, and why two records are or are not together."""

import pytest
from django.urls import reverse

from cmdm.models import system_user
from customers.actions.corrections import correct
from customers.actions.records import close
from customers.models import SourceRecord
from matching.actions import ledger, matching, verdicts
from matching.queries.conflicts import conflicts
from matching.queries.reasons import why_here
from matching.queries.together import together
from tests.matching.actions.conftest import scene  # noqa: F401  (the same people and sources)
from tests.matching.actions.test_same_groups import PEOPLE
from tests.support.people import make_domain
from tests.support.records import ANNA, ANNA_AGAIN, ANNE, KARL, make_source, now, person, seen, stored, take

pytestmark = pytest.mark.django_db


def test_a_correction_is_asked_about_by_the_record_that_it_is_about(client, scene):  # noqa: F811
    anna, karl = stored(scene.crm, "1", ANNA), stored(scene.crm, "2", KARL)
    said = {"attribute": "middle_name", "value": "Eva", "about": anna}
    correction = correct(anna.customer, actor=scene.otto, **said)
    client.force_login(scene.otto)
    answer = client.get(why(correction, karl))
    assert answer.status_code == 200 and "A correction lies where" in answer.text
    assert client.get(why(karl, anna)).text.count("A correction lies where") == 0


def why(left, right):
    return reverse("matching:why") + f"?left={left.pk}&right={right.pk}"


class TestHowItCameAbout:
    def test_every_step_has_its_rule_score_and_model_version(self, client, scene):  # noqa: F811
        anna, again = stored(scene.crm, "1", ANNA), stored(scene.shop, "1", ANNA_AGAIN)
        karl = stored(scene.desk, "9", KARL)
        ledger.merge([anna.customer, karl.customer], actor=scene.otto, seen=seen(anna, karl), reason="Wedding")
        client.force_login(scene.otto)
        text = client.get(reverse("customers:records", args=[now(anna).customer.key])).text
        assert "How it came about" in text
        assert f"{again.source.name} 1 was linked to" in text and "model version 1" in text
        assert "E-mail +" in text and "at or above the automatic line" in text
        assert f"with {karl.source.name} 9 was joined with" in text and "a person said so" in text and "Wedding" in text

        staying = together(now(anna), now(karl), scene.otto).because
        assert "Today the two alone would not be joined" in staying[-4]
        assert staying[-3] == "A person has decided about this customer: no machine takes it apart."
        assert f"of the customer's other records {again.source.name} 1 agrees most" in staying[-2]

    def test_a_record_that_one_may_not_see_has_no_name(self, client, scene):  # noqa: F811
        anna, karl = stored(scene.crm, "1", ANNA), stored(scene.desk, "secret-key", KARL)
        ledger.merge([anna.customer, karl.customer], actor=scene.otto, seen=seen(anna, karl))
        client.force_login(scene.marta)
        text = client.get(reverse("customers:records", args=[now(anna).customer.key])).text
        assert "How it came about" in text and "secret-key" not in text


class TestTogether:
    def test_what_was_taken_apart_is_told_from_its_beginning(self, client, scene):  # noqa: F811
        anna, karl = stored(scene.crm, "1", ANNA), stored(scene.desk, "9", KARL)
        merged = ledger.merge([anna.customer, karl.customer], actor=scene.otto, seen=seen(anna, karl))
        founded = [step.words for step in together(now(anna), now(karl), scene.otto).steps if step.deed == "found"]
        assert len(founded) == 2, "of the merged customer, too"
        ledger.unmerge([now(karl)], actor=scene.otto, seen=seen(now(karl)))
        found = together(now(anna), now(karl), scene.otto)
        assert f"{karl.source.name} 9 was taken out of {merged.number} (Otto)." in found.because

    def test_what_match_took_apart_is_told_and_what_speaks_against_it(self, client, scene):  # noqa: F811
        for key, number in (("10", 10), ("11", 10), ("09", 9), ("08", 8)):
            take(scene.crm, key, PEOPLE[number])
        jon, initial, jane, _again = SourceRecord.objects.select_related("source", "customer").order_by("key")
        matching.run(actor=system_user(), everything=True)
        found = together(now(initial), now(jane), scene.otto)
        assert "speaks against joining" in found.because[0] and "rather related" in found.because[1]
        assert [step.deed for step in found.steps] == ["found", "link", "unmerge", "merge"]
        client.force_login(scene.otto)
        assert "better evidence joins it otherwise" in client.get(why(initial, jon)).text

    def test_one_record_is_itself_and_a_closed_one_is_compared_no_more(self, scene):  # noqa: F811
        anna, karl = stored(scene.crm, "1", ANNA), stored(scene.desk, "9", KARL)
        found = together(anna, anna, scene.otto)
        assert (found.together, found.because, found.explained) == (True, ["This is one and the same record."], None)
        close(scene.crm, ["1"], actor=system_user())
        assert f"{anna.source.name} 1 was closed on" in together(now(anna), karl, scene.otto).because[0]

    def test_of_those_together_it_names_what_joined_them(self, client, scene):  # noqa: F811
        anna, again = stored(scene.crm, "1", ANNA), stored(scene.shop, "1", ANNA_AGAIN)
        found = together(anna, again, scene.otto)
        assert found.together and "was linked to" in found.because[-1] and found.shared
        assert found.because[-1].endswith("clearly better than any other (score 0.9999).")
        client.force_login(scene.marta)
        assert "Why these are together" in client.get(why(anna, again)).text

    def test_what_holds_them_is_named_only_to_whom_may_see_it(self, client, scene):  # noqa: F811
        anna, karl = stored(scene.crm, "1", ANNA), stored(scene.shop, "9", KARL)
        stored(scene.desk, "secret-key", ANNA_AGAIN)
        ledger.merge([anna.customer, karl.customer], actor=scene.otto, seen=seen(anna, karl))
        client.force_login(scene.otto)
        assert "secret-key agrees most" in client.get(why(anna, karl)).text
        client.force_login(scene.marta)
        shown = client.get(why(anna, karl)).text
        assert "Today the two alone would not be joined" in shown
        assert "secret-key" not in shown and "no other record" not in shown

    def test_of_those_apart_it_says_what_a_person_said_before_what_the_machine_would(self, scene):  # noqa: F811
        anna, anne = stored(scene.crm, "1", ANNA), stored(scene.shop, "1", ANNE)
        assert "The question is open in the review queue." in together(anna, anne, scene.otto).because
        verdicts.keep_apart(anna, anne, actor=scene.otto, answer="different", seen=seen(anna, anne))
        assert "Otto said “different” of these two" in together(anna, anne, scene.otto).because[0]

    def test_what_keeps_two_customers_apart_is_named(self, client, scene):  # noqa: F811
        anna, karl = stored(scene.crm, "1", ANNA), stored(scene.desk, "9", KARL)
        ends = f"{anna.source.name} 1 and {karl.source.name} 9"
        assert conflicts([anna], [karl]) == [f"{ends} are two parties: Given name, Family name."]
        verdicts.keep_apart(anna, karl, actor=scene.otto, answer="different", seen=seen(anna, karl))
        assert conflicts([anna], [karl])[0] == f"A person said that {ends} are different."

    def test_of_strangers_it_says_that_they_were_never_compared(self, scene):  # noqa: F811
        found = together(stored(scene.crm, "1", ANNA), stored(scene.shop, "1", KARL), scene.otto)
        assert not found.shared and "never compared" in found.because[-1]

    def test_across_match_spaces_nobody_is_compared(self, scene):  # noqa: F811
        far = make_source(make_domain(match_space="elsewhere"))
        found = together(stored(scene.crm, "1", ANNA), stored(far, "1", ANNA), scene.otto)
        assert not found.together and "different match spaces" in found.because[0]

    def test_a_record_out_of_sight_is_not_there(self, client, scene):  # noqa: F811
        anna, karl = stored(scene.crm, "1", ANNA), stored(scene.desk, "1", KARL)
        client.force_login(scene.marta)
        assert client.get(why(anna, karl)).status_code == 404
        assert client.get(reverse("matching:why") + "?left=x").status_code == 404

    def test_the_api_says_the_same_without_values(self, client, scene):  # noqa: F811
        for source, values in ((scene.crm, ANNA), (scene.shop, ANNA_AGAIN)):
            stored(source, "1", values)
        client.force_login(scene.marta)
        asked = {"left_source": scene.crm.key, "left_key": "1", "right_source": scene.shop.key, "right_key": "1"}
        answer = client.get(reverse("api:why"), asked)
        assert answer.status_code == 200, answer.text
        told = answer.json()
        assert told["together"] is True and told["levels"] and told["steps"][-1]["model_version"] == 1
        assert "Bergström" not in answer.text
        hidden = stored(scene.desk, "7", KARL)
        asked |= {"right_source": hidden.source.key, "right_key": "7"}
        assert client.get(reverse("api:why"), asked).status_code == 404


HOUSE = {"line1": "Lindenweg 4", "postal_code": "89073", "city": "Ulm", "country": "DE"}
WIFE = person("Anna", "Bergström", "1980-02-03", phone=[{"value": "+49 731 1553010"}], address=[HOUSE])
HUSBAND = person("Nils", "Bergström", "1951-06-30", phone=[{"value": "+49 731 1553010"}], address=[HOUSE])


class TestOfOneHousehold:
    def test_it_says_that_the_model_takes_them_for_two_of_one_family(self, scene):  # noqa: F811
        wife, husband = stored(scene.crm, "1", WIFE), stored(scene.shop, "2", HUSBAND)
        found = together(now(wife), now(husband), scene.otto)
        assert not found.together and "takes them for two of one family or household" in found.because[0]

    def test_a_relation_is_told_by_who_noted_it(self, scene):  # noqa: F811
        wife, husband = stored(scene.crm, "1", WIFE), stored(scene.shop, "2", HUSBAND)
        verdicts.keep_apart(wife, husband, actor=scene.otto, answer="related", seen=seen(wife, husband))
        said = together(now(wife), now(husband), scene.otto).because
        assert said[0].startswith("Otto said “related” of these two")
        assert said[1].startswith("Otto said “same household” of these two")

    def test_what_was_said_of_other_records_is_told_by_name_only_to_whom_may_see_them(self, scene):  # noqa: F811
        anna, karl = stored(scene.crm, "1", ANNA), stored(scene.shop, "9", KARL)
        hidden = stored(scene.desk, "1", ANNA_AGAIN)
        verdicts.keep_apart(now(hidden), now(karl), actor=scene.otto, answer="different", seen=seen(hidden, karl))
        assert now(hidden).customer == now(anna).customer
        told = {user: " ".join(together(now(anna), now(karl), user).because) for user in (scene.otto, scene.marta)}
        assert "Otto said “different” of other records" in told[scene.otto]
        assert "A person said “different” of other records" in told[scene.marta] and "Otto" not in told[scene.marta]

    def test_those_together_that_the_model_calls_related_are_said_to_be(self, scene):  # noqa: F811
        wife, husband = stored(scene.crm, "1", WIFE), stored(scene.shop, "2", HUSBAND)
        ledger.merge([wife.customer, husband.customer], actor=scene.otto, seen=seen(wife, husband))
        said = together(now(wife), now(husband), scene.otto).because
        assert any("two of one family or household" in line for line in said)


class TestOfCorrected:
    def test_it_names_what_people_corrected_and_the_score_without(self, scene):  # noqa: F811
        anna, other = stored(scene.crm, "1", ANNA), stored(scene.shop, "7", {**ANNE, "email": []})
        correct(other.customer, actor=system_user(), attribute="birth_date", value=ANNA["birth_date"], about=other)
        found = together(now(anna), now(other), scene.otto)
        assert f"{other.source.name} 7 is compared as people corrected it: Birth date." in found.because
        assert any(line.startswith("As the sources sent them, the two would score 0.") for line in found.because)

    def test_of_those_that_nobody_corrected_nothing_is_said(self, scene):  # noqa: F811
        anna, other = stored(scene.crm, "1", ANNA), stored(scene.shop, "7", ANNE)
        assert "correct" not in " ".join(together(anna, other, scene.otto).because)


class TestWhatAHiddenRecordAgreedIn:
    """Marta may not see the desk's records, and so not what they have in common with those that she sees."""

    def pages(self, client, user, customer):
        client.force_login(user)
        names = ("customers:detail", "customers:records", "customers:history", "customers:timeline")
        return "".join(client.get(reverse(name, args=[customer.key])).text for name in names)

    def test_of_a_link_that_it_brought_about(self, client, scene):  # noqa: F811
        hidden, anna = stored(scene.desk, "1", ANNA), stored(scene.crm, "1", ANNA_AGAIN)
        assert now(hidden).customer == now(anna).customer
        assert "E-mail +" in self.pages(client, scene.otto, now(anna).customer)
        assert "e-mail" in why_here([anna.pk], scene.otto)[anna.pk]
        assert "e-mail" not in why_here([anna.pk], scene.marta)[anna.pk]
        told = self.pages(client, scene.marta, now(anna).customer)
        assert "How it came about" in told and "E-mail +" not in told and "agrees in" not in told

    def test_of_its_own_link(self, client, scene):  # noqa: F811
        anna, _hidden = stored(scene.crm, "1", ANNA), stored(scene.desk, "1", ANNA_AGAIN)
        assert "agrees in e-mail" in self.pages(client, scene.otto, now(anna).customer)
        told = self.pages(client, scene.marta, now(anna).customer)
        assert "E-mail +" not in told and "agrees in" not in told

    def test_nor_the_reason_of_who_joined_it(self, client, scene):  # noqa: F811
        anna, karl = stored(scene.crm, "1", ANNA), stored(scene.desk, "9", KARL)
        ledger.merge([anna.customer, karl.customer], actor=scene.otto, seen=seen(anna, karl), reason="Wedding of Karl")
        assert "Wedding of Karl" in self.pages(client, scene.otto, now(anna).customer)
        assert "Wedding of Karl" not in self.pages(client, scene.marta, now(anna).customer)

    def test_nor_the_reason_of_an_answer_about_it(self, client, scene):  # noqa: F811
        anna, karl = stored(scene.crm, "1", ANNA), stored(scene.desk, "9", KARL)
        verdicts.keep_apart(anna, karl, actor=scene.otto, answer="different", seen=seen(anna, karl), reason="Karl rang")
        assert "Karl rang" in self.pages(client, scene.otto, now(anna).customer)
        assert "Karl rang" not in self.pages(client, scene.marta, now(anna).customer)

    def test_why_two_are_together_tells_no_reason_of_a_third(self, scene):  # noqa: F811
        anna, again = stored(scene.crm, "1", ANNA), stored(scene.shop, "1", ANNA_AGAIN)
        karl, hidden = stored(scene.crm, "9", KARL), stored(scene.desk, "9", KARL)
        assert now(karl).customer == now(hidden).customer
        ledger.merge([now(anna).customer, now(karl).customer], actor=scene.otto, seen=seen(anna, karl), reason="Odd")
        steps = {user: together(now(again), now(karl), user).steps for user in (scene.otto, scene.marta)}
        assert "Odd" in {step.reason for step in steps[scene.otto]}
        assert "Odd" not in {step.reason for step in steps[scene.marta]}
