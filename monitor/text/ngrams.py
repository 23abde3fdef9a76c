"""Character 1- to 3-grams of a batch of texts as numbers of buckets, all at once in numpy.

Words are never better than character n-grams at telling how a Chinese text feels, and n-grams
need no dictionary: 爆雷 and 摆烂 are met as soon as one text of the corpus holds them. Each n-gram
is hashed into one of 2^18 buckets ("the hashing trick": Weinberger et al., 2009), so the model is
a plain table and a text costs some 15 µs a hundred characters.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BITS = 18
BUCKETS = 1 << BITS
READ_CHARACTERS = 1_000
"""What is read of one text. How it feels shows in its first thousand characters, and so a page of
1 MB costs no more than a column."""

SILENT = 0
"""The bucket that says nothing: of a run of one character (哈哈哈哈哈) all but the last three, so
that nobody drowns what he says in them."""

_ONE, _TWO, _THREE = (np.uint32(n) for n in (0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D))  # xxHash's primes
_BLANK = np.uint32(0x20)
_ZERO = np.uint32(ord("0"))

Buckets = NDArray[np.int32]
Offsets = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Grams:
    """The n-grams of n texts, laid end to end.

    `one`, `two` and `three` hold for every character of every text the bucket of the n-gram that
    begins there; two blanks close each text.
    `starts` has n + 1 offsets: text k owns starts[k] ≤ i < starts[k + 1]. `heard` counts the
    characters of each text that do not stand in SILENT.
    """

    one: Buckets
    two: Buckets
    three: Buckets
    starts: Offsets
    heard: Offsets

    @property
    def lengths(self) -> Offsets:
        return np.diff(self.starts)


def grams(texts: Sequence[str]) -> Grams:
    """The n-grams of normalised texts; each is read up to READ_CHARACTERS characters.

    All digits count as one, and so do all kinds of white space.
    """
    read = [text[:READ_CHARACTERS] + "  " for text in texts]
    # surrogatepass: half an emoji is a character like any other here.
    points = np.frombuffer("".join(read).encode("utf-32-le", "surrogatepass"), np.uint32).copy()
    points[(points >= _ZERO) & (points < _ZERO + 10)] = _ZERO
    points[points < _BLANK] = _BLANK
    starts = np.zeros(len(read) + 1, np.int64)
    np.cumsum([len(text) for text in read], out=starts[1:])
    after = np.append(points[1:], _BLANK)
    behind = np.append(after[1:], _BLANK)
    # Of the two blanks behind a text, nothing reaches into the next one.
    ends = starts[1:]
    after[ends - 1] = _BLANK
    behind[ends - 1] = behind[ends - 2] = _BLANK
    buckets = (
        _bucket(points * _ONE),
        _bucket(points * _ONE ^ (after + np.uint32(1)) * _TWO),
        _bucket(points * _ONE ^ after * _TWO ^ (behind + np.uint32(2)) * _THREE),
    )
    again = np.zeros(len(points), np.bool_)
    same = points[1:] == points[:-1]
    again[:-3] = same[2:] & same[1:-1] & same[:-2]
    for left in (1, 2, 3):  # A run does not reach into the next text.
        again[np.maximum(ends - left, 0)] = False
    for some in buckets:
        some[again] = SILENT
    quiet = np.concatenate([[0], np.cumsum(again)])
    return Grams(*buckets, starts, np.diff(starts) - np.diff(quiet[starts]))


def _bucket(mixed: NDArray[np.uint32]) -> Buckets:
    mixed ^= mixed >> np.uint32(15)
    mixed *= _TWO
    mixed ^= mixed >> np.uint32(13)
    mixed *= _THREE
    return (mixed >> np.uint32(32 - BITS)).astype(np.int32)
