"""What can be wrong with a value: a fault that refuses it, or a finding that only says so.

Neither ever carries the value: both end in reports, logs and answers that people without the right to see it may read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class Invalid(ValueError):
    """A value that cannot be stored as its type. The message is a sentence for a person; the part names a piece of a
    structured value."""

    def __init__(self, code: str, message: StrOrPromise, part: str | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.part = part

    def __str__(self) -> str:
        return str(self.message)


@dataclass(frozen=True)
class Finding:
    """Something doubtful about a value that is stored all the same."""

    code: str
    message: StrOrPromise
    part: str | None = None
