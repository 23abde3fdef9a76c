"""Which of 100,000 articles may tell a newcomer's story: an inverted index over words and places.

Kept as sorted arrays of 64-bit keys, word then minute then article, with the slot beside each (12
bytes an entry): a long one, and a short one for what came since, folded into the long one when it
has grown. What a lookup finds follows from the articles alone, not from the order in which they
were taken in: of each word the articles nearest in time, most of them before the newcomer.
"""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from monitor.detect.story import BROAD, FINE, TOWN, Rows

BEFORE, AFTER = 8, 3
"""Articles taken from one word, published before and after the newcomer."""
MOST = 12
"""Articles that a newcomer is compared with, those that share most."""
LEAST = 2.0
"""Nats under which what two articles share makes no story."""
FRESH_LIMIT = 4_096
"""Members kept in the short array before they are folded into the long one."""

Keys = NDArray[np.uint64]
Numbers = NDArray[np.int64]

_TOGETHER = 64  # newcomers looked up at once: what they share among them stays a short list
_EPOCH = 946_684_800  # 2000-01-01: 25 bits of minutes reach 2063
_MINUTES = (1 << 25) - 1
_TIE_BITS = np.uint64(7)  # articles of one minute stand in an order of their own
_STAMP_BITS = np.uint64(32)
_STAMP = np.uint64((1 << 32) - 1)
_WORTH = {TOWN: 1.0, BROAD: 3.0, FINE: 5.0}
"""What a place in common counts among the nats of words."""
_UNITS = 64  # of a nat: whole numbers add up to the same in any order


@dataclass(frozen=True, slots=True)
class Terms:
    """What n articles are looked up by: (n, k) terms, words and then places, 0 none, what each is
    worth, and (n,) stamps of minute and article."""

    terms: Keys
    worths: Numbers
    stamps: Keys

    def __len__(self) -> int:
        return len(self.stamps)

    def part(self, start: int) -> "Terms":
        """Those that are looked up at once from `start` on."""
        some = slice(start, start + _TOGETHER)
        return Terms(self.terms[some], self.worths[some], self.stamps[some])


