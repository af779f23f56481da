"""The review card: what it shows, what is done on it, with and without script."""

import pytest
from django.urls import reverse

from cmdm.models import portal_user
from consent.actions import consents, contacts, evidence
from customers.actions import corrections
from customers.models import Customer
from matching.models import Candidate
from stewardship.actions import tasks
from stewardship.models import Answer, Task
from tests.consent.scene import make_notice, make_purpose
from tests.stewardship.scene import answer, ask, close, put, seen, stranger, task_of
from tests.support.people import make_user

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
PHONE = [{"value": "+4983425501712", "kind": "home"}]


def at(name, task):
    return reverse(f"stewardship:{name}", args=[task.pk])


def card(client, user, task, **options):
    client.force_login(user)
    return client.get(at("task", task), options)


def decide(client, user, task, decision="same", *, versions=None, headers=None, **more):
    client.force_login(user)
    text = ",".join(f"{pk}:{version}" for pk, version in (versions or seen(task)).items())
    return client.post(at("decide", task), {"decision": decision, "seen": text, **more}, headers=headers)


@pytest.fixture
def father_and_son(crm, shop):
    father = {
        "given_name": "Karl",
        "family_name": "Oberländer",
        "birth_date": "1954-03-17",
        "phone": [{"value": "+4983425501712", "kind": "home"}, {"value": "+491713004417", "kind": "mobile"}],
    }
    son = {
        "given_name": "Karl",
        "family_name": "Oberlaender",
        "suffix": "jun.",
        "birth_date": "1985-11-02",
        "phone": [{"value": "+4917681205536", "kind": "mobile"}],
        "identifier": [{"scheme": "ssn", "value": "7364009"}],
    }
    left, right = put(crm, "F", "2021-03-12", **father), put(shop, "S", "2019-06-14", **son)
    assert left.customer_id != right.customer_id
    return Task.objects.first() or task_of(ask(left, right))


class TestComparison:
    def test_rows_that_differ_stand_open_and_equal_ones_are_folded(self, client, marta, father_and_son):
        groups = card(client, marta, father_and_son).context["card"].groups
        lines = {line.name: line for group in groups for line in group.lines}
        equal = [line.name for group in groups for line in group.equal]

        assert "given_name" in equal
        assert lines["birth_date"].word == "32 years apart"
        assert (lines["suffix"].state, lines["suffix"].word) == ("one_side", "one side only")
        assert lines["family_name"].state == "similar"

    def test_every_value_has_its_source_and_date(self, client, marta, father_and_son):
        text = card(client, marta, father_and_son).text

        assert "12 Mar 2021" in text and "14 Jun 2019" in text
        assert "<mark>17 Mar 1954</mark>" in text

    def test_the_golden_column_is_what_same_would_make(self, client, marta, father_and_son):
        groups = card(client, marta, father_and_son).context["card"].groups
        lines = {line.name: line for group in groups for line in group.lines}
        previewed = {name: line.preview.letter for name, line in lines.items()}

        answer(father_and_son, marta, "same")
        survivor = Customer.objects.get(status="active")
        assert survivor.values["family_name"] == "Oberländer"
        assert previewed["family_name"] == "A"
        assert previewed["suffix"] == "B"

    def test_sensitive_values_are_masked_without_the_right_to_reveal(self, client, marta, retail, father_and_son):
        assert "7364009" not in card(client, marta, father_and_son).text
        assert "7364009" in card(client, make_user("lead", domain=retail), father_and_son).text

    def test_the_reasons_add_up(self, client, marta, father_and_son):
        explained = card(client, marta, father_and_son).context["card"].explained

        total = explained.prior + sum(reason.weight for reason in explained.reasons)
        assert round(total, 1) == explained.weight

    def test_of_many_records_it_says_which_two_were_compared(self, client, marta, crm, shop):
        left, right = stranger(crm, 1), stranger(shop, 2)
        task = task_of(ask(left, right))
        assert "Compared:" not in card(client, marta, task).text

        other = put(shop, "OLD", **{**left.values, "phone": PHONE})
        assert other.customer_id == left.customer_id
        found = card(client, marta, task)
        assert [(head.letter, record.key) for head, record in found.context["card"].compared] == [
            ("A", left.key),
            ("B", right.key),
        ]
        assert "In these two records nothing to compare:" in found.text

    def test_a_correction_is_shown_and_compared(self, client, marta, crm, shop):
        karl = {"given_name": "Karl", "family_name": "Oberländer"}
        left, right = put(crm, "F", **karl), put(shop, "S", **karl, phone=PHONE)
        task = task_of(Candidate.objects.get(left=left, right=right))
        before = card(client, marta, task).context["card"]
        corrections.correct(left.customer, actor=marta, attribute="family_name", value="Oberlander", about=left)
        found = card(client, marta, task)
        after = found.context["card"]

        assert "What stewards corrected is compared" in found.text and "Oberlander" in found.text
        assert f"{reverse('customers:correct', args=[left.customer.key])}?attribute=family_name" in found.text
        assert [(one.attribute, one.head.letter, one.compared) for one in after.corrected] == [
            ("family_name", "A", True)
        ]
        assert after.explained.weight < before.explained.weight
        assert [(head.records, head.survives) for head in after.heads] == [(1, 0), (1, 1)]

    def test_blind_hides_score_and_reasons(self, client, marta, father_and_son):
        text = card(client, marta, father_and_son, blind="1").text

        assert "why-panel" not in text and "score-strip" not in text

    def test_what_was_said_before_is_told(self, client, marta, jonas, father_and_son):
        tasks.undo(answer(father_and_son, jonas, "different", reason="ask the shop"), actor=jonas)
        tasks.release(father_and_son, actor=jonas)

        text = card(client, marta, father_and_son).text
        assert "ask the shop" in text and "Jonas" in text and "taken back" in text

    def test_the_strip_says_what_same_would_also_do(self, client, marta, task):
        headlines = [str(fact.headline) for fact in card(client, marta, task).context["card"].effects]

        assert headlines == ["1 record moves", "No open request or hold"]

    def test_a_tie_has_to_be_chosen(self, client, marta, retail):
        from tests.stewardship.scene import make_source

        one, other = make_source(retail, "one"), make_source(retail, "two")
        task = task_of(ask(stranger(one, 1), stranger(other, 2)))

        found = card(client, marta, task)
        assert found.context["card"].to_choose >= 1
        assert "Choose 1 or 2" in found.text
        assert "data-requires-choice" in found.text


