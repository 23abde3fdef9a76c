"""Locality-sensitive lookup: which of 100,000 signatures may be like this one.

A signature of 64 buckets is read as 32 bands of 3 buckets: 21 side by side, 11 more across them.
Two texts whose buckets agree with probability s share a band with probability about
1 - (1 - s³)³²: .95 at s = .45, .99 at .5, and 3 in 10,000 at the .02 of unrelated Chinese texts
(banding: Leskovec, Rajaraman, Ullman, Mining of Massive Datasets, §3.4).

Kept as two sorted arrays of 64-bit band keys with the slot beside each (12 bytes an entry, so 38 MB
at 100,000 members, where dicts of lists take some 600): a long one, and a short one for what came
since, which is folded into the long one when it has grown. All rows of a batch are looked up
together.
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
"""Members kept in the short array before they are folded into the long one."""

Keys = NDArray[np.uint64]
Signatures = NDArray[np.uint32]
Numbers = NDArray[np.int64]

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
        self._settled = _Sorted()
        self._fresh = _Sorted()
        self._fresh_members = 0

    def add(self, keys: Keys, first_slot: int) -> None:
        """Take in the keys (n, 32) of the slots first_slot, first_slot + 1, …"""
        slots = np.arange(first_slot, first_slot + len(keys), dtype=np.uint32).repeat(BANDS)
        if len(keys) > FRESH_LIMIT:
            self._fold()
            self._settled.insert(keys.ravel(), slots)
            return
        self._fresh.insert(keys.ravel(), slots)
        self._fresh_members += len(keys)
        if self._fresh_members > FRESH_LIMIT:
            self._fold()

    def near(self, keys: Keys, first_slot: int) -> tuple[Numbers, Numbers]:
        """Pairs (row of keys, slot) that share a band; a pair may come several times.

        The rows of keys (n, 32) are newcomers of the slots first_slot, first_slot + 1, … that are
        not added yet; each meets the members and the rows before it.
        """
        flat = keys.ravel()
        order = np.argsort(flat, kind="stable")
        # Sorted, they are found faster: what is looked at for one is in the cache for the next.
        wanted = flat[order]
        rows = order // BANDS
        met = [among.find(wanted) for among in (self._settled, self._fresh)]
        pairs = [(rows[places], slots) for places, slots in met]
        for back in range(1, NEWEST + 1):
            same = np.flatnonzero(wanted[back:] == wanted[:-back])
            if not len(same):
                break
            pairs.append((rows[same + back], rows[same] + first_slot))
        return np.concatenate([r for r, _ in pairs]), np.concatenate([s for _, s in pairs])

    def _fold(self) -> None:
        self._settled.insert(self._fresh.keys, self._fresh.slots)
        self._fresh, self._fresh_members = _Sorted(), 0


class _Sorted:
    """Band keys in ascending order and their slots; among equal keys the newest slot is last."""

    def __init__(self) -> None:
        self.keys: Keys = np.empty(0, np.uint64)
        self.slots: NDArray[np.uint32] = np.empty(0, np.uint32)

    def insert(self, keys: Keys, slots: NDArray[np.uint32]) -> None:
        """Take in keys with slots newer than all here."""
        # Newer slots of one key must come after the older: stable sort, then insert to the right.
        order = np.argsort(keys, kind="stable")
        keys, slots = keys[order], slots[order]
        at = np.searchsorted(self.keys, keys, side="right")
        self.keys = np.insert(self.keys, at, keys)
        self.slots = np.insert(self.slots, at, slots)

    def find(self, wanted: Keys) -> tuple[Numbers, Numbers]:
        """(index into `wanted`, slot) of the newest slots of each wanted key."""
        if not len(self.keys):
            return np.empty(0, np.int64), np.empty(0, np.int64)
        ends = np.searchsorted(self.keys, wanted, side="right")
        # Most keys are nobody else's; only the others are worth a look at what stands before.
        places = np.flatnonzero(self.keys[np.maximum(ends - 1, 0)] == wanted)
        at = ends[places, None] - np.arange(1, NEWEST + 1)
        hit = self.keys[np.maximum(at, 0)] == wanted[places, None]
        hit &= at >= 0
        return places[np.nonzero(hit)[0]], self.slots[at[hit]].astype(np.int64)
