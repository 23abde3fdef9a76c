"""Filters written into a query by a click, and taken out again."""

import pytest

from monitor.query import Names, parse
from monitor.web.refine import chips, room_for, spelling, without

NAMES = Names(
    topics={"education": ("education",), "教育": ("education",), "env": ("env",)},
    sources={"wb1": ("wb1",), "wb2": ("wb2",), "微博": ("wb1", "wb2"), "论坛 一": ("wb1",)},
)


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ("专题:教育 停水", "停水"),
        ("停水 专题:教育", "停水"),
        ("停水 且 专题:教育", "停水"),
        ("专题:教育 且 停水", "停水"),
        ("停水 专题:教育 县城", "停水 县城"),
        ("专题：教育", ""),
    ],
)
def test_a_filter_is_taken_out_and_what_is_left_still_reads(query: str, left: str) -> None:
    (chip,) = chips(query, NAMES)
    assert (chip.field, chip.value) == ("topic", "education")
    assert without(query, chip) == left
    parse(left, NAMES)


@pytest.mark.parametrize(
    "query", ["-专题:教育 停水", "停水 (专题:教育 或 县城)", "停水 或 专题:教育", "标题:教育"]
)
def test_what_a_person_wrote_with_care_is_left_alone(query: str) -> None:
    assert chips(query, NAMES) == []


def test_alternatives_are_bracketed_before_they_are_narrowed() -> None:
    assert room_for("停水 或 断水", "topic", NAMES) == "(停水 或 断水)"
    assert room_for("停水 断水", "topic", NAMES) == "停水 断水"


def test_another_source_takes_the_place_of_the_first_and_topics_add_up() -> None:
    assert room_for("停水 source:wb1", "source", NAMES) == "停水"
    assert room_for("停水 专题:教育", "topic", NAMES) == "停水 专题:教育"


def test_filters_are_written_in_the_offices_words_where_these_are_certain() -> None:
    assert spelling("topic", "education", "教育", NAMES) == "专题:教育"
    assert spelling("topic", "env", "生态环境", NAMES) == "专题:env"
    assert spelling("source", "wb1", "微博", NAMES) == "信源:wb1"
    assert spelling("source", "wb1", "论坛 一", NAMES) == "信源:wb1"
    assert spelling("sentiment", "negative", "敏感", NAMES) == "情感:敏感"
    assert spelling("date", "2026-11-02", "2026-11-02", NAMES) == "日期:2026-11-02"
