"""Distances between texts of a pool, as kernels.

`similar` is Jaro–Winkler as jellyfish computes it, step by step, so that no last digit differs: the smaller text
comes first (numbers of a pool stand in the order of the texts). `may_reach` bounds it from above without computing
it: no more letters can match than two texts have in common, which the signatures of both tell.

A pool is its letters, and of each text a head: where it begins, its length, its signature and how it sounds.
"""

from typing import Any, Final

from matching.engine.bulk.fast import kernel
from matching.engine.bulk.lists import Ints

START, LENGTH, SIGNATURE, SOUND = range(4)
HEAD: Final = 4

LONGEST = 64  # letters of a text that a kernel compares; longer ones go to the reference
SLACK = 1e-9


@kernel
def within_one(pool: Any, one: int, other: int) -> bool:
    """Whether two texts are equal but for one edit, an exchange of neighbours being one."""
    if one == other:
        return True
    letters, heads = pool
    long, short = heads[one, LENGTH], heads[other, LENGTH]
    # One letter for another turns two bits of a signature at most.
    if abs(long - short) > 1 or counted(heads[one, SIGNATURE] ^ heads[other, SIGNATURE]) > 2:
        return False
    a, b = heads[one, START], heads[other, START]
    if long < short:
        a, b, long, short = b, a, short, long
    head = 0
    while head < short and letters[a + head] == letters[b + head]:
        head += 1
    tail = 0
    while tail < short - head and letters[a + long - 1 - tail] == letters[b + short - 1 - tail]:
        tail += 1
    left = long - head - tail
    if long > short or left <= 1:
        return left <= 1
    exchanged = letters[a + head] == letters[b + head + 1] and letters[a + head + 1] == letters[b + head]
    return left == 2 and exchanged


@kernel
def counted(bits: int) -> int:
    """How many bits are set."""
    bits -= (bits >> 1) & 0x5555555555555555
    bits = (bits & 0x3333333333333333) + ((bits >> 2) & 0x3333333333333333)
    bits = (bits + (bits >> 4)) & 0x0F0F0F0F0F0F0F0F
    return (bits * 0x0101010101010101) >> 56


@kernel
def prefix(letters: Ints, a: int, b: int, most: int) -> int:
    """How many letters, up to four, two texts have in common at their beginning."""
    found = 0
    while found < most and found < 4 and letters[a + found] == letters[b + found]:
        found += 1
    return found


@kernel
def may_reach(pool: Any, one: int, other: int, line: float) -> bool:
    """False only when the Jaro–Winkler similarity surely lies below the line."""
    letters, heads = pool
    first, second = heads[one, LENGTH], heads[other, LENGTH]
    if first == 0 or second == 0:
        return False
    mine, yours = heads[one, SIGNATURE], heads[other, SIGNATURE]
    beyond = min(first - counted(mine), second - counted(yours))
    matches = min(min(first, second), counted(mine & yours) + beyond)
    bound = (matches / first + matches / second + 1.0) / 3.0
    if bound + 0.4 * (1.0 - bound) + SLACK < line:
        return False
    bound += prefix(letters, heads[one, START], heads[other, START], min(first, second)) * 0.1 * (1.0 - bound)
    return bound + SLACK >= line


@kernel
def similar(pool: Any, one: int, other: int) -> float:
    """Jaro–Winkler similarity of two texts of up to 64 letters."""
    if one > other:
        one, other = other, one
    letters, heads = pool
    a, b = heads[one, START], heads[other, START]
    first, second = heads[one, LENGTH], heads[other, LENGTH]
    if first == 0 or second == 0:
        return 0.0
    reach = max(first, second) // 2 - 1
    if reach < 0:
        reach = 0
    seen_one, seen_other = 0, 0
    common = 0
    for i in range(first):
        low = i - reach if i > reach else 0
        high = min(i + reach, second - 1)
        for j in range(low, high + 1):
            if not (seen_other >> j) & 1 and letters[a + i] == letters[b + j]:
                seen_one |= 1 << i
                seen_other |= 1 << j
                common += 1
                break
    if common == 0:
        return 0.0
    return _weigh(letters, a, b, first, second, seen_one, seen_other, common)


@kernel
def _weigh(
    letters: Ints, a: int, b: int, first: int, second: int, seen_one: int, seen_other: int, common: int
) -> float:
    place, crossed = 0, 0
    for i in range(first):
        if (seen_one >> i) & 1:
            while not (seen_other >> place) & 1:
                place += 1
            if letters[a + i] != letters[b + place]:
                crossed += 1
            place += 1
    weight = (common / first + common / second + (common - crossed // 2) / common) / 3.0
    if weight > 0.7:
        alike = prefix(letters, a, b, min(first, second))
        if alike > 0:
            weight += alike * 0.1 * (1.0 - weight)
    return weight
