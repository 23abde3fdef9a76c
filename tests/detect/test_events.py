"""Reprints and near-duplicates become one event; look-alike notices stay apart."""

import random
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.detect.events import Member, Placement, Stretch, Window, readable
from monitor.text.fingerprint import likeness
from tests.detect.desk import NOW, member

STORY = (
    "11月2日夜里，白石镇鑫澄化工趁下雨向白石河偷排污水，早上河面漂满死鱼，井水一股刺鼻的味道。"
    "上湾村三个老人喝了井水上吐下泻，已经送到县医院住院。打了环保电话说知道了，到现在没人来。"
)


def joined(one: str, other: str, **titles: str) -> Placement:
    """Where `other` goes when `one` is known as event 7."""
    window = Window()
    window.add([member(1, one, title=titles.get("title", ""), event=7)])
    return window.place([member(2, other, title=titles.get("other_title", ""), hours=3)])[0]


SAME = {
    "an exact reprint": (STORY, STORY),
    "a repost with a lead-in": (STORY, "【转帖】家乡人顶起来！" + STORY),
    "a repost with a tail": (STORY, STORY + "（来源：青溪论坛，图片为网友拍摄）"),
    "a repost cut short": (STORY, STORY[:60]),
    "words swapped": (
        STORY,
        STORY.replace("夜里", "凌晨").replace("刺鼻", "难闻").replace("老人", "村民"),
    ),
    "other punctuation and full-width digits": (
        STORY,
        STORY.replace("，", " ").replace("11月2日", "１１月２日"),
    ),
    "a site's own stamp before it": (
        "2026-11-03 08:15 阅读 120 " + STORY,
        "2026-11-03 19:40 阅读 9833 " + STORY,
    ),
    "a toll that rose": (
        "双河镇一民房今早倒塌，已致3人受伤，消防、医疗人员正在现场全力救援，原因正在调查。",
        "双河镇一民房今早倒塌，已致5人受伤，消防、医疗人员正在现场全力救援，原因正在调查。",
    ),
    "a bulletin of a later hour": (
        "截至11月3日8时，双河镇民房倒塌事故已致3人死亡，现场搜救仍在继续，善后工作已经展开。",
        "截至11月3日14时，双河镇民房倒塌事故已致4人死亡，现场搜救仍在继续，善后工作已经展开。",
    ),
    "a short post with one word more": (
        "清水镇中学门口的路灯坏了半个月了没人修",
        "转：清水镇中学门口的路灯坏了半个月了没人修",
    ),
    "a very short post word for word": ("又停水了！", "又停水了"),
}

NOTICE = (
    "因供水管道改造施工，定于{when}对{where}沿线用户停水，请广大用户提前做好储水准备，"
    "不便之处敬请谅解，咨询电话12345。青溪县供水公司"
)
AWARD = "关于青溪县{n}拟录用人员的公示：经报名、笔试、面试、体检、考察，现将拟录用人员予以公示。"

