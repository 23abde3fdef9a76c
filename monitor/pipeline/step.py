"""What a step is, and how one hint is worked off.

A step claims the oldest due batch until none is left or its turn has passed.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import models

TURN_S = 5.0
"""How long one hint may keep a process; then others get their turn."""
LEASE_SLACK = timedelta(seconds=5)
"""lease = limit + slack: how late the kill of a process can make a row."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Rows that a step still has to do, and since when the oldest has been waiting, in seconds."""

    rows: int
    oldest_s: float


@dataclass(frozen=True)
class Step:
    """`batch` does one batch and returns how many rows it took (0: nothing due).

    `waiting` looks without claiming; `limit` is the longest a batch may take.
    """

    name: str
    queue: str
    limit: timedelta
    batch: Callable[[], int]
    waiting: Callable[[datetime], Waiting]

    def run(self) -> int:
        """Work off one hint; returns the number of rows done."""
        done, end = 0, time.monotonic() + TURN_S
        while time.monotonic() < end:
            rows = self.batch()
            if not rows:
                break
            done += rows
        return done


def waiting(rows: models.QuerySet, since: str, now: datetime) -> Waiting:
    """Count what is due and the age of its oldest, by the instant column `since`."""
    found = rows.order_by().aggregate(n=models.Count("pk"), oldest=models.Min(since))
    age = (now - found["oldest"]).total_seconds() if found["oldest"] else 0.0
    return Waiting(found["n"], max(age, 0.0))
