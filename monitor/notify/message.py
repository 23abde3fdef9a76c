"""What is to be said, before anybody decides how a channel says it: values, no I/O."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NamedTuple

from monitor.words import Level

Detail = Literal["hint", "summary", "full"]
DETAILS: dict[Detail, str] = {"hint": "仅提示", "summary": "摘要", "full": "全文"}


class MessageKind(NamedTuple):
    """The words of one kind of message: its heading, the one sentence that a 仅提示
    channel may show, and what its reasons are called.

    With `neutral` "" the headline itself may be shown: it is about this system and tells of no
    matter and no person.
    """

    heading: str
    neutral: str
    reasons: str


KINDS: dict[str, MessageKind] = {
    "alert": MessageKind("舆情预警", "有一条新的舆情预警，需要研判。", "为何预警"),
    "growth": MessageKind("预警升温", "一条已有预警的传播范围明显扩大。", "有何变化"),
    "news": MessageKind("预警新情况", "一条已有预警出现新的重要情况，请尽快查看。", "有何变化"),
    "deadline": MessageKind("时限提醒", "一件处置单的时限将到或已过。", "时限情况"),
    "briefing": MessageKind("舆情周报", "新一期舆情周报已生成，请审阅。", "本期要点"),
    "source_health": MessageKind("信源异常", "有信源采集不正常，可能漏采。", "异常情况"),
    "stalled": MessageKind("系统故障", "", "怎么办"),
    "recovered": MessageKind("系统恢复", "", "说明"),
    "shift": MessageKind("系统状况", "", "异常情况"),
    "test": MessageKind("测试消息", "这是一条测试消息，收到即表示渠道可用，无需处理。", "说明"),
}
"""Kinds whose `Message.number` is an alert's number are the first three."""

ALERT_KINDS = frozenset({"alert", "growth", "news"})
COMPLETE = frozenset({"test", "recovered", "shift"})
"""Kinds that say all there is to say: nobody need go and look."""


@dataclass(frozen=True, slots=True)
class Item:
    """One article as a message quotes it; text comes from a feed and is not trusted."""

    title: str
    source: str
    published: datetime
    url: str = ""
    quote: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """One thing to tell people.

    `kind` is a key of KINDS; `number` is the alert's number as printed ("2026-0012"), or ""
    for a message about nothing numbered; `reasons` are Chinese sentences, gravest first;
    `items` newest or gravest first; `score` is the risk score 0..100; `link` is the page of
    the console, None while the office has set no public URL (then no link of any sort is
    sent); `total` counts the articles of the event when `items` holds only some of them.
    """

    kind: str
    number: str
    headline: str
    level: Level | None
    reasons: tuple[str, ...]
    items: tuple[Item, ...]
    score: float | None
    link: str | None
    now: datetime
    total: int | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"不认识的消息类别“{self.kind}”，可用：{'、'.join(KINDS)}")

    @property
    def heading(self) -> str:
        """The first line: 【舆情预警】Ⅱ级 · 预警编号 2026-0012."""
        noun = "预警编号" if self.kind in ALERT_KINDS else "编号"
        facts = [
            self.level.label if self.level else "",
            f"{noun} {self.number}" if self.number else "",
        ]
        return f"【{KINDS[self.kind].heading}】" + " · ".join(fact for fact in facts if fact)


@dataclass(frozen=True, slots=True)
class Part:
    """The n-th of `of` pieces of a rendered message; `body` is what the ledger stores and
    what `send` puts on the wire (a JSON text for every kind of channel)."""

    n: int
    of: int
    body: str


@dataclass(frozen=True, slots=True)
class Channel:
    """One configured way out, with its secrets already resolved.

    `audience` holds "duty", "admin" or both: who is reached by it. `settings` is checked by the
    typed model of its kind (`monitor.notify.channels`); it is kept out of `repr` because it holds
    keys and passwords.
    """

    slug: str
    name: str
    kind: str
    detail: Detail = "summary"
    group: bool = True
    settings: dict[str, Any] = field(default_factory=dict, repr=False)
    audience: tuple[str, ...] = ("duty",)
