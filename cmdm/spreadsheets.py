"""CSV of the set-up, in and out: safe for spreadsheets, row by row through the actions, all of it or nothing.

A spreadsheet runs a cell that begins like a formula. Such a cell gets an apostrophe on its way out, and loses it on
its way in, so that what was exported comes back as it was.
"""

import csv
import io
import re
from collections.abc import Mapping
from typing import Any

import tablib
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _
from import_export.formats.base_formats import CSV
from import_export.resources import ModelResource

from cmdm.errors import Invalid, Refused
from cmdm.models import User

MAX_BYTES = 5_000_000
MAX_ROWS = 20_000
# The full-width and small forms turn into the plain sign when text is normalised.
FORMULA = re.compile(r"[\s'\"]*[=+\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b]|['\"]*[\t\r\n\0]")


def escaped(text: str) -> str:
    """A cell that no spreadsheet runs."""
    return "'" + text if FORMULA.match(text) else text


def unescaped(text: str) -> str:
    """The cell as it was before :func:`escaped`."""
    return text[1:] if text[:1] == "'" and FORMULA.match(text, 1) else text


class Unreadable(ValueError):
    """A file that is no table; the message is a sentence."""


class SafeCSV(CSV):
    """UTF-8 CSV with every cell in quotes."""

    def is_binary(self) -> bool:
        """We decode it ourselves, strictly."""
        return True

    def get_title(self) -> str:
        return "csv"

    def create_dataset(self, in_stream: bytes, **_options: Any) -> tablib.Dataset:
        """The rows of a file.

        :raises Unreadable: too large, not UTF-8, a name twice, a row of another length, an unbalanced quote.
        """
        if len(in_stream) > MAX_BYTES:
            raise Unreadable(_("The file is larger than 5 MB."))
        try:
            rows = csv.reader(io.StringIO(in_stream.decode("utf-8-sig"), newline=""), strict=True)
            return self._read(rows)
        except UnicodeDecodeError:
            raise Unreadable(_("The encoding of the file is not supported. Save it as UTF-8.")) from None
        except csv.Error:
            raise Unreadable(_("Line %d: a quotation mark is not closed properly.") % rows.line_num) from None

    def _read(self, rows: Any) -> tablib.Dataset:
        header: list[str] = next(rows, [])
        if len(set(header)) != len(header):
            raise Unreadable(_("A column stands twice in the header."))
        dataset = tablib.Dataset(headers=header)
        for row in rows:
            if len(row) != len(header):
                counts = {"line": rows.line_num, "found": len(row), "expected": len(header)}
                raise Unreadable(_("Line %(line)s: %(found)s columns, but the header has %(expected)s.") % counts)
            if dataset.height >= MAX_ROWS:
                raise Unreadable(_("There are more than 20,000 rows."))
            dataset.append([unescaped(cell) for cell in row])
        return dataset

    def export_data(self, dataset: tablib.Dataset, **_options: Any) -> str:
        """Every cell as text; numbers stay as they are."""
        file = io.StringIO(newline="")
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        for row in ([*dataset.headers], *dataset):
            writer.writerow(["" if cell is None else escaped(str(cell)) for cell in row])
        return file.getvalue()


class ActionResource(ModelResource):
    """Rows of a set-up noun; subclasses name their columns and write a row through an action in :meth:`write`."""

    def before_import(self, dataset: tablib.Dataset, **_options: Any) -> None:
        """Refuse columns that this noun does not have: a misspelt one would be lost without a word."""
        known = {field.column_name for field in self.get_import_fields()}
        if unknown := set(dataset.headers or ()) - known:
            raise ValidationError(_("These columns are not known: %s") % ", ".join(sorted(map(repr, unknown)))[:200])

    def after_import(self, dataset: tablib.Dataset, result: Any, **_options: Any) -> None:
        """Nothing: the library would reset sequences, which the application does not own."""

    def save_instance(self, instance: Any, is_create: bool, row: Mapping[str, Any], **options: Any) -> None:
        """The row's action; what it refuses is said of the row."""
        try:
            self.write(instance, is_create, actor=options["user"])
        except Invalid as fault:
            raise ValidationError([f"{name}: {' '.join(said)}" for name, said in fault.errors.items()]) from None
        except Refused as refusal:
            raise ValidationError(str(refusal.sentence)) from None
        except PermissionDenied:
            raise ValidationError(_("You do not have the right to write this row.")) from None

    def write(self, instance: Any, is_create: bool, *, actor: User) -> None:
        """Call the action that adds or changes it."""
        raise NotImplementedError


def fields_of(instance: Any, names: Any) -> dict[str, Any]:
    """The values of an instance by field name, for an action that takes them as fields."""
    return {name: getattr(instance, name) for name in names}
