"""Row keys that are themselves the order of search: newest first is highest first.

A key is the second of publication and, below it, the low bits of the id. Reading a term
backwards then yields hits in order without sorting, a page ends at a key, and a range of
days is a range of keys.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from monitor.words import SHANGHAI

# 2^20 ids share a second before two of them need the same key (see `candidates`). Twenty
# bits rather than thirty make every posting in the index more than a byte shorter.
ID_BITS = 20
_MASK = (1 << ID_BITS) - 1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)


def key(published: datetime, number: int) -> int:
    """The key of an article, if no other holds it."""
    return ((published - _EPOCH) // _SECOND << ID_BITS) | (number & _MASK)


def candidates(published: datetime, number: int) -> Iterator[int]:
    """The keys to try in turn; ids that are 2^20 apart in one second collide."""
    first = key(published, number)
    for step in range(1 << 10):
        yield (first & ~_MASK) | ((first + step) & _MASK)


def instant(row_key: int) -> datetime:
    """The second of publication, UTC."""
    return _EPOCH + (row_key >> ID_BITS) * _SECOND


def key_range(first: date | None, last: date | None) -> tuple[int | None, int | None]:
    """The lowest and highest key of the inclusive Shanghai days; None where it is open."""
    low = key(_start(first), 0) if first is not None else None
    if last is None or last == date.max:
        return low, None
    return low, key(_start(last + timedelta(days=1)), 0) - 1


def _start(day: date) -> datetime:
    """The first instant of a Shanghai day; the calendar's first day began before datetime."""
    if day == date.min:
        return datetime.min.replace(tzinfo=UTC)
    return datetime.combine(day, time(), SHANGHAI).astimezone(UTC)