APART = {
    "two streets on one day": (
        NOTICE.format(when="11月4日8时至18时", where="城关镇人民路"),
        NOTICE.format(when="11月4日8时至18时", where="城关镇解放路"),
    ),
    "one street on two days": (
        NOTICE.format(when="11月4日8时至18时", where="城关镇人民路"),
        NOTICE.format(when="11月6日8时至18时", where="城关镇人民路"),
    ),
    "one street at two hours": (
        NOTICE.format(when="今晚20:00至24:00", where="建设东路"),
        NOTICE.format(when="今晚21:30至24:00", where="建设东路"),
    ),
    "two towns": (
        NOTICE.format(when="明日", where="白石镇"),
        NOTICE.format(when="明日", where="双河镇"),
    ),
    "two housing estates": (
        NOTICE.format(when="明日", where="翠湖花园"),
        NOTICE.format(when="明日", where="阳光花园"),
    ),
    "two batches": (AWARD.format(n="第三批"), AWARD.format(n="第四批")),
    "two years": (AWARD.format(n="2025年"), AWARD.format(n="2026年")),
    "two daily counts": (
        "青溪县今日新增流感病例12例，均已得到治疗，请市民注意个人防护，出现症状及时就医。",
        "青溪县今日新增流感病例15例，均已得到治疗，请市民注意个人防护，出现症状及时就医。",
    ),
    "two counties": (
        "北岗县昨夜遭遇强降雨，多处道路积水，县里组织人员连夜抢排，目前无人员受困。",
        "青溪县昨夜遭遇强降雨，多处道路积水，县里组织人员连夜抢排，目前无人员受困。",
    ),
    "two schools by number": (
        "青溪第一中学食堂的饭菜里吃出虫子，家长要求学校给说法。",
        "青溪第二中学食堂的饭菜里吃出虫子，家长要求学校给说法。",
    ),
    "two short headlines": ("石门乡山体滑坡", "云岭乡山体滑坡"),
    "two very short posts": ("又停水了", "又停电了"),
    "the same theme in other words": (
        STORY,
        "白石镇的河水最近一直发黑发臭，听说上游有厂子在排污，环保部门能不能去看看，给百姓一个交代。",
    ),
    "texts without a letter": ("😀😀😀", "😀😀😀"),
}


@pytest.mark.parametrize("case", SAME)
def test_one_story_told_again_joins_its_event(case: str) -> None:
    placement = joined(*SAME[case])
    assert (placement.nearest, placement.event) == (1, 7), placement.why


@pytest.mark.parametrize("case", APART)
def test_what_only_looks_alike_stays_apart(case: str) -> None:
    placement = joined(*APART[case])
    assert (placement.nearest, placement.event, placement.with_article) == (None, None, None)


def test_a_long_notice_of_another_street_stays_apart_by_its_title() -> None:
    body = "为保障居民用水安全，我公司将对老旧供水管网进行改造，请互相转告。" * 12
    placement = joined(body, body, title="人民路停水通知", other_title="解放路停水通知")
    assert placement.event is None
    assert joined(body, body, title="停水通知", other_title="人民路停水通知").event == 7


def test_the_reason_says_what_it_resembles_and_how_much() -> None:
    same = joined(STORY, STORY)
    assert same.likeness == 1.0
    assert same.why == "与文章 1 内容相同"
    near = joined(STORY, "【转帖】" + STORY)
    assert 0.45 <= near.likeness < 1.0
    assert "内容相近，相似度" in near.why
    assert joined(STORY, "柳林镇的豆腐节开幕了，欢迎大家来玩").why == "未见相同或相近的文章"


def test_the_most_alike_member_wins_and_of_equals_the_first() -> None:
    window = Window()
    window.add(
        [
            member(1, STORY[:60], event=1),
            member(2, STORY, event=2),
            member(3, STORY, event=3),
        ]
    )
    assert window.place([member(4, STORY)])[0].nearest == 2


def test_newcomers_of_one_batch_join_each_other_in_order() -> None:
    window = Window()
    first, second, third, other = window.place(
        [
            member(1, STORY),
            member(2, "转帖：" + STORY),
            member(3, "转帖：" + STORY + "求扩散"),
            member(4, "柳林镇豆腐节今天开幕，现场人山人海，外地游客很多"),
        ]
    )
    assert (first.event, first.with_article) == (None, None)
    assert (second.event, second.with_article, second.nearest) == (None, 1, 1)
    assert (third.event, third.with_article, third.nearest) == (None, 1, 2)
    assert (other.event, other.with_article) == (None, None)


def test_a_newcomer_that_follows_a_follower_joins_the_known_event() -> None:
    window = Window()
    window.add([member(1, STORY, event=7)])
    placements = window.place([member(2, "转帖：" + STORY), member(3, "转帖：" + STORY + "求扩散")])
    assert [placement.event for placement in placements] == [7, 7]
    assert placements[1].nearest == 2


