"""Locality-sensitive lookup: which of 100,000 signatures may be like this one.

A signature of 64 buckets is read as 32 bands of 3 buckets: 21 side by side, 11 more across them.
Two texts whose buckets agree with probability s share a band with probability about
1 - (1 - s³)³²: .95 at s = .45, .99 at .5, and 3 in 10,000 at the .02 of unrelated Chinese texts
(banding: Leskovec, Rajaraman, Ullman, Mining of Massive Datasets, §3.4).

Kept as one sorted array of 64-bit band keys with the slot beside each (12 bytes an entry, so
38 MB at 100,000 members, where dicts of lists take some 600) and a small dict for what came
since; the dict is folded into the array when it has grown.
"""

import numpy as np
from numpy.typing import NDArray

BUCKETS = 64
BANDS = 32
ROWS = 3
NEWEST = 12
"""Candidates taken from one band, the newest ones: boilerplate that thousands share stays cheap,
and a true reprint is still met in the bands that hold what is its own."""
FRESH_LIMIT = 4_096
"""Members kept in the dict before they are folded into the array."""

Keys = NDArray[np.uint64]
Signatures = NDArray[np.uint32]

_BAND_BITS = 5
_SIDE_BY_SIDE = np.arange(63).reshape(21, ROWS)
_ACROSS = np.arange(63).reshape(ROWS, 21).T[: BANDS - 21]
_BUCKETS_OF = np.concatenate([_SIDE_BY_SIDE, _ACROSS])
_MIX = np.uint64(0x9E3779B97F4A7C15)  # 2**64 / golden ratio, Knuth's multiplicative hashing
_MIX_MORE = np.uint64(0xBF58476D1CE4E5B9)  # from the finaliser of splitmix64


def band_keys(signatures: Signatures) -> Keys:
    """(n, 64) buckets → (n, 32) keys; the band's number is in the top five bits."""
    rows = signatures[:, _BUCKETS_OF].astype(np.uint64)
    keys = rows[:, :, 0]
    for row in range(1, ROWS):
        keys = (keys ^ (keys >> np.uint64(29))) * _MIX + rows[:, :, row]
    keys = (keys ^ (keys >> np.uint64(32))) * _MIX_MORE
    bands = np.arange(BANDS, dtype=np.uint64) << np.uint64(64 - _BAND_BITS)
    return (keys >> np.uint64(_BAND_BITS)) | bands


class Bands:
    """Slots by band key. A slot is a row number of the caller's; later slots are newer."""

    def __init__(self) -> None:
        self._keys: Keys = np.empty(0, np.uint64)
        self._slots: NDArray[np.uint32] = np.empty(0, np.uint32)
        self._fresh: dict[int, list[int]] = {}
        self._fresh_members = 0

    def add(self, keys: Keys, first_slot: int) -> None:
        """Take in the keys (n, 32) of the slots first_slot, first_slot + 1, …"""
        slots = range(first_slot, first_slot + len(keys))
        if len(keys) > FRESH_LIMIT:
            self._fold_fresh()
            self._fold(keys.ravel(), np.repeat(np.asarray(slots, np.uint32), BANDS))
            return
        for slot, row in zip(slots, keys.tolist(), strict=True):
            note(self._fresh, row, slot)
        self._fresh_members += len(keys)
        if self._fresh_members > FRESH_LIMIT:
            self._fold_fresh()

    def settled(self, keys: Keys) -> list[NDArray[np.uint32]]:
        """For each row of keys (n, 32), the distinct slots that share a band in the array."""
        if not len(self._keys):
            return [self._slots] * len(keys)
        ends = np.searchsorted(self._keys, keys.ravel(), side="right")
        at = ends[:, None] - np.arange(1, NEWEST + 1)
        hit = at >= 0
        at = np.maximum(at, 0)
        hit &= self._keys[at] == keys.ravel()[:, None]
        slots = self._slots[at].reshape(len(keys), -1)
        return [
            np.unique(row[kept])
            for row, kept in zip(slots, hit.reshape(len(keys), -1), strict=True)
        ]

    def fresh(self, row: list[int]) -> set[int]:
        """The slots that share a band with one row of keys among the latest members."""
        return look_up(self._fresh, row)

    def _fold_fresh(self) -> None:
        if not self._fresh:
            return
        sizes = [len(found) for found in self._fresh.values()]
        keys = np.repeat(np.fromiter(self._fresh, np.uint64, len(sizes)), sizes)
        flat = (slot for found in self._fresh.values() for slot in found)
        self._fold(keys, np.fromiter(flat, np.uint32, sum(sizes)))
        self._fresh, self._fresh_members = {}, 0

    def _fold(self, keys: Keys, slots: NDArray[np.uint32]) -> None:
        # Newer slots of one key must come after the older: stable sort, then insert to the right.
        order = np.argsort(keys, kind="stable")
        keys, slots = keys[order], slots[order]
        at = np.searchsorted(self._keys, keys, side="right")
        self._keys = np.insert(self._keys, at, keys)
        self._slots = np.insert(self._slots, at, slots)


def note(table: dict[int, list[int]], row: list[int], slot: int) -> None:
    """Enter a slot under its keys, forgetting the oldest of a band that is full."""
    for key in row:
        found = table.setdefault(key, [])
        found.append(slot)
        if len(found) > NEWEST:
            del found[0]


def look_up(table: dict[int, list[int]], row: list[int]) -> set[int]:
    """The slots entered under any of the keys."""
    return {slot for key in row if (found := table.get(key)) for slot in found}
