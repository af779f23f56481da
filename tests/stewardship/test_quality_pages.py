"""The dashboard, the rows behind its figures, and the pages of policies and targets."""

import html
import re

import pytest
from django.test import Client

from cmdm.models import system_user
from customers.models import SourceRecord
from stewardship.actions import counting, policies, sampling
from stewardship.models import Preference, QualityTarget, ReviewPolicy, Task
from stewardship.queries.practising import practice_card
from stewardship.rules.practice import CASES
from tests.stewardship.scene import answer, ask, put, stranger, task_of
from tests.support.people import make_user

pytestmark = pytest.mark.django_db
PERSON = {"given_name": "Karla", "family_name": "Oberländer", "email": [{"value": "karla@oberlaender.example"}]}
PERSON |= {"birth_date": "1954-03-17"}


@pytest.fixture
def owner(retail):
    return make_user("data owner", domain=retail, name="owner")


def eyes(user):
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def text(client, address):
    return client.get(address).content.decode()


class TestTheDashboard:
    def test_an_empty_hub_says_what_will_stand_here(self, marta):
        page = text(eyes(marta), "/review/dashboard/")
        for words in ("Nothing is open", "No possible match is open", "Not counted yet", "No answer in the last"):
            assert words in page

    def test_every_figure_leads_to_its_rows(self, task, crm, shop, retail, marta, jonas, owner):
        policies.add_policy(actor=owner, domain=retail, fields={"name": "All"})
        policies.set_target(retail, actor=owner, fields={"precision": 0.9, "sample": 1.0, "minimum": 1})
        put(crm, "a", **PERSON), put(shop, "a", **PERSON), put(crm, "b", **PERSON)
        sampling.draw(actor=system_user())
        for one in Task.objects.open().filter(queue="sample"):
            answer(one, marta, "same")
            answer(one, jonas, "same")
        other = task_of(ask(stranger(crm, 4), stranger(shop, 5)))
        answer(other, marta, "different")
        counting.count_sources(actor=system_user())
        sampling.measure(actor=system_user())
        client = eyes(marta)
        assert "Wrong automatic merges" in text(client, "/")
        page = text(client, "/review/dashboard/")
        urls = {url.replace("&amp;", "&") for url in re.findall(r'href="(/review/[a-z]*/?[^"]*\?[^"]*)"', page)}
        urls |= set(re.findall(r'href="(/review/repeats/\d+/)"', page))
        assert {url.split("?")[0] for url in urls} >= {"/review/", "/review/answers/", "/review/sample/"}
        for url in sorted(urls):
            answered = client.get(url)
            assert answered.status_code == 200, url
            body = answered.content.decode()
            assert "No such" not in body and "No duplicates" not in body, url
        # The first answer of a round that runs is told to nobody.
        assert f"Possible match {other.pk}" not in text(client, "/review/answers/")
        assert "(Cohen" not in page  # All agreed: chance explains it.
        assert re.search(r">([1-9]) of \1<", page)

    def test_it_is_the_same_work_for_one_question_and_for_many(
        self, task, crm, shop, marta, django_assert_max_num_queries
    ):
        client = eyes(marta)
        client.get("/review/dashboard/")
        for number in (4, 6, 8):
            ask(stranger(crm, number), stranger(shop, number + 11))
        with django_assert_max_num_queries(30):
            assert client.get("/review/dashboard/").status_code == 200

    def test_a_stranger_sees_nothing_of_it(self, task, outsider, retail):
        page = text(eyes(outsider), "/review/dashboard/")
        assert "Nothing is open" in page
        assert retail.name not in page
        assert eyes(make_user("reader", domain=retail)).get("/review/dashboard/").status_code == 403


