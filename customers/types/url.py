"""URL: a web address, http or https only."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.types.base import AttributeType, Options, attribute_type
from customers.types.edge import text_of
from customers.types.faults import Invalid
from customers.types.fields import ParsedField

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

MAX_LENGTH = 2_000
_SCHEME = re.compile(r"[a-z][a-z0-9+.\-]*:(?![0-9]+(?:/|\Z))", re.IGNORECASE)
_HOST = re.compile(r"(?:[^\W_](?:[\w\-]{0,61}[^\W_])?\.)+[^\W\d_]{2,63}\Z")
_DEFAULT_PORTS = {"http": 80, "https": 443}


@attribute_type("url")
class Url(AttributeType):
    """The address of a web page."""

    label = _("Web address")
    comparison = "exact"

    def parse(self, raw: object, options: Options) -> str:
        text = text_of(raw, max_length=MAX_LENGTH)
        split = _split(text if _SCHEME.match(text) else f"https://{text}")
        scheme = split.scheme.lower()
        host = (split.hostname or "").rstrip(".")
        if scheme not in _DEFAULT_PORTS or not _HOST.match(host) or "@" in split.netloc or re.search(r"[\s\\]", text):
            raise _not_a_url()
        port = "" if split.port in (None, _DEFAULT_PORTS[scheme]) else f":{split.port}"
        path = "" if split.path == "/" else split.path
        query = f"?{split.query}" if split.query else ""
        fragment = f"#{split.fragment}" if split.fragment else ""
        return text_of(f"{scheme}://{host}{port}{path}{query}{fragment}", max_length=MAX_LENGTH)

    def key(self, value: str) -> str:
        split = urlsplit(value)
        return (
            split.netloc.removeprefix("www.") + split.path.rstrip("/") + (f"?{split.query}" if split.query else "")
        ).casefold()

    def form_field(self, *, label: StrOrPromise, required: bool, options: Options) -> forms.Field:
        box = forms.TextInput(attrs={"type": "url", "maxlength": MAX_LENGTH})
        return ParsedField(parse=lambda raw: self.parse(raw, options), label=label, required=required, widget=box)

    def json_schema(self) -> dict[str, object]:
        return {"type": "string", "format": "uri", "maxLength": MAX_LENGTH}


def _split(text: str) -> SplitResult:
    try:
        split = urlsplit(text)
        split.port  # noqa: B018  a port that is no number shows itself only here
    except ValueError:
        raise _not_a_url() from None
    return split


def _not_a_url() -> Invalid:
    return Invalid("url", _("This is not a web address."))
