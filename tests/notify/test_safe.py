"""Feed text can be read on the phone, but it cannot act there."""

import json
import re
import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.notify import Item, render
from monitor.notify.safe import LONGEST_URL, clean, clip, clusters, flatten, safe_url, unlink
from tests.notify.county import ALERT, HOSTILE, LINK, NOW, hostile, mail, webhook, wecom


def shown(message, channel):
    bodies = (json.loads(part.body) for part in render(message, channel))
    return "\n".join(body[body["msgtype"]]["content"] for body in bodies)


@pytest.mark.parametrize("form", ["markdown", "text"])
@pytest.mark.parametrize("detail", ["hint", "summary", "full"])
def test_hostile_text_mentions_nobody_and_links_nowhere(form, detail):
    text = shown(hostile(), wecom(detail, form))
    assert "@" not in text
    assert re.findall(r"https?://[^\s)]+", text) == [LINK]
    assert "evil-site.com" not in text
    assert "javascript:" not in text


def test_hostile_text_makes_no_markdown_of_its_own():
    text = shown(hostile(), wecom("full", "markdown"))
    assert re.findall(r"\[[^\]]*\]\([^)]*\)", text) == [f"[打开查看]({LINK})"]
    assert set(re.findall(r"<[^>]*>", text)) == {
        '<font color="warning">',
        '<font color="comment">',
        "</font>",
    }
    lines = text.splitlines()
    assert not [line for line in lines if line.startswith("#")]
    assert len([line for line in lines if line.startswith(">")]) == 1  # our own, round the quote
    assert sum(line.count("**") for line in lines) == 2 * 3  # heading, reasons, items
    assert "`" not in text
    assert "&" not in text


def test_a_feed_cannot_fake_a_line_of_ours():
    text = shown(hostile(), wecom("full", "text"))
    assert [line for line in text.splitlines() if line.startswith("【")] == [
        "【舆情预警】Ⅱ级 · 预警编号 2026-0013"
    ]


def test_the_readable_words_of_hostile_text_stay():
    text = shown(hostile(), wecom("full", "markdown"))
    assert "假引用" in text
    assert "反过来零宽" in text
    assert "点我领取" in text


@pytest.mark.parametrize("channel", [mail("full"), webhook("full")])
def test_mail_and_webhook_are_as_harmless(channel):
    body = json.loads(render(hostile(), channel)[0].body)
    assert "@" not in body["text"]
    assert "evil-site.com" not in body["text"]
    assert "\u202e" not in body["text"]
    assert "\x1b" not in body["text"]
    assert "\n" not in body.get("subject", "")
    assert "\r" not in body.get("subject", "")


@given(st.text(max_size=200))
def test_clean_leaves_one_line_of_visible_characters(text):
    cleaned = clean(text)
    assert cleaned == cleaned.strip()
    categories = {unicodedata.category(sign) for sign in cleaned}
    assert not categories & {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
    cleaned.encode()


@given(st.text(alphabet="a.com中国http:/@[]()<>*_`#&!\\ 网", max_size=80))
def test_flattened_text_holds_no_sign_that_markdown_knows(text):
    result = flatten(unlink(clean(text)))
    assert not set(result) & set("@[]()<>*_`#&\\|~")
    assert "://" not in result or not re.search(r"[a-z]://", result)
    assert not re.search(r"\w\.[a-z]{2}", result)


def test_an_address_glued_to_chinese_words_is_found():
    assert unlink("看http://evil.cn/a吧") == "看〔链接略〕吧"
    assert unlink("登录evil.cn领取") == "登录evil（点）cn领取"
    assert unlink("青溪.中国") == "青溪（点）中国"
    assert unlink("涨了3.5万，v2.0") == "涨了3.5万，v2.0"


@pytest.mark.parametrize(
    "bad",
    [
        "javascript:alert(1)",
        "ftp://a.example/x",
        "http://",
        "http://user:pass@a.example/",
        "http://аррӏе.example/",  # Cyrillic look-alikes
        "http://a.example/x y",
        "http://a.example/x\n](http://b)",
        "http://[::1",
        "https://a.example/" + "长" * LONGEST_URL,
    ],
)
def test_an_address_that_is_not_plainly_safe_is_left_out(bad):
    assert safe_url(bad) == ""


def test_an_address_cannot_close_the_markdown_around_it():
    url = safe_url("https://a.example/x(1)_[2]*@all?q=水")
    assert url == "https://a.example/x%281%29_%5B2%5D%2A%40all?q=%E6%B0%B4"


def test_no_link_of_any_sort_without_the_console_address():
    text = shown(replace(ALERT, link=None), wecom("full"))
    assert "http" not in text
    assert "2026-0012" in text
    assert text.endswith("请到值班室查看。")


def test_an_address_that_holds_a_phone_number_stays_out_of_groups():
    item = Item("标题", "论坛", NOW, "https://a.example/?tel=13812345678")
    message = replace(ALERT, items=(item,), link=LINK)
    assert "13812345678" not in shown(message, wecom("full"))
    assert "13812345678" in json.loads(render(message, mail("full"))[0].body)["text"]


def test_a_number_hidden_by_invisible_characters_is_masked_all_the_same():
    item = Item("找138\u200b1234\u200b5678", "论坛", NOW, "", "电话 138\u202e12345678")
    text = shown(replace(ALERT, items=(item,)), wecom("full", "text"))
    assert text.count("138****5678") == 2


def test_a_channel_that_is_no_group_sees_the_number():
    item = Item("被困求救，13812345678", "论坛", NOW)
    message = replace(ALERT, items=(item,))
    assert "13812345678" in render(message, mail(group=False))[0].body
    assert "13812345678" not in render(message, mail(group=True))[0].body


def test_a_robot_always_masks_even_when_its_group_flag_is_off():
    item = Item("被困求救，13812345678", "论坛", NOW)
    channel = replace(wecom(), group=False)
    assert "13812345678" not in render(replace(ALERT, items=(item,)), channel)[0].body


def test_stacked_marks_are_cut_down():
    assert len(clean("水" + "\u0301" * 1000)) < 10


def test_a_cut_never_parts_a_character_from_its_marks():
    flags = "\U0001f1e8\U0001f1f3\U0001f1e8\U0001f1f3"
    assert clusters("e\u0301👍\U0001f3fd" + flags) == [
        "e\u0301",
        "👍\U0001f3fd",
        flags[:2],
        flags[2:],
    ]
    assert clip("e\u0301" * 5, 3) == "e\u0301e\u0301…"


def test_the_attack_used_here_is_still_an_attack():
    assert "<@all>" in HOSTILE
    assert "\r\n" in HOSTILE
    assert "\u202e" in HOSTILE
