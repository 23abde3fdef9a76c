"""What a duty officer sees. The files in golden/ are to be read, not only compared."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.notify import KINDS, Channel, Item, PermanentFailure, render
from monitor.notify.split import size
from monitor.words import Level
from tests.notify.county import ALERT, LINK, NOW, mail, webhook, wecom

GOLDEN = Path(__file__).parent / "golden"

RESCUE = replace(
    ALERT,
    kind="news",
    number="2026-0015",
    headline="柳林镇沙坝组有人被困屋顶求救",
    level=Level.I,
    reasons=("新的求救：柳林镇沙坝组，4 人被困", "伤亡由 1 人升至 2 人"),
    items=(
        Item(
            "柳林镇沙坝组水到二楼了，四个人在屋顶",
            "小青溪贴吧",
            datetime(2026, 11, 22, 0, 31, tzinfo=UTC),
            "https://tieba.qingxi.example/p/88",
            "水已经到二楼，四个人在屋顶，有老人，手机 138 1234 5678 快没电了",
        ),
    ),
    score=96.0,
    total=31,
)
SOURCE = replace(
    ALERT,
    kind="source_health",
    number="",
    headline="信源“青溪论坛”已 3 小时没有采到内容",
    level=None,
    reasons=("最近一次错误：对方返回 HTTP 503", "下次采集 11-22 09:10"),
    items=(),
    score=None,
    total=None,
)
TEST = replace(
    ALERT,
    kind="test",
    number="",
    headline=KINDS["test"].neutral,
    level=None,
    reasons=(),
    items=(),
    score=None,
    total=None,
)

STALLED = replace(
    TEST,
    kind="stalled",
    headline="研读服务已 12 分钟没有动静，等着它的有：研读 120 条、归并 8 条",
    reasons=("请到服务器上看它是否在运行，并看它的日志；yuqing up 会自己重启它。",),
)
RECOVERED = replace(TEST, kind="recovered", headline="研读服务恢复正常，历时 14 分钟")
SHIFT = replace(
    TEST,
    kind="shift",
    headline="系统正常 · 信源 正常 42 / 失败 2（青溪论坛、云岚晚报）"
    " · 过去12小时 文章 1,204 预警 3 · 积压 0",
)
ILL_SHIFT = replace(
    SHIFT,
    headline="（补报 20:00）系统异常 · 信源 正常 42 / 失败 0"
    " · 过去12小时 文章 1,204 预警 3 · 积压 96",
    reasons=("检索库不可用", "渠道“带班领导邮箱”已停用：口令不对"),
)

CASES = {
    "alert-hint-text": (ALERT, wecom("hint", "text")),
    "alert-hint-markdown-link": (replace(ALERT, link=LINK), wecom("hint")),
    "alert-summary-text": (ALERT, wecom("summary", "text")),
    "alert-summary-markdown-link": (replace(ALERT, link=LINK), wecom("summary")),
    "alert-full-text": (ALERT, wecom("full", "text")),
    "alert-full-markdown-link": (replace(ALERT, link=LINK), wecom("full")),
    "news-full-text-link": (replace(RESCUE, link=LINK), wecom("full", "text")),
    "source-health-summary-markdown": (SOURCE, wecom("summary")),
    "test-markdown": (TEST, wecom("summary")),
    "stalled-summary-markdown-link": (replace(STALLED, link=LINK), wecom("summary")),
    "stalled-hint-text": (STALLED, wecom("hint", "text")),
    "recovered-summary-markdown": (RECOVERED, wecom("summary")),
    "shift-hint-text": (SHIFT, wecom("hint", "text")),
    "shift-summary-markdown-link": (replace(SHIFT, link=LINK), wecom("summary")),
    "shift-ill-summary-text": (ILL_SHIFT, wecom("summary", "text")),
}


def contents(message, channel):
    bodies = (json.loads(part.body) for part in render(message, channel))
    return [body[body["msgtype"]]["content"] for body in bodies]


@pytest.mark.parametrize("name", CASES)
def test_a_phone_shows_what_the_golden_file_shows(name):
    shown = "\n――――\n".join(contents(*CASES[name])) + "\n"
    assert shown == (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")


def test_a_hint_tells_number_and_level_and_nothing_of_the_matter():
    text = contents(ALERT, wecom("hint"))[0]
    assert "2026-0012" in text
    assert "Ⅱ级" in text
    assert "请到值班室查看" in text
    assert "白石镇" not in text
    assert "化工厂" not in text
    assert "78" not in text
    hook = json.loads(render(ALERT, webhook("hint"))[0].body)
    assert hook["items"] == []
    assert hook["reasons"] == []
    assert "白石" not in json.dumps(hook)


def test_a_hint_may_tell_of_the_system_itself_for_that_names_no_matter():
    assert SHIFT.headline in contents(SHIFT, wecom("hint", "text"))[0]
    assert "检索库不可用" not in contents(ILL_SHIFT, wecom("hint", "text"))[0]


def test_what_needs_nobody_to_look_sends_nobody_to_look():
    for message in (RECOVERED, SHIFT, TEST):
        text = contents(replace(message, link=LINK), wecom("full", "text"))[0]
        assert "请到值班室查看" not in text
        assert LINK not in text


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_the_longest_word_of_the_system_is_one_message_of_the_robot(form):
    worst = replace(STALLED, headline="积" * 300, reasons=("压" * 200,), link=LINK)
    assert len(contents(worst, wecom("full", form))) == 1


def test_a_summary_has_reasons_and_three_titles_but_no_quotes():
    text = contents(ALERT, wecom("summary"))[0]
    assert "8 个信源" in text
    assert "青溪论坛" in text
    assert "小青溪贴吧" in text
    assert "云岚晚报" not in text
    assert "老人不放心" not in text
    assert "共 12 篇" in text


def test_the_full_text_has_every_item_with_its_quote_and_link():
    text = "\n".join(contents(replace(ALERT, link=LINK), wecom("full")))
    assert all(item.quote in text and item.url in text for item in ALERT.items)


def test_the_first_line_names_level_and_number():
    first = contents(ALERT, wecom("summary", "text"))[0].splitlines()[0]
    assert first == "【舆情预警】Ⅱ级 · 预警编号 2026-0012"


@pytest.mark.parametrize(("form", "limit"), [("text", 2048), ("markdown", 4096)])
def test_a_long_event_comes_in_numbered_parts_within_the_robots_limit(form, limit):
    items = tuple(replace(ALERT.items[0], title=f"第{n}篇" + "水" * 70) for n in range(1, 41))
    texts = contents(replace(ALERT, items=items, link=LINK), wecom("full", form))
    assert 1 < len(texts) <= 10
    assert all(size(text) <= limit for text in texts)
    assert all(f"（{n}/{len(texts)}）" in text for n, text in enumerate(texts, start=1))
    assert all("2026-0012" in text.splitlines()[0] for text in texts)


def test_a_flood_of_items_ends_in_words():
    items = tuple(replace(ALERT.items[0], quote="水" * 200) for _ in range(200))
    texts = contents(replace(ALERT, items=items), wecom("full", "text"))
    assert len(texts) == 10
    assert "条请到控制台查看。" in texts[-1]


def test_parts_of_one_message_are_equal_when_rendered_again():
    assert render(ALERT, wecom("full")) == render(ALERT, wecom("full"))


def test_mail_is_one_readable_part():
    parts = render(ALERT, mail("full"))
    assert [(part.n, part.of) for part in parts] == [(1, 1)]
    body = json.loads(parts[0].body)
    assert body["subject"].startswith("【舆情预警】Ⅱ级 · 预警编号 2026-0012 白石镇")
    assert body["date"] == "2026-11-22T08:40:00+08:00"


def test_a_webhook_gets_fields_and_text():
    body = json.loads(render(ALERT, webhook("full"))[0].body)
    assert body["kind"] == "alert"
    assert body["level"] == 2
    assert body["total"] == 12
    assert [item["source"] for item in body["items"]] == [item.source for item in ALERT.items]
    assert body["text"].startswith("【舆情预警】")


def test_another_year_is_written_out():
    item = replace(ALERT.items[0], published=datetime(2025, 12, 31, 16, 30, tzinfo=UTC))
    assert "2026-01-01" not in contents(replace(ALERT, items=(item,)), wecom())[0]
    last_year = replace(item, published=datetime(2025, 6, 1, tzinfo=UTC))
    assert "2025-06-01 08:00" in contents(replace(ALERT, items=(last_year,)), wecom())[0]


def test_an_unknown_kind_of_message_is_refused():
    with pytest.raises(ValueError, match="不认识的消息类别"):
        replace(ALERT, kind="gossip")


def test_an_unknown_kind_of_channel_is_named_with_those_that_exist():
    with pytest.raises(PermanentFailure, match="wecom、mail、webhook"):
        render(ALERT, Channel("x", "x", "pigeon"))


def test_every_kind_of_message_has_words_for_every_channel():
    for kind in KINDS:
        message = replace(ALERT, kind=kind, now=NOW)
        for channel in (wecom("hint"), wecom("full", "text"), mail(), webhook()):
            assert KINDS[kind].heading in render(message, channel)[0].body
