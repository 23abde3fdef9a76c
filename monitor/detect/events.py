"""Which event an article belongs to: a sliding window of what came before, and one question.

Today an article joins when it is a reprint or near-duplicate; the decision is a value with its
likeness and its words, so that same-story clustering can follow behind the same `Placement`.

    for stretch in window.expect(newcomers, now=now):      what the window must know for them
        window.add(members published in it, covers=stretch)
    placements = window.place(newcomers)   decide; changes nothing
    write events in one transaction
    window.remember({article: event})      committed …
    window.forget()                        … or another process was first

So an outcome follows from the rows alone, whichever process decides and whatever it held before.

Rules, in this order:

1. An article that already has an event keeps it: nothing is re-clustered behind a person's back.
2. Articles published further apart than the window's span do not meet.
3. Texts under 12 normalised characters join only when they are equal.
4. Likeness (share of equal buckets of 64) must reach ALIKE, or ALIKE_SHORT for short texts.
5. Marks (numbers, streets, towns) must not say that they are two matters: see `marks`.

Of those left the most alike wins, and of equals the earliest seen (the lowest number).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from monitor.detect.bands import Numbers, band_keys
from monitor.detect.held import Held, Member, readable, signatures_of
from monitor.detect.marks import differ
from monitor.detect.stretches import Stretch, around, before, joined, lacking, within
from monitor.text.fingerprint import pairwise

__all__ = ["CAPACITY", "SPAN", "Member", "Placement", "Stretch", "Window", "readable"]

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
SLACK = timedelta(days=1)
"""Held beyond the span, so that an article collected within a day needs no further reading."""
CAPACITY = 200_000
_PORTION = 20_000  # members taken in at once: bounds the memory of a rebuild
_PAIRS = 4_096  # signatures compared at once: 2 MB, which stay in the processor's cache


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

    Holds at most one and a half times `capacity` at any moment; beyond it the oldest by
    publication are missing.
    """

    def __init__(self, span: timedelta = SPAN, capacity: int = CAPACITY) -> None:
        self.span = span
        self.capacity = capacity
        self._held = Held(capacity)
        self._pending: list[Member] = []
        self._now: datetime | None = None
        self._covered: list[Stretch] = []  # all grouped articles of these are held
        self._expected: list[Stretch] = []  # not let go until the batch is over

    def __len__(self) -> int:
        return len(self._held)

    def expect(self, newcomers: Iterable[Member], *, now: datetime) -> list[Stretch]:
        """Prepare for placing: the publication times whose grouped articles must be added first.

        Those of the last days and those around each older newcomer, less what is known to be held;
        empty as a rule. What is expected is not let go before `remember` or `forget`.
        """
        self._now = now
        old = [around(member.published, self.span) for member in newcomers if member.event is None]
        self._expected = joined([*old, Stretch(self._floor(now))])
        return lacking(self._expected, self._covered)

    def add(
        self,
        members: Iterable[Member],
        *,
        now: datetime | None = None,
        covers: Stretch | None = None,
    ) -> None:
        """Take in articles that have their event; one that is held as it is costs nothing.

        `covers` says that these are all grouped articles published in that stretch. `now` bounds
        what counts as recent: without it, one article stamped next year would age all others.
        Raises ValueError for a member without event or one that is not `readable`.
        """
        self._now = now or self._now
        self._admit(list(members), [] if covers is None else [covers])
        if covers is not None:
            self._covered = joined([*self._covered, covers])

    def place(self, newcomers: Sequence[Member], *, now: datetime | None = None) -> list[Placement]:
        """Decide for each newcomer, in order; the window stays as it was until `remember`.

        Raises ValueError for a newcomer that is not `readable`.
        """
        self._now = now or self._now
        self._pending = list(newcomers)
        if not newcomers:
            return []
        signatures = signatures_of(newcomers)
        self._reserve(len(newcomers), ())
        self._held.write(newcomers, signatures)
        pairs = self._held.bands.near(band_keys(signatures), self._held.size)
        likest, alike = self._compare(*pairs, len(newcomers))
        placements: list[Placement] = []
        for row, member in enumerate(newcomers):
            nearest = self._nearest(self._held.size + row, alike[row])
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
        self._admit(members, [])
        self._expected = []

    def forget(self) -> None:
        """The last `place` was not committed: drop what it had in hand."""
        self._pending = []
        self._expected = []

    def move(self, events: Mapping[int, int]) -> None:
        """Follow a merge: members of each old event now belong to the new one."""
        live = self._held.rows["event"][: self._held.size]
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
        article = int(self._held.rows["article"][slot])
        words = "与文章 {} 内容相同" if likeness == 1.0 else "与文章 {} 内容相近，相似度{:.0%}"
        why = words.format(article, likeness)
        before = placements[slot - self._held.size] if slot >= self._held.size else None
        event = int(self._held.rows["event"][slot]) if before is None else before.event
        if before is None or event is not None:
            return Placement(member.article, article, event, None, likeness, why)
        opener = article if before.with_article is None else before.with_article
        return Placement(member.article, article, None, opener, likeness, why)

    def _compare(
        self, newcomers: Numbers, known: Numbers, count: int
    ) -> tuple[list[float], list[set[tuple[float, int, int]]]]:
        """Compares pairs of (row of a newcomer, slot) that may meet.

        Returns for each of `count` newcomers the highest likeness seen, and every
        (-likeness, article, slot) that reaches ALIKE.
        """
        likest = np.zeros(count)
        alike: list[set[tuple[float, int, int]]] = [set() for _ in range(count)]
        for start in range(0, len(known), _PAIRS):
            some = slice(start, start + _PAIRS)
            rows, slots = self._meeting(newcomers[some], known[some])
            likeness = pairwise(
                self._held.signatures[self._held.size + rows], self._held.signatures[slots]
            )
            np.maximum.at(likest, rows, likeness)
            for at in np.flatnonzero(likeness >= ALIKE).tolist():
                article = int(self._held.rows["article"][slots[at]])
                alike[rows[at]].add((-float(likeness[at]), article, int(slots[at])))
        return likest.tolist(), alike

    def _meeting(self, rows: Numbers, slots: Numbers) -> tuple[Numbers, Numbers]:
        """Of these pairs those within the span, without retired rows and an article's own."""
        published, article = self._held.rows["published"], self._held.rows["article"]
        mine, theirs = self._held.size + rows, article[slots]
        meet = np.abs(published[slots] - published[mine]) <= self.span.total_seconds()
        meet &= (theirs > 0) & (theirs != article[mine])
        return rows[meet], slots[meet]

    def _nearest(
        self, slot: int, alike: Iterable[tuple[float, int, int]]
    ) -> tuple[int, float] | None:
        """The slot to join and its likeness: the most alike, of equals the earliest."""
        for minus, _, other in sorted(alike):
            if self._joins(other, slot, -minus):
                return other, -minus
        return None

    def _joins(self, one: int, other: int, likeness: float) -> bool:
        shorter, longer = sorted(
            (int(self._held.rows["length"][one]), int(self._held.rows["length"][other]))
        )
        if shorter < VERY_SHORT:
            same_title = self._held.rows["title"][one] == self._held.rows["title"][other]
            return likeness == 1.0 and shorter == longer and bool(same_title)
        if likeness < (ALIKE_SHORT if longer < SHORT else ALIKE):
            return False
        return not differ(self._held.marks[one], self._held.marks[other], longer)

    def _admit(self, members: list[Member], wanted: Sequence[Stretch]) -> None:
        if any(member.event is None for member in members):
            raise ValueError("a member of the window needs its event")
        portion = max(1, min(_PORTION, self.capacity // 4))
        for start in range(0, len(members), portion):
            part = members[start : start + portion]
            signatures_of(part)
            news = self._held.news(part)
            if news:
                self._reserve(len(news), wanted)
                self._held.take(news, signatures_of(news))

    def _reserve(self, more: int, wanted: Sequence[Stretch]) -> None:
        """Room for more rows; what is neither recent, expected nor `wanted` may be let go."""
        newest = self._held.newest()
        if newest is None:
            recent = []
        else:
            recent = [Stretch(self._floor(newest if self._now is None else min(newest, self._now)))]
        kept = [*recent, *self._expected, *wanted]
        if self._held.reserve(more, kept):
            self._covered = within(self._covered, kept)

    def _floor(self, now: datetime) -> datetime:
        return before(now, self.span + SLACK)
