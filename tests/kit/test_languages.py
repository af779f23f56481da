"""The language in which the hub speaks to a user."""

import pytest
from django.test import Client
from django.utils import translation

from cmdm.actions import Refused
from cmdm.actions.users import speak
from cmdm.models import AuditEntry, User
from tests.support.people import make_domain, make_user


@pytest.fixture(autouse=True)
def afterwards_as_before():
    """The language of the last page stays with the thread: the next test would speak it."""
    yield
    translation.deactivate()


@pytest.fixture
def reader(db):
    return make_user("reader", domain=make_domain("retail"))


def page(client, address="/"):
    return client.get(address).content.decode()


class TestChoosing:
    def test_it_holds_wherever_the_user_signs_in_and_before_what_the_browser_asks_for(self, reader):
        here, there = Client(), Client(headers={"Accept-Language": "fr"})
        here.force_login(reader)
        assert here.post("/language/", {"language": "de", "next": "/customers/"}).url == "/customers/"
        there.force_login(User.objects.get(pk=reader.pk))
        assert '<html lang="de"' in page(there) and "Kunden" in page(there, "/customers/")
        entry = AuditEntry.objects.get(deed="user.language_chosen")
        assert entry.actor == reader
        assert User.history.filter(id=reader.pk).latest("history_id").preferences == {"language": "de"}

    def test_before_the_sign_in_the_browser_keeps_it(self, db):
        client = Client()
        client.post("/language/", {"language": "es", "next": "/sign-in/"})
        assert '<html lang="es"' in page(client, "/sign-in/")

    @pytest.mark.parametrize("then", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)", ""])
    def test_it_leads_nowhere_else(self, db, then):
        assert Client().post("/language/", {"language": "de", "next": then}).url == "/"

    def test_a_language_that_is_not_spoken_changes_nothing(self, reader):
        client = Client()
        client.force_login(reader)
        client.post("/language/", {"language": "xx"})
        assert '<html lang="en"' in page(client)
        with pytest.raises(Refused):
            speak(actor=reader, language="xx")

    def test_it_is_chosen_by_posting_alone(self, db):
        assert Client().get("/language/").status_code == 405
