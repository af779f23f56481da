"""Keyed digests of many texts at once: BLAKE2b of 64 bits (RFC 7693), bit for bit what hashlib makes of each.

With hashlib every text is a call from Python that takes longer than its digest; a kernel goes through them all.
"""

from typing import Any, Final

import numpy as np
import polars as pl

from matching.engine.bulk.fast import inlined, kernel
from matching.engine.bulk.lists import Ints

_BLOCK: Final = 128
_SIZE: Final = 8  # bytes of a digest
_LONGEST: Final = 64  # bytes of a key
_BEGIN: Final = np.array(
    [
        0x6A09E667F3BCC908, 0xBB67AE8584CAA73B, 0x3C6EF372FE94F82B, 0xA54FF53A5F1D36F1,
        0x510E527FADE682D1, 0x9B05688C2B3E6C1F, 0x1F83D9ABFB41BD6B, 0x5BE0CD19137E2179,
    ],
    dtype=np.uint64,
)  # fmt: skip
_ORDER: Final = np.array(
    [
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
        [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
        [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
        [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
        [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
        [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
        [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
        [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
        [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
        [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
        [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
    ],
    dtype=np.uint8,
)  # fmt: skip


def digests64(key: bytes, begin: str, texts: pl.Series) -> Ints:
    """The keyed BLAKE2b-64 of each text behind one beginning, as signed numbers read from the most significant byte.

    :raises ValueError: a key longer than 64 bytes, or an empty one.
    """
    if not 0 < len(key) <= _LONGEST:
        raise ValueError("A key has between 1 and 64 bytes.")
    head = np.frombuffer(key.ljust(_BLOCK, b"\0") + begin.encode(), dtype=np.uint8)
    letters = np.frombuffer(texts.str.join("").cast(pl.Binary).item() or b"\0", dtype=np.uint8)
    ends = np.cumsum(texts.str.len_bytes().to_numpy(), dtype=np.int64)
    begun = _BEGIN.copy()
    begun[0] ^= np.uint64(0x01010000 ^ (len(key) << 8) ^ _SIZE)
    block, found = np.zeros(16, dtype=np.uint64), np.empty(len(texts), dtype=np.uint64)
    _digest(head, letters, ends, begun, begun.copy(), begun.copy(), block, block.view(np.uint8), found)
    return found.byteswap().view(np.int64)


@kernel
def _digest(
    head: Ints, letters: Ints, ends: Ints, begun: Ints, keyed: Ints, state: Ints, block: Ints, signs: Ints, found: Ints
) -> None:
    """Of each text the first word of its state. `keyed` and `state` are begun, too; `signs`: the bytes of `block`."""
    _fill(signs, head, letters, 0, 0, _BLOCK)
    _compress(keyed, block, _BLOCK, False)
    start = 0
    for text in range(len(ends)):
        whole = len(head) + ends[text] - start
        # The block of the key is the same for all, unless it is the last one.
        done = _BLOCK if whole > _BLOCK else 0
        for word in range(8):
            state[word] = keyed[word] if done else begun[word]
        while done < whole:
            upto = min(done + _BLOCK, whole)
            _fill(signs, head, letters, start, done, upto)
            _compress(state, block, upto, upto == whole)
            done = upto
        found[text] = state[0]
        start = ends[text]


@inlined
def _fill(signs: Ints, head: Ints, letters: Ints, start: int, done: int, upto: int) -> None:
    """The bytes from `done` to `upto` of head and text; zero behind them."""
    of_head = min(max(len(head) - done, 0), upto - done)
    for place in range(of_head):
        signs[place] = head[done + place]
    first = start + done - len(head)
    for place in range(of_head, upto - done):
        signs[place] = letters[first + place]
    for place in range(upto - done, _BLOCK):
        signs[place] = 0


@inlined
def _turned(value: Any, places: int) -> Any:
    return (value >> np.uint64(places)) | (value << np.uint64(64 - places))


@inlined
def _mixed(a: Any, b: Any, c: Any, d: Any, one: Any, other: Any) -> Any:
    a = a + b + one
    d = _turned(d ^ a, 32)
    c = c + d
    b = _turned(b ^ c, 24)
    a = a + b + other
    d = _turned(d ^ a, 16)
    c = c + d
    b = _turned(b ^ c, 63)
    return a, b, c, d


@kernel
def _compress(h: Ints, m: Ints, count: int, last: bool) -> None:
    """Bring one block into a state; `count`: bytes up to its end."""
    v0, v1, v2, v3, v4, v5, v6, v7 = h[0], h[1], h[2], h[3], h[4], h[5], h[6], h[7]
    v8, v9, v10, v11 = _BEGIN[0], _BEGIN[1], _BEGIN[2], _BEGIN[3]
    v12, v13, v14, v15 = _BEGIN[4] ^ np.uint64(count), _BEGIN[5], _BEGIN[6], _BEGIN[7]
    if last:
        v14 = ~v14
    for s in _ORDER:
        v0, v4, v8, v12 = _mixed(v0, v4, v8, v12, m[s[0]], m[s[1]])
        v1, v5, v9, v13 = _mixed(v1, v5, v9, v13, m[s[2]], m[s[3]])
        v2, v6, v10, v14 = _mixed(v2, v6, v10, v14, m[s[4]], m[s[5]])
        v3, v7, v11, v15 = _mixed(v3, v7, v11, v15, m[s[6]], m[s[7]])
        v0, v5, v10, v15 = _mixed(v0, v5, v10, v15, m[s[8]], m[s[9]])
        v1, v6, v11, v12 = _mixed(v1, v6, v11, v12, m[s[10]], m[s[11]])
        v2, v7, v8, v13 = _mixed(v2, v7, v8, v13, m[s[12]], m[s[13]])
        v3, v4, v9, v14 = _mixed(v3, v4, v9, v14, m[s[14]], m[s[15]])
    h[0] ^= v0 ^ v8
    h[1] ^= v1 ^ v9
    h[2] ^= v2 ^ v10
    h[3] ^= v3 ^ v11
    h[4] ^= v4 ^ v12
    h[5] ^= v5 ^ v13
    h[6] ^= v6 ^ v14
    h[7] ^= v7 ^ v15
