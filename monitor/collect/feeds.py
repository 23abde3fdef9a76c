"""The source kind `feed`: RSS 2.0 and 1.0, Atom, JSON Feed. Bytes → entries, and how to poll it."""

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from urllib.parse import urljoin

from lxml import etree

from monitor.collect.decode import Decoded, clean, decode
from monitor.collect.entry import Entry, FeedError, Parsed
from monitor.collect.fetch import Fetcher
from monitor.collect.harvest import harvest
from monitor.collect.jsonfeed import read_json
from monitor.collect.polling import Polled, PollRequest
from monitor.collect.xmlfeed import read_xml
from monitor.collect.xmltext import find_root

__all__ = ["Entry", "FeedError", "Parsed", "parse", "poll"]

INLINE = 128 * 1024
"""Bytes up to which parsing (< 5 ms) may hold the loop. Parsing holds the interpreter, so
threads would not make it faster; but a large document on the loop's own thread would let its
neighbours' time limits run out. Large ones go through one thread, one after the other, which
bounds memory too."""

_one_reader = ThreadPoolExecutor(1, thread_name_prefix="feed-reader")
_HTML = re.compile(r"<(?:!doctype\s+html|html[\s>]|head[\s>]|body[\s>])", re.I)
_FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/feed+json")


def parse(body: bytes, content_type: str, url: str, seen: datetime) -> Parsed:
    """Read a feed document; raises FeedError.

    `content_type` is the HTTP header, `url` where the document came from (relative links),
    `seen` (aware) the moment of the poll, which anchors dates such as 昨天.
    """
    decoded = decode(body, content_type)
    text = clean(decoded.text)
    if not text.strip():
        raise FeedError("empty", "返回的内容是空的：会自动再试，若一直如此请核对订阅地址。")
    if text.lstrip()[:1] in "{[":
        title, raws, notes = read_json(text, seen)
    else:
        page = _HTML.search(text, 0, 4096)
        start, root = find_root(text) if page is None else find_root(text[: page.start()])
        if start < 0:
            raise _no_feed(text, page is not None, url)
        title, raws, notes = read_xml(text, start, root, seen)
    return harvest(raws, url, title, [*_encoding_notes(decoded), *notes])


async def poll(request: PollRequest, fetcher: Fetcher, now: datetime) -> Polled:
    """Fetch and read one feed; raises FetchError, FeedError."""
    fetched = await fetcher.get(request.url, request.etag, request.last_modified, now=now)
    if fetched.status == 304:
        return Polled(
            entries=[],
            etag=fetched.etag or request.etag,
            last_modified=fetched.last_modified or request.last_modified,
            not_modified=True,
            retry_after=fetched.retry_after,
        )
    asked = (fetched.body, fetched.content_type, fetched.url, now)
    if len(fetched.body) <= INLINE:
        parsed = parse(*asked)
    else:
        parsed = await asyncio.get_running_loop().run_in_executor(_one_reader, parse, *asked)
    return Polled(
        entries=parsed.entries,
        etag=fetched.etag,
        last_modified=fetched.last_modified,
        not_modified=False,
        retry_after=fetched.retry_after,
        notes=parsed.notes,
        title=parsed.title,
    )


def _no_feed(text: str, is_page: bool, url: str) -> FeedError:
    if not is_page:
        return FeedError(
            "not_feed", "返回的内容不是订阅（RSS、Atom 或 JSON Feed）：请核对订阅地址。"
        )
    words = "返回的是网页而不是订阅内容："
    if link := _advertised(text, url):
        return FeedError("html", f"{words}该网页写明的订阅地址是 {link} ，请改用它。")
    return FeedError("html", f"{words}请在网站上找到“RSS”或“订阅”链接，填写它的地址。")


def _advertised(text: str, url: str) -> str:
    """The feed that a page names by `<link rel="alternate">`, absolute, or ""."""
    head = text[: 512 * 1024].encode("utf-8", "replace")
    page = etree.fromstring(head, etree.HTMLParser(encoding="utf-8", no_network=True))
    if page is None:
        return ""
    for link in page.iter("link"):
        rel, kind, href = (link.get(name, "").strip() for name in ("rel", "type", "href"))
        if "alternate" in rel.lower().split() and kind.lower() in _FEED_TYPES and href:
            try:
                return str(urljoin(url, href))[:500]
            except ValueError:
                continue
    return ""


def _encoding_notes(decoded: Decoded) -> list[str]:
    notes = []
    if decoded.declared and decoded.declared != decoded.encoding.removesuffix("-le").removesuffix(
        "-be"
    ):
        notes.append(f"声明的编码是 {decoded.declared}，实际按 {decoded.encoding} 读取")
    if decoded.broken:
        notes.append(f"有 {decoded.broken} 个字无法辨认（已显示为 �）")
    return notes
