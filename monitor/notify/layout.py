"""The order in which a duty officer's eye should meet things on a phone, as lines.

Heading, what happened, how grave, why the system thinks so, where it was said, where to go.
"""

from collections.abc import Callable
from dataclasses import dataclass

from monitor.notify.detail import moment
from monitor.notify.message import COMPLETE, KINDS, Item, Message
from monitor.notify.safe import flatten
from monitor.notify.split import Block, Sheet
from monitor.words import Level


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a channel writes emphasis and links; `escape` is applied to every text that is
    not ours before it meets them."""

    escape: Callable[[str], str]
    strong: Callable[[str], str]
    grave: Callable[[str], str]
    origin: Callable[[str], str]
    quote: Callable[[str], str]
    link: Callable[[str, str], str]
    indent: str


def _itself(text: str) -> str:
    return text


PLAIN = Dialect(
    escape=_itself,
    strong=_itself,
    grave=_itself,
    origin=lambda text: f"   {text}",
    quote=lambda text: f"   “{text}”",
    link=lambda label, url: f"{label}：{url}",
    indent="   ",
)

# https://developer.work.weixin.qq.com/document/path/91770 lists what the robot's markdown
# understands: headings, bold, links, inline code, quotes and three font colours.
WECOM_MARKDOWN = Dialect(
    escape=flatten,
    strong=lambda text: f"**{text}**",
    grave=lambda text: f'<font color="warning">{text}</font>',
    origin=lambda text: f'<font color="comment">{text}</font>',
    quote=lambda text: f"> “{text}”",
    link=lambda label, url: f"[{label}]({url})",
    indent="",
)


def lay_out(message: Message, dialect: Dialect) -> Sheet:
    """The lines of a message that `detail.told` has already cut to what may be told."""
    blocks = [Block(_lead(message, dialect))]
    if message.reasons:
        blocks.append(Block(_reasons(message, dialect)))
    for n, item in enumerate(message.items, start=1):
        blocks.append(Block(_item(n, item, message, dialect), item=True))
    return Sheet(title=_title(message, dialect), blocks=tuple(blocks), foot=_foot(message, dialect))


def _title(message: Message, dialect: Dialect) -> str:
    title = dialect.escape(message.heading)
    if message.level in (Level.I, Level.II):
        label = message.level.label
        title = title.replace(label, dialect.grave(label), 1)
    return dialect.strong(title)


def _lead(message: Message, dialect: Dialect) -> str:
    facts = []
    if message.score is not None:
        facts.append(f"风险分 {message.score:.0f}")
    if message.total:
        facts.append(f"共 {message.total} 篇")
    if facts:
        facts.append(moment(message.now, message.now))
    lines = [dialect.escape(message.headline), " · ".join(facts)]
    return "\n".join(line for line in lines if line)


def _reasons(message: Message, dialect: Dialect) -> str:
    lines = ["", dialect.strong(f"{KINDS[message.kind].reasons}：")]
    lines += [f"· {dialect.escape(reason)}" for reason in message.reasons]
    return "\n".join(lines)


def _item(n: int, item: Item, message: Message, dialect: Dialect) -> str:
    origin = f"{dialect.escape(item.source)} {moment(item.published, message.now)}"
    lines = ["", dialect.strong("相关内容：")] if n == 1 else []
    # A blank line ends the quotation of the item before; without it the next title would
    # be drawn as a part of that quotation.
    lines += [""] if n > 1 and message.items[n - 2].quote else []
    lines.append(f"{n}. {dialect.escape(item.title)}")
    lines.append(dialect.origin(origin))
    if item.url:
        lines.append(f"{dialect.indent}{dialect.link('原文', item.url)}")
    if item.quote:
        lines.append(dialect.quote(dialect.escape(item.quote)))
    return "\n".join(lines)


def _foot(message: Message, dialect: Dialect) -> str:
    if message.kind in COMPLETE:
        return ""
    if message.link:
        return "\n" + dialect.link("打开查看", message.link)
    return "\n请到值班室查看。"
