"""What is read for a briefing, before anything is counted."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from monitor.briefing.values import Counting, Period, Row
from monitor.query import Names
from monitor.words import Level, Sentiment

TOP_EVENTS = 10
SMALLEST_EVENT = 2
"""An event without an alert is worth a line from this many articles on."""


@dataclass(frozen=True, slots=True)
class Raised:
    """An alert as rows tell it; `state` in words."""

    event: int
    number: str
    level: Level
    headline: str
    created: datetime
    state: str


@dataclass(frozen=True, slots=True)
class Life:
    """An event beyond the period: its title, when and where it was first told."""

    title: str
    began: datetime
    first_source: str


@dataclass(frozen=True)
class Material:
    """All that was read, at one moment. `rows` are the findable articles of both periods,
    newest first; `alive` and `alive_before` the sources (slugs) alive in each; `raised` the
    alerts of the period, `alerted` every alert's number and level by event."""

    office: str
    period: Period
    rows: tuple[Row, ...]
    alive: frozenset[str]
    alive_before: frozenset[str]
    raised: tuple[Raised, ...]
    alerted: Mapping[int, tuple[str, Level]]
    counting: Counting
    names: Names
    source_names: Mapping[str, str]
    topic_names: Mapping[str, str]


def prominent(rows: Iterable[Row], alerted: Mapping[int, tuple[str, Level]]) -> list[int]:
    """重点事件 of one period: alerts first, the gravest first, then by articles and negativity."""
    count: Counter[int] = Counter()
    negative: Counter[int] = Counter()
    for row in rows:
        if row.event is not None:
            count[row.event] += 1
            negative[row.event] += row.sentiment is Sentiment.NEGATIVE
    worth = [event for event, n in count.items() if event in alerted or n >= SMALLEST_EVENT]
    worth.sort(
        key=lambda event: (
            alerted[event][1] if event in alerted else Level.IV + 1,
            -count[event],
            -negative[event],
            event,
        )
    )
    return worth[:TOP_EVENTS]
