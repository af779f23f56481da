"""How the hub says no: three things, three words (refused, forbidden, malformed)."""

from collections.abc import Mapping, Sequence
from typing import Any


class Refused(Exception):
    """A sentence for a person: the deed is well formed and allowed, but the state forbids it (409)."""

    def __init__(self, sentence: Any, *, code: str = "refused", **facts: Any) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.code = code
        self.facts = facts


class Stale(Refused):
    """What the actor saw is no longer so: somebody was faster (409, with the current versions)."""

    def __init__(self, sentence: Any, **facts: Any) -> None:
        super().__init__(sentence, code="stale", **facts)


class Invalid(Exception):
    """Well formed but wrong (422): per field, codes and sentences that never echo a value."""

    def __init__(self, errors: Mapping[str, Sequence[Any]]) -> None:
        super().__init__(", ".join(errors))
        self.errors = {field: [str(message) for message in messages] for field, messages in errors.items()}
