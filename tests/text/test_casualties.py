"""Casualties: how many people, as the text says it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text.casualties import Casualties, number
from tests.text.conftest import Read


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("事故致死3人", Casualties(dead=3)),
        ("死了3个人", Casualties(dead=3)),
        ("3死5伤", Casualties(dead=3, injured=5)),
        ("造成2死1伤1失联的事故", Casualties(dead=2, injured=1, missing=1)),
        ("三十余名群众被困", Casualties(trapped=30)),
        ("两百三十名群众被困", Casualties(trapped=230)),
        ("两人受伤", Casualties(injured=2)),
        ("３名工人在施工中不幸遇难", Casualties(dead=3)),
        ("死亡人数由3人升至5人", Casualties(dead=5)),
        ("死亡人数升至十二人，另有一人失踪", Casualties(dead=12, missing=1)),
        ("两人重伤、五人轻伤", Casualties(injured=7)),
        ("5人受伤，其中1人重伤", Casualties(injured=5)),
        ("被困群众12人", Casualties(trapped=12)),
        ("救出3名被困人员，2人遇难", Casualties(dead=2)),
        ("已转移被困群众十二人", Casualties()),
        ("暂无人员伤亡", Casualties(dead=0, injured=0)),
        ("未造成人员伤亡", Casualties(dead=0, injured=0)),
        ("现场无人员被困", Casualties(trapped=0)),
        ("有人受伤", Casualties()),
        ("多名群众受伤", Casualties()),
        ("10名消防员搜救被困群众", Casualties()),
        ("地上有3个伤口，5人十分悲伤，2人死活不走", Casualties()),
        ("演练中3人受伤", Casualties()),
        ("电影里12人遇难", Casualties()),
        ("200人参加会议", Casualties()),
        ("2026年5月3日有4人溺亡", Casualties(dead=4)),
        ("死亡 3 人", Casualties(dead=3)),
        ("河鱼大量死亡 三人住院", Casualties()),
        ("塘鱼死亡 3人受伤", Casualties(injured=3)),
        ("5人看到猪死了3个", Casualties()),
    ],
)
def test_numbers_are_read(read: Read, text: str, expected: Casualties) -> None:
    assert read(text).casualties == expected


def test_the_graver_number_of_title_and_body_is_kept(read: Read) -> None:
    reading = read("初步统计2人死亡，4人受伤。", "事故已致3人死亡")
    assert reading.casualties == Casualties(dead=3, injured=4)


@pytest.mark.parametrize(
    ("words", "value"),
    [("十", 10), ("十二", 12), ("二十", 20), ("三百二十", 320), ("两百零五", 205), ("一千", 1000)],
)
def test_chinese_numerals(words: str, value: int) -> None:
    assert number(words) == value


def test_what_is_no_numeral_has_no_value() -> None:
    assert number("几") is None


def _chinese(value: int) -> str:
    digits = "零一二三四五六七八九"
    words, zero = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, value = divmod(value, unit)
        if digit:
            words += ("零" if zero and words else "") + digits[digit] + name
        zero = not digit
    return words


@given(st.integers(1, 9999))
def test_every_numeral_is_read_back(value: int) -> None:
    assert number(_chinese(value)) == value
