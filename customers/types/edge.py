"""The one edge parser: every text that enters the hub, by file, API, page or query, passes `clean_text` first.

Refused are characters that no name or address holds and that lie to the reader or break a layer below: NUL
(PostgreSQL), lone surrogates (UTF-8), bidirectional controls and tag characters (what is shown is not what is
stored), other control characters. Look-alike letters are stored as typed; matching folds them.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from customers.types.faults import Invalid

MAX_BYTES = 10_240
# No number of a business has more digits; the conversion of a longer integer to text is quadratic.
MAX_INTEGER_BITS = 256

_BLANKS = str.maketrans({"\t": " ", "\n": " ", "\r": " ", "\u2028": " ", "\u2029": " "})
_SUSPECTS = re.compile(
    "[\x00-\x1f\x7f-\x9f"  # controls
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # bidirectional controls
    "\ud800-\udfff"  # lone surrogates
    "\ufdd0-\ufdef\ufff9-\ufffb\ufffe\uffff"  # noncharacters and annotation marks
    "\U000e0000-\U000e007f]"  # tag characters
)
# Without meaning in a value, and left behind by web pages and byte order marks. The joiners U+200C and U+200D mean
# something in Persian and Indic writing and stay.
_LEFTOVERS = re.compile("[\u00ad\u180e\u200b\u2060-\u2064\ufeff]")
_INVISIBLE = re.compile(
    "[\\s\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200d\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0]+"
)

_FAULTS = (
    ("\x00", "\x00", "nul", _("This holds a NUL character.")),
    ("\ud800", "\udfff", "surrogate", _("This holds half of a character.")),
    ("\u061c", "\u2069", "bidi", _("This holds a character that changes the direction of writing.")),
    ("\U000e0000", "\U000e007f", "tag", _("This holds invisible tag characters.")),
)


def clean_text(value: str, *, max_length: int) -> str:
    """The text in composed form (NFC), on one line, without blanks around it; raises Invalid for what the hub does
    not take in."""
    if value.isascii() and value.isprintable() and len(value) <= MAX_BYTES:
        text = value.strip()
    else:
        text = _clean_slowly(value)
    if len(text) > max_length:
        message = format_lazy(_("This is longer than {limit} characters."), limit=max_length)
        raise Invalid("too_long", message)
    return text


def one_line(value: str, *, max_length: int) -> str:
    """Clean text with every run of blanks made one space."""
    return " ".join(clean_text(value, max_length=max_length).split())


def text_of(raw: object, *, max_length: int, part: str | None = None) -> str:
    """One line of text from a value as received: text, or a whole or decimal number from JSON; never empty."""
    if isinstance(raw, str):
        text = raw
    elif isinstance(raw, Decimal) and raw.is_finite() and abs(raw.adjusted()) < 40:
        text = format(raw, "f")
    elif isinstance(raw, int) and not isinstance(raw, bool) and raw.bit_length() <= MAX_INTEGER_BITS:
        text = str(raw)
    else:
        raise Invalid("type", _("This must be text."), part)
    try:
        text = one_line(text, max_length=max_length)
    except Invalid as fault:
        raise Invalid(fault.code, fault.message, part) from None
    if not text:
        raise Invalid("empty", _("This is empty."), part)
    return text


def _clean_slowly(value: str) -> str:
    if len(value) > MAX_BYTES or len(value.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise Invalid("too_large", _("This is larger than 10 kB."))
    text = value.translate(_BLANKS)
    suspect = _SUSPECTS.search(text)
    if suspect:
        raise _fault(suspect.group())
    visible = _INVISIBLE.sub("", text)
    if not visible and text.strip():
        raise Invalid("invisible", _("This holds invisible characters only."))
    return unicodedata.normalize("NFC", _LEFTOVERS.sub("", text)).strip()


def _fault(character: str) -> Invalid:
    for first, last, code, message in _FAULTS:
        if first <= character <= last:
            return Invalid(code, message)
    return Invalid("control", _("This holds a control character."))
