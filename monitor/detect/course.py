"""The course of an event: how it began, when it was loudest, and whether it grows or dies down."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from monitor.words import SHANGHAI

NOW_HOURS = 6
"""What is said in these last hours is compared with the pace of the day before."""
DAY_HOURS = 24
GROWS = 1.5
"""Times the pace of the day before, from which an event grows; a doubling of few articles is
within chance, so it takes LEAST of them."""
LEAST = 3
FADES = 0.25
"""Share of the loudest day's articles under which the last day's are an echo."""


class State(Enum):
    """状态 of an event."""

    GROWING = "发酵"
    STEADY = "平稳"
    FADING = "消退"


@dataclass(frozen=True, slots=True)
class Course:
    """`first` and `newest` publication; `peak` is the Shanghai hour with the most articles, `most`
    their number, of equals the earliest; `state` as of the moment that was asked for."""

    first: datetime
    newest: datetime
    peak: datetime
    most: int
    state: State


def course(published: Sequence[datetime], now: datetime) -> Course:
    """The course of the articles published at these moments. Raises ValueError for none."""
    if not published:
        raise ValueError("an event without articles has no course")
    hours = Counter(_hour(moment) for moment in published)
    peak = min(hours, key=lambda hour: (-hours[hour], hour))
    state = _state(published, now)
    return Course(min(published), max(published), peak, hours[peak], state)


def _state(published: Sequence[datetime], now: datetime) -> State:
    ages = [(now - moment) / timedelta(hours=1) for moment in published]
    recent = sum(age < NOW_HOURS for age in ages)
    before = sum(NOW_HOURS <= age < NOW_HOURS + DAY_HOURS for age in ages)
    if recent >= LEAST and recent >= GROWS * before * NOW_HOURS / DAY_HOURS:
        return State.GROWING
    days = Counter(int(max(age, 0) // DAY_HOURS) for age in ages)
    return State.FADING if days[0] < FADES * max(days.values()) else State.STEADY


def _hour(moment: datetime) -> datetime:
    return moment.astimezone(SHANGHAI).replace(minute=0, second=0, microsecond=0)
