"""Which event an article belongs to: a sliding window of what came before, and one question.

The decision is a value with its likeness or points and its words.

    for stretch in window.expect(newcomers, now=now):      what the window must know for them
        window.add(members published in it, covers=stretch)
    placements = window.place(newcomers)   decide; changes nothing
    write events in one transaction
    window.remember({article: event})      committed …
    window.forget()                        … or another process was first

So an outcome follows from the rows alone, whichever process decides and whatever it held before.

Rules, in this order:

1. An article that already has an event keeps it: nothing is re-clustered behind a person's back.
2. It joins the event of the article it is a near-duplicate of (see `alike`).
3. It joins the event whose story it tells (see `kinship`): in other words, by time, place, words.
4. Else it opens an event.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np

from monitor.detect.alike import Near, meeting, near_duplicates, nearest
from monitor.detect.bands import band_keys
from monitor.detect.held import Held, Member, readable, signatures_of
from monitor.detect.kinship import REPRINT, Kinship
from monitor.detect.story import Story, in_common
from monitor.detect.stretches import Stretch, around, before, joined, lacking, within

__all__ = ["CAPACITY", "SPAN", "Member", "Placement", "Stretch", "Window", "readable"]

SPAN = timedelta(days=7)
SLACK = timedelta(days=1)
"""Held beyond the span, so that an article collected within a day needs no further reading."""
CAPACITY = 200_000
NOTHING_LIKE = "未见相同或相近的文章"
_PORTION = 20_000  # members taken in at once: bounds the memory of a rebuild


@dataclass(frozen=True, slots=True)
class Placement:
    """Where an article goes.

    `event` is the known event it joins. When that is None, it opens a new one, or shares the
    new one opened by `with_article`, an earlier newcomer of the same call. `nearest` is the
    article it resembles (its reprint_of), `likeness` 0..1 to it, `points` how much its event's
    story is its own (log odds; 0 where it is no question), `why` the decision in Chinese.
    """

    article: int
    nearest: int | None
    event: int | None
    with_article: int | None
    likeness: float
    why: str
    points: float = 0.0


class Window:
    """The articles of the last days, in some 1,500 bytes each; not safe to share among threads.

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
        return self._decided(newcomers)

    def remember(self, events: Mapping[int, int]) -> None:
        """The last `place` was committed; `events` names the event of every article in it.

        Raises KeyError for an article that it does not name; the window is then unchanged.
        """
        members = [replace(member, event=events[member.article]) for member in self._pending]
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

    def _decided(self, newcomers: Sequence[Member]) -> list[Placement]:
        """Decide for newcomers that are written behind the members."""
        held, count = self._held, len(newcomers)
        behind = slice(held.size, held.size + count)
        rows, slots = held.bands.near(band_keys(held.signatures[behind]), held.size)
        found = held.leads.near(held.terms(behind), held.size, self.span, held.rows["article"])
        rows, slots = np.concatenate([rows, found.rows]), np.concatenate([slots, found.slots])
        likest, twins = near_duplicates(held, *meeting(held, rows, slots, self.span), count)
        kinship = Kinship(held, found, self.span.total_seconds(), count)
        placements: list[Placement] = []
        for row, member in enumerate(newcomers):
            placement = (
                _kept(member)
                or self._as_reprint(row, member, twins[row])
                or self._as_story(row, member, kinship, likest[row])
            )
            held.rows["event"][held.size + row] = _event(placement)
            placements.append(placement)
        return placements

    def _as_reprint(self, row: int, member: Member, twins: Near) -> Placement | None:
        found = nearest(self._held, self._held.size + row, twins)
        if found is None:
            return None
        slot, likeness = found
        article = int(self._held.rows["article"][slot])
        words = "与文章 {} 内容相同" if likeness == 1.0 else "与文章 {} 内容相近，相似度{:.0%}"
        event, opener = _where(int(self._held.rows["event"][slot]))
        why = words.format(article, likeness)
        return Placement(member.article, article, event, opener, likeness, why)

    def _as_story(self, row: int, member: Member, kinship: Kinship, likest: float) -> Placement:
        one = kinship.belongs(row)
        if one is None:
            return Placement(member.article, None, None, None, likest, NOTHING_LIKE)
        article = int(self._held.rows["article"][one.slot])
        places, words = in_common(Story.from_line(member.story), self._held.stories[one.slot])
        shared = "、".join([*places[:2], *(f"“{word}”" for word in words[:3])])
        why = f"与文章 {article} 说的是同一件事（{shared}），{one.points:.1f} 分，0 分起归并"
        bare = bool(self._held.rows["bare"][self._held.size + row])
        reprint = article if bare and one.best >= REPRINT else None
        event, opener = _where(one.event)
        return Placement(member.article, reprint, event, opener, likest, why, one.points)

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


def _kept(member: Member) -> Placement | None:
    if member.event is None:
        return None
    return Placement(member.article, None, member.event, None, 1.0, "已归入事件，保持不变")


def _event(placement: Placement) -> int:
    """The event of a newcomer in the window's rows: one that is not open yet is named by the
    newcomer that opens it, below zero."""
    if placement.event is not None:
        return placement.event
    return -(placement.article if placement.with_article is None else placement.with_article)


def _where(event: int) -> tuple[int | None, int | None]:
    """The known event, or the newcomer that opens it."""
    return (event, None) if event > 0 else (None, -event)