def test_nothing_is_known_until_it_is_remembered() -> None:
    window = Window()
    newcomer = member(1, STORY)
    window.place([newcomer])
    assert len(window) == 0
    window.forget()
    assert window.place([member(2, STORY)])[0].nearest is None
    window.place([newcomer])
    window.remember({1: 9})
    assert window.place([member(2, STORY)])[0].event == 9


def test_a_lost_race_leaves_no_trace_of_the_losers_newcomers() -> None:
    window = Window()
    window.add([member(1, STORY, event=7)])
    window.place([member(n, f"{STORY}{n}") for n in range(2, 150)])
    window.forget()
    window.add([member(2, "柳林镇豆腐节今天开幕，现场人山人海，外地游客很多", event=8)])
    assert len(window) == 2
    assert window.place([member(3, STORY)])[0].nearest == 1


def test_a_commit_that_forgets_an_article_is_refused_and_changes_nothing() -> None:
    window = Window()
    window.place([member(1, STORY), member(2, "柳林镇豆腐节今天开幕，现场人山人海")])
    with pytest.raises(KeyError):
        window.remember({1: 9})
    assert len(window) == 0


def test_an_article_with_an_event_keeps_it() -> None:
    window = Window()
    window.add([member(1, STORY, event=7), member(2, "柳林镇豆腐节今天开幕", event=8)])
    placement = window.place([member(2, STORY, event=8)])[0]
    assert (placement.event, placement.nearest) == (8, None)


def test_a_new_edition_replaces_the_old_one() -> None:
    window = Window()
    window.add([member(1, STORY, event=7)])
    window.place([member(1, "更正：此前所述不实，本帖作废，请大家不要再转发了", event=7)])
    window.remember({1: 7})
    assert len(window) == 1
    assert window.place([member(2, STORY)])[0].nearest is None
    again = member(3, "更正：此前所述不实，本帖作废，请大家不要再转发了！")
    assert window.place([again])[0].event == 7


def test_a_merge_of_events_is_followed() -> None:
    window = Window()
    window.add([member(1, STORY, event=7)])
    window.move({7: 3})
    assert window.place([member(2, STORY)])[0].event == 3


def test_articles_more_than_a_week_apart_do_not_meet() -> None:
    window = Window(span=timedelta(days=7))
    window.add([member(1, STORY, event=7)])
    near, far = window.place(
        [member(2, STORY, hours=24 * 6), member(3, "转：" + STORY, hours=24 * 14)]
    )
    assert near.event == 7
    assert far.event is None


def test_what_left_the_window_is_let_go_and_memory_stays_bounded() -> None:
    window = Window(span=timedelta(days=1), capacity=300)
    for day in range(30):
        window.add(
            member(day * 100 + n + 1, f"第{day}天的第{n}件小事" * 4, event=1, hours=24 * day)
            for n in range(100)
        )
        assert len(window) <= 475
    window = Window(capacity=300)
    window.add(member(n + 1, f"同一天的第{n}件小事" * 4, event=1) for n in range(5_000))
    assert len(window) <= 475


def test_a_window_rebuilt_from_rows_decides_like_the_one_that_lived() -> None:
    lived, rows = Window(), []
    texts = [STORY, "转：" + STORY, "柳林镇豆腐节今天开幕，现场人山人海，外地游客很多"]
    for n, text in enumerate(texts, 1):
        known = member(n, text)
        placement = lived.place([known])[0]
        event = placement.event or n
        lived.remember({n: event})
        rows.append(replace(known, event=event))
    rebuilt = Window()
    rebuilt.add(rows)
    newcomers = [member(9, STORY + "太气人了"), member(10, texts[2] + "！！")]
    assert rebuilt.place(newcomers) == lived.place(newcomers)
    assert [placement.event for placement in rebuilt.place(newcomers)] == [1, 3]


def test_a_member_needs_its_event_and_a_whole_signature() -> None:
    window = Window()
    with pytest.raises(ValueError, match="event"):
        window.add([member(1, STORY)])
    with pytest.raises(ValueError, match="256"):
        window.place([replace(member(1, STORY), signature=b"\0" * 64)])


