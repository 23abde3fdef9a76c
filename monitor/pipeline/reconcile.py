"""reconcile: do the rows and the index agree? Every night, and whenever somebody asks.

Only days whose sums differ are read. An article that the index lacks or has with another rev
gets a higher rev, which the index step then writes; what no row speaks of is taken out.
"""

import time
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as clock
from math import inf

from django.utils import timezone

from monitor.index import Sum
from monitor.models import Reconciliation
from monitor.pipeline import wake
from monitor.pipeline.chores import AGAIN, Duty, daily
from monitor.pipeline.compare import differences, raise_revs, row_sums, take_out
from monitor.pipeline.difference import NOTHING, Difference, differing_days
from monitor.pipeline.index import search_index, state

AT = clock(3, 10)
"""When, in Shanghai, the nightly comparison begins."""
TURN_S = 50.0
"""How long the nightly one may take before it leaves the other days to its next turn; what it has
begun by then (two requests of 20 s) still fits the limit of a chore."""
KEPT = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Differing:
    """A Shanghai day on which rows and index did not agree, and in how many articles."""

    day: date
    rows: Sum
    held: Sum
    missing: int
    stale: int
    strange: int


@dataclass(frozen=True, slots=True)
class Balance:
    """What a comparison found; `whole` is False when its time was up before the last day."""

    generation: str
    articles: int
    days: int
    differing: tuple[Differing, ...]
    whole: bool

    @property
    def missing(self) -> int:
        return sum(one.missing for one in self.differing)

    @property
    def stale(self) -> int:
        return sum(one.stale for one in self.differing)

    @property
    def strange(self) -> int:
        return sum(one.strange for one in self.differing)

    @property
    def words(self) -> str:
        said = f"核对 {self.articles} 篇、{self.days} 天，"
        if self.differing:
            said += (
                f"{len(self.differing)} 天不一致：检索库缺 {self.missing} 篇、"
                f"旧 {self.stale} 篇、多 {self.strange} 篇"
            )
        else:
            said += "全部一致"
        return said if self.whole else f"{said}；时间到，其余各天稍后接着核对"


def reconcile(*, dry_run: bool = False, budget_s: float = inf) -> Balance:
    """Compare the rows with the active generation and mend what differs, unless `dry_run`.

    Newest days first, for `budget_s` seconds. Raises IndexUnavailable; what was mended until
    then stays mended.
    """
    end = time.monotonic() + budget_s
    began, generation = timezone.now(), state().active
    record = None
    if not dry_run:
        record = Reconciliation.objects.create(began=began, generation=generation)
    rows = row_sums()
    differing, whole = [], time.monotonic() <= end
    held = search_index().sums(generation) if whole else {}
    for day in differing_days(rows, held):
        if time.monotonic() > end:
            whole = False
            break
        found = _lasting(generation, day)
        if not found:
            continue
        differing.append(
            Differing(
                day,
                rows.get(day, NOTHING),
                held.get(day, NOTHING),
                len(found.missing),
                len(found.stale),
                len(found.strange),
            )
        )
        if not dry_run:
            _mend(generation, found)
    articles = sum(one.count for one in rows.values())
    balance = Balance(generation, articles, len(rows), tuple(differing), whole)
    if record is not None:
        _write_down(record, balance)
    return balance


def _lasting(generation: str, day: date) -> Difference:
    found, rows = differences(generation, day)
    return found.lasting(rows)


def _mend(generation: str, found: Difference) -> None:
    """Have the index step write what is missing or stale; take out what is strange."""
    take_out(generation, found.strange)
    # A strange one may have its row on another day, whose document was just taken out as well.
    raise_revs({**dict.fromkeys(found.missing, 0), **found.stale, **found.strange})
    wake.hint("index")


def _write_down(record: Reconciliation, balance: Balance) -> None:
    record.articles, record.days = balance.articles, balance.days
    record.days_differing = len(balance.differing)
    record.missing, record.stale = balance.missing, balance.stale
    record.strange = balance.strange
    record.ended = timezone.now() if balance.whole else None
    record.save()
    Reconciliation.objects.filter(began__lt=record.began - KEPT).delete()


def _work() -> str:
    return reconcile(budget_s=TURN_S).words


def _following(now: datetime) -> datetime:
    """The next night; soon, if the last comparison did not come to its end."""
    last = Reconciliation.objects.first()
    if last and not last.ended and last.began > now - timedelta(days=1):
        return now + AGAIN
    return daily(AT)(now)


DUTY = Duty("reconcile", _work, _following)
