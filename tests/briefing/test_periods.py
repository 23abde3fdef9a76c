"""Periods, and strangers' words made fit for paper."""

from datetime import date

import pytest

from monitor.briefing.clean import short
from monitor.briefing.values import Period


def test_a_week_is_compared_with_the_week_before() -> None:
    week = Period(date(2026, 11, 16), date(2026, 11, 22))
    assert week.before == Period(date(2026, 11, 9), date(2026, 11, 15))
    assert (week.this, week.previous) == ("本周", "上周")


def test_seven_days_that_are_no_calendar_week_are_not_called_one() -> None:
    assert Period(date(2026, 11, 17), date(2026, 11, 23)).this == "本期"


def test_a_week_at_new_year_has_the_number_of_the_year_it_belongs_to() -> None:
    assert Period(date(2026, 12, 28), date(2027, 1, 3)).number == "2026年第53期"


@pytest.mark.parametrize(
    ("first", "last", "label"),
    [
        (date(2026, 11, 16), date(2026, 11, 22), "2026年11月16日至22日"),
        (date(2026, 11, 30), date(2026, 12, 6), "2026年11月30日至12月6日"),
        (date(2026, 12, 28), date(2027, 1, 3), "2026年12月28日至2027年1月3日"),
        (date(2026, 11, 16), date(2026, 11, 16), "2026年11月16日"),
    ],
)
def test_a_period_is_named_as_shortly_as_stays_clear(first: date, last: date, label: str) -> None:
    assert Period(first, last).label == label


def test_characters_that_a_file_or_an_eye_must_not_meet_are_gone() -> None:
    assert short("停水\x00通\ud800知\u202e\n三天\ufffe", 50) == "停水 通 知 三天"


def test_words_without_a_break_and_long_titles_are_cut() -> None:
    assert short("见" + "a" * 400, 60) == "见" + "a" * 29 + "…"
    assert short("停" * 80, 50) == "停" * 49 + "…"
