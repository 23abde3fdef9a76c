"""Dates, the way Chinese sites write them. Seen: Sunday 22 November 2026, 12:00 in Beijing."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.collect.dates import read_date
from monitor.words import SHANGHAI

SEEN = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
MORNING = "2026-11-03 08:05"
MIDNIGHT = "2026-11-03 00:00"


@pytest.mark.parametrize(
    ("text", "beijing"),
    [
        ("2026年11月3日 8时5分", MORNING),
        ("2026年11月03日08:05", MORNING),
        ("2026年11月3日 星期二 08:05", MORNING),
        ("2026年11月3日上午8点5分", MORNING),
        ("2026年11月3日下午3点", "2026-11-03 15:00"),
        ("2026年11月3日晚上11:30", "2026-11-03 23:30"),
        ("2026年11月3日凌晨12:30", "2026-11-03 00:30"),
        ("2026年11月3日中午12点", "2026-11-03 12:00"),
        ("二〇二六年十一月三日", MIDNIGHT),
        ("２０２６－１１－０３　０８：０５", MORNING),
        ("发布时间：2026-11-03 08:05 来源：青溪发布", MORNING),
        ("11月3日", MIDNIGHT),
        ("11月3日 8:05", MORNING),
        ("11-03 08:05", MORNING),
        ("12月3日", "2025-12-03 00:00"),
        ("2月29日", "2024-02-29 00:00"),
        ("昨天 12:30", "2026-11-21 12:30"),
        ("前天", "2026-11-20 00:00"),
        ("今天 08:05", "2026-11-22 08:05"),
        ("08:05", "2026-11-22 08:05"),
        ("刚刚", "2026-11-22 12:00"),
        ("3小时前", "2026-11-22 09:00"),
        ("三小时前", "2026-11-22 09:00"),
        ("半小时前", "2026-11-22 11:30"),
        ("15分钟前", "2026-11-22 11:45"),
        ("2天前", "2026-11-20 12:00"),
        ("两周前", "2026-11-08 12:00"),
        (MORNING, MORNING),
        ("2026/11/3 8:05", MORNING),
        ("2026.11.03", MIDNIGHT),
        ("2026-11-03T08:05:00+08:00", MORNING),
        ("2026-11-03T08:05:00+0800", MORNING),
        ("2026-11-03T00:05:00Z", MORNING),
        ("2026-11-03T00:05:00.123456Z", MORNING),
        ("2026-11-03 24:00", "2026-11-04 00:00"),
        ("20261103", MIDNIGHT),
        ("20261103080500", MORNING),
        ("1793664300", MORNING),
        ("1793664300000", MORNING),
        ("Tue, 3 Nov 2026 08:05:00 CST", MORNING),
        ("Tue, 03 Nov 2026 00:05:00 GMT", MORNING),
        ("Tue, 03 Nov 2026 08:05:00 +0800", MORNING),
        ("Fri, 03 Nov 2026 08:05:00 +0800", MORNING),  # it was a Tuesday
        ("Mon, 02 Nov 2026 19:05:00 EST", MORNING),
        ("Tue, 03 Nov 2026 08:05:00", MORNING),
        ("3 Nov 26 08:05", MORNING),
        ("03-Nov-2026 08:05", MORNING),
        ("Nov 3, 2026 8:05 AM", MORNING),
        ("Tue Nov 03 08:05:00 CST 2026", MORNING),
        ("Tue Nov 03 2026 08:05:00 GMT+0800 (China Standard Time)", MORNING),
        ("2099-01-01 00:00", "2099-01-01 00:00"),
    ],
)
def test_a_date_is_read_as_its_site_means_it(text: str, beijing: str) -> None:
    instant = read_date(text, SEEN)
    assert instant is not None
    assert instant.utcoffset() == timedelta(0)
    assert f"{instant.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" == beijing


@pytest.mark.parametrize(
    "text",
    [
        *("", "   ", "无", "abc", "2026-02-30", "2026-13-01", "2026-11-03 27:00", "g-123", "待定"),
        *("1970-01-01", "Thu, 01 Jan 1970 00:00:00 GMT", "0", "0000-00-00 00:00:00"),
        *("9999-12-31", "99999999999999999999", "9" * 5000),
    ],
)
def test_what_is_no_plausible_date_is_none(text: str) -> None:
    assert read_date(text, SEEN) is None


@given(st.text(max_size=60))
def test_no_text_breaks_the_reader(text: str) -> None:
    instant = read_date(text, SEEN)
    assert instant is None or 1989 <= instant.year <= 2200


@given(st.integers(700_000_000, 4_000_000_000))
def test_what_iso_and_epoch_say_comes_back(seconds: int) -> None:
    moment = datetime.fromtimestamp(seconds, UTC)
    assert read_date(moment.isoformat(), SEEN) == moment
    assert read_date(f"{seconds}000", SEEN) == moment
