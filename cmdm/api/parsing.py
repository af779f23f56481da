"""The edge of the API: JSON as strict as the hub needs it, before a serializer sees it."""

import codecs
import json
import re
import unicodedata
from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException, ParseError, UnsupportedMediaType
from rest_framework.parsers import BaseParser

MAX_DEPTH = 32
MAX_DIGITS = 40
# A string, or the rest of the body where one is not closed. It gives nothing back, so that it stays linear on any body.
_STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
_BRACKETS = re.compile(r"[\[\]{}]")
_FORBIDDEN = set("\0\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")


class TooLarge(APIException):
    """The body is over the cap (413)."""

    status_code = 413
    default_code = "too_large"
    default_detail = "The request is larger than is taken here."


class StrictJSONParser(BaseParser):
    """UTF-8 JSON: no name twice, no deeper than 32, no NaN, NFC text without NUL, lone surrogates or bidi controls."""

    media_type = "application/json"

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """The parsed body.

        :raises ParseError: 400, with the fault named and no value. :raises TooLarge: 413.
        """
        request = (parser_context or {}).get("request")
        declared = getattr(request, "META", {}).get("CONTENT_TYPE", "")
        if "charset=" in declared and codecs_name(declared) not in ("utf-8", "ascii"):
            raise UnsupportedMediaType(media_type or "")
        body = stream.read(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
        if len(body) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise TooLarge
        return parse(body)


def codecs_name(content_type: str) -> str:
    """The normal name of a content type's charset, empty when nobody knows it."""
    name = content_type.split("charset=", 1)[1].split(";")[0].strip(" \"'")
    try:
        return codecs.lookup(name).name
    except (LookupError, ValueError):
        return ""


def parse(body: bytes) -> Any:
    """Strict JSON from bytes."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ParseError(_("The body is not UTF-8.")) from error
    _refuse_depth(text)
    try:
        content = json.loads(text, object_pairs_hook=_no_duplicates, parse_constant=_no_constant, parse_int=_whole)
    except (ValueError, RecursionError) as error:
        if isinstance(error, Fault):
            raise ParseError(str(error)) from None
        raise ParseError(_("The body is not valid JSON.")) from None
    return _clean(content)


class Fault(ValueError):
    """A sentence about the form of the body."""


def _refuse_depth(text: str) -> None:
    depth = 0
    for bracket in _BRACKETS.finditer(_STRING.sub("", text)):
        depth += 1 if bracket[0] in "[{" else -1
        if depth > MAX_DEPTH:
            raise ParseError(_("The body is nested too deeply."))


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Fault(_("A name stands twice in one object."))
    return found


def _no_constant(_name: str) -> Any:
    raise Fault(_("NaN and Infinity are not taken."))


def _whole(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise Fault(_("A number has too many digits."))
    return int(digits)


def _clean(content: Any) -> Any:
    if isinstance(content, str):
        return clean_text(content)
    if isinstance(content, list):
        return [_clean(item) for item in content]
    if isinstance(content, dict):
        return {clean_text(name): _clean(item) for name, item in content.items()}
    if isinstance(content, float) and content in (float("inf"), float("-inf")):
        raise ParseError(_("A number is out of range."))
    return content


def clean_text(text: str) -> str:
    """NFC text.

    :raises ParseError: NUL, a lone surrogate or a bidi control.
    """
    if text.isascii():
        if "\0" in text:
            raise ParseError(_("A text holds a NUL character."))
        return text
    if any(letter in _FORBIDDEN or "\ud800" <= letter <= "\udfff" for letter in text):
        raise ParseError(
            _("A text holds a character that is not taken: NUL, half a surrogate pair, or a control of direction.")
        )
    return unicodedata.normalize("NFC", text)
