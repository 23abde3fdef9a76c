"""The few words that set look-alike texts apart."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.detect import marks as rules
from monitor.detect.marks import MOST_MARKS, differ, marks_of


def words(text: str) -> set[str]:
    return set(marks_of("", text).removeprefix("|").split())


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        (
            "11月3日8:00至12：30，城关镇人民路停水",
            {"11月", "3日", "8时", "12:30", "城关镇", "人民路"},
        ),
        ("１１月３号８点起", {"11月", "3日", "8时"}),
        ("十一月三日", {"11月", "3日"}),
        ("第十二期与第一百零五批", {"第12", "第105"}),
        ("在东街和建设东路、白石大桥", {"东街", "设东路", "石大桥", "白石大桥"} - {"石大桥"}),
        ("死亡3人，受伤5名，3死5伤", set()),
        ("截至11月3日8时，新增12例", {"12例"}),
        ("2026-11-03 08:15:22 阅读 1234 https://a.example/11月3日", set()),
        ("热线0570-6021234，电话13800001234", {"570"}),
        ("道路旁的农村里，全县各镇，我们村村民上了公路", set()),
        ("损失1.50万元，下降3%", {"1.5万", "3%"}),
    ],
)
def test_marks_are_numbers_and_names_but_no_tolls_and_stamps(text: str, marks: set[str]) -> None:
    assert words(text) == marks


def test_title_and_body_are_kept_apart() -> None:
    assert marks_of("人民路停水", "11月3日") == "人民路|11月 3日"


def test_marks_are_bounded_and_quick_for_any_text() -> None:
    start = time.process_time()
    for text in ("1" * 1_000_000, "人民路" * 300_000, "第一" * 500_000, "截至" * 500_000):
        line = marks_of("1月" * 200, text)
        assert len(line.split("|")[1].split()) <= MOST_MARKS
    assert time.process_time() - start < 2
    many = marks_of(" ".join(f"{n}号" for n in range(500)), "")
    assert len(many.split()) == MOST_MARKS


def test_a_mark_that_only_one_side_has_means_nothing() -> None:
    assert not differ("人民路|11月 3日", "|11月", 50)
    assert not differ("|", "人民路|3日", 50)


def test_a_county_and_a_town_contradict_nothing() -> None:
    assert not differ("|青溪县", "|白石镇", 50)
    assert differ("|青溪县", "|北岗县", 50)


def test_a_long_text_needs_more_than_one_differing_number() -> None:
    shared = " ".join(f"{n}元" for n in range(6))
    assert differ(f"|{shared} 7次", f"|{shared} 8次", 120)
    assert not differ(f"|{shared} 7次", f"|{shared} 8次", 900)
    assert differ("|3日 人民路 5元", "|4日 解放路 5元", 900)


@pytest.mark.parametrize("kind", ["_PASSING", "_NUMBER"])
@given(
    text=st.text("截至止阅读点击赞数:：h第十二三百号期月日8123０٣-/. ，年https:/x\n", max_size=60)
)
@settings(max_examples=150, deadline=None)
def test_looking_only_where_a_mark_can_begin_misses_none(kind: str, text: str) -> None:
    pattern, head = getattr(rules, kind), getattr(rules, f"{kind}_HEAD")
    found = [match.span() for match in rules._matches(head, pattern, text)]
    assert found == [match.span() for match in pattern.finditer(text)]


@pytest.mark.parametrize("end", ["大道", "大桥", "社区", "小区", "花园", "家园", *"路街巷镇乡村桥"])
def test_every_kind_of_place_is_a_mark(end: str) -> None:
    assert words(f"昨晚的青松{end}。") == {f"青松{end}"}


def test_an_evening_hour_is_one_hour_however_it_is_written() -> None:
    one = marks_of("", "8日晚8时40分许，一辆货车与两辆电动车相撞")
    other = marks_of("", "8日20时40分许，一辆货车与两辆电动车相撞")
    assert not differ(one, other, 60)
    assert marks_of("", "下午2:30") == marks_of("", "14:30")
    assert differ(marks_of("", "早8时停水"), marks_of("", "晚8时停水"), 60)
