"""Which phone numbers a country has given out: the rules of phonenumbers, compiled once for each calling code.

The library reads and matches anew for each number, fifteen times slower; a test holds both to the same answer.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any, NamedTuple

import phonenumbers

_KINDS = (
    "fixed_line mobile toll_free premium_rate shared_cost voip personal_number pager uan voicemail".split()
)  # what a number may be


class _Plan(NamedTuple):
    """The numbers of one region: how they begin, where several share a code; their form; what each kind looks like."""

    leading: re.Pattern[str] | None
    general: tuple[frozenset[int], re.Pattern[str]] | None
    kinds: tuple[tuple[frozenset[int], re.Pattern[str]], ...]
    by_length: dict[int, re.Pattern[str]]

    def has(self, national: str) -> bool:
        if not _is_of(self.general, national):
            return False
        length = len(national)
        if length not in self.by_length:
            # All kinds in one look; compiled when the first number of a length comes, for that takes a while.
            fitting = [kind.pattern for lengths, kind in self.kinds if not lengths or length in lengths]
            self.by_length[length] = re.compile("|".join([f"(?:{each})" for each in fitting] or ["(?!)"]))
        return self.by_length[length].fullmatch(national) is not None


def is_given_out(code: str, national: str) -> bool:
    """Whether a number, its calling code and the rest, is of a form that its country has given out."""
    plans = _plans(code)
    if len(plans) == 1:
        return plans[0].has(national)
    for plan in plans:
        if plan.leading is not None:
            if plan.leading.match(national):
                return plan.has(national)
        elif plan.has(national):
            return True
    return False


def _is_of(form: tuple[frozenset[int], re.Pattern[str]] | None, national: str) -> bool:
    if form is None:
        return False
    lengths, pattern = form
    return (not lengths or len(national) in lengths) and pattern.fullmatch(national) is not None


@cache
def _plans(code: str) -> tuple[_Plan, ...]:
    regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(int(code), ())
    found = [phonenumbers.PhoneMetadata.metadata_for_region_or_calling_code(int(code), region) for region in regions]
    return tuple(_plan(rules) for rules in found if rules is not None)


def _plan(rules: Any) -> _Plan:
    kinds = [form for kind in _KINDS if (form := _form(getattr(rules, kind))) is not None]
    leading = re.compile(rules.leading_digits) if rules.leading_digits else None
    return _Plan(leading, _form(rules.general_desc), tuple(kinds), {})


def _form(described: Any) -> tuple[frozenset[int], re.Pattern[str]] | None:
    if described is None or not described.national_number_pattern:
        return None
    return frozenset(described.possible_length or ()), re.compile(described.national_number_pattern)
