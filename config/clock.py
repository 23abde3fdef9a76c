"""A clock that nobody can set: for whatever must go on when the machine's clock is corrected."""

import time
from datetime import UTC, datetime, timedelta

_BEGAN = datetime.now(UTC)
_THEN = time.monotonic()


def steady() -> datetime:
    """An aware instant that only ever goes forward, one second a second.

    Right when the process started, and comparable within that process alone: never store it.
    """
    return _BEGAN + timedelta(seconds=time.monotonic() - _THEN)
