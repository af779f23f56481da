"""What the rules are asked about, and what they answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

LONGEST = 200
"""Letters of what is counted. Longer texts are refused: cut off, they would be taken for others."""


@dataclass(frozen=True, slots=True)
class Names:
    """The attributes of the catalogue that the rules know how to fill, by what they hold; sensitive ones never."""

    addresses: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    website: str = ""
    organisation: str = ""
    legal_form: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """What one open record of a source says, its values opened."""

    record: int
    domain: int
    party_type: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Telling:
    """One record's witness for a count: where ``given`` is so, ``value`` is what stands beside it; empty where that is
    longer than anything that is counted, and speaks against all others."""

    rule: str
    given: str
    value: str


@dataclass(frozen=True, slots=True)
class Need:
    """What a record lacks and a count may know; ``element`` is what it is a part of, ``part`` empty for a whole."""

    rule: str
    record: int
    domain: int
    attribute: str
    part: str
    given: str
    element: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A value for an attribute of a record, as a correction takes it: of a many-valued attribute, one element.

    ``agreeing`` of ``total`` say the same where the rule counts; ``facts`` are the words of its evidence.
    """

    rule: str
    record: int
    domain: int
    attribute: str
    value: Any
    part: str = ""
    agreeing: int = 0
    total: int = 0
    facts: Mapping[str, str] = field(default_factory=dict)
