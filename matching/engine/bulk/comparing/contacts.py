"""Comparing e-mails, phones and identifiers in arrays, the best pair of many values counting."""

from typing import Any

import numpy as np

from matching.engine.bulk.columns import Columns
from matching.engine.bulk.comparing.kind import MISSING, UNDECIDED, Kind, fixed, listed, pool_of, present
from matching.engine.bulk.comparing.names import NEAR_LINE
from matching.engine.bulk.fast import inlined
from matching.engine.bulk.lists import Ints
from matching.engine.bulk.prepared import PHONE_BASE
from matching.engine.bulk.strings import LONGEST, may_reach, similar, within_one
from matching.engine.comparing.contacts import PARTS_ALIKE

_ENDING = 10**7
_WORST = 99


@inlined
def _email(mails: Any, whole: Any, users: Any, domains: Any, one: int, other: int) -> int:
    """exact 0, near 1, user 2, alike 3, role 4, different 5."""
    user, domain, role, strange = mails
    if one == other:
        return 4 if role[one] else 0
    if role[one] or role[other]:
        return 5
    mine, yours = user[one], user[other]
    letters, starts, signatures = users
    first, second = starts[mine + 1] - starts[mine], starts[yours + 1] - starts[yours]
    if strange[one] or strange[other]:
        return UNDECIDED
    if mine == yours and first > 3:
        return 1 if similar(domains[0], domains[1], domain[one], domain[other]) >= NEAR_LINE else 2
    if min(first, second) < 4:
        return 5
    if (mine == yours or domain[one] == domain[other]) and within_one(whole[0], whole[1], one, other):
        return 1
    if not may_reach(letters, starts, signatures, mine, yours, PARTS_ALIKE):
        return 5
    if similar(letters, starts, mine, yours) < PARTS_ALIKE:
        return 5
    return 3 if similar(domains[0], domains[1], domain[one], domain[other]) >= PARTS_ALIKE else 5


@inlined
def email_level(emails: Any, i: int, j: int) -> int:
    lists, mails, whole, users, domains = emails
    starts, values = lists
    best, unsure = _WORST, False
    for a in range(starts[i], starts[i + 1]):
        for b in range(starts[j], starts[j + 1]):
            level = _email(mails, whole, users, domains, values[a], values[b])
            if level == UNDECIDED:
                unsure = True
            elif level < best:
                best = level
    if unsure and best > 0:
        return UNDECIDED
    return MISSING if best == _WORST else best


@inlined
def _one_edit(one: int, other: int) -> bool:
    """Whether two numbers, each with its count of digits, differ by one edit."""
    first, second = one // PHONE_BASE, other // PHONE_BASE
    long, short = max(first, second), min(first, second)
    if long - short > 1:
        return False
    a, b = (one, other) if first >= second else (other, one)
    a, b = a % PHONE_BASE, b % PHONE_BASE
    tail = 0
    while tail < short and a % 10 == b % 10:
        a //= 10
        b //= 10
        tail += 1
    if long > short:
        return a // 10 == b
    if a // 10 == b // 10:
        return True
    return a // 100 == b // 100 and a % 10 == b // 10 % 10 and a // 10 % 10 == b % 10


@inlined
def _phone(one: int, other: int) -> int:
    """exact 0, ending 1, near 2, different 3."""
    if one == other:
        return 0
    first, second = one // PHONE_BASE, other // PHONE_BASE
    a, b = one % PHONE_BASE, other % PHONE_BASE
    if min(first, 7) == min(second, 7) and a % _ENDING == b % _ENDING:
        short = min(first, second)
        return 0 if short > 8 and a % 10**short == b % 10**short else 1
    return 2 if first > 7 and _one_edit(one, other) else 3


@inlined
def phone_level(starts: Ints, values: Ints, i: int, j: int) -> int:
    best = _WORST
    for a in range(starts[i], starts[i + 1]):
        for b in range(starts[j], starts[j + 1]):
            level = _phone(values[a], values[b])
            if level < best:
                best = level
    return MISSING if best == _WORST else best


@inlined
def identifier_level(identifiers: Any, i: int, j: int) -> int:
    """exact 0, near 1, different 2; of different schemes nothing can be said."""
    (starts, values), (scheme, number), (letters, texts) = identifiers
    best = _WORST
    for a in range(starts[i], starts[i + 1]):
        for b in range(starts[j], starts[j + 1]):
            one, other = values[a], values[b]
            if scheme[one] != scheme[other]:
                continue
            mine, yours = number[one], number[other]
            level = 2
            if mine == yours:
                level = 0
            elif texts[mine + 1] - texts[mine] > 5 and within_one(letters, texts, mine, yours):
                level = 1
            if level < best:
                best = level
    return MISSING if best == _WORST else best


def emails_of(columns: Columns) -> tuple[Any, ...]:
    """E-mails as their kernel takes them."""
    own = columns.emails
    strange = ~own.whole.spelt | (own.whole.lengths > LONGEST)
    mails = (
        fixed(own.user, np.int32),
        fixed(own.domain, np.int32),
        fixed(own.role, np.bool_),
        fixed(strange, np.bool_),
    )
    whole, users, domains = pool_of(own.whole), pool_of(own.users), pool_of(own.domains)
    return listed(own.lists), mails, whole[:2], users[:3], domains[:2]


def identifiers_of(columns: Columns) -> tuple[Any, ...]:
    """Identifiers as their kernel takes them."""
    own = columns.identifiers
    return listed(own.lists), (fixed(own.scheme, np.int32), fixed(own.value, np.int32)), pool_of(own.pool)[:2]


class Email(Kind):
    """E-mails: nearly the same, the same user elsewhere, users alike, shared mailboxes."""

    def quick(self, left: Ints, right: Ints) -> Ints:
        return present(self.columns.emails.lists, left, right)


class Phone(Kind):
    """Phones: the same without its country, the same last digits, one digit off."""

    def quick(self, left: Ints, right: Ints) -> Ints:
        return present(self.columns.phones, left, right)


class Identifier(Kind):
    """Identifiers within one scheme."""

    def quick(self, left: Ints, right: Ints) -> Ints:
        return present(self.columns.identifiers.lists, left, right)
