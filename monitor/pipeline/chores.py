"""chores: what is done by the clock and not because of a row, each kept going by a row of its own.

A duty may take up to LIMIT and is done by one process at a time; one that failed says so on its
row and is tried again when it is next due. Its next date is written when it is claimed: one that
kills its process is taken up again after AGAIN at the latest, and not at once for ever.
"""

import logging
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db.models import Q
from django.utils import timezone

from monitor.index import IndexUnavailable
from monitor.models import Chore
from monitor.models.claims import Claim, Lane
from monitor.models.illness import ILL, mend, repeated
from monitor.pipeline import meters
from monitor.pipeline.step import FAILURE_CHARACTERS, LEASE_SLACK, Step, Waiting, waiting
from monitor.words import SHANGHAI, day_of

log = logging.getLogger(__name__)

LIMIT = timedelta(seconds=100)
"""With a turn it is less than the broker's `visibility_timeout`, or a hint would come twice."""
AGAIN = timedelta(minutes=10)
"""When a duty that did not come to its end is taken up again."""
FARTHEST = timedelta(days=2)
"""No duty is due later: such a date was written while the clock stood wrong."""

LANE = Lane(Chore, "chores", "due <= %s OR due > %s", "due", LIMIT + LEASE_SLACK, endless=True)


@dataclass(frozen=True)
class Duty:
    """`work` does it and says in words what came of it; `following` is when it is next due."""

    slug: str
    work: Callable[[], str]
    following: Callable[[datetime], datetime]


DUTIES: dict[str, Duty] = {}
"""Every duty of this version; `pipeline.steps` puts them here."""


def daily(*times: time) -> Callable[[datetime], datetime]:
    """The `following` of a duty that is due every day at these Shanghai times."""

    def following(now: datetime) -> datetime:
        today = day_of(now)
        days = (today, today + timedelta(days=1))
        instants = [datetime.combine(day, at, SHANGHAI) for day in days for at in times]
        return min(instant for instant in instants if instant > now)

    return following


def batch() -> int:
    """Do the duty that has been due longest; 0 when there is none."""
    now = timezone.now()
    _enlist(now)
    claims = LANE.claim(now, 1, [now, now + FARTHEST])
    for claim in claims:
        soon = min(DUTIES[claim.key].following(now), now + AGAIN)
        Chore.objects.filter(pk=claim.key, token=claim.token).update(due=soon)
        _do(claim, now)
    return len(claims)


def _enlist(now: datetime) -> None:
    """Rows for the duties of this version, and none for those of another."""
    known = set(Chore.objects.values_list("slug", flat=True))
    if known == set(DUTIES):
        return
    Chore.objects.exclude(slug__in=DUTIES).delete()
    Chore.objects.bulk_create(
        (
            Chore(slug=slug, due=duty.following(now))
            for slug, duty in DUTIES.items()
            if slug not in known
        ),
        ignore_conflicts=True,
    )


def _do(claim: Claim, now: datetime) -> None:
    duty = DUTIES[claim.key]
    failure = ""
    try:
        words = duty.work()
    except (*ILL, IndexUnavailable) as error:
        failure = words = str(error)
        meters.failed(STEP.name, meters.UNAVAILABLE)
        log.warning("%s 没有做成：%s", duty.slug, error)
    except Exception:
        failure = traceback.format_exc()[-FAILURE_CHARACTERS:]
        words = "没有做成，将按时再试，详见日志"
        meters.failed(STEP.name, meters.ERROR)
        log.exception("%s 出错", duty.slug)
    mend()
    repeated(lambda: _close(claim, duty, now, words, failure))


def _close(claim: Claim, duty: Duty, began: datetime, words: str, failure: str) -> None:
    Chore.objects.filter(pk=claim.key, token=claim.token).update(
        due=duty.following(timezone.now()),
        began=began,
        ended=timezone.now(),
        words=words[:500],
        failure=failure,
        owner="",
        until=None,
        attempts=0,
    )


def look(now: datetime) -> Waiting:
    if set(Chore.objects.values_list("slug", flat=True)) != set(DUTIES):
        return Waiting(1, 0.0)
    return waiting(Chore.objects.filter(Q(due__lte=now) | Q(due__gt=now + FARTHEST)), "due", now)


# Not with the pushes: a duty may keep a process for LIMIT.
STEP = Step("chores", "index", LIMIT, batch, look)
