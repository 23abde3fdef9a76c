"""One event in other words is found by time, place, entities and words, and two stay two."""

import random
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.detect.events import Member, Placement, Window
from monitor.detect.story import BROAD, FINE, TOWN, Story
from monitor.text.places import Place
from monitor.text.reading import Reader
from monitor.text.units import Unit
from tests.detect.desk import member

READER = Reader.shipped(
    [],
    [
        Place("qingxi", "青溪县", "county"),
        Place("baishi", "白石镇", "town"),
        Place("yunling", "云岭乡", "town"),
        Place("hejia", "何家湾村", "village"),
        Place("liujia", "柳家冲村", "village"),
        Place("hospital", "青溪县人民医院", "site"),
    ],
    [Unit("baishi-gov", "白石镇人民政府", places=("baishi", "hejia"))],
    "test",
)

REPORT = (
    "11月3日下午，白石镇何家湾村一辆拉甘蔗的拖拉机在机耕路上侧翻，驾驶员和一名搭车村民被压在车下。"
    "村民用千斤顶把车顶起，120赶到后将两人送往青溪县人民医院。事故原因正在调查，机耕路已临时封闭。"
)
POST = "何家湾那个拖拉机翻了，甘蔗滚了一地，底下压着人，几个后生拿千斤顶在顶"
ELSEWHERE = REPORT.replace("白石镇何家湾村", "云岭乡柳家冲村")
OTHER = "何家湾村的晒谷场今天放露天电影，放的是老片子，大人小孩都搬了板凳去看"


def written(
    number: int, text: str, *, title: str = "", event: int | None = None, hours: float = 0
) -> Member:
    """An article as it comes from analyse, its story read by the product's reader."""
    (reading,) = READER.read([(title, text)])
    plain = member(number, text, title=title, event=event, hours=hours)
    return replace(plain, story=Story.of(reading).to_line())


def joined(known: str, text: str, hours: float = 3) -> Placement:
    window = Window()
    window.add([written(1, known, event=7)])
    return window.place([written(2, text, hours=hours)])[0]


def test_a_post_of_one_line_and_a_long_report_of_one_accident_are_one_event() -> None:
    placement = joined(REPORT, POST)
    assert placement.event == 7
    assert placement.nearest is None, "it is no reprint"
    assert joined(POST, REPORT).event == 7


def test_the_decision_tells_what_is_shared_and_how_many_points_it_has() -> None:
    placement = joined(REPORT, POST)
    assert placement.points > 0
    assert placement.why.startswith("与文章 1 说的是同一件事（何家湾村、“")
    assert placement.why.endswith(f"{placement.points:.1f} 分，0 分起归并")
    assert "千斤顶" in placement.why or "甘蔗" in placement.why or "拖拉机" in placement.why


def test_two_like_accidents_in_two_villages_stay_two_even_in_the_same_words() -> None:
    assert joined(REPORT, ELSEWHERE).event is None
    assert joined(REPORT, POST.replace("何家湾", "柳家冲")).event is None


def test_another_matter_in_the_same_village_stays_apart() -> None:
    assert joined(REPORT, OTHER).event is None


def test_an_event_of_several_days_stays_one_while_it_is_told_of() -> None:
    window = Window()
    window.add([written(1, REPORT, event=7)])
    days = [
        "何家湾村拖拉机侧翻被压的驾驶员今天脱离危险，搭车村民还在重症监护室，甘蔗已经清走",
        "何家湾村拖拉机侧翻事故续报：搭车村民经抢救无效死亡，机耕路继续封闭",
        "何家湾村机耕路加宽了，上次拖拉机侧翻就在这个弯，千斤顶都是借的",
    ]
    for day, text in enumerate(days, 1):
        newcomer = written(day + 1, text, hours=30 * day)
        assert window.place([newcomer])[0].event == 7, text
        window.remember({day + 1: 7})


def test_the_same_words_a_week_later_are_another_event() -> None:
    assert joined(REPORT, POST, hours=24 * 8).event is None


def test_newcomers_of_one_batch_tell_one_story_together() -> None:
    first, second, third = Window().place(
        [written(1, REPORT), written(2, POST, hours=1), written(3, OTHER, hours=9)]
    )
    assert (first.event, first.with_article) == (None, None)
    assert (second.event, second.with_article) == (None, 1)
    assert (third.event, third.with_article) == (None, None)


def test_a_mere_headline_is_a_reprint_of_the_report_that_it_heads() -> None:
    window = Window()
    window.add([written(1, REPORT, title="白石镇拖拉机侧翻事故通报", event=7)])
    headline = "青溪何家湾村拖拉机侧翻 两人被压"
    placement = window.place([written(2, "", title=headline)])[0]
    assert (placement.event, placement.nearest) == (7, 1)


