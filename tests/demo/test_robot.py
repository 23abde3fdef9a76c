"""The robot refuses as the vendor's does, and the phone shows messages harmlessly."""

import asyncio
import json
from datetime import datetime, timedelta

import pytest

from demo.markdown import markdown, plain
from demo.robot import KEPT, Robot
from monitor.words import SHANGHAI

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=SHANGHAI)


def _text(words: str, kind: str = "text") -> bytes:
    return json.dumps({"msgtype": kind, kind: {"content": words}}, ensure_ascii=False).encode()


@pytest.mark.parametrize(
    ("key", "body", "code"),
    [
        ("demo-key", _text("好"), 0),
        ("demo-key", _text("好", "markdown"), 0),
        ("other", _text("好"), 93000),
        ("demo-key", b"{", 47001),
        ("demo-key", b"[]", 47001),
        ("demo-key", b"\xff\xfe\xff", 47001),
        ("demo-key", b'{"msgtype": ["text"]}', 40008),
        ("demo-key", b'{"msgtype": "image"}', 40008),
        ("demo-key", _text("  "), 44004),
        ("demo-key", b'{"msgtype": "text", "text": "x"}', 44004),
        ("demo-key", _text("汉" * 682 + "ab"), 0),
        ("demo-key", _text("汉" * 683), 40058),
        ("demo-key", _text("汉" * 1365 + "a", "markdown"), 0),
        ("demo-key", _text("汉" * 1366, "markdown"), 40058),
    ],
)
def test_the_error_code_says_why_a_message_was_refused(key, body, code) -> None:
    robot = Robot()
    assert robot.receive(key, body, NOON)["errcode"] == code
    assert len(robot.messages) == (code == 0)


def test_the_twenty_first_message_of_a_minute_is_refused() -> None:
    robot = Robot()
    codes = [robot.receive("demo-key", _text(f"{n}"), NOON)["errcode"] for n in range(21)]
    assert codes == [0] * 20 + [45009]
    later = NOON + timedelta(seconds=60)
    assert robot.receive("demo-key", _text("x"), later)["errcode"] == 0
    assert robot.refused == {45009: 1}


def test_messages_survive_a_restart_and_stay_bounded(tmp_path) -> None:
    file = tmp_path / "phone.json"
    robot = Robot(file)
    for n in range(KEPT + 5):
        robot.receive("demo-key", _text(f"第 {n} 条"), NOON + timedelta(minutes=n))
    again = Robot(file)
    assert list(again.messages) == list(robot.messages)
    assert len(again.messages) == KEPT
    assert again.count == KEPT + 5


def test_a_message_over_http_appears_on_the_phone_and_in_its_json(town) -> None:
    async def ask() -> None:
        async with town() as here:
            url = "/cgi-bin/webhook/send?key=demo-key"
            hostile = "**预警**<script>alert(1)</script> [看](javascript:alert(2))"
            async with here.client.post(url, data=_text(hostile, "markdown")) as answer:
                assert answer.status == 200
                assert await answer.json() == {"errcode": 0, "errmsg": "ok"}
            _, page, answer = await here.get("/phone")
            words = page.decode()
            assert "<strong>预警</strong>&lt;script&gt;alert(1)&lt;/script&gt;" in words
            assert 'href="javascript' not in words
            assert "'unsafe-inline'" not in answer.headers["Content-Security-Policy"]
            told = json.loads((await here.get("/phone.json"))[1])
            assert (told["count"], told["messages"][0]["text"]) == (1, hostile)

    asyncio.run(ask())


def test_the_phone_fetches_new_bubbles_only_when_there_are_any(town) -> None:
    async def ask() -> None:
        async with town() as here:
            _, empty, first = await here.get("/phone/bubbles")
            assert "还没有消息" in empty.decode()
            seen = first.headers["ETag"]
            assert (await here.get("/phone/bubbles", **{"If-None-Match": seen}))[0] == 304
            here.county.robot.receive("demo-key", _text("来了"), NOON)
            status, body, _ = await here.get("/phone/bubbles", **{"If-None-Match": seen})
            assert status == 200
            assert "来了" in body.decode()

    asyncio.run(ask())


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("## 标题", '<p class="heading">标题</p>'),
        ("> 引用", "<blockquote>引用</blockquote>"),
        ("`a<b`", "<p><code>a&lt;b</code></p>"),
        ('<font color="warning">Ⅱ级</font>', '<p><span class="warning">Ⅱ级</span></p>'),
        ('<font color="red">x</font>', "<p>&lt;font color=&quot;red&quot;&gt;x&lt;/font&gt;</p>"),
        (
            "[页](http://127.0.0.1:8000/a?b=1&c=2)",
            '<p><a href="http://127.0.0.1:8000/a?b=1&amp;c=2" target="_blank"'
            ' rel="noopener noreferrer">页</a></p>',
        ),
        (
            '[页](http://x/"onclick="alert(1))',
            "<p>[页](http://x/&quot;onclick=&quot;alert(1))</p>",
        ),
    ],
)
def test_markdown_is_escaped_first_and_marked_up_after(source, html) -> None:
    assert markdown(source) == html


def test_plain_text_keeps_its_lines_and_links_its_addresses() -> None:
    assert plain("一\n<i>http://a.b/c</i>") == (
        '一<br>&lt;i&gt;<a href="http://a.b/c" target="_blank" rel="noopener noreferrer">'
        "http://a.b/c</a>&lt;/i&gt;"
    )
