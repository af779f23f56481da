"""What can be wrong with a file, as sentences that name line and column and never repeat what a cell holds.

A fault of the file (encoding, quotation marks, header) refuses it as a whole; a fault of one row sets that row aside.
"""

from collections.abc import Mapping

from customers.rules.sentences import _

SENTENCES: Mapping[str, str] = {
    # of the file
    "empty": _("The file is empty."),
    "not_csv": _("This is not a CSV file, whatever its name says: its content is that of another kind of file."),
    "binary": _("Line %(line)s: the file holds binary content, not text."),
    "encoding": _(
        "Line %(line)s, column %(column)s: byte %(byte)s of the line is not valid %(encoding)s. Save the file as UTF-8."
    ),
    "encoding_unknown": _("The encoding of the file is not supported. Save it as UTF-8."),
    "too_large": _("The file is larger than %(limit)s bytes."),
    "archive": _("The compressed file is damaged."),
    "archive_ratio": _("The compressed file expands to more than %(limit)s times its size."),
    "archive_entries": _("The compressed file holds more than one file."),
    "line_too_long": _("Line %(line)s is longer than %(limit)s bytes."),
    "quote": _("Line %(line)s, column %(column)s: a quotation mark that opens here is not closed properly."),
    "header_missing": _("The file has no header line."),
    "header_lines": _("Line %(line)s: the header goes over more than one line."),
    "header_columns": _("Line %(line)s: the header has more than %(limit)s columns."),
    "header_empty": _("Line %(line)s, column %(column)s: the header of this column is empty."),
    "header_duplicate": _("Line %(line)s, column %(column)s: this header occurs twice."),
    "header_invalid": _("Line %(line)s, column %(column)s: this header is too long or holds control characters."),
    "lines_lost": _("Line %(line)s: the lines of the file and its rows do not add up."),
    # of a row
    "columns_surplus": _(
        "Line %(line)s, column %(column)s: the row has %(found)s columns, the header has %(expected)s."
    ),
    "columns_missing": _(
        "Line %(line)s, column %(column)s: the row has %(found)s columns, the header has %(expected)s."
    ),
    "nul": _("Line %(line)s, column %(column)s: the cell holds a NUL character."),
    "field_too_long": _("Line %(line)s, column %(column)s: the cell is longer than %(limit)s characters."),
}


class BrokenFile(Exception):
    """The file is refused as a whole. `msgid` and `params` are for translation; `message` is the English sentence."""

    def __init__(self, code: str, *, line: int = 0, column: int = 0, **params: object) -> None:
        self.code, self.line, self.column = code, line, column
        self.msgid = SENTENCES[code]
        self.params: dict[str, object] = {"line": line, "column": column, **params}
        self.message = self.msgid % self.params
        super().__init__(self.message)