class TestDeciding:
    def test_without_script_the_next_card_follows(self, client, marta, task, crm, shop):
        other = task_of(ask(stranger(crm, 5), stranger(shop, 6)))
        response = decide(client, marta, task, "different")

        assert response.status_code == 302
        assert response.url.startswith(at("task", other))
        other.refresh_from_db()
        assert other.taken_by == marta

    def test_with_script_the_next_card_comes_in_place(self, client, marta, task, crm, shop):
        other = task_of(ask(stranger(crm, 5), stranger(shop, 6)))
        response = decide(client, marta, task, "different", headers=HTMX)

        assert response.status_code == 200
        assert response.headers["HX-Push-Url"].startswith(at("task", other))
        assert "<html" not in response.text
        assert "Different saved." in response.headers["HX-Trigger-After-Settle"]

    def test_after_the_last_one_comes_the_list(self, client, marta, task):
        assert decide(client, marta, task).url.startswith(reverse("stewardship:queue"))
        assert "Nothing else waits here" in client.get(reverse("stewardship:queue")).text

    def test_the_choice_strength_and_reason_are_kept(self, client, marta, task, pair):
        decide(client, marta, task, "same", **{"choice-given_name": pair[1].pk}, strength="lock", reason="asked her")

        given = Answer.objects.get()
        assert given.reason == "asked her"
        assert Customer.objects.get(records=pair[0]).values["given_name"] == pair[1].values["given_name"]

    @pytest.mark.parametrize("broken", [{"decision": "maybe"}, {"seen": "x"}, {"strength": "x"}, {"reason": "x" * 301}])
    def test_a_damaged_form_is_refused(self, client, marta, task, broken):
        client.force_login(marta)
        given = {"decision": "same", "seen": "1:1", **broken}

        assert client.post(at("decide", task), given).status_code == 422
        assert not Answer.objects.exists()


class TestRefusals:
    def test_the_card_stays_and_says_why(self, client, marta, jonas, task):
        versions = seen(task)
        answer(task, jonas, "different")
        response = decide(client, marta, task, "same", versions=versions)

        assert response.status_code == 409
        assert "Not saved." in response.text
        assert "Jonas answered “Different”" in response.text

    def test_with_script_only_the_note_comes(self, client, marta, jonas, task):
        tasks.take(task, actor=jonas)
        response = decide(client, marta, task, headers=HTMX)

        assert response.status_code == 409
        assert response.headers["HX-Retarget"] == "#refusal"
        assert "Jonas has this card until" in response.text
        assert "<table" not in response.text

    def test_a_settled_card_says_so_and_offers_no_answer(self, client, marta, task, candidate):
        close(candidate)
        text = card(client, marta, task).text

        assert "Nothing is left to decide here" in text and "was not recorded" not in text
        assert 'id="decision"' not in text


class TestSkipping:
    def test_the_card_is_given_back_and_the_one_behind_it_follows(self, client, marta, task, crm, shop):
        later = task_of(ask(stranger(crm, 5), stranger(shop, 6), probability=0.9))
        tasks.take(task, actor=marta)
        client.force_login(marta)
        response = client.post(reverse("stewardship:next"), {"skip": task.pk})

        assert response.url.startswith(at("task", later))
        task.refresh_from_db()
        assert task.taken_by is None


