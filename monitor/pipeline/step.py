"""What a step is, and how one hint is worked off.

A step claims the oldest due batch until none is left or its turn has passed.
"""

import logging
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import OperationalError, models
from django.utils import timezone

from monitor.index import IndexUnavailable
from monitor.models.claims import Claim, Lane

log = logging.getLogger(__name__)

TURN_S = 5.0
"""How long one hint may keep a process; then others get their turn."""
LEASE_SLACK = timedelta(seconds=5)
"""lease = limit + slack: how late the kill of a process can make a row."""
REST = timedelta(seconds=10)
"""How long rows are left alone after the database or the index failed under them."""
FAILURE_CHARACTERS = 4000
CHARACTERS = 2_000_000
"""Text that one batch of articles may hold."""


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


def affordable(lane: Lane, claims: list[Claim]) -> list[Claim]:
    """As many claimed articles as fit CHARACTERS, at least one; the others are given back.

    A batch is meant for articles of some hundred characters; four hundred gazettes of a hundred
    thousand each would outlast the limit and hold half a gigabyte.
    """
    sizes = dict(
        lane.model._default_manager.filter(pk__in=[claim.key for claim in claims]).values_list(
            "pk", "size"
        )
    )
    kept, total = 0, 0
    for claim in claims:
        total += sizes.get(claim.key, 0)
        if kept and total > CHARACTERS:
            break
        kept += 1
    if claims[kept:]:
        lane.release(claims[kept:], blameless=True)
    return claims[:kept]


@contextmanager
def attempt(lane: Lane, claims: Sequence[Claim]) -> Iterator[None]:
    """Work on claimed rows; whatever goes wrong, they are given back with the reason on them.

    An ill database or index is not the rows' fault: they rest a while and lose no try. Anything
    else counts, so that a row which nobody can digest ends in quarantine and not in a loop.
    """
    try:
        yield
    except (OperationalError, IndexUnavailable) as error:
        until = timezone.now() + REST
        lane.release(claims, str(error)[-FAILURE_CHARACTERS:], until, blameless=True)
        log.warning("%s 暂不能进行，%d 秒后再试：%s", lane.step, REST.seconds, error)
    except Exception:
        lane.release(claims, traceback.format_exc()[-FAILURE_CHARACTERS:])
        log.exception("%s 一批 %d 行出错，将重试", lane.step, len(claims))


def waiting(rows: models.QuerySet, since: str, now: datetime) -> Waiting:
    """Count what is due and the age of its oldest, by the instant column `since`."""
    found = rows.order_by().aggregate(n=models.Count("pk"), oldest=models.Min(since))
    age = (now - found["oldest"]).total_seconds() if found["oldest"] else 0.0
    return Waiting(found["n"], max(age, 0.0))