class TestPoliciesAndTargets:
    FIELDS = {"name": "High", "low": "0.8", "high": "1", "share": "1", "second_person": "on", "active": "on"}

    def test_an_owner_sets_them_and_lets_the_machine_join_again(self, retail, owner):
        client = eyes(owner)
        assert "No policy yet" in text(client, "/review/policies/")
        told = client.post("/review/policies/new/", {**self.FIELDS, "domain": retail.pk})
        assert told.status_code == 302, told.content.decode()
        policy = ReviewPolicy.objects.get()
        assert client.post(f"/review/policies/{policy.pk}/", {**self.FIELDS, "low": "2"}).status_code == 422
        assert (
            client.post(f"/review/policies/{policy.pk}/", {**self.FIELDS, "reason_required": "on"}).status_code == 302
        )
        aim = {"precision": "0.95", "sample": "0.1", "minimum": "50"}
        assert client.post(f"/review/targets/{retail.pk}/", aim).status_code == 302
        target = QualityTarget.objects.get()
        QualityTarget.objects.update(lowered_at=target.created_at)
        page = text(client, "/review/policies/")
        for words in ("Proposes only", "a reason", "95"):
            assert words in page
        assert "only proposes since" in text(client, "/review/dashboard/")
        assert "In Retail the machine only proposes" in text(client, "/")
        assert client.post(f"/review/targets/{retail.pk}/raise/").status_code == 302
        assert QualityTarget.objects.get().lowered_at is None

    def test_a_steward_reads_them_and_changes_nothing(self, retail, branch, owner, marta):
        policy = policies.add_policy(actor=owner, domain=retail, fields={"name": "All"})
        client = eyes(marta)
        assert "All" in text(client, "/review/policies/")
        assert client.post(f"/review/policies/{policy.pk}/", self.FIELDS).status_code == 403
        assert client.post("/review/policies/new/", self.FIELDS).status_code == 403
        assert client.get(f"/review/targets/{retail.pk}/").status_code == 404
        far = eyes(make_user("data owner", domain=branch))
        assert far.get(f"/review/policies/{policy.pk}/").status_code == 404
        assert far.post(f"/review/targets/{retail.pk}/raise/").status_code == 404


class TestPractice:
    def test_every_case_is_shown_answered_and_explained(self, marta):
        client = eyes(marta)
        assert "1. " in text(client, "/review/practice/")
        for place, case in enumerate(CASES):
            address = f"/review/practice/{case.key}/"
            before = text(client, address)
            assert (case.lesson[:30] in html.unescape(before)) is case.worked
            given = case.answer if place % 2 else case.also or "unsure"
            assert client.post(address, {"decision": given}).status_code == 302
            after = html.unescape(text(client, address))
            assert case.lesson[:30] in after
        kept = Preference.objects.get(user=marta).practice
        assert kept.keys() == {case.key for case in CASES}
        assert not Task.objects.exists() and not SourceRecord.objects.exists()

    def test_the_first_answer_stays_until_one_begins_again(self, marta):
        client = eyes(marta)
        for given in ("same", "related"):
            client.post("/review/practice/father/", {"decision": given})
        assert Preference.objects.get(user=marta).practice == {"father": "same"}
        assert client.post("/review/practice/again/").status_code == 302
        assert Preference.objects.get(user=marta).practice == {}
        assert client.post("/review/practice/nobody/", {"decision": "same"}).status_code == 404
        client.post("/review/practice/father/", {"decision": "maybe"})
        assert Preference.objects.get(user=marta).practice == {}

    def test_the_machine_is_neither_sure_nor_against_where_a_person_is_asked(self, marta):
        """The cases are ones that come to people: each scores as the lesson says it looks."""
        looks = {case.key: practice_card(case, 1).explained.probability for case in CASES}
        assert looks["switchboard"] < 0.5 and looks["common"] < 0.5
        assert looks["worked"] > 0.5 and looks["typo"] > 0.5


def test_each_page_says_what_it_is_for(task, marta, retail):
    client = eyes(marta)
    assert "Customers side by side: are they one?" in text(client, f"/review/{task.pk}/")
    page = text(client, "/review/")
    assert "What waits for an answer." in page and "Practise on made-up cases" in page
    reader = text(eyes(make_user("reader", domain=retail)), "/customers/")
    assert "Everybody you may see." in reader and "Practise" not in reader
