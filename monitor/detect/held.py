"""The articles that a window holds: tables of numbers that grow, let go and are rebuilt."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from monitor.detect.bands import BUCKETS, Bands, Keys, Signatures, band_keys
from monitor.detect.leads import Leads, Terms, terms_of
from monitor.detect.marks import letters, marks_of
from monitor.detect.story import ROW as STORY_ROW
from monitor.detect.story import Rows, Story, rows_of, titles_of
from monitor.detect.stretches import Stretch
from monitor.text.fingerprint import SIGNATURE_BYTES, as_array

_LAST_DAY = datetime(9999, 12, 31, tzinfo=UTC).timestamp()
Number = TypeVar("Number", np.float64, np.uint64)
_ROW = np.dtype(
    [
        ("article", np.int64),  # 0: retired by a newer edition
        ("event", np.int64),
        ("published", np.float64),
        ("length", np.int32),
        ("title", np.int64),
        ("bare", np.bool_),  # nothing but a headline
        ("story", np.int64),
    ]
)


@dataclass(frozen=True, slots=True)
class Member:
    """What grouping needs to know of one article.

    `signature` is `monitor.text.fingerprint.signature` of the normalised text (256 bytes),
    `length` its `letters`, `marks` its `marks_of`; None takes those of the title alone. `story` is
    the line of its `Story`; with an empty one it meets near-duplicates alone. `event` is None for
    an article that has none yet.
    """

    article: int
    event: int | None
    signature: bytes
    published: datetime
    title: str
    length: int
    marks: str | None = None
    story: str = ""


def readable(member: Member) -> bool:
    """Whether the member's signature and story can be compared; `Window` refuses others."""
    return Story.legible(member.story) and len(member.signature) == SIGNATURE_BYTES


def signatures_of(members: Sequence[Member]) -> Signatures:
    """(n, 64) buckets. Raises ValueError naming the articles whose signature has another size."""
    broken = [m.article for m in members if len(m.signature) != SIGNATURE_BYTES]
    if broken:
        raise ValueError(f"a signature has {SIGNATURE_BYTES} bytes, unlike that of {broken[:5]}")
    return as_array([member.signature for member in members])


