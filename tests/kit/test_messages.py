"""Strings for translators: all are found, and a language can be begun, filled and compiled."""

import gettext

import pytest
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.core.management import CommandError, call_command

from cmdm.management.commands.messages import collect, update
from matching.engine.explaining import MESSAGES


@pytest.fixture(scope="module")
def found():
    return collect(settings.BASE_DIR)


class TestCollecting:
    @pytest.mark.parametrize(
        ("text", "place"),
        [
            ("Export customers", "templates/customers/export.html"),
            ("Say for which purpose.", "customers/actions/exports.py"),
            ("most trusted source", "customers/rules/survivorship.py"),
            (next(iter(MESSAGES.values())), "matching/engine"),
            ("Given name", "customers/rules/standing.py"),
        ],
    )
    def test_it_finds_strings_of_templates_code_rules_and_the_engine(self, found, text, place):
        message = found.get(text)
        assert message is not None
        assert place in {where for where, _line in message.locations}

    def test_it_finds_both_forms_of_a_plural(self, found):
        assert any(message.pluralizable for message in found if message.id)

    def test_no_place_has_a_line(self, found):
        assert not any(line for message in found for _place, line in message.locations)


class TestALanguage:
    @pytest.fixture
    def german(self, tmp_path, found):
        """German, begun."""
        folder = tmp_path / "de" / "LC_MESSAGES"
        update(folder, "de", found)
        return folder

    def translate(self, folder, text, said):
        path = folder / "django.po"
        with path.open("rb") as file:
            known = read_po(file, locale="de")
        known[text].string = said
        with path.open("wb") as file:
            write_po(file, known)

    def test_what_is_translated_is_compiled_and_kept(self, german, tmp_path, found):
        self.translate(german, "Export customers", "Kunden ausgeben")
        update(german, "de", found)

        words = gettext.translation("django", localedir=tmp_path, languages=["de"])
        assert words.gettext("Export customers") == "Kunden ausgeben"
        assert words.gettext("Say for which purpose.") == "Say for which purpose."

    def test_the_command_begins_a_language_and_then_finds_everything_current(self, tmp_path, settings):
        page = tmp_path / "project" / "templates" / "page.html"
        page.parent.mkdir(parents=True)
        page.write_text('{% load i18n %}{% translate "Export customers" %}')
        settings.BASE_DIR, settings.LOCALE_PATHS = tmp_path / "project", [tmp_path]
        call_command("messages", add="de", verbosity=0)
        assert (tmp_path / "de" / "LC_MESSAGES" / "django.mo").stat().st_size
        call_command("messages", check=True)

        (tmp_path / "django.pot").write_text('msgid ""\nmsgstr ""\n')
        with pytest.raises(CommandError, match="not current"):
            call_command("messages", check=True)
