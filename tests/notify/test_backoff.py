"""A passing failure is tried again ever more slowly, for a day, and then it is shown."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.notify import given_up, next_try

QUEUED = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("failures", "wait"), [(1, 10), (2, 30), (3, 120), (4, 600), (5, 1800), (6, 1800), (99, 1800)]
)
def test_waits_grow_to_half_an_hour(failures, wait):
    now = QUEUED + timedelta(hours=1)
    assert next_try(failures, QUEUED, now) == now + timedelta(seconds=wait)


def test_the_channels_own_wish_lengthens_a_wait_but_not_beyond_half_an_hour():
    assert next_try(1, QUEUED, QUEUED, 60) == QUEUED + timedelta(seconds=60)
    assert next_try(3, QUEUED, QUEUED, 1) == QUEUED + timedelta(seconds=120)
    assert next_try(1, QUEUED, QUEUED, 10**9) == QUEUED + timedelta(minutes=30)


def test_after_a_day_it_is_given_up_aloud():
    now = QUEUED + timedelta(hours=24)
    assert next_try(50, QUEUED, now) is None
    failure = given_up(50, "连不上 smtp.qingxi.example。")
    assert "50 次" in failure.words
    assert "连不上" in failure.words
    assert "重新发送" in failure.words
    assert not failure.stops_channel


@given(st.integers(1, 200), st.floats(0, 86399), st.none() | st.floats(0, 1e9))
def test_the_next_try_is_always_later_and_soon(failures, age, asked):
    now = QUEUED + timedelta(seconds=age)
    again = next_try(failures, QUEUED, now, asked)
    assert again is not None
    assert timedelta(seconds=10) <= again - now <= timedelta(minutes=30)


def test_a_clock_set_back_does_not_stop_the_tries():
    assert next_try(1, QUEUED, QUEUED - timedelta(days=3)) is not None
