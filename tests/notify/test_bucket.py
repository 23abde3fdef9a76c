"""The token bucket never lets a robot exceed its minute, and wastes none of it for long."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.notify import CHANNELS, Rate, rate, take
from tests.notify.county import mail, webhook, wecom

START = datetime(2026, 11, 22, tzinfo=UTC)


def sends(allowance, waits):
    """The instants at which somebody who asks after each of `waits` seconds may send."""
    rule = Rate.within(allowance)
    tokens, updated, now, sent = rule.burst, START, START, []
    for wait in waits:
        now += timedelta(seconds=wait)
        taken = take(tokens, updated, now, rule)
        tokens, updated = taken.tokens, now
        if taken.allowed:
            sent.append(now)
    return sent


@given(st.integers(1, 120), st.lists(st.floats(0, 90), max_size=300))
def test_no_window_of_a_minute_holds_more_than_the_allowance(allowance, waits):
    sent = sends(allowance, waits)
    for n, first in enumerate(sent):
        window = [one for one in sent[n:] if one - first < timedelta(seconds=60)]
        assert len(window) <= allowance


def test_somebody_who_asks_all_the_time_gets_three_quarters_of_it_and_more():
    assert len(sends(20, [0.1] * 6000)) >= 150  # 10 minutes of at most 200


def test_a_refusal_says_how_long_to_wait():
    rule = Rate.within(20)
    refused = take(0.0, START, START, rule)
    assert not refused.allowed
    assert take(0.0, START, START + timedelta(seconds=refused.wait_s + 0.01), rule).allowed


def test_a_clock_set_back_gives_no_tokens_and_does_not_lock():
    rule = Rate.within(20)
    back = take(0.0, START, START - timedelta(hours=1), rule)
    assert not back.allowed
    assert back.wait_s < 10


def test_each_kind_has_its_own_rate_and_an_office_may_set_another():
    assert {name: kind.per_minute for name, kind in CHANNELS.items()} == {
        "wecom": 20,
        "mail": 60,
        "webhook": 120,
    }
    assert rate(wecom()) == Rate.within(20)
    assert rate(mail()) == Rate.within(60)
    assert rate(webhook(per_minute=6)) == Rate.within(6)


def test_no_rate_below_one_a_minute():
    with pytest.raises(ValueError, match="至少为 1"):
        Rate.within(0)