def test_one_unreadable_row_can_be_left_out_and_the_others_are_met() -> None:
    rows = [
        replace(member(1, STORY, event=1), signature=b"\0" * 64),
        member(2, STORY, event=7),
    ]
    window = Window()
    with pytest.raises(ValueError, match=r"\[1\]"):
        window.add(rows)
    window.add(row for row in rows if readable(row))
    assert window.place([member(3, STORY)])[0].event == 7


def _filler(first: int, count: int, hours: float = 0) -> list[Member]:
    return [
        member(first + n, f"第{first + n}件小事各不相同" * 3, event=1, hours=hours)
        for n in range(count)
    ]


@pytest.mark.parametrize("stamp", [NOW + timedelta(days=400), datetime.max.replace(tzinfo=UTC)])
def test_an_article_stamped_in_the_future_ages_no_other(stamp: datetime) -> None:
    window = Window()
    window.add([member(1, STORY, event=7)], now=NOW)
    window.add([replace(member(2, "来自未来的一篇文章", event=8), published=stamp)], now=NOW)
    for round_ in range(1, 9):
        window.add(_filler(round_ * 100, 80), now=NOW)
    assert len(window) == 642
    window.expect([replace(member(3, STORY), published=stamp)], now=NOW)
    assert window.place([member(4, STORY)], now=NOW)[0].event == 7


def test_an_article_added_twice_is_held_once_and_follows_its_event() -> None:
    window = Window()
    rows = [member(n, f"{STORY}{n}", event=7) for n in range(1, 40)]
    for _ in range(20):
        window.add(rows)
    assert len(window) == 39
    assert window._held.size == 39  # a retired twin would stand in the place of another
    window.add([replace(rows[0], event=3)])
    assert window.place([member(99, STORY + "1")])[0].event == 3


def test_of_equals_the_lowest_number_wins_in_whatever_order_they_came() -> None:
    for order in ([1, 2, 3], [3, 1, 2], [2, 3, 1]):
        window = Window()
        for number in order:
            window.add([member(number, STORY, event=number)])
        assert window.place([member(9, STORY)])[0].nearest == 1


def _process(window: Window, rows: Sequence[Member], newcomers: list[Member]) -> list[Placement]:
    """Decides like the pipeline: reads the stretches it is told to, then places."""
    for stretch in window.expect(newcomers, now=NOW):
        part = [row for row in rows if stretch.since <= row.published <= stretch.until]
        window.add(part, covers=stretch)
    return window.place(newcomers)


def test_an_old_reprint_meets_its_original_in_every_process() -> None:
    original = member(1, STORY, event=7, hours=-24 * 20)
    recent = _filler(100, 300)
    rows = [original, *recent]
    reprint = member(900, "转：" + STORY, hours=-24 * 20 + 1)
    placed_it, fresh, long_running = Window(), Window(), Window()
    placed_it.add([original], now=NOW)
    long_running.expect([], now=NOW)
    long_running.add(recent, covers=Stretch(NOW - timedelta(days=8)))
    outcomes = [_process(w, rows, [reprint]) for w in (placed_it, fresh, long_running)]
    assert outcomes[0][0].event == 7
    assert outcomes[0] == outcomes[1] == outcomes[2]


def test_what_a_batch_expects_is_let_go_only_when_it_is_over() -> None:
    original = member(1, STORY, event=7, hours=-24 * 20)
    rows = [original, *_filler(100, 40, hours=-24 * 20), *_filler(200, 20)]
    reprints = [member(900 + n, f"转：{STORY}{n}", hours=-24 * 20 + 1) for n in range(80)]
    window = Window()
    assert {placement.event for placement in _process(window, rows, reprints)} == {7}
    assert len(window) == 61
    window.forget()
    window.add(_filler(2_000, 200), now=NOW)
    assert len(window) == 220
    assert window.expect(reprints[:1], now=NOW) != []
    assert _process(window, rows, reprints[:1])[0].event == 7


