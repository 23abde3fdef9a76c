"""One alert of the invented county and channels to tell it through, for the tests here."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from monitor.notify import Channel, Detail, Item, Message
from monitor.words import Level

NOW = datetime(2026, 11, 22, 0, 40, tzinfo=UTC)
LINK = "https://yuqing.qingxi.example/alerts/12"

ITEMS = (
    Item(
        "白石镇化工厂夜间偷排，河水变黑",
        "青溪论坛",
        datetime(2026, 11, 21, 23, 15, tzinfo=UTC),
        "https://bbs.qingxi.example/t/1024",
        "昨晚十点多开始，厂后面的水沟又黑又臭，打12345也没人来",
    ),
    Item(
        "白石河水质异常，多名村民反映异味",
        "云岚在线",
        datetime(2026, 11, 22, 0, 5, tzinfo=UTC),
        "https://news.yunlan.example/a/7",
        "记者在白石河边看到，水面有泡沫",
    ),
    Item(
        "求问白石镇的井水还能喝吗",
        "小青溪贴吧",
        datetime(2026, 11, 22, 0, 20, tzinfo=UTC),
        "https://tieba.qingxi.example/p/3",
        "家里老人不放心，先去城关镇买水了",
    ),
    Item(
        "转：白石镇化工厂夜间偷排",
        "云岚晚报",
        datetime(2026, 11, 22, 0, 30, tzinfo=UTC),
        "https://paper.yunlan.example/9",
        "据论坛网友发帖",
    ),
)

ALERT = Message(
    kind="alert",
    number="2026-0012",
    headline="白石镇化工厂夜间偷排，河水变黑",
    level=Level.II,
    reasons=(
        "涉及生态环境：污染，地点白石镇",
        "2 小时内 8 个信源转载，仍在上升",
        "8 篇中 6 篇情绪敏感，未见官方回应",
    ),
    items=ITEMS,
    score=78.4,
    link=None,
    now=NOW,
    total=12,
)

HOSTILE = (
    "# 【舆情预警】Ⅰ级\n> 假引用 **假重点** `码` [点我领取](http://evil.example/x) "
    "<@all> <@zhangsan> @all <font color='warning'>红</font>\r\n"
    "\u202e反过来\u200b零宽\x00\x1b[31m &lt;@all&gt; www.evil-site.com 看https://evil.cn/a?b=1吧 "
    "javascript:alert(1) ![图](http://e.cn/1.png)"
)


def wecom(detail: Detail = "summary", form: str = "markdown", **more: Any) -> Channel:
    settings = {"key": "11112222-aaaa-bbbb-cccc-333344445555", "format": form, **more}
    return Channel("duty-group", "值班群", "wecom", detail, True, settings)


def mail(detail: Detail = "full", *, group: bool = False, **settings: Any) -> Channel:
    own = {"host": "localhost", "sender": "yuqing@qingxi.example"}
    own |= {"recipients": ["duty@qingxi.example"]}
    return Channel("duty-mail", "值班邮箱", "mail", detail, group, own | settings)


def webhook(detail: Detail = "full", *, group: bool = False, **settings: Any) -> Channel:
    own = {"url": "http://127.0.0.1:9/hook", "secret": "webhook-secret-0123456789"}
    return Channel("office", "办公系统", "webhook", detail, group, own | settings)


def hostile() -> Message:
    """The alert with every text of a feed replaced by an attack."""
    item = Item(HOSTILE, HOSTILE, NOW, "javascript:alert(1)", HOSTILE)
    return replace(
        ALERT, headline=HOSTILE, reasons=(HOSTILE,), items=(item,), link=LINK, number="2026-0013"
    )
