"""内容级别: how much of a message one channel may be told, cleaned, masked and cut to size."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from monitor.notify.mask import mask
from monitor.notify.message import KINDS, Detail, Item, Message
from monitor.notify.safe import clean, clip, safe_url, unlink
from monitor.words import SHANGHAI

SUMMARY_ITEMS = 3
FULL_ITEMS = 200
HEADLINE, TITLE, SOURCE, REASON, QUOTE, REASONS = 80, 80, 30, 120, 200, 12
"""Longest lengths in characters, and the most reasons: a phone shows some 20 Chinese
characters a line, and a quotation is evidence, not the article."""
OWN_LINE = 200
"""Of a headline about this system, which is all that such a message has to say."""


def told(message: Message, detail: Detail, *, masked: bool) -> Message:
    """The message as a channel of this 内容级别 may tell it, every text made harmless.

    hint: the kind's neutral sentence in place of headline, reasons, items, score and total (the
    headline itself where it tells of this system only).
    summary: reasons and the titles and sources of the first three items.
    full: all items (at most FULL_ITEMS) with quotes, and links if the console has a link.
    `masked` hides phone and ID numbers in every text that came from outside.
    """
    words = _words(masked)
    neutral = KINDS[message.kind].neutral
    headline = words(message.headline, HEADLINE if neutral else OWN_LINE)
    number, link = words(message.number, 40), safe_url(message.link or "") or None
    if detail == "hint":
        return replace(
            message,
            number=number,
            headline=neutral or headline,
            reasons=(),
            items=(),
            score=None,
            link=link,
            total=None,
        )
    full = detail == "full"
    items = message.items[: FULL_ITEMS if full else SUMMARY_ITEMS]
    return replace(
        message,
        number=number,
        headline=headline,
        reasons=tuple(words(reason, REASON) for reason in message.reasons[:REASONS]),
        items=tuple(_item(item, words, full, link is not None, masked) for item in items),
        link=link,
        total=len(message.items) if message.total is None else message.total,
    )


def moment(instant: datetime, now: datetime) -> str:
    """11-22 08:15 in Shanghai; with the year when it is not the present one."""
    local = instant.astimezone(SHANGHAI)
    same_year = local.year == now.astimezone(SHANGHAI).year
    return local.strftime("%m-%d %H:%M" if same_year else "%Y-%m-%d %H:%M")


def _words(masked: bool) -> Callable[[str, int], str]:
    def words(text: str, longest: int) -> str:
        # Twenty times the length is ample before cleaning and keeps a hostile megabyte cheap.
        seen = clean(text[: longest * 20])
        return clip(unlink(mask(seen) if masked else seen), longest)

    return words


def _item(
    item: Item, words: Callable[[str, int], str], full: bool, linked: bool, masked: bool
) -> Item:
    url = safe_url(item.url) if full and linked else ""
    return Item(
        title=words(item.title, TITLE) or "（无标题）",
        source=words(item.source, SOURCE) or "来源不详",
        published=item.published,
        # A number inside an address cannot be masked without breaking the address.
        url="" if masked and mask(url) != url else url,
        quote=words(item.quote, QUOTE) if full else "",
    )