def test_what_every_article_of_a_site_carries_joins_none_of_them() -> None:
    tail = "（责任编辑涂曼妮，审核欧阳漱石）"
    bodies = [
        "县里的油菜花开了，游客坐着小火车来拍照",
        "退休教师把旧课本捐给了陈列馆",
        "本周六停电检修，请居民提前给电瓶充电",
        "少年宫的陶艺班开始报名了",
        "环卫工人捡到一只走失的柯基",
        "篮球馆翻修完工，木地板换成了枫木",
        "早稻育秧进入尾声，农机手昼夜不歇",
        "非遗传承人现场演示竹编",
    ]
    window = Window()
    known = enumerate(bodies[:6], 1)
    window.add([written(n, body + tail, event=n, hours=-n) for n, body in known])
    newcomers = [written(9, bodies[6] + tail), written(10, bodies[7] + tail, hours=1)]
    assert [placement.event for placement in window.place(newcomers)] == [None, None]
    fewer = Window()
    fewer.add([written(1, bodies[0] + tail, event=1)])
    assert fewer.place(newcomers[:1])[0].event == 1, "its words tell much, and only here nothing"


def test_an_article_without_a_story_meets_near_duplicates_alone() -> None:
    window = Window()
    window.add([written(1, REPORT, event=7)])
    bare = replace(written(2, POST), story="")
    assert window.place([bare])[0].event is None
    assert window.place([replace(written(3, REPORT), story="")])[0].event == 7


def test_a_place_is_known_by_its_name_without_its_county_and_by_how_closely_it_tells() -> None:
    (reading,) = READER.read([("", "青溪县人民医院门口、何家湾村和白石镇都有人说起")])
    places = dict(Story.of(reading).places)
    assert places == {"人民医院": BROAD, "何家湾村": FINE, "白石镇": TOWN}


def test_a_story_survives_its_row() -> None:
    (reading,) = READER.read([("标题", REPORT)])
    story = Story.of(reading)
    assert Story.from_line(story.to_line()) == story
    assert Story.from_line("") == Story()
    with pytest.raises(ValueError, match="Expecting"):
        Story.from_line("not a story")


_SUBJECTS = ("拖拉机", "甘蔗", "千斤顶", "晒谷场", "电影", "机耕路", "板凳", "瓜子", "挖机", "水渠")
_TEXTS = st.builds(
    lambda place, words, n: f"{place}的{'和'.join(words)}的事，第{n}回说",
    st.sampled_from(["何家湾村", "柳家冲村", "白石镇", "街上"]),
    st.lists(st.sampled_from(_SUBJECTS), min_size=2, max_size=5, unique=True),
    st.integers(1, 9),
)


def _events(members: Sequence[Member], cuts: Sequence[int], *, restart: bool) -> list[int]:
    """The event of each article, events named by their first article, in batches cut so."""
    window, events = Window(), {}
    rows: list[Member] = []
    for start, end in zip([0, *cuts], [*cuts, len(members)], strict=True):
        if restart:
            window = Window()
            window.add(random.Random(start).sample(rows, len(rows)))
        placements = window.place(members[start:end])
        now = {p.article: p.event or p.with_article or p.article for p in placements}
        # What shares an event that is opened in this batch is named as its opener is.
        window.remember(now)
        events |= now
        rows += [replace(one, event=now[one.article]) for one in members[start:end]]
    return [events[one.article] for one in members]


@given(
    texts=st.lists(_TEXTS, min_size=1, max_size=14),
    cuts=st.sets(st.integers(1, 13)),
    restart=st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_neither_where_a_batch_ends_nor_a_restart_changes_an_event(
    texts: list[str], cuts: set[int], restart: bool
) -> None:
    members = [written(n, text, hours=n / 4) for n, text in enumerate(texts, 1)]
    inner = sorted(cut for cut in cuts if cut < len(members))
    assert _events(members, inner, restart=restart) == _events(members, [], restart=False)


def test_a_crowd_about_one_matter_is_decided_alike_in_one_batch_and_one_by_one() -> None:
    rng = random.Random(3)
    texts = [
        f"{rng.choice(['何家湾村', '柳家冲村'])}{'、'.join(rng.sample(_SUBJECTS, 4))}，说法{n}"
        for n in range(150)
    ]
    members = [written(n, text, hours=n / 60) for n, text in enumerate(texts, 1)]
    whole = _events(members, [], restart=False)
    assert _events(members, list(range(1, 150)), restart=False) == whole
    assert _events(members, [40, 64, 100, 128], restart=True) == whole
