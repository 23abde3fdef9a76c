"""What people are told once an event was judged: its alert, or what is new about it, or nothing.

One event, one alert. An event whose newest article is old when it is first judged is recorded and
not pushed; it is pushed once it goes on. Inside a known event a call for rescue, a higher toll or a
new place is told at once, whatever was answered or called a false alarm; mere growth is told when
it has reached the factor since people were last told, unless the event was answered some hours ago
(then it is reprints of the answer).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto

from monitor.detect.facts import EventView
from monitor.detect.news import AT_ONCE, GROWTH_FACTOR, Snapshot, news
from monitor.detect.risk import Assessment
from monitor.words import Reason


class Act(Enum):
    """RECORD and RAISE make the event's alert, unpushed and pushed; PUSH sends a recorded one;
    NEWS and GROWTH tell about one that was pushed."""

    NOTHING = auto()
    RECORD = auto()
    RAISE = auto()
    PUSH = auto()
    NEWS = auto()
    GROWTH = auto()


@dataclass(frozen=True, slots=True)
class Known:
    """The event's alert: the snapshot people were last told, whether it was pushed, and whether a
    person called it false."""

    told: Snapshot
    pushed: bool
    false_alarm: bool = False


@dataclass(frozen=True, slots=True)
class Telling:
    """What to do; `reasons` go into the message, `told` is the snapshot to keep if it is done."""

    act: Act
    reasons: tuple[Reason, ...]
    told: Snapshot


def telling(
    known: Known | None,
    view: EventView,
    verdict: Assessment,
    now: datetime,
    *,
    growth_factor: float = GROWTH_FACTOR,
    quiet: timedelta = timedelta(hours=24),
    fresh: bool | None = None,
) -> Telling:
    """Decide; `known` is None for an event without an alert. `fresh` overrules that the verdict
    calls the event stale, for an event that a person asks for."""
    fresh = not verdict.stale if fresh is None else fresh
    after = Snapshot.of(view)
    needs = verdict.needs_response and verdict.level is not None
    if known is None:
        act = (Act.RAISE if fresh else Act.RECORD) if needs else Act.NOTHING
        return Telling(act, verdict.reasons, after)
    new = news(known.told, after, growth_factor, view=view)
    at_once = any(reason.code in AT_ONCE for reason in new)
    nothing = Telling(Act.NOTHING, (), known.told)
    if known.false_alarm and not at_once:
        return nothing
    if not known.pushed:
        return Telling(Act.PUSH, verdict.reasons, after) if needs and fresh else nothing
    if not new or verdict.stale or (not at_once and _quiet(verdict, view, now, quiet)):
        return nothing
    return Telling(Act.NEWS if at_once else Act.GROWTH, new, after.told(known.told))


def _quiet(verdict: Assessment, view: EventView, now: datetime, quiet: timedelta) -> bool:
    answers = {
        quote.article
        for reason in verdict.reasons
        if reason.code == "answered"
        for quote in reason.evidence
    }
    known = (*view.articles, *view.answers)
    answered = [article.published for article in known if article.article in answers]
    return bool(answered) and now - min(answered) < quiet
