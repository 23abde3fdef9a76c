"""Bars over time: no day is left out, nothing is counted twice."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as some

from monitor.web.plot import HEIGHT, WIDTH, by_day, by_time

DAYS = some.dictionaries(
    some.dates(date(2024, 1, 1), date(2026, 12, 31)), some.integers(1, 500), min_size=1, max_size=30
)


@given(DAYS)
def test_bars_hold_every_article_in_order_inside_the_drawing(days: dict[date, int]) -> None:
    plot = by_day(days)
    assert plot is not None
    assert plot.total == sum(days.values())
    assert len(plot.bars) <= 70
    ends = [(bar.x, bar.x + bar.width) for bar in plot.bars]
    assert all(a[1] <= b[0] for a, b in pairwise(ends))
    assert all(0 <= bar.y <= HEIGHT and bar.x + bar.width <= WIDTH for bar in plot.bars)
    for day, count in days.items():
        (bar,) = (
            bar for bar in plot.bars if bar.first and bar.last and bar.first <= day <= bar.last
        )
        assert bar.count >= count


def test_days_without_articles_have_their_place() -> None:
    plot = by_day({date(2026, 11, 1): 3, date(2026, 11, 4): 1})
    assert plot is not None
    assert [bar.count for bar in plot.bars] == [3, 0, 0, 1]
    assert plot.labels == ("11月1日", "11月4日")
    assert "共 4 篇" in plot.words


def test_nothing_found_draws_nothing() -> None:
    assert by_day({}) is None
    assert by_time([]) is None


def test_an_event_is_drawn_as_finely_as_can_be_read() -> None:
    start = datetime(2026, 11, 1, 3, tzinfo=UTC)
    for length, unit in (
        (timedelta(minutes=20), "分钟"),
        (timedelta(hours=3), "10 分钟"),
        (timedelta(hours=30), "小时"),
        (timedelta(days=9), "日"),
    ):
        plot = by_time([start, start + length], [(start + length / 2, "首报")])
        assert plot is not None
        assert plot.unit == unit
        assert plot.total == 2
        assert abs(plot.flags[0].x - WIDTH / 2) < WIDTH / 5


def test_a_single_moment_needs_no_plot() -> None:
    assert by_time([datetime(2026, 11, 1, tzinfo=UTC)]) is None
