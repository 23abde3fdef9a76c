"""JSON Feed 1.0 and 1.1 (jsonfeed.org): text → raw records."""

import html
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from monitor.collect.dates import read_date
from monitor.collect.entry import FeedError
from monitor.collect.harvest import Raw


def read_json(text: str, seen: datetime) -> tuple[str, list[Raw], list[str]]:
    """The feed's title, its records and notes; raises FeedError."""
    try:
        feed = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FeedError(
            "json", "订阅内容是残缺的 JSON，无法读取：会自动再试，若一直如此请联系网站管理员。"
        ) from error
    items = feed.get("items") if isinstance(feed, dict) else None
    if not isinstance(items, list):
        raise FeedError(
            "not_feed", "返回的 JSON 里没有文章列表（items）：请核对地址是不是 JSON Feed 订阅地址。"
        )
    records = [item for item in items if isinstance(item, dict)]
    notes = ["有文章不是规定的格式，已跳过"] if len(records) < len(items) else []
    return _text(feed, "title"), list(_raws(records, feed, seen)), notes


def _raws(records: list[dict[str, Any]], feed: Mapping[str, Any], seen: datetime) -> Iterator[Raw]:
    for item in records:
        # Titles and content_text are plain by the specification: escaped, they stay literal.
        plain = html.escape(_text(item, "content_text"), quote=False)
        date = _text(item, "date_published") or _text(item, "date_modified")
        yield Raw(
            guid=_text(item, "id"),
            link=_text(item, "url") or _text(item, "external_url"),
            title=_text(item, "title"),
            body=_text(item, "content_html") or plain or _text(item, "summary"),
            author=_author(item) or _author(feed),
            claimed=read_date(date, seen),
        )


def _author(record: Mapping[str, Any]) -> str:
    authors = record.get("authors")
    first = authors[0] if isinstance(authors, list) and authors else record.get("author")
    return _text(first, "name") if isinstance(first, dict) else ""


def _text(record: Mapping[str, Any], name: str) -> str:
    value = record.get(name)
    # JSON Feed 1.1: a reader must take an id that is a number for its text.
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
