"""Bars over time as numbers for a small SVG: shapes only, the template draws them.

The drawing area is 1000 × 100 units and is stretched to its place; labels stand beside it as
text, so that they keep their size on a phone.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from monitor.words import SHANGHAI, week_of

WIDTH, HEIGHT = 1000.0, 100.0
DAYS_MOST, WEEKS_MOST = 62, 26
MINUTES_MOST, TENS_MOST, HOURS_MOST = 45, 8, 60
"""How long bars of a minute, ten minutes and an hour go; the latter two in hours."""
GAP = 0.22
"""Share of a bar's place that stays empty."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: where it stands, what it counts, which days it holds."""

    left: float
    place: float
    x: float
    y: float
    width: float
    height: float
    count: int
    label: str
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class Flag:
    """An instant marked with an upright line."""

    x: float
    label: str


@dataclass(frozen=True, slots=True)
class Plot:
    """`unit` is 日, 周, 月 or 小时; `labels` stand under its two ends."""

    bars: tuple[Bar, ...]
    unit: str
    highest: int
    total: int
    labels: tuple[str, ...]
    flags: tuple[Flag, ...] = ()

    @property
    def words(self) -> str:
        """The plot in one sentence, for those who do not see it."""
        top = max(self.bars, key=lambda bar: bar.count)
        return (
            f"按{self.unit}计的文章数，从{self.labels[0]}到{self.labels[-1]}，共 {self.total} 篇；"
            f"最多的是{top.label}，{top.count} 篇"
        )


Bounds = tuple[date, date]


def by_day(days: Mapping[date, int]) -> Plot | None:
    """A bar a day; over a longer time a bar a week, then a month. None without any day."""
    if not days:
        return None
    first, last = min(days), max(days)
    length = (last - first).days + 1
    if length <= DAYS_MOST:
        return _plot("日", days, lambda day: (day, day), _day_words)
    if length <= WEEKS_MOST * 7:
        return _plot("周", days, week_of, lambda bounds: f"{_day_words(bounds)}起一周")
    return _plot("月", days, _month_of, lambda bounds: f"{bounds[0].year}年{bounds[0].month}月")


def _plot(
    unit: str,
    days: Mapping[date, int],
    bounds_of: Callable[[date], Bounds],
    words: Callable[[Bounds], str],
) -> Plot:
    counts: dict[Bounds, int] = {}
    at, last = bounds_of(min(days)), max(days)
    while at[0] <= last:
        counts[at] = 0
        at = bounds_of(at[1] + timedelta(days=1))
    for day, count in days.items():
        counts[bounds_of(day)] += count
    named = [(words(bounds), count, bounds) for bounds, count in counts.items()]
    return _drawn(unit, named)


def by_time(
    instants: Iterable[datetime], flags: Iterable[tuple[datetime, str]] = ()
) -> Plot | None:
    """A bar a minute, ten minutes, an hour or a day, the finest that is readable.

    None where all of it would be one bar. Flags before the first article are left out.
    """
    found = [instant.astimezone(SHANGHAI) for instant in instants]
    if not found:
        return None
    flagged = [(instant.astimezone(SHANGHAI), label) for instant, label in flags]
    begin = min(found)
    end = max([*found, *(instant for instant, _ in flagged)])
    step, unit, begin = _step(begin, end - begin)
    number = int((end - begin) / step) + 1
    if number == 1:
        return None
    if number > 366:
        days = [instant.date() for instant in found]
        return by_day({day: days.count(day) for day in set(days)})
    counts = [0] * number
    for instant in found:
        counts[int((instant - begin) / step)] += 1
    named = [(_time_words(begin + step * n, unit), count, None) for n, count in enumerate(counts)]
    marks = tuple(
        Flag(round((instant - begin) / (step * number) * WIDTH, 1), label)
        for instant, label in flagged
        if instant >= begin
    )
    return _drawn(unit, named, marks)


def _step(begin: datetime, length: timedelta) -> tuple[timedelta, str, datetime]:
    """How long a bar is, what that is called, and where the first one begins."""
    whole = begin.replace(second=0, microsecond=0)
    if length < timedelta(minutes=MINUTES_MOST):
        return timedelta(minutes=1), "分钟", whole
    if length < timedelta(hours=TENS_MOST):
        return timedelta(minutes=10), "10 分钟", whole.replace(minute=whole.minute // 10 * 10)
    if length < timedelta(hours=HOURS_MOST):
        return timedelta(hours=1), "小时", whole.replace(minute=0)
    return timedelta(days=1), "日", whole.replace(hour=0, minute=0)


def _drawn(
    unit: str, named: Sequence[tuple[str, int, Bounds | None]], flags: tuple[Flag, ...] = ()
) -> Plot:
    highest = max(count for _, count, _ in named)
    place = WIDTH / len(named)
    # A few bars alone would be as broad as doors.
    width = min(place * (1 - GAP), WIDTH / 14)
    bars = []
    for n, (label, count, bounds) in enumerate(named):
        height = max(HEIGHT * count / highest, 2.0) if count else 0.0
        bars.append(
            Bar(
                left=round(n * place, 2),
                place=round(place, 2),
                x=round(n * place + (place - width) / 2, 2),
                y=round(HEIGHT - height, 2),
                width=round(width, 2),
                height=round(height, 2),
                count=count,
                label=label,
                first=bounds[0] if bounds else None,
                last=bounds[1] if bounds else None,
            )
        )
    labels = tuple(dict.fromkeys((named[0][0], named[-1][0])))
    return Plot(tuple(bars), unit, highest, sum(bar.count for bar in bars), labels, flags)


def _month_of(day: date) -> Bounds:
    first = day.replace(day=1)
    return first, (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def _day_words(bounds: Bounds) -> str:
    return f"{bounds[0].month}月{bounds[0].day}日"


def _time_words(instant: datetime, unit: str) -> str:
    day = f"{instant.month}月{instant.day}日"
    if unit == "日":
        return day
    return f"{day} {instant.hour}时" if unit == "小时" else f"{day} {instant:%H:%M}"
