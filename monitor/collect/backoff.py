"""When a source is polled next: ever more rarely while it fails, but never given up. Pure."""

from datetime import datetime, timedelta
from hashlib import blake2b

LONGEST = 6 * 3600.0
"""Seconds between two attempts at a source that keeps failing, before jitter."""

JITTER = 0.1
"""Part of the delay by which sources are spread. It comes from the slug, so that a source keeps
its place in the interval and a test knows it."""


def next_poll(
    now: datetime, interval: float, failures: int, retry_after: float | None, slug: str
) -> datetime:
    """The next attempt: `interval` seconds after a success (`failures` 0), doubling after each
    failure up to six hours (or the interval, if that is longer), never before `retry_after`
    seconds; up to a tenth later, by the slug.
    """
    longest = max(LONGEST, interval)
    # 2**20 seconds pass six hours from any interval; a larger exponent only overflows.
    delay = min(max(interval, 1.0) * 2.0 ** min(max(failures, 0), 20), longest)
    share = int.from_bytes(blake2b(slug.encode(), digest_size=4).digest()) / 2**32
    spread = max(delay, retry_after or 0.0) * (1 + JITTER * share)
    return now + timedelta(seconds=spread)
