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
        ("搜救人员在水库下游发现失踪男子的遗体", Casualties(dead=1)),
        ("老人的遗体已被找到", Casualties(dead=1)),
        ("举行遗体告别仪式", Casualties()),
        ("网上流传死亡二十余人系不实信息", Casualties()),
        ("关于“死亡二十余人”的澄清。截至七时，因灾遇难2人", Casualties(dead=2)),
        ("河鱼大量死亡 三人住院", Casualties(injured=3)),
        ("已经住院三个！", Casualties(injured=3)),
        ("更新：住院的已经有六个人了", Casualties(injured=6)),
        ("现在一共六人住院", Casualties(injured=6)),
        ("三个人都在县人民医院住院", Casualties(injured=3)),
        ("3人住院费报销", Casualties()),
        ("塘鱼死亡 3人受伤", Casualties(injured=3)),
        ("5人看到猪死了3个", Casualties()),
    ],
)
def test_numbers_are_read(read: Read, text: str, expected: Casualties) -> None:
    assert read(text).casualties == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("老人被困两个小时没人管", Casualties()),
        ("受伤三个月了", Casualties()),
        ("老人死亡两个月后", Casualties()),
        ("受伤2个星期了", Casualties()),
        ("失踪三个月的狗", Casualties()),
        ("老人被困两个多小时", Casualties()),
        ("被困了二十余个小时才有人来", Casualties()),
        ("受伤两个半月还没拿到赔偿", Casualties()),
        ("被困 12 个 小时", Casualties()),
        ("受伤人数达两位数", Casualties()),
        ("三个月大的婴儿受伤", Casualties()),
        ("打了三个电话才知道老人死亡", Casualties()),
        ("洪水后三个村被困，五个乡镇失联", Casualties()),
        ("干活时两个手指受伤", Casualties()),
        ("一人高的洪水让群众被困", Casualties()),
        ("受伤半年，等了3个工作日，伤残鉴定没下来", Casualties()),
        ("失踪已经三个昼夜", Casualties()),
        ("3人被困两个小时", Casualties(trapped=3)),
        ("三个月里死亡2人", Casualties(dead=2)),
        ("三个小孩被困电梯", Casualties(trapped=3)),
        ("死了两个", Casualties(dead=2)),
        ("三个村民受伤", Casualties(injured=3)),
        ("两个镇干部失联", Casualties(missing=2)),
        ("两个乡亲遇难", Casualties(dead=2)),
        ("两个周姓男子受伤", Casualties(injured=2)),
        ("三个月嫂被困", Casualties(trapped=3)),
        ("两个年轻人溺亡", Casualties(dead=2)),
        ("十多个工人受伤", Casualties(injured=10)),
        ("两个小区保安受伤", Casualties(injured=2)),
        ("两个市场商户受伤", Casualties(injured=2)),
        ("两个天津游客被困", Casualties(trapped=2)),
        ("两人高空坠落身亡", Casualties(dead=2)),
    ],
)
def test_what_is_counted_but_is_nobody_is_no_casualty(
    read: Read, text: str, expected: Casualties
) -> None:
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
