"""The hub and its portal speak English, German, French and Spanish: every string, and every mail."""

import re

import pytest
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.test import Client
from django.utils import translation

from cmdm.management.commands.messages import collect
from consent.models import PortalAccount
from tests.portal.visitor import Visitor, mails_to
from tests.support.people import PASSWORD, make_user
from tests.support.records import person, stored

OTHERS = [code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
PLACE = re.compile(r"%\([a-z_]+\)[-.\d]*[sdf]|%[-.\d]*[sdf]|\{[a-z_]+\}|%%|</?\w+[^>]*>")
MAIL = "mona@sahlin.example"


@pytest.fixture(autouse=True)
def afterwards_as_before():
    """The language of the last page stays with the thread: the next test would speak it."""
    yield
    translation.deactivate()


@pytest.fixture(scope="module")
def found():
    """Every string that anybody reads."""
    return collect(settings.BASE_DIR)


def catalogue(language, kind="po"):
    path = settings.LOCALE_PATHS[0] / language / "LC_MESSAGES" / f"django.{kind}"
    with path.open("rb") as file:
        return read_po(file, locale=language) if kind == "po" else read_mo(file)


def forms(text):
    return list(text) if isinstance(text, list | tuple) else [text]


@pytest.mark.parametrize("language", OTHERS)
class TestEveryString:
    def test_is_translated_with_the_same_places(self, found, language):
        known = catalogue(language)
        faults = []
        for message in found:
            if not message.id:
                continue
            said = known.get(message.id, message.context)
            texts = forms(said.string) if said else [""]
            if not all(texts) or (said and said.fuzzy):
                faults.append(f"not translated: {message.id!r} ({message.locations[0][0]})")
            elif any(set(PLACE.findall(text)) - set(PLACE.findall(forms(message.id)[-1])) for text in texts):
                faults.append(f"another place: {message.id!r}")
            elif set(PLACE.findall(texts[-1])) != set(PLACE.findall(forms(message.id)[-1])):
                faults.append(f"a place is lost: {message.id!r}")
        assert not faults, "Run `manage.py messages` and translate:\n" + "\n".join(faults)

    def test_is_compiled_as_it_is_translated(self, language):
        written, compiled = catalogue(language), catalogue(language, "mo")
        differing = [
            message.id
            for message in written
            if message.id and forms(compiled.get(message.id, message.context).string) != forms(message.string)
        ]
        assert not differing, "Run `manage.py messages`."


class TestSpeaking:
    def test_the_browsers_language_is_spoken_and_another_can_be_chosen(self):
        client = Client(headers={"Accept-Language": "fr-CH, fr;q=0.9"})
        page = client.get("/my/sign-in/").content.decode()
        assert '<html lang="fr">' in page and "Se connecter" in page
        assert client.post("/my/language/", {"language": "es", "next": "/my/register/"}).url == "/my/register/"
        assert "Registrarse" in client.get("/my/register/").content.decode()
        client.post("/my/language/", {"language": "xx"})
        assert '<html lang="es">' in client.get("/my/register/").content.decode()

    def test_an_account_keeps_its_language_and_gets_its_mails_in_it(self, crm):
        stored(crm, "1", {**person("Mona", "Sahlin", "1957-03-09"), "email": [{"value": MAIL, "verified": True}]})
        german = Visitor(headers={"Accept-Language": "de"})
        german.sign_in(MAIL)
        assert "Ihr Code ist" in mails_to(MAIL)[-1].body and "Ihr Code für" in mails_to(MAIL)[-1].subject
        assert PortalAccount.objects.get().language == "de"
        plain = Visitor()
        plain.sign_in(MAIL)
        assert "Meine Daten" in plain.text("/my/data/"), "whatever this browser speaks"
        plain.post("/my/language/", language="es", next="/my/")
        assert PortalAccount.objects.get().language == "es" and "Mis datos" in plain.text("/my/data/")

    def test_the_stewards_pages_speak_what_the_browser_asks_for(self, db):
        user = make_user("steward", name="stella")
        client = Client(headers={"Accept-Language": "de"})
        client.post("/sign-in/", {"username": user.username, "password": PASSWORD})
        page = client.get("/").content.decode()
        assert '<html lang="de"' in page and "Abmelden" in page

    def test_what_is_not_there_is_said_in_the_portals_own_frame(self, client):
        answer = client.get("/my/nothing/", headers={"Accept-Language": "de"})
        assert answer.status_code == 404 and "Hier ist nichts" in answer.content.decode()
