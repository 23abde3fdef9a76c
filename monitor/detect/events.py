"""Which event an article belongs to: a sliding window of what came before, and one question.

Today an article joins when it is a reprint or near-duplicate; the decision is a value with its
likeness and its words, so that same-story clustering can follow behind the same `Placement`.

    window.add(members from rows)          rebuild
    placements = window.place(newcomers)   decide; changes nothing
    write events in one transaction
    window.remember({article: event})      committed …
    window.forget()                        … or another process was first

Rules, in this order:

1. An article that already has an event keeps it: nothing is re-clustered behind a person's back.
2. Articles further apart than the window's span do not meet.
3. Texts under 12 normalised characters join only when they are equal.
4. Likeness (share of equal buckets of 64) must reach ALIKE, or ALIKE_SHORT for short texts.
5. Marks (numbers, streets, towns) must not say that they are two matters: see `marks`.

Of those left the most alike wins, and of equals the earliest seen.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from monitor.detect.bands import BUCKETS, Bands, Keys, Numbers, Signatures, band_keys
from monitor.detect.marks import differ, marks_of
from monitor.text.fingerprint import as_array, pairwise

ALIKE = 0.45
"""Share of equal buckets from which texts are near-duplicates. Edited reposts of one story reach
.5 to .9 (some chains .45), different stories of one county stay under .25; the estimate's
standard error is .06."""
ALIKE_SHORT = 0.6
SHORT = 60
"""Normalised characters under which ALIKE_SHORT holds: a template's share of a short text is
large, and few shingles make the estimate coarse."""
VERY_SHORT = 12
SPAN = timedelta(days=7)
CAPACITY = 200_000
_PORTION = 20_000  # members taken in at once: bounds the memory of a rebuild
_PAIRS = 4_096  # signatures compared at once: 2 MB, which stay in the processor's cache

_ROW = np.dtype(
    [
        ("article", np.int64),  # 0: retired by a newer edition
        ("event", np.int64),
        ("published", np.float64),
        ("length", np.int32),
        ("title", np.int64),
    ]
)


@dataclass(frozen=True, slots=True)
class Member:
    """What grouping needs to know of one article.

    `signature` is `monitor.text.fingerprint.signature` of the normalised text (256 bytes),
    `length` that text's characters without separators, `marks` its `marks_of`; None takes those
    of the title alone. `event` is None for an article that has none yet.
    """

    article: int
    event: int | None
    signature: bytes
    published: datetime
    title: str
    length: int
    marks: str | None = None


@dataclass(frozen=True, slots=True)
class Placement:
    """Where an article goes.

    `event` is the known event it joins. When that is None, it opens a new one, or shares the
    new one opened by `with_article`, an earlier newcomer of the same call. `nearest` is the
    article it resembles (its reprint_of), `likeness` 0..1 to it, `why` the decision in Chinese.
    """

    article: int
    nearest: int | None
    event: int | None
    with_article: int | None
    likeness: float
    why: str


class Window:
    """The articles of the last days, in some 800 bytes each; not safe to share among threads.

    Holds at most one and a half times `capacity` at any moment, the newest by publication.
    """

    def __init__(self, span: timedelta = SPAN, capacity: int = CAPACITY) -> None:
        self.span = span
        self.capacity = capacity
        self._pending: list[Member] = []
        self._size = 0
        self._rows = np.zeros(64, _ROW)
        self._signatures: Signatures = np.zeros((64, BUCKETS), np.uint32)
        self._marks: list[str] = []
        self._slot_of: dict[int, int] = {}
        self._bands = Bands()

    def __len__(self) -> int:
        return len(self._slot_of)

    def add(self, members: Iterable[Member]) -> None:
        """Take in articles that have their event; oldest first keeps the best reprint_of.

        Raises ValueError for a member without event or with a signature of another size.
        """
        self._admit(list(members))

    def place(self, newcomers: Sequence[Member]) -> list[Placement]:
        """Decide for each newcomer, in order; the window stays as it was until `remember`."""
        self._pending = list(newcomers)
        if not newcomers:
            return []
        self._reserve(len(newcomers))
        signatures = _signatures(newcomers)
        self._write(newcomers, signatures)
        pairs = self._bands.near(band_keys(signatures), self._size)
        likest, alike = self._compare(*pairs, len(newcomers))
        placements: list[Placement] = []
        for row, member in enumerate(newcomers):
            nearest = self._nearest(self._size + row, alike[row])
            placements.append(self._decide(member, nearest, likest[row], placements))
        return placements

    def remember(self, events: Mapping[int, int]) -> None:
        """The last `place` was committed; `events` names the event of every article in it.

        Raises KeyError for an article that it does not name; the window is then unchanged.
        """
        members = [
            Member(
                m.article, events[m.article], m.signature, m.published, m.title, m.length, m.marks
            )
            for m in self._pending
        ]
        self._pending = []
        self._admit(members)

    def forget(self) -> None:
        """The last `place` was not committed: drop what it had in hand."""
        self._pending = []

    def move(self, events: Mapping[int, int]) -> None:
        """Follow a merge: members of each old event now belong to the new one."""
        live = self._rows["event"][: self._size]
        for old, new in events.items():
            live[live == old] = new

    def _decide(
        self,
        member: Member,
        nearest: tuple[int, float] | None,
        likest: float,
        placements: Sequence[Placement],
    ) -> Placement:
        if member.event is not None:
            return Placement(member.article, None, member.event, None, 1.0, "已归入事件，保持不变")
        if nearest is None:
            return Placement(member.article, None, None, None, likest, "未见相同或相近的文章")
        slot, likeness = nearest
        article = int(self._rows["article"][slot])
        words = "与文章 {} 内容相同" if likeness == 1.0 else "与文章 {} 内容相近，相似度{:.0%}"
        why = words.format(article, likeness)
        before = placements[slot - self._size] if slot >= self._size else None
        event = int(self._rows["event"][slot]) if before is None else before.event
        if before is None or event is not None:
            return Placement(member.article, article, event, None, likeness, why)
        opener = article if before.with_article is None else before.with_article
        return Placement(member.article, article, None, opener, likeness, why)

    def _compare(
        self, newcomers: Numbers, known: Numbers, count: int
    ) -> tuple[list[float], list[set[tuple[float, int]]]]:
        """Compares pairs of (row of a newcomer, slot) that may meet.

        Returns for each of `count` newcomers the highest likeness seen, and every
        (-likeness, slot) that reaches ALIKE.
        """
        likest = np.zeros(count)
        alike: list[set[tuple[float, int]]] = [set() for _ in range(count)]
        for start in range(0, len(known), _PAIRS):
            some = slice(start, start + _PAIRS)
            rows, slots = self._meeting(newcomers[some], known[some])
            likeness = pairwise(self._signatures[self._size + rows], self._signatures[slots])
            np.maximum.at(likest, rows, likeness)
            for at in np.flatnonzero(likeness >= ALIKE).tolist():
                alike[rows[at]].add((-float(likeness[at]), int(slots[at])))
        return likest.tolist(), alike

    def _meeting(self, rows: Numbers, slots: Numbers) -> tuple[Numbers, Numbers]:
        """Of these pairs those within the span, without retired rows and an article's own."""
        published, article = self._rows["published"], self._rows["article"]
        mine, theirs = self._size + rows, article[slots]
        meet = np.abs(published[slots] - published[mine]) <= self.span.total_seconds()
        meet &= (theirs > 0) & (theirs != article[mine])
        return rows[meet], slots[meet]

    def _nearest(self, slot: int, alike: Iterable[tuple[float, int]]) -> tuple[int, float] | None:
        """The slot to join and its likeness: the most alike, of equals the earliest."""
        for minus, other in sorted(alike):
            if self._joins(other, slot, -minus):
                return other, -minus
        return None

    def _joins(self, one: int, other: int, likeness: float) -> bool:
        shorter, longer = sorted((int(self._rows["length"][one]), int(self._rows["length"][other])))
        if shorter < VERY_SHORT:
            same_title = self._rows["title"][one] == self._rows["title"][other]
            return likeness == 1.0 and shorter == longer and bool(same_title)
        if likeness < (ALIKE_SHORT if longer < SHORT else ALIKE):
            return False
        return not differ(self._marks[one], self._marks[other], longer)

    def _admit(self, members: list[Member]) -> None:
        if not members:
            return
        if any(member.event is None for member in members):
            raise ValueError("a member of the window needs its event")
        portion = max(1, min(_PORTION, self.capacity // 4))
        for start in range(0, len(members), portion):
            part = members[start : start + portion]
            signatures = _signatures(part)
            self._reserve(len(part))
            self._write(part, signatures)
            self._take(part, band_keys(signatures))

    def _take(self, members: Sequence[Member], keys: Keys) -> None:
        """Make the rows just written live; an older row of the same article is retired."""
        for slot, member in enumerate(members, self._size):
            before = self._slot_of.get(member.article)
            if before is not None:
                self._rows["article"][before] = 0
            self._slot_of[member.article] = slot
        self._bands.add(keys, self._size)
        self._size += len(members)

    def _write(self, members: Sequence[Member], signatures: NDArray[np.uint32]) -> None:
        rows = slice(self._size, self._size + len(members))
        self._signatures[rows] = signatures
        self._rows["article"][rows] = [member.article for member in members]
        self._rows["event"][rows] = [member.event or 0 for member in members]
        self._rows["published"][rows] = [member.published.timestamp() for member in members]
        self._rows["length"][rows] = [member.length for member in members]
        self._rows["title"][rows] = [hash(member.title.strip().casefold()) for member in members]
        del self._marks[self._size :]
        self._marks += [
            marks_of(member.title, "") if member.marks is None else member.marks
            for member in members
        ]

    def _reserve(self, more: int) -> None:
        """Room for more rows: first by letting go what is too old or too much, then by growing."""
        room = len(self._rows)
        if self._size + more <= room:
            return
        keep = self._living()
        dropped = self._size - len(keep)
        if dropped * 4 < self._size and self._size + more <= self.capacity * 5 // 4:
            grown = min(max(room * 2, self._size + more), self.capacity * 5 // 4)
            self._carry(slice(0, self._size), self._size, grown)
            return
        self._rebuild(keep, more)

    def _living(self) -> NDArray[np.int64]:
        """Slots still wanted, oldest first: not retired, inside the span, at most the capacity."""
        published = self._rows["published"][: self._size]
        alive = self._rows["article"][: self._size] > 0
        if self._size:
            alive &= published >= published.max() - self.span.total_seconds()
        slots = np.flatnonzero(alive)
        if len(slots) > self.capacity:
            newest = np.argsort(published[slots], kind="stable")[-self.capacity :]
            slots = np.sort(slots[newest])
        return slots

    def _carry(self, keep: slice | NDArray[np.int64], count: int, room: int) -> None:
        """Carry the rows `keep`, `count` of them, over to tables with more room."""
        rows, signatures = np.zeros(room, _ROW), np.zeros((room, BUCKETS), np.uint32)
        rows[:count], signatures[:count] = self._rows[keep], self._signatures[keep]
        self._rows, self._signatures = rows, signatures

    def _rebuild(self, keep: NDArray[np.int64], more: int) -> None:
        self._carry(keep, len(keep), max(64, len(keep) * 3 // 2, len(keep) + more))
        self._marks = [self._marks[slot] for slot in keep]
        self._size = len(keep)
        articles = self._rows["article"][: self._size].tolist()
        self._slot_of = {article: slot for slot, article in enumerate(articles)}
        self._bands = Bands()
        self._bands.add(band_keys(self._signatures[: self._size]), 0)


def _signatures(members: Sequence[Member]) -> NDArray[np.uint32]:
    if any(len(member.signature) != BUCKETS * 4 for member in members):
        raise ValueError(f"a signature has {BUCKETS * 4} bytes")
    return as_array([member.signature for member in members])
