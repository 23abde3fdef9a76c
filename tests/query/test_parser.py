"""The language: what people type, what it means, and where it points when it is wrong."""

import time

import pytest

from monitor.query import Names, QueryError, parse

NAMES = Names(
    sources={"微博": ("weibo-a", "weibo-b"), "weibo-a": ("weibo-a",), "青溪论坛": ("forum",)},
    topics={"生态环境": ("environment",)},
    units={"城关镇": ("chengguan",), "县教育局": ("education",)},
)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("", ""),
        ("停水 县城 -招聘", '"停水" "县城" -"招聘"'),
        ("(污水 OR 排污) 化工厂", '("污水" OR "排污") "化工厂"'),
        ("污水 或 排污 化工厂", '"污水" OR "排污" "化工厂"'),
        ("（污水 或 排污） 且 化工厂", '("污水" OR "排污") "化工厂"'),
        ("停水 非 招聘", '"停水" -"招聘"'),
        ("停水 NOT 招聘", '"停水" -"招聘"'),
        ("停水 －招聘", '"停水" -"招聘"'),
        ("“停水通知”", '"停水通知"'),
        ("停水，停电", '"停水 停电"'),
        ("title:化工厂", 'title:"化工厂"'),
        ("标题：（化工厂 或 污水）", 'title:"化工厂" OR title:"污水"'),
        ("正文:停水", 'body:"停水"'),
        ("source:微博", "source:weibo-a,weibo-b"),
        ("信源：微博,青溪论坛", "source:forum,weibo-a,weibo-b"),
        ("责任单位：城关镇", "unit:chengguan"),
        ("单位：“县教育局”", "unit:education"),
        ("专题：生态环境", "topic:environment"),
        ("情感：敏感", "sentiment:negative"),
        ("情感：负面、中性", "sentiment:negative,neutral"),
        ("level:<=2", "level:1,2"),
        ("级别：≥三级", "level:3,4"),
        ("级别：Ⅰ级", "level:1"),
        ("level:II", "level:2"),
        ("level:<3", "level:1,2"),
        ("date:2026-11-01..2026-11-22", "date:2026-11-01..2026-11-22"),
        ("日期：2026年11月5日", "date:2026-11-05..2026-11-05"),
        ("date:2026-02", "date:2026-02-01..2026-02-28"),
        ("date:2026-11-01..", "date:2026-11-01.."),
        ("date:..2026", "date:..2026-12-31"),
        ("日期：2026-11-01至2026-11-03", "date:2026-11-01..2026-11-03"),
        ("12:30 http://a.b", '"12 30" "http a b"'),
        ("A股 12345热线", '"a股" "12345热线"'),
        ("停水 - -招聘", '"停水" "招聘"'),
        ("且慢 或许 非常", '"且慢" "或许" "非常"'),
        ('"或"', '"或"'),
        ("停水\u3000停电", '"停水" "停电"'),
    ],
)
def test_a_query_means(typed: str, meant: str) -> None:
    assert str(parse(typed, NAMES)) == meant


@pytest.mark.parametrize(
    ("typed", "place", "says"),
    [
        ("停水 (", "(", "右括号"),
        ("停水)", ")", "左括号"),
        ("停水（）", "）", "没有检索词"),
        ("“停水", "“", "引号没有配对"),
        ("停水 ，！", "，！", "标点不能单独检索"),
        ('停水 ""', '""', "没有可以检索的字"),
        ("停水 或", "或", "两边"),
        ("OR 停水", "OR", "两边"),
        ("停水 AND OR 停电", "AND", "两边"),
        ("停水 -", "-", "要排除的检索词"),
        ("titel:停水", "titel", "title"),
        ("标提：停水", "标提", "标题"),
        ("停水 title:", "title:", "后面缺少内容"),
        ("source:微薄", "微薄", "微博"),
        ("unit:城关", "城关", "城关镇"),
        ("topic:环境", "环境", "生态环境"),
        ("source:微博,,青溪论坛", ",", "逗号"),
        ("sentiment:坏", "坏", "敏感"),
        ("level:5", "5", "1 到 4"),
        ("level:<1", "<1", "没有这样的级别"),
        ("date:昨天", "昨天", "2026-11-01"),
        ("date:..", "..", "2026-11-01"),
        ("date:2026-02-30", "2026-02-30", "没有"),
        ("date:2026-11-22..2026-11-01", "2026-11-22..2026-11-01", "对调"),
        ("title:(source:微博)", "source:", "括号外"),
    ],
)
def test_a_mistake_points_at_its_characters(typed: str, place: str, says: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(typed, NAMES)
    error = caught.value
    assert typed[error.start : error.end] == place
    assert says in error.words
    assert str(error).startswith(f"第 {error.start + 1} 个字符处：")


@pytest.mark.parametrize(
    ("hostile", "says"),
    [
        ("停" * 10_001, "最多 10,000 个"),
        ("(" * 1000 + "停" + ")" * 1000, "20 层"),
        ("(" * 10_000, "20 层"),
        (")" * 10_000, "左括号"),
        ("-" * 10_000, "要排除"),
        ("a " * 5_000, "超过 200 个"),
        ("source:" + "a," * 4_000 + "a", "超过 200 个"),
        ("“" * 9_999, "引号没有配对"),
        ("非 " * 4_999 + "OR", "要排除"),
    ],
    ids=lambda value: value[:12],
)
def test_a_hostile_query_is_refused_at_once(hostile: str, says: str) -> None:
    began = time.process_time()
    with pytest.raises(QueryError, match=says):
        parse(hostile)
    assert time.process_time() - began < 0.5


def test_the_limits_themselves_are_allowed() -> None:
    assert parse("(" * 20 + "停" + ")" * 20).tree is not None
    assert len(parse(" ".join(f"a{n}" for n in range(200))).tree.nodes) == 200
    assert parse("停" * 10_000).tree is not None
    assert str(parse("-" * 9_999 + "停")) == '-"停"'


@pytest.mark.parametrize("field", ["topic:environment", "专题：environment", "level:1", "级别：1"])
def test_a_topic_cannot_ask_for_topics_or_levels(field: str) -> None:
    with pytest.raises(QueryError, match="监测专题的检索式里不能") as caught:
        parse(f"停水 {field}", topic=True)
    assert caught.value.start == 3


def test_a_topic_can_ask_for_everything_else() -> None:
    asked = "停水 title:县城 source:微博 unit:城关镇 sentiment:敏感 date:2026.."
    assert str(parse(asked.replace("2026..", "2026-01-01.."), NAMES, topic=True))


def test_without_names_a_slug_stands_for_itself() -> None:
    assert str(parse("source:weibo,forum-2")) == "source:forum-2,weibo"
    with pytest.raises(QueryError, match="没有叫“微博”的信源"):
        parse("source:微博")
