"""Retry-After, as seconds (RFC 9110 §10.2.3: a number of seconds or an HTTP date)."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

MAX_WAIT = 24 * 3600.0
"""A server may ask for a day; a longer wish is a mistake or an attack on our patience."""


def retry_after(value: str | None, date: str | None, now: datetime | None) -> float | None:
    """Seconds to wait, 0 … 86,400, or None if the header is absent or unreadable.

    An HTTP date is counted from the server's own Date, so that its clock may be wrong;
    without one from `now`.
    """
    if not value:
        return None
    value = value.strip()
    if value.isascii() and value.isdigit():
        return min(float(value[:9]), MAX_WAIT)
    until, start = _instant(value), _instant(date) or now
    if until is None or start is None:
        return None
    return min(max((until - start).total_seconds(), 0.0), MAX_WAIT)


def _instant(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        instant = parsedate_to_datetime(text)
    except ValueError:
        return None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