def terms_of(stories: Rows, published: NDArray[np.float64], articles: Numbers) -> Terms:
    """The terms of articles published at these seconds."""
    places = stories["places"].astype(np.uint64)
    terms = np.concatenate([stories["words"].astype(np.uint64), places], axis=1)
    worth = np.array([0.0, _WORTH[TOWN], _WORTH[BROAD], _WORTH[FINE]])[stories["grains"]]
    worths = np.concatenate([stories["nats"], worth], axis=1) * _UNITS
    minutes = np.clip((published - _EPOCH) // 60, 0, _MINUTES).astype(np.uint64)
    ties = articles.astype(np.uint64) & np.uint64((1 << int(_TIE_BITS)) - 1)
    return Terms(terms, worths.astype(np.int64), minutes << _TIE_BITS | ties)


def _minute(stamps: Keys) -> Numbers:
    return (stamps >> _TIE_BITS).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Found:
    """What n newcomers meet.

    `rows`, `slots`: pairs of a newcomer and the slot of an article that shares much with it, each
    once. `hits`: (row, column of its terms, slot) of the articles nearest in time that have that
    term. Both are in the order of rows. `counts`: (n, k) how many articles within the span have
    each term.
    """

    rows: Numbers
    slots: Numbers
    hits: tuple[Numbers, Numbers, Numbers]
    counts: Numbers


class Leads:
    """Slots by word and place. A slot is a row number of the caller's."""

    def __init__(self) -> None:
        self._settled = _Sorted()
        self._fresh = _Sorted()
        self._fresh_members = 0

    def add(self, terms: Terms, first_slot: int) -> None:
        """Take in the terms of the slots first_slot, first_slot + 1, …"""
        if len(terms) > FRESH_LIMIT:
            self._fold()
            self._settled.insert(*_entries(terms, first_slot))
            return
        self._fresh.insert(*_entries(terms, first_slot))
        self._fresh_members += len(terms)
        if self._fresh_members > FRESH_LIMIT:
            self._fold()

    def drop(self, slots: Numbers) -> None:
        """Let go of slots, so that they stand in nobody's place."""
        self._settled.drop(slots)
        self._fresh.drop(slots)

    def near(self, terms: Terms, first_slot: int, span: timedelta, articles: Numbers) -> Found:
        """The MOST articles that share most with each row.

        The rows are newcomers of the slots first_slot, first_slot + 1, … that are not added yet;
        each meets the members and the rows before it. `articles` are the numbers by slot.
        """
        batch = _Sorted()
        minutes = int(span.total_seconds() // 60)
        found = []
        for start in range(0, len(terms), _TOGETHER):
            some = terms.part(start)
            met = self._met(some, batch, first_slot + start, minutes)
            counts, order = met[3], np.argsort(met[0], kind="stable")
            rows, columns, slots = met[0][order], met[1][order], met[2][order]
            pairs = _likest(rows, slots, some.worths[rows, columns], articles)
            found.append((pairs[0] + start, pairs[1], rows + start, columns, slots, counts))
            batch.insert(*_entries(some, first_slot + start))
        rows, slots, *hits, counts = (np.concatenate(parts) for parts in zip(*found, strict=True))
        return Found(rows, slots, (hits[0], hits[1], hits[2]), counts)

    def _met(
        self, terms: Terms, batch: "_Sorted", first_slot: int, minutes: int
    ) -> tuple[Numbers, Numbers, Numbers, Numbers]:
        """(row, column, slot) of every term that a row has in common with one it meets, and how
        many have each."""
        rows, columns = np.nonzero(terms.terms)
        order = np.argsort(terms.terms[rows, columns], kind="stable")
        rows, columns = rows[order], columns[order]
        wanted, stamps = terms.terms[rows, columns], terms.stamps[rows]
        parts = (self._settled, self._fresh, batch)
        found = [part.around(wanted, stamps) for part in parts]
        among = np.zeros(len(wanted), np.int64)
        for back in range(1, len(terms)):
            same = np.flatnonzero(wanted[back:] == wanted[:-back])
            if not len(same):
                break
            near = np.abs(_minute(stamps[same]) - _minute(stamps[same + back])) <= minutes
            same = same[near]
            among[same + back] += 1
            found.append((same + back, rows[same] + first_slot, stamps[same]))
        at, slots, theirs = (np.concatenate(several) for several in zip(*found, strict=True))
        near = np.abs(_minute(theirs) - _minute(stamps[at])) <= minutes
        at, slots, theirs = at[near], slots[near], theirs[near]
        chosen = _nearest(at, theirs, stamps)
        at, slots = at[chosen], slots[chosen]
        met = np.bincount(at, minlength=len(wanted))
        many = np.flatnonzero(met >= BEFORE)  # of fewer we have met all
        span = np.uint64(minutes) << _TIE_BITS
        met[many] = among[many]
        met[many] += sum(part.count(wanted[many], stamps[many], span) for part in parts)
        counts = np.zeros(terms.terms.shape, np.int64)
        counts[rows, columns] = met
        return rows[at], columns[at], slots, counts

    def _fold(self) -> None:
        self._settled.insert(self._fresh.keys, self._fresh.slots)
        self._fresh = _Sorted()
        self._fresh_members = 0


class _Sorted:
    """Term and stamp in ascending order, and the slot of each."""

    def __init__(self) -> None:
        self.keys: Keys = np.empty(0, np.uint64)
        self.slots: NDArray[np.uint32] = np.empty(0, np.uint32)

    def insert(self, keys: Keys, slots: NDArray[np.uint32]) -> None:
        order = np.argsort(keys, kind="stable")
        keys, slots = keys[order], slots[order]
        at = np.searchsorted(self.keys, keys)
        self.keys = np.insert(self.keys, at, keys)
        self.slots = np.insert(self.slots, at, slots)

    def drop(self, slots: Numbers) -> None:
        stays = ~np.isin(self.slots, slots)
        self.keys, self.slots = self.keys[stays], self.slots[stays]

    def around(self, wanted: Keys, stamps: Keys) -> tuple[Numbers, Numbers, Keys]:
        """(index into `wanted`, slot, stamp) of the entries of each wanted term that stand nearest
        to the stamp, BEFORE before it and AFTER after it."""
        if not len(self.keys):
            return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.uint64)
        middle = np.searchsorted(self.keys, wanted << _STAMP_BITS | stamps, side="right")
        at = middle[:, None] + np.arange(-BEFORE, AFTER)
        inside = (at >= 0) & (at < len(self.keys))
        keys = self.keys[np.where(inside, at, 0)]
        inside &= keys >> _STAMP_BITS == wanted[:, None]
        places = np.nonzero(inside)[0]
        return places, self.slots[at[inside]].astype(np.int64), keys[inside] & _STAMP

    def count(self, wanted: Keys, stamps: Keys, span: np.uint64) -> Numbers:
        """How many entries of each wanted term lie within the span around the stamp."""
        ends = wanted << _STAMP_BITS | np.minimum(stamps + span, _STAMP)
        begins = wanted << _STAMP_BITS | (stamps - np.minimum(stamps, span))
        found = np.searchsorted(self.keys, ends, side="right")
        return np.asarray(found - np.searchsorted(self.keys, begins), dtype=np.int64)


def _entries(terms: Terms, first_slot: int) -> tuple[Keys, NDArray[np.uint32]]:
    rows, columns = np.nonzero(terms.terms)
    keys = terms.terms[rows, columns] << _STAMP_BITS | terms.stamps[rows]
    return keys, (rows + first_slot).astype(np.uint32)


def _nearest(at: Numbers, theirs: Keys, stamps: Keys) -> Numbers:
    """Of entries found in several arrays those that stand nearest to each lookup's stamp."""
    keys = at.astype(np.uint64) << _STAMP_BITS | theirs
    order = np.argsort(keys, kind="stable")
    own = np.arange(len(stamps), dtype=np.uint64) << _STAMP_BITS | stamps
    middle = np.searchsorted(keys[order], own, side="right")
    rank = np.arange(len(order)) - middle[at[order]]
    return order[(rank >= -BEFORE) & (rank < AFTER)]


def _likest(
    rows: Numbers, slots: Numbers, worths: Numbers, articles: Numbers
) -> tuple[Numbers, Numbers]:
    """Each pair once, the MOST of each row that share most; of equals the lowest article."""
    pairs = rows << 32 | slots
    order = np.argsort(pairs, kind="stable")
    pairs = pairs[order]
    first = np.flatnonzero(np.diff(pairs, prepend=-1))
    if not len(first):
        return rows, slots
    shared = np.add.reduceat(worths[order], first)
    much = shared >= LEAST * _UNITS
    pairs, shared = pairs[first[much]], shared[much]
    rows, slots = pairs >> 32, pairs & 0xFFFFFFFF
    best = np.lexsort((articles[slots], -shared, rows))
    rows, slots = rows[best], slots[best]
    begins = np.searchsorted(rows, rows)
    kept = np.arange(len(rows)) - begins < MOST
    return rows[kept], slots[kept]
