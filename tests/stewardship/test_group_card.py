"""The card of a group: customers beside each other, who belongs together, what saving it would do."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.urls import reverse

from cmdm import clock
from cmdm.models import AuditEntry
from customers.models import Customer
from matching.models import Candidate
from stewardship.actions import tasks
from stewardship.models import Answer, ReviewPolicy, Task
from tests.stewardship.scene import answer, ask, make_source, put, seen, stranger, task_of
from tests.support.people import make_user

pytestmark = pytest.mark.django_db


def at(name, task):
    return reverse(f"stewardship:{name}", args=[task.pk])


@pytest.fixture
def family(crm, shop, retail):
    """Two records of one woman, and one of somebody of her house."""
    home = [{"kind": "home", "line1": "Calle Cadiz 18", "city": "Valencia", "postal_code": "46003", "country": "ES"}]
    rows = [
        put(crm, "G1", "2021-02-08", given_name="María José", family_name="García", birth_date="1979-06-24"),
        put(shop, "G2", "2023-10-02", given_name="Maria Jose", family_name="Garcia", address=home),
        put(make_source(retail, "loyalty"), "G3", "2018-05-19", given_name="José", family_name="García", address=home,
            birth_date="1950-01-02"),
    ]  # fmt: skip
    assert len({row.customer_id for row in rows}) == 3
    for left, right in ((rows[0], rows[1]), (rows[1], rows[2])):
        if not Candidate.objects.open().filter(left=left, right=right).exists():
            ask(left, right, probability=0.6)
    task = Task.objects.open().get()
    assert len(task.customers) == 3
    return task


@pytest.fixture
def page(client, marta, family):
    client.force_login(marta)
    return client.get(at("task", family))


def staged(task, *parts, **more):
    return {f"part-{customer}": part for customer, part in zip(task.customers, parts, strict=True)} | more


class TestReading:
    def test_every_customer_has_a_column_with_a_name_that_cannot_be_mixed_up(self, page):
        card = page.context["card"]

        assert [head.called for head in card.heads] == ["Neon", "Argon", "Krypton"]
        assert [len(line.cells) for group in card.groups for line in group.lines][:1] == [3]
        assert "marked where unlike Neon" in page.text

    def test_every_two_have_a_score_whose_words_add_up(self, page):
        card = page.context["card"]
        fields = [field for _head, row in card.matrix for field in row]

        assert len(card.scores) == 3
        assert fields.count(None) == 3
        assert all(field.score == card.scores[min(field.one, field.other), max(field.one, field.other)].probability
                   for field in fields if field)  # fmt: skip

    def test_the_columns_that_agree_are_named_in_the_row(self, page, family):
        lines = {line.name: line for group in page.context["card"].groups for line in group.lines}

        assert lines["birth_date"].state == "differs"
        assert lines["birth_date"].word == "29 years apart"

    def test_a_table_is_there_by_choice(self, client, page, family):
        text = client.get(at("task", family), {"view": "table"}).text

        assert "data-members" in text and "data-columns" not in text

    def test_the_graph_has_a_table_that_says_the_same(self, client, page, family):
        text = client.get(at("graph", family)).text

        assert text.count("data-edge") == 3
        assert text.count("<tr>") == 4
        assert "cytoscape.min.js" in text

    def test_blind_there_is_no_score_no_proposal_and_no_graph(self, client, page, family):
        hidden = client.get(at("task", family), {"blind": "1"})
        again = client.get(at("task", family))

        assert "matrix" not in hidden.text and "First because" not in hidden.text
        assert at("graph", family) not in hidden.text
        assert [band.size for band in hidden.context["card"].parts.bands] == [1, 1, 1]
        assert again.context["card"].blind

    def test_somebody_of_another_domain_sees_no_group(self, client, outsider, family):
        client.force_login(outsider)
        for name in ("task", "parts", "graph", "ahead", "around"):
            assert client.get(at(name, family)).status_code == 404


class TestStaging:
    def test_what_saving_would_do_is_said_in_sentences(self, client, page, family):
        third = family.customers[2]
        given = staged(family, 1, 1, 2, **{f"kin-{third}": "household"})
        text = client.get(at("parts", family), given).text

        assert "Save 2 moves" in text
        assert "become one customer." in text
        assert "stays apart, related to group 1: same household." in text
        assert "1 record moves" in text
        assert 'hx-swap-oob="true"' in text

    def test_nobody_is_left_out_and_nobody_is_added(self, client, page, family):
        first = family.customers[0]

        assert client.get(at("parts", family), {f"part-{first}": 1}).status_code == 400
        assert client.get(at("parts", family), staged(family, 1, 1, 1, **{"part-999999": 1})).status_code == 400

    def test_nothing_is_written(self, client, page, family):
        client.get(at("parts", family), staged(family, 1, 1, 1))

        assert not Answer.objects.exists()


class TestSaving:
    def save(self, client, task, **fields):
        text = ",".join(f"{pk}:{version}" for pk, version in seen(task).items())
        return client.post(at("decide", task), {"decision": "partition", "seen": text, **fields})

    def test_as_a_plain_form_the_groups_are_what_the_menus_say(self, client, page, family):
        kept, gone, apart = family.customers
        response = self.save(client, family, **staged(family, 1, 1, 2, **{f"kin-{apart}": "household"}))

        assert response.status_code == 302
        given = Answer.objects.get()
        assert {tuple(sorted(group)) for group in given.partition["groups"]} == {(kept, gone), (apart,)}
        assert Customer.objects.filter(pk__in=[kept, gone], status="active").count() == 1
        assert Customer.objects.get(pk=apart).status == "active"

    def test_a_customer_that_was_not_on_the_card_is_refused(self, client, page, family):
        fields = staged(family, 1, 1, 2) | {"part-999999": 1}

        assert self.save(client, family, **fields).status_code == 422
        assert not Answer.objects.exists()


class TestLater:
    def test_what_has_changed_since_an_answer_is_said(self, client, marta, crm, shop):
        left = put(crm, "A", given_name="Olga", family_name="Petrowa", birth_date="1980-02-02")
        right = put(shop, "B", given_name="Olga", family_name="Petrova", birth_date="1984-02-02")
        answer(task_of(ask(left, right, probability=0.6)), marta, "different", reason="asked her")
        put(shop, "B", "2025-03-03", given_name="Olga", family_name="Petrova", birth_date="1980-02-02")
        client.force_login(marta)

        stale = Task.objects.open().get(queue="stale")
        shown = client.get(at("task", stale))
        assert shown.context["card"].changed == ["B: birth date changed (SHOP)"]
        assert "Changed since the last answer:" in shown.text

    def test_an_over_merge_shows_the_split_and_separates_with_one_answer(self, client, marta, crm, shop, retail):
        same = {"given_name": "Eva", "family_name": "Lindqvist", "birth_date": "1970-04-04",
                "email": [{"value": "eva@l.example"}], "phone": [{"value": "+46701112233"}]}  # fmt: skip
        stay, other = put(crm, "O1", **same), put(shop, "O2", **same)
        put(make_source(retail, "loyalty"), "O3", **same)
        changed = {"given_name": "Erik", "family_name": "Holmberg", "birth_date": "1990-08-08"}
        went = put(make_source(retail, "loyalty2"), "O4", **same)
        went = put(went.source, "O4", "2025-01-01", **changed, email=[{"value": "erik@h.example"}])
        assert stay.customer_id == other.customer_id == went.customer_id
        task = Task.objects.open().get(queue="over_merge")
        client.force_login(marta)
        shown = client.get(at("task", task))

        assert shown.context["card"].leaving == [went.pk]
        assert "B, 1 record, would become a customer of its own." in shown.text
        text = shown.context["card"].seen
        client.post(at("decide", task), {"decision": "different", "seen": text, "leaving": [went.pk]})
        went.refresh_from_db()
        assert went.customer_id != stay.customer_id


class TestAhead:
    def test_the_next_card_is_shown_before_it_is_anybodys(self, client, marta, task, crm, shop):
        coming = task_of(ask(stranger(crm, 5), stranger(shop, 6), probability=0.9))
        client.force_login(marta)
        fetched = client.get(at("ahead", coming))
        coming.refresh_from_db()

        assert fetched.headers["X-Card"].startswith(f"{coming.pk}/")
        assert "<html" not in fetched.text and 'id="decision"' in fetched.text
        assert coming.taken_by is None

    def test_an_answer_brings_only_that_the_card_that_is_there_is_his(self, client, marta, task, crm, shop):
        coming = task_of(ask(stranger(crm, 5), stranger(shop, 6), probability=0.9))
        client.force_login(marta)
        mark = client.get(at("ahead", coming)).headers["X-Card"]
        response = self.decide(client, task, mark)
        coming.refresh_from_db()

        assert response.headers["X-Card"] == mark
        assert response.json()["answer"] == "Different" and "/undo/" in response.json()["undo"]
        assert coming.taken_by == marta
        assert AuditEntry.objects.on("task", coming.pk).filter(deed="task.taken", actor=marta).exists()
        assert AuditEntry.objects.on("task", task.pk).filter(deed="task.decided", actor=marta).exists()
        around = client.get(at("around", coming)).text
        assert 'id="next-up"' in around and "Different:</b>" in around

    def test_who_skips_is_shown_what_is_ready_and_gets_ready_what_lies_behind_it(self, client, marta, task, crm, shop):
        for number, chance in ((5, 0.3), (7, 0.2)):
            ask(stranger(crm, number), stranger(shop, number + 1), probability=chance)
        Task.objects.update(priority=F("score"))
        second, third = Task.objects.exclude(pk=task.pk).order_by("-priority")
        client.force_login(marta)
        mark = client.get(at("ahead", second)).headers["X-Card"]
        skipped = {"skip": task.pk, "ahead": mark}
        client.post(at("take", task))
        told = client.post(reverse("stewardship:next"), skipped, headers={"HX-Request": "true"})

        assert told.headers["X-Card"] == mark
        assert at("ahead", third) in client.get(told.json()["around"]).text

    def test_a_card_that_changed_meanwhile_is_made_anew(self, client, marta, task, crm, shop):
        coming = task_of(ask(stranger(crm, 5), stranger(shop, 6), probability=0.9))
        client.force_login(marta)
        mark = client.get(at("ahead", coming)).headers["X-Card"]
        response = self.decide(client, task, mark.replace(":1", ":2"))

        assert "X-Card" not in response.headers
        assert "<table" in response.text

    @pytest.mark.parametrize("why", ["foreign", "held", "assigned", "referred", "for the lead"])
    def test_a_card_that_is_not_his_to_have_is_passed_over(self, client, marta, jonas, task, crm, shop, kiosk, why):
        coming = task_of(ask(stranger(crm, 5), stranger(shop, 6), probability=0.9))
        source = kiosk if why == "foreign" else crm
        other = task_of(ask(stranger(source, 7), stranger(source, 8), probability=0.95))
        states = {
            "held": {"taken_by": jonas, "taken_until": clock.now() + timedelta(minutes=5)},
            "assigned": {"assigned_to": jonas},
            "referred": {"referred_to": jonas},
            "for the lead": {"stage": Task.Stage.LEAD, "stage_since": clock.now()},
        }
        Task.objects.filter(pk=other.pk).update(**states.get(why, {"score": 0.95}))
        client.force_login(marta)
        response = self.decide(client, task, f"{other.pk}/x:1")
        coming.refresh_from_db()
        other.refresh_from_db()

        assert response.status_code == 200
        assert (coming.taken_by, other.taken_by) == (marta, jonas if why == "held" else None)

    def decide(self, client, task, mark):
        text = ",".join(f"{pk}:{version}" for pk, version in seen(task).items())
        fields = {"decision": "different", "seen": text, "ahead": mark}
        return client.post(at("decide", task), fields, headers={"HX-Request": "true"})


class TestHolding:
    def test_an_open_card_is_kept(self, client, marta, task):
        client.force_login(marta)
        client.post(at("take", task))

        response = client.post(at("renew", task))
        assert response.status_code == 200
        assert "Yours for 15 min" in response.text

    def test_a_lost_hold_is_told_with_the_way_back(self, client, marta, jonas, task):
        tasks.take(task, actor=jonas)
        client.force_login(marta)
        response = client.post(at("renew", task))

        assert response.status_code == 409
        assert "Jonas has this card until" in response.text and "Take it again" in response.text

    def test_a_stranger_cannot_keep_it(self, client, outsider, task):
        client.force_login(outsider)
        assert client.post(at("renew", task)).status_code == 404


class TestReasons:
    def test_where_a_policy_asks_the_buttons_know_and_the_server_insists(self, client, marta, retail, task):
        ReviewPolicy.objects.create(
            name="why", domain=retail, decision="different", second_person=False, reason_required=True,
            change="00000000-0000-0000-0000-000000000001",
        )  # fmt: skip
        client.force_login(make_user("steward", domain=retail))
        shown = client.get(at("task", task))
        text = shown.context["card"].seen
        refused = client.post(at("decide", task), {"decision": "different", "seen": text})
        taken = client.post(at("decide", task), {"decision": "different", "seen": text, "reason": "asked"})

        assert shown.context["card"].needs_reason == {"different"}
        assert "Waits for a second steward" not in shown.text
        assert refused.status_code == 409 and 'data-code="reason"' in refused.text
        assert taken.status_code == 302


class TestAWeakLink:
    @pytest.fixture
    def chain(self, crm, shop, retail):
        """Two of one name born on other days of a year, and one who says no day and has a little of both."""
        name = {"given_name": "Beatriz", "family_name": "Quintanilla"}
        work = {"gender": "f", "email": [{"value": "info@taller.example"}]}
        homes = [
            [{"kind": "home", "line1": line, "city": "Valencia", "country": "ES"}]
            for line in ("Calle A 3", "Plaza B 9")
        ]
        put(crm, "W1", **name, **work, birth_date="1979-06-24")
        put(shop, "W2", **name, **work, address=homes[0])
        put(make_source(retail, "loyalty"), "W3", **name, birth_date="1979-01-03", address=homes[1])
        return Task.objects.open().get()

    def test_two_who_meet_only_through_a_third_are_named(self, client, marta, chain):
        client.force_login(marta)
        page = client.get(at("task", chain))

        assert len(chain.customers) == 3
        assert "One weak link." in page.text
