"""Backing off: rarer, never given up, never all at once."""

from datetime import UTC, datetime

import pytest

from monitor.collect.backoff import JITTER, LONGEST, next_poll

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def wait(interval=300.0, failures=0, retry_after=None, slug="paper") -> float:
    return (next_poll(NOW, interval, failures, retry_after, slug) - NOW).total_seconds()


def test_a_healthy_source_is_polled_at_its_interval() -> None:
    assert 300 <= wait() <= 300 * (1 + JITTER)


@pytest.mark.parametrize(("failures", "seconds"), [(1, 600), (2, 1200), (3, 2400), (6, 19200)])
def test_each_failure_doubles_the_wait(failures: int, seconds: float) -> None:
    assert seconds <= wait(failures=failures) <= seconds * (1 + JITTER)


@pytest.mark.parametrize("failures", [7, 50, 10**9])
def test_it_never_waits_longer_than_six_hours_and_a_tenth(failures: int) -> None:
    assert LONGEST <= wait(failures=failures) <= LONGEST * (1 + JITTER)


def test_a_daily_source_stays_daily_while_it_fails() -> None:
    assert 86400 <= wait(interval=86400, failures=9) <= 86400 * (1 + JITTER)


def test_the_servers_own_wish_is_a_lower_bound() -> None:
    assert wait(retry_after=3600) >= 3600
    assert wait(failures=6, retry_after=10) >= 19200


def test_a_source_keeps_its_place_and_sources_are_spread() -> None:
    assert wait(slug="paper") == wait(slug="paper")
    waits = sorted(wait(slug=f"source-{number}") for number in range(200))
    assert len(set(waits)) == 200
    assert waits[-1] - waits[0] > 300 * JITTER * 0.8