def test_a_newcomer_of_today_asks_for_nothing_more() -> None:
    window = Window()
    assert _process(window, [member(1, STORY, event=7)], [member(2, STORY)])[0].event == 7
    window.remember({2: 7})
    later = NOW + timedelta(hours=3)
    assert window.expect([member(3, STORY), member(4, STORY, hours=-23)], now=later) == []
    assert window.expect([member(5, STORY, hours=-24 * 3)], now=later) == [
        Stretch(NOW - timedelta(days=10), NOW - timedelta(days=8))
    ]


@given(
    days=st.lists(st.integers(-30, 0), min_size=1, max_size=8),
    held=st.sets(st.integers(0, 7)),
    day=st.integers(-30, 0),
)
@settings(max_examples=60, deadline=None)
def test_what_a_process_held_before_changes_no_outcome(
    days: list[int], held: set[int], day: int
) -> None:
    rows = [member(n + 1, f"{STORY}{n}", event=n + 1, hours=24 * d) for n, d in enumerate(days)]
    some = Window()
    some.add((row for n, row in enumerate(rows) if n in held), now=NOW)
    newcomers = [member(99, STORY, hours=24 * day)]
    assert _process(some, rows, newcomers) == _process(Window(), rows, newcomers)


def _syllables(rng: random.Random, count: int) -> str:
    return "".join(chr(rng.randrange(0x4E00, 0x9000)) for _ in range(count))


def test_every_near_duplicate_is_found_among_thousands_and_none_is_invented() -> None:
    rng = random.Random(7)
    texts = [_syllables(rng, 120) for _ in range(6_000)]
    window = Window()
    window.add(member(n, text, event=n) for n, text in enumerate(texts, 1))
    originals = rng.sample(range(6_000), 200)
    reposts = []
    for n in originals:
        cut = rng.randrange(100)
        reposts.append(texts[n][:cut] + _syllables(rng, 4) + texts[n][cut + 6 :])
    newcomers = [member(10_000 + n, text) for n, text in enumerate(reposts)]
    strangers = [member(20_000 + n, _syllables(rng, 120)) for n in range(200)]
    found = window.place(newcomers)
    assert [placement.event for placement in found] == [n + 1 for n in originals]
    assert all(placement.nearest is None for placement in window.place(strangers))
    exact = likeness(newcomers[0].signature, member(1, texts[originals[0]]).signature)
    assert found[0].likeness == exact


def test_placing_among_many_members_stays_quick() -> None:
    rng = random.Random(3)
    window = Window()
    letters = [rng.randbytes(256) for _ in range(30_000)]
    base = member(1, STORY)
    window.add(
        Member(n, n, signed, base.published, "", 200, "|") for n, signed in enumerate(letters, 1)
    )
    newcomers = [
        Member(n, None, rng.randbytes(256), base.published, "", 200, "|")
        for n in range(40_000, 41_000)
    ]
    start = time.process_time()
    window.place(newcomers)
    # The promise is 0.1 ms at 100,000 (bench); a linear scan would take 3 ms here.
    assert (time.process_time() - start) / len(newcomers) < 0.001


def _grouping(texts: list[str], batch: int) -> list[int]:
    """The event of each text, events named by their first article."""
    window, events = Window(), {}
    for start in range(0, len(texts), batch):
        part = texts[start : start + batch]
        placements = window.place([member(start + n + 1, text) for n, text in enumerate(part)])
        now = {
            placement.article: placement.event or placement.with_article or placement.article
            for placement in placements
        }
        window.remember(now)
        events.update(now)
    return [events[n + 1] for n in range(len(texts))]


_SENTENCES = st.sampled_from(
    [
        STORY,
        "转：" + STORY,
        STORY[:60],
        *(text for pair in APART.values() for text in pair),
        *(text for pair in SAME.values() for text in pair),
    ]
)


@given(texts=st.lists(_SENTENCES, max_size=12), batch=st.integers(1, 12))
@settings(max_examples=60, deadline=None)
def test_where_a_batch_ends_changes_no_event(texts: list[str], batch: int) -> None:
    assert _grouping(texts, batch) == _grouping(texts, 1)