class Held:
    """Rows of members by slot; slots from `size` on hold newcomers that are not taken in yet.

    Some 1,500 bytes an article; at most one and a half times `capacity` articles at any moment.
    """

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.size = 0
        self.rows = np.zeros(64, _ROW)
        self.signatures: Signatures = np.zeros((64, BUCKETS), np.uint32)
        self.stories: Rows = np.zeros(64, STORY_ROW)
        self.marks: list[str] = []
        self.bands = Bands()
        self.leads = Leads()
        self._slot_of: dict[int, int] = {}
        self._times = np.zeros(0)
        self._themes: Keys = np.zeros(0, np.uint64)

    def __len__(self) -> int:
        return len(self._slot_of)

    def newest(self) -> datetime | None:
        """The latest publication among those held; the last day of the calendar is left out."""
        if not self.size:
            return None
        latest = float(self.rows["published"][: self.size].max())
        # A float cannot tell its last microsecond from the year 10000, which no datetime names.
        return datetime.fromtimestamp(min(latest, _LAST_DAY), UTC)

    def news(self, members: Iterable[Member]) -> list[Member]:
        """Those that are not held as they are; of one whose event alone moved, the row follows.

        A row held twice would be met twice, in the place of another (`bands.NEWEST`).
        """
        news: list[Member] = []
        for member in members:
            slot = self._slot_of.get(member.article)
            if slot is None or not self._same(slot, member):
                news.append(member)
            else:
                self.rows["event"][slot] = member.event
        return news

    def take(self, members: Sequence[Member], signatures: Signatures) -> None:
        """Take members in, into room reserved; an older row of the same article is retired."""
        self.write(members, signatures)
        keys: Keys = band_keys(signatures)
        retired = []
        for slot, member in enumerate(members, self.size):
            before = self._slot_of.get(member.article)
            if before is not None:
                self.rows["article"][before] = 0
                retired.append(before)
            self._slot_of[member.article] = slot
        if retired:
            self.leads.drop(np.array(retired))
            self._times = _without(self._times, self._moments(retired))
            self._themes = _without(self._themes, self._matters(retired))
        taken = slice(self.size, self.size + len(members))
        self._times = _with(self._times, self._moments(taken))
        self._themes = _with(self._themes, self._matters(taken))
        self.bands.add(keys, self.size)
        self.leads.add(self.terms(taken), self.size)
        self.size += len(members)

    def company(self, count: int, span_s: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """For each of `count` newcomers how many articles lie within the span around it, of the
        members and the newcomers before; and how many of them have each of its matters."""
        behind = slice(self.size, self.size + count)
        mine, matters = self.rows["published"][behind], self.stories["matters"][behind]
        near = np.tril(np.abs(mine[:, None] - mine) <= span_s, -1)
        known = np.searchsorted(self._times, mine + span_s, side="right")
        known = known - np.searchsorted(self._times, mine - span_s)
        ends = np.searchsorted(self._themes, _dated(matters, mine + span_s), side="right")
        themes = ends - np.searchsorted(self._themes, _dated(matters, mine - span_s))
        which, place = np.unique(matters, return_inverse=True)
        place = place.reshape(matters.shape)
        has = np.zeros((count, len(which)), np.float32)
        np.put_along_axis(has, place, 1, axis=1)
        themes += np.take_along_axis(near.astype(np.float32) @ has, place, axis=1).astype(np.int64)
        return known + near.sum(axis=1), themes

    def terms(self, slots: slice) -> Terms:
        """What the articles of these slots are looked up by."""
        rows = self.rows[slots]
        return terms_of(self.stories[slots], rows["published"], rows["article"])

    def write(self, members: Sequence[Member], signatures: Signatures) -> None:
        """Write newcomers behind the members, into room reserved; they are not taken in."""
        rows = slice(self.size, self.size + len(members))
        self.signatures[rows] = signatures
        self.rows["article"][rows] = [member.article for member in members]
        self.rows["event"][rows] = [member.event or 0 for member in members]
        self.rows["published"][rows] = [member.published.timestamp() for member in members]
        self.rows["length"][rows] = [member.length for member in members]
        self.rows["title"][rows] = [_title(member) for member in members]
        self.rows["bare"][rows] = [letters(m.title, "") == m.length > 0 for m in members]
        self.rows["story"][rows] = [hash(member.story) for member in members]
        self.stories[rows] = rows_of([member.story for member in members])
        self.stories["title"][rows] = titles_of([member.title for member in members])
        del self.marks[self.size :]
        self.marks += [_marks(member) for member in members]

    def reserve(self, more: int, wanted: Sequence[Stretch]) -> bool:
        """Room for more rows, by letting go what was not published in `wanted`, or by growing.

        Returns whether rows were let go.
        """
        room = len(self.rows)
        if self.size + more <= room:
            return False
        keep = self._living(wanted)
        dropped = self.size - len(keep)
        if dropped * 4 < self.size and self.size + more <= self.capacity * 5 // 4:
            grown = min(max(room * 2, self.size + more), self.capacity * 5 // 4)
            self._carry(slice(0, self.size), self.size, grown)
            return False
        self._rebuild(keep, more)
        return True

    def _same(self, slot: int, member: Member) -> bool:
        row = self.rows[slot]
        return bool(
            row["published"] == member.published.timestamp()
            and row["length"] == member.length
            and row["title"] == _title(member)
            and row["story"] == hash(member.story)
            and self.marks[slot] == _marks(member)
            and self.signatures[slot].tobytes() == member.signature
        )

    def _living(self, wanted: Sequence[Stretch]) -> NDArray[np.int64]:
        """Slots still wanted, oldest first: not retired, in a stretch, at most the capacity."""
        published = self.rows["published"][: self.size]
        alive = np.zeros(self.size, np.bool_)
        for stretch in wanted:
            since, until = stretch.since.timestamp(), stretch.until.timestamp()
            alive |= (published >= since) & (published <= until)
        alive &= self.rows["article"][: self.size] > 0
        slots = np.flatnonzero(alive)
        if len(slots) > self.capacity:
            newest = np.argsort(published[slots], kind="stable")[-self.capacity :]
            slots = np.sort(slots[newest])
        return slots

    def _carry(self, keep: slice | NDArray[np.int64], count: int, room: int) -> None:
        """Carry the rows `keep`, `count` of them, over to tables with more room."""
        rows, signatures = np.zeros(room, _ROW), np.zeros((room, BUCKETS), np.uint32)
        rows[:count], signatures[:count] = self.rows[keep], self.signatures[keep]
        stories = np.zeros(room, STORY_ROW)
        stories[:count] = self.stories[keep]
        self.rows, self.signatures, self.stories = rows, signatures, stories

    def _rebuild(self, keep: NDArray[np.int64], more: int) -> None:
        self._carry(keep, len(keep), max(64, len(keep) * 3 // 2, len(keep) + more))
        self.marks = [self.marks[slot] for slot in keep]
        self.size = len(keep)
        articles = self.rows["article"][: self.size].tolist()
        self._slot_of = {article: slot for slot, article in enumerate(articles)}
        self.bands = Bands()
        self.bands.add(band_keys(self.signatures[: self.size]), 0)
        self.leads = Leads()
        self.leads.add(self.terms(slice(0, self.size)), 0)
        self._times = np.sort(self._moments(slice(0, self.size)))
        self._themes = np.sort(self._matters(slice(0, self.size)))

    def _moments(self, slots: slice | list[int]) -> NDArray[np.float64]:
        return np.asarray(self.rows["published"][slots])

    def _matters(self, slots: slice | list[int]) -> Keys:
        """What the articles of these slots tell of, and when."""
        matters = self.stories["matters"][slots]
        return np.asarray(_dated(matters, self._moments(slots))[matters != 0])


def _dated(matters: NDArray[np.uint32], moments: NDArray[np.float64]) -> Keys:
    """(n, k) a matter and, below it, the second of its article."""
    seconds = np.clip(moments, 0, (1 << 32) - 1).astype(np.uint64)
    return matters.astype(np.uint64) << np.uint64(32) | seconds[:, None]


def _with(known: NDArray[Number], more: NDArray[Number]) -> NDArray[Number]:
    more = np.sort(more)
    return np.insert(known, np.searchsorted(known, more), more)


def _without(known: NDArray[Number], less: NDArray[Number]) -> NDArray[Number]:
    """Without these, each as often as it is named."""
    less = np.sort(less)
    again = np.arange(len(less)) - np.searchsorted(less, less)
    return np.delete(known, np.searchsorted(known, less) + again)


def _title(member: Member) -> int:
    return hash(member.title.strip().casefold())


def _marks(member: Member) -> str:
    return marks_of(member.title, "") if member.marks is None else member.marks
