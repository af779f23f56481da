"""Comparing e-mails, phones and identifiers in arrays, the best pair of many values counting."""

from typing import Any

import numpy as np

from matching.engine.bulk.columns import Columns
from matching.engine.bulk.comparing.kind import MISSING, UNDECIDED, Kind, fixed, listed, pool_of, present
from matching.engine.bulk.comparing.names import NEAR_LINE
from matching.engine.bulk.comparing.rows import EMAIL, IDENTIFIER, PHONE_BITS, PHONE_HIGH, PHONE_LOW, spans
from matching.engine.bulk.fast import inlined
from matching.engine.bulk.lists import Ints
from matching.engine.bulk.prepared import PHONE_BASE
from matching.engine.bulk.strings import LENGTH, LONGEST, may_reach, similar, within_one
from matching.engine.comparing.contacts import PARTS_ALIKE

_ENDING = 10**7
_WORST = 99
# What is known of each e-mail: its user, its domain, and whether it is shared or the reference's.
USER, DOMAIN, FLAGS = range(3)
ROLE, STRANGE = 1, 2


@inlined
def _email(mails: Any, whole: Any, users: Any, domains: Any, one: int, other: int) -> int:
    """exact 0, near 1, user 2, alike 3, role 4, different 5."""
    if one == other:
        return 4 if mails[one, FLAGS] & ROLE else 0
    flags = mails[one, FLAGS] | mails[other, FLAGS]
    if flags & ROLE:
        return 5
    if flags & STRANGE:
        return UNDECIDED
    mine, yours = mails[one, USER], mails[other, USER]
    here, there = mails[one, DOMAIN], mails[other, DOMAIN]
    first, second = users[1][mine, LENGTH], users[1][yours, LENGTH]
    if mine == yours and first > 3:
        return 1 if similar(domains, here, there) >= NEAR_LINE else 2
    if min(first, second) < 4:
        return 5
    if (mine == yours or here == there) and within_one(whole, one, other):
        return 1
    if not may_reach(users, mine, yours, PARTS_ALIKE) or similar(users, mine, yours) < PARTS_ALIKE:
        return 5
    return 3 if similar(domains, here, there) >= PARTS_ALIKE else 5


@inlined
def email_level(rows: Ints, emails: Any, i: int, j: int) -> int:
    """The best level of any two mailboxes of rows i and j, in the order of the vocabulary."""
    (starts, values), mails, whole, users, domains = emails
    mine, yours = rows[i, EMAIL], rows[j, EMAIL]
    a_from, a_to, b_from, b_to, single = spans(starts, mine, yours, i, j)
    best, unsure = _WORST, False
    for a in range(a_from, a_to):
        for b in range(b_from, b_to):
            one, other = (mine, yours) if single else (values[a], values[b])
            level = _email(mails, whole, users, domains, one, other)
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
def _only_phone(rows: Ints, i: int) -> int:
    return (np.int64(rows[i, PHONE_HIGH]) << PHONE_BITS) | rows[i, PHONE_LOW]


@inlined
def phone_level(rows: Ints, starts: Ints, values: Ints, i: int, j: int) -> int:
    """The best level of any two numbers of rows i and j, in the order of the vocabulary."""
    if rows[i, PHONE_HIGH] >= 0 and rows[j, PHONE_HIGH] >= 0:
        return _phone(_only_phone(rows, i), _only_phone(rows, j))
    best = _WORST
    for a in range(starts[i], starts[i + 1]):
        for b in range(starts[j], starts[j + 1]):
            level = _phone(values[a], values[b])
            if level < best:
                best = level
    return MISSING if best == _WORST else best


@inlined
def identifier_level(rows: Ints, identifiers: Any, i: int, j: int) -> int:
    """exact 0, near 1, different 2; of different schemes nothing can be said."""
    (starts, values), numbers, pool = identifiers
    first, second = rows[i, IDENTIFIER], rows[j, IDENTIFIER]
    a_from, a_to, b_from, b_to, single = spans(starts, first, second, i, j)
    best = _WORST
    for a in range(a_from, a_to):
        for b in range(b_from, b_to):
            one, other = (first, second) if single else (values[a], values[b])
            if numbers[one, 0] != numbers[other, 0]:
                continue
            mine, yours = numbers[one, 1], numbers[other, 1]
            level = 2
            if mine == yours:
                level = 0
            elif pool[1][mine, LENGTH] > 5 and within_one(pool, mine, yours):
                level = 1
            if level < best:
                best = level
    return MISSING if best == _WORST else best


def emails_of(columns: Columns) -> tuple[Any, ...]:
    """E-mails as their kernel takes them."""
    own = columns.emails
    strange = ~own.whole.spelt | (own.whole.lengths > LONGEST)
    flags = np.where(own.role, ROLE, 0) | np.where(strange, STRANGE, 0)
    mails = fixed(np.stack([own.user, own.domain, flags], axis=1), np.int32)
    return listed(own.lists), mails, pool_of(own.whole), pool_of(own.users), pool_of(own.domains)


def identifiers_of(columns: Columns) -> tuple[Any, ...]:
    """Identifiers as their kernel takes them: of each its scheme and its text."""
    own = columns.identifiers
    return listed(own.lists), fixed(np.stack([own.scheme, own.value], axis=1), np.int32), pool_of(own.pool)


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
