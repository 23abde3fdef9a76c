"""What a briefing consists of, frozen: every number stands with its query and its articles."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from monitor.words import Level, Sentiment, day_bounds, day_of, week_of

ARTICLES, EVENTS, SOURCES, ALERTS = "篇", "起", "个", "条"


@dataclass(frozen=True)
class Period:
    """Shanghai days `first..last`, both included."""

    first: date
    last: date

    @property
    def bounds(self) -> tuple[datetime, datetime]:
        """The half-open UTC interval of the period."""
        return day_bounds(self.first, self.last)

    @property
    def length(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def days(self) -> tuple[date, ...]:
        return tuple(self.first + timedelta(days=n) for n in range(self.length))

    @property
    def before(self) -> "Period":
        """As many days, ending the day before this period begins."""
        return Period(self.first - timedelta(days=self.length), self.first - timedelta(days=1))

    @property
    def is_week(self) -> bool:
        return week_of(self.first) == (self.first, self.last)

    @property
    def this(self) -> str:
        return "本周" if self.is_week else "本期"

    @property
    def previous(self) -> str:
        return "上周" if self.is_week else "上期"

    @property
    def number(self) -> str:
        """2026年第47期 by the ISO week (GB/T 7408.1); other periods are named by their days."""
        if self.is_week:
            year, week, _ = self.first.isocalendar()
            return f"{year}年第{week}期"
        return f"{self.first:%Y%m%d}—{self.last:%Y%m%d}"

    @property
    def label(self) -> str:
        """2026年11月16日至22日, as short as stays clear."""
        first, last = self.first, self.last
        label = f"{first.year}年{first.month}月{first.day}日"
        if first == last:
            return label
        if first.year != last.year:
            return f"{label}至{last.year}年{last.month}月{last.day}日"
        month = "" if first.month == last.month else f"{last.month}月"
        return f"{label}至{month}{last.day}日"


@dataclass(frozen=True)
class Row:
    """An article as the briefing read it; titles and outlets are a stranger's text."""

    id: int
    published: datetime
    source: str
    outlet: str
    title: str
    link: str
    sentiment: Sentiment
    event: int | None
    level: Level | None = None
    topics: tuple[str, ...] = ()

    @cached_property
    def day(self) -> date:
        return day_of(self.published)


@dataclass(frozen=True, slots=True)
class Figure:
    """One number. In articles it is `len(articles)`; events, sources and alerts are counted
    among those articles. `surplus` is how many further articles of its days the query finds
    (0: exactly these), None when the query language cannot say it."""

    code: str
    group: str
    name: str
    value: int
    unit: str
    articles: tuple[int, ...]
    query: str
    surplus: int | None = 0


@dataclass(frozen=True, slots=True)
class Change:
    """A number of this period beside the one before, both over the common sources."""

    now: Figure
    before: Figure

    @property
    def difference(self) -> int:
        return self.now.value - self.before.value

    @property
    def rate(self) -> float | None:
        """As a fraction of the earlier number; None where that is 0."""
        return self.difference / self.before.value if self.before.value else None


@dataclass(frozen=True, slots=True)
class Measure:
    """A number over all sources, and how it changed where that can be said."""

    all: Figure
    change: Change | None


@dataclass(frozen=True, slots=True)
class TopicLine:
    """One 监测专题 with its articles by sentiment."""

    name: str
    total: Measure
    tones: dict[Sentiment, Figure]


@dataclass(frozen=True, slots=True)
class EventLine:
    """One 重点事件; counts are of this period, `began` and `first_source` of its whole life."""

    title: str
    began: datetime
    first_source: str
    total: Figure
    negative: Figure
    sources: tuple[tuple[str, int], ...]
    alert: str
    level: Level | None


@dataclass(frozen=True, slots=True)
class AlertLine:
    """One alert raised in the period and how far its telling went (`state`, in words)."""

    number: str
    level: Level
    headline: str
    created: datetime
    state: str
    articles: Figure


@dataclass(frozen=True, slots=True)
class Coverage:
    """Which sources (names) the change rests on: `common` were alive in both periods."""

    common: tuple[str, ...]
    gained: tuple[str, ...]
    silent: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Nothing is left out, so that the change is over all articles."""
        return not self.gained and not self.silent


@dataclass(frozen=True, slots=True)
class Counting:
    """What 说明 must tell beside the coverage; `models` are ids of the scoring models."""

    models: tuple[str, ...]
    waiting: int
    stale_hours: float
    taken: datetime


@dataclass(frozen=True, slots=True)
class Briefing:
    """One briefing, read at one moment. `figures` are all numbers in it, `rows` all articles
    of both periods, newest first; `names` gives sources' and topics' names by slug."""

    office: str
    period: Period
    counting: Counting
    coverage: Coverage
    total: Measure
    tones: dict[Sentiment, Measure]
    days: dict[date, Measure]
    sensitive_days: dict[date, Measure]
    sources: Figure
    events: Figure
    alerts: Figure
    topics: tuple[TopicLine, ...]
    top: tuple[EventLine, ...]
    raised: tuple[AlertLine, ...]
    figures: tuple[Figure, ...]
    rows: tuple[Row, ...]
    source_names: dict[str, str]
    numbers: dict[int, str]
    """event → number of its alert"""
