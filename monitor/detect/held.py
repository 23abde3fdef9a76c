"""The articles that a window holds: tables of numbers that grow, let go and are rebuilt."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from monitor.detect.bands import BUCKETS, Bands, Keys, Signatures, band_keys
from monitor.detect.marks import marks_of
from monitor.detect.stretches import Stretch
from monitor.text.fingerprint import SIGNATURE_BYTES, as_array

_LAST_DAY = datetime(9999, 12, 31, tzinfo=UTC).timestamp()
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


def readable(member: Member) -> bool:
    """Whether the member's signature can be compared; `Window` refuses one that cannot."""
    return len(member.signature) == SIGNATURE_BYTES


def signatures_of(members: Sequence[Member]) -> Signatures:
    """(n, 64) buckets. Raises ValueError naming the articles that are not `readable`."""
    broken = [member.article for member in members if not readable(member)]
    if broken:
        raise ValueError(f"a signature has {SIGNATURE_BYTES} bytes, unlike that of {broken[:5]}")
    return as_array([member.signature for member in members])


class Held:
    """Rows of members by slot; slots from `size` on hold newcomers that are not taken in yet.

    Some 800 bytes an article; at most one and a half times `capacity` articles at any moment.
    """

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.size = 0
        self.rows = np.zeros(64, _ROW)
        self.signatures: Signatures = np.zeros((64, BUCKETS), np.uint32)
        self.marks: list[str] = []
        self.bands = Bands()
        self._slot_of: dict[int, int] = {}

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
        for slot, member in enumerate(members, self.size):
            before = self._slot_of.get(member.article)
            if before is not None:
                self.rows["article"][before] = 0
            self._slot_of[member.article] = slot
        self.bands.add(keys, self.size)
        self.size += len(members)

    def write(self, members: Sequence[Member], signatures: Signatures) -> None:
        """Write newcomers behind the members, into room reserved; they are not taken in."""
        rows = slice(self.size, self.size + len(members))
        self.signatures[rows] = signatures
        self.rows["article"][rows] = [member.article for member in members]
        self.rows["event"][rows] = [member.event or 0 for member in members]
        self.rows["published"][rows] = [member.published.timestamp() for member in members]
        self.rows["length"][rows] = [member.length for member in members]
        self.rows["title"][rows] = [_title(member) for member in members]
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
        self.rows, self.signatures = rows, signatures

    def _rebuild(self, keep: NDArray[np.int64], more: int) -> None:
        self._carry(keep, len(keep), max(64, len(keep) * 3 // 2, len(keep) + more))
        self.marks = [self.marks[slot] for slot in keep]
        self.size = len(keep)
        articles = self.rows["article"][: self.size].tolist()
        self._slot_of = {article: slot for slot, article in enumerate(articles)}
        self.bands = Bands()
        self.bands.add(band_keys(self.signatures[: self.size]), 0)


def _title(member: Member) -> int:
    return hash(member.title.strip().casefold())


def _marks(member: Member) -> str:
    return marks_of(member.title, "") if member.marks is None else member.marks
