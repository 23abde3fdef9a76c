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

from django.db import models
from django.utils import timezone

from monitor.index import IndexUnavailable
from monitor.models.claims import Claim, Lane
from monitor.models.illness import ILL, broken, mend, repeated
from monitor.pipeline import meters, wake
from monitor.stack.records import within

log = logging.getLogger(__name__)

TURN_S = 5.0
"""How long one hint may keep a process; then others get their turn."""
LEASE_SLACK = timedelta(seconds=5)
"""lease = limit + slack: how late the kill of a process can make a row."""
REST = timedelta(seconds=10)
"""How long rows are left alone after the database or the index failed under them."""
FAILURE_CHARACTERS = 4000
NAMED = 20
"""Rows of a failed batch that its log line names."""
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

    `waiting` looks without claiming; `limit` is the longest a batch may take. `due` gives the rows
    that wait, in the lane's order, for steps whose backlog can be too long to be counted every
    few seconds.
    """

    name: str
    queue: str
    limit: timedelta
    batch: Callable[[], int]
    waiting: Callable[[datetime], Waiting]
    due: Callable[[datetime], models.QuerySet] | None = None

    def has_work(self, now: datetime) -> bool:
        """Whether a row waits, without counting them."""
        return bool(self.waiting(now).rows) if self.due is None else some(self.due(now))

    def run(self) -> int:
        """Work off one hint; returns the number of rows done. An ill database ends the turn.

        A turn that ends with work left hints the next one itself: the sweep's hints alone, one
        every few seconds, would keep no more than two processes busy with a backlog.
        """
        done, end = 0, time.monotonic() + TURN_S
        with within(self.name):
            while time.monotonic() < end:
                mend()
                try:
                    with meters.batch(self.name) as taken:
                        taken.rows = self.batch()
                except ILL as error:
                    log.warning("%s 停下，数据库暂不可用，稍后接着做：%s", self.name, error)
                    break
                if not taken.rows:
                    break
                done += taken.rows
            else:
                wake.hint(self.name)
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
    except (*ILL, IndexUnavailable) as error:
        if broken():
            raise  # no row can be written any more in the transaction around us: it is lost whole
        until, words = timezone.now() + REST, str(error)[-FAILURE_CHARACTERS:]
        mend()
        repeated(lambda: lane.release(claims, words, until, blameless=True))
        meters.failed(lane.step, meters.UNAVAILABLE)
        log.warning(
            "%s 暂不能进行，%d 秒后再试：%s",
            lane.step,
            REST.seconds,
            error,
            extra=_about(lane, claims),
        )
    except Exception:
        lane.release(claims, traceback.format_exc()[-FAILURE_CHARACTERS:])
        meters.failed(lane.step, meters.ERROR)
        log.exception(
            "%s 一批 %d 行出错，将重试", lane.step, len(claims), extra=_about(lane, claims)
        )


def _about(lane: Lane, claims: Sequence[Claim]) -> dict[str, object]:
    """Which rows a log line is about: `{"article": 12}`, or the first of several."""
    keys = [claim.key for claim in claims[:NAMED]]
    return {str(lane.model._meta.model_name): keys[0] if len(keys) == 1 else keys}


def some(rows: models.QuerySet) -> bool:
    """Whether there is any of these. They have to be in the order of the index on what is due;
    `exists` would drop it, and the planner look for the first through the whole table."""
    return bool(rows.values_list("pk", flat=True)[:1])


def waiting(rows: models.QuerySet, since: str, now: datetime) -> Waiting:
    """Count what is due and the age of its oldest, by the instant column `since`."""
    found = rows.order_by().aggregate(n=models.Count("pk"), oldest=models.Min(since))
    age = (now - found["oldest"]).total_seconds() if found["oldest"] else 0.0
    return Waiting(found["n"], max(age, 0.0))