class TestUndoing:
    def test_the_last_answer_stands_on_the_next_card_until_it_is_taken_back(self, client, marta, task, crm, shop):
        other = task_of(ask(stranger(crm, 5), stranger(shop, 6)))
        given = answer(task, marta, "different")
        undo = reverse("stewardship:undo", args=[given.pk])
        assert undo in card(client, marta, other).text

        response = client.post(undo)

        assert response.url.startswith(at("task", task))
        assert undo not in card(client, marta, task).text

    def test_what_was_joined_is_named_by_what_it_became(self, client, marta, task, crm, shop):
        other = task_of(ask(stranger(crm, 5), stranger(shop, 6)))
        answer(task, marta, "same")
        [undoable] = card(client, marta, other).context["card"].undoable

        survivor = Customer.objects.get(pk__in=task.customers, status="active")
        assert undoable.names == f"{survivor.values['given_name']} {survivor.values['family_name']}"
        text = card(client, marta, task).text
        assert "Marta answered “Same”" in text and "was not recorded" not in text

    def test_ten_can_be_taken_back(self, client, marta, crm, shop):
        for number in range(1, 24, 2):
            last = task_of(ask(stranger(crm, number), stranger(shop, number + 1)))
            answer(last, marta, "unsure")
        shown = card(client, marta, last).context["card"]

        assert len(shown.undoable) == 10

    def test_an_outsider_does_not_find_it(self, client, marta, outsider, task):
        given = answer(task, marta, "different")
        client.force_login(outsider)

        assert client.post(reverse("stewardship:undo", args=[given.pk])).status_code == 404


class TestRights:
    def test_an_outsider_does_not_find_the_card(self, client, outsider, task):
        assert card(client, outsider, task).status_code == 404
        assert decide(client, outsider, task).status_code == 404

    def test_a_reader_does_not_find_it_either(self, client, retail, task):
        assert card(client, make_user("reader", domain=retail), task).status_code == 404

    def test_with_one_side_closed_only_the_open_side_shows(self, client, marta, crm, kiosk):
        open_side, closed = stranger(crm, 3), stranger(kiosk, 4)
        task = task_of(ask(open_side, closed, probability=0.77))
        text = card(client, marta, task).text

        assert "This needs another steward" in text
        assert open_side.values["family_name"] in text
        for secret in (closed.values["family_name"], closed.customer.number, "KIOSK", "0.77", "waterfall"):
            assert secret not in text

    def test_deciding_with_one_side_closed_is_forbidden(self, client, marta, crm, kiosk):
        task = task_of(ask(stranger(crm, 3), stranger(kiosk, 4)))

        assert decide(client, marta, task).status_code == 403
        assert not Answer.objects.exists()


class TestLapsedChoices:
    def test_the_card_tells_whose_choice_it_was_and_lets_it_rest(self, client, marta, crm):
        from customers.actions import pins

        record = put(crm, "P", given_name="Ann", family_name="Berg", birth_date="1980-01-02")
        pins.pin(record, "given_name", actor=marta, reason="she told me")
        put(crm, "P", "2024-06-01", given_name="Anne", family_name="Berg", birth_date="1980-01-02")
        task = Task.objects.get(queue="pin")

        text = card(client, marta, task).text
        assert "she told me" in text and "Leave as derived" in text

        assert client.post(at("settle", task)).status_code == 302
        task.refresh_from_db()
        assert task.status == "done"


class TestStanding:
    @pytest.fixture
    def said(self, pair):
        """One agreed to the newsletter, the other refused; to offers one agreed, and nobody else was asked."""
        news, offers = make_purpose("news"), make_purpose("offers", label="Offers")
        make_notice(news, offers)
        actor = portal_user()
        kept = {"actor": actor, "method": "portal", "evidence": evidence.keep(actor=actor, kind="session")}
        contact = contacts.contact_point("email", "a@b.example", actor=actor)
        for purpose in (news, offers):
            yes = {"act": "granted", "proved": [pair[0]], "channel": "email", "contact": contact}
            consents.record([pair[0]], purpose=purpose, **yes, **kept)
        consents.record([pair[1]], purpose=news, act="refused", proved=[pair[1]], **kept)

    def test_consents_stand_beside_each_other_with_what_would_count_of_both(self, client, marta, task, said):
        response = card(client, marta, task)
        news, offers = sorted(response.context["card"].stances.lines, key=lambda row: str(row.label))

        assert (news.state, news.word) == ("differs", "they disagree")
        assert sorted(str(word.text) for word in news.words) == ["Granted", "Refused"]
        assert str(news.joined.text) == "Not permitted" and "A refusal wins" in response.text
        assert (offers.state, str(offers.joined.text)) == ("one_side", "Permitted")

    def test_where_nobody_said_anything_there_is_no_row(self, client, marta, task):
        assert card(client, marta, task).context["card"].stances is None
