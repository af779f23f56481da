"""`manage.py messages`: collect the strings of code and templates, update the catalogues, compile them; by Babel."""

from argparse import ArgumentParser
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract, extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation.template import templatize

from customers.rules.standing import SHIPPED
from matching.engine.defaults import organisation_model, person_model
from matching.engine.explaining import MESSAGES
from matching.engine.faults import MESSAGES as FAULTS
from matching.engine.vocabulary import LABELS, PART_LABELS

APPS = ("cmdm", "customers", "matching", "consent", "stewardship")
KEYWORDS: dict[str, Any] = {
    "_": None,
    "_now": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
DOMAIN = "django"


def extract_template(
    file: IO[bytes], keywords: dict[str, Any], comments: list[str], options: dict[str, Any]
) -> Iterator[Any]:
    """Babel's extractor of a Django template, by way of Django's own translation into Python calls."""
    source = templatize(file.read().decode())
    flat = "\n".join(line.strip() for line in source.splitlines())  # what is not a call is left as mere words
    return extract_python(BytesIO(flat.encode()), keywords, comments, {})


class Command(BaseCommand):
    """Collect, update, compile."""

    help = "Collect strings, update the catalogues in locale/ and compile them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whether to change anything, and for which new language."""
        parser.add_argument("--check", action="store_true", help="Fail when the template of strings is not current.")
        parser.add_argument("--add", metavar="LANGUAGE", help="Begin the catalogue of a language.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it.

        :raises CommandError: with ``--check``, when strings are missing in the template or left over.
        """
        folder: Path = settings.LOCALE_PATHS[0]
        template, found = folder / f"{DOMAIN}.pot", collect(settings.BASE_DIR)
        if options["check"]:
            with template.open("rb") as file:
                known = {message.id for message in read_po(file)}
            if known != {message.id for message in found}:
                raise CommandError(_("locale/django.pot is not current: run `manage.py messages`."))
            return
        folder.mkdir(exist_ok=True)
        with template.open("wb") as file:
            write_po(file, found, width=110, sort_output=True, omit_header=False)
        for language in {path.name for path in folder.iterdir() if path.is_dir()} | {options["add"] or ""} - {""}:
            update(folder / language / "LC_MESSAGES", language, found)
        self.stdout.write(_("%(count)d strings collected.") % {"count": len(found)})


def collect(root: Path) -> Catalog:
    """All strings of the project; places are files only, so that a moved line changes nothing."""
    catalog = Catalog(project="Customer hub", charset="utf-8")
    for base in (*APPS, "templates"):
        for path in sorted((root / base).rglob("*")):
            method: Any = {".py": "python", ".html": extract_template, ".txt": extract_template}.get(path.suffix)
            if method is None or "migrations" in path.parts:
                continue
            with path.open("rb") as file:
                for _line, message, notes, context in extract(method, file, KEYWORDS, ["Translators:"]):
                    place = [(str(path.relative_to(root)), 0)]
                    catalog.add(message, locations=place, auto_comments=notes, context=context)
    for text, origin in plain_texts():
        catalog.add(text, locations=[(origin, 0)])
    return catalog


def plain_texts() -> Iterator[tuple[str, str]]:
    """What is shown translated but stands in code that knows no gettext: the engine's words, the shipped labels."""
    for text in (*MESSAGES.values(), *FAULTS.values(), *LABELS.values(), *PART_LABELS.values()):
        yield text, "matching/engine"
    for model in (person_model(), organisation_model()):
        labels = [one.label for one in model.comparisons] + [one.label for one in model.alternatives]
        yield from ((label, "matching/engine/defaults.py") for label in labels)
    for attribute in SHIPPED:
        yield attribute.label, "customers/rules/standing.py"


def update(folder: Path, language: str, found: Catalog) -> None:
    """Bring one language's catalogue up to date and compile it."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{DOMAIN}.po"
    known = Catalog(locale=language)
    if path.exists():
        with path.open("rb") as file:
            known = read_po(file, locale=language)
    known.update(found, no_fuzzy_matching=True)
    with path.open("wb") as file:
        write_po(file, known, width=110, sort_output=True, ignore_obsolete=True)
    with path.with_suffix(".mo").open("wb") as file:
        write_mo(file, known)
