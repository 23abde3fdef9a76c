"""RSS 2.0, RSS 1.0 (RDF) and Atom: clean text → raw records.

fastfeedparser reads what is well formed (0.65 ms a hundred entries), feedparser what it refuses
(30 ms). Of a damaged document each entry is read on its own: parsers that "recover" let one
unclosed tag swallow the entries after it.
"""

import io
import logging
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

import fastfeedparser
import feedparser
from lxml import etree

from monitor.collect.harvest import MAX_ENTRIES, Raw
from monitor.collect.xmltext import HEAD, OUTLET, blanked, prepared

# At every date that it cannot read fastfeedparser tries to import dateparser, which we do not
# install, and a vain import searches all folders: a tenth of the time of a whole pipeline whose
# guids are no dates. None makes it fail at once.
sys.modules.setdefault("dateparser", None)  # type: ignore[arg-type]

log = logging.getLogger(__name__)

MAX_SLOW = 1_000_000
"""Characters of one document that the slow parser is given (hostile ones take it 3 s)."""
MAX_BROKEN = 200
"""Broken entries of a damaged document that are read, each by the slow parser (1 … 5 ms)."""

_ENTRY = re.compile(r"<(/?)(?:[\w.-]{1,20}:)?(?:item|entry)(?=[\s>])[^<>]{0,500}>", re.I)
_TITLE = re.compile(r"<title(?:\s[^<>]{0,200})?>(.{0,1000}?)</title", re.I | re.S)

Reading = tuple[str, list[Raw], list[str]]
"""The feed's title, its records, and notes in Chinese."""


def read_xml(text: str, start: int, root: str, seen: datetime) -> Reading:
    """Read a feed whose root element `root` begins at `start`, as find_root() says."""
    text, dates = prepared(text[start:], root, seen)
    if not _is_well_formed(text):
        return _read_damaged(text, root, dates)
    try:
        return _read_fast(text, dates)
    except Exception:  # it raises what lxml, its core and its own lookups raise
        log.debug("the fast parser refused a well-formed document", exc_info=True)
    notes = []
    if len(text) > MAX_SLOW:
        text = text[:MAX_SLOW]
        notes.append(f"订阅格式不规范且过长，只读取前 {MAX_SLOW // 10_000} 万字")
    title, raws = _read_slow(text, dates)
    return title, raws, notes


def _read_fast(text: str, dates: Mapping[str, datetime]) -> Reading:
    feed = fastfeedparser.parse(_document(text))
    return _title(feed), list(_raws(feed["entries"], dates)), []


def _read_slow(text: str, dates: Mapping[str, datetime]) -> tuple[str, list[Raw]]:
    feed = feedparser.parse(
        io.BytesIO(_document(text)),  # a str might be taken for a path
        response_headers={"content-type": "application/xml; charset=utf-8"},
        sanitize_html=False,  # markup is never passed on, see plaintext.py
        resolve_relative_uris=False,
    )
    return _title(feed), list(_raws(feed["entries"], dates))


def _read_damaged(text: str, root: str, dates: Mapping[str, datetime]) -> Reading:
    """Each entry alone: the sound ones by the fast parser, the broken ones by the slow one."""
    notes = ["订阅格式有误，已尽量读取；建议告知网站管理员"]
    if f"{root}>" not in text[-2000:].lower():
        notes.append("订阅内容没有传完整，只读到已有的文章")
    pieces = list(_pieces(text))
    if not pieces:
        title, found = _read_slow(text[:MAX_SLOW], dates)
        return title, found, notes
    opening = text[: text.find(">") + 1]
    shell = _shell(opening, root)
    sound = [_is_well_formed(shell(piece)) for piece in pieces]
    whole = [piece for piece, good in zip(pieces, sound, strict=True) if good]
    try:
        _, read, _ = _read_fast(shell("".join(whole)), dates)
    except Exception:  # as above
        log.debug("the fast parser refused sound entries", exc_info=True)
        _, read = _read_slow(shell("".join(whole))[:MAX_SLOW], dates)
    stream = iter(read)
    raws: list[Raw] = []
    skipped = 0
    left, room = MAX_BROKEN, MAX_SLOW
    for piece, good in zip(pieces, sound, strict=True):
        if good:
            raws.extend(raw for raw in (next(stream, None),) if raw)
        elif left and len(piece) <= room:
            left, room = left - 1, room - len(piece)
            raws.extend(_read_slow(shell(piece), dates)[1])
        else:
            skipped += 1
    if skipped:
        notes.append(f"残缺的文章过多或过长，有 {skipped} 篇已跳过")
    named = _TITLE.search(text, 0, min(text.find(pieces[0]), HEAD))
    return named[1] if named else "", raws, notes


def _pieces(text: str) -> Iterator[str]:
    """The entries as they stand in the text; one that is not closed ends where the next begins."""
    masked = blanked(text, "<![CDATA[", "]]>")
    start = None
    count = 0
    for mark in _ENTRY.finditer(masked):
        if start is not None:
            yield text[start : mark.end() if mark[1] else mark.start()]
            count += 1
        if count > MAX_ENTRIES:
            return
        start = None if mark[1] else mark.start()
    if start is not None:
        yield text[start:]


def _shell(opening: str, root: str) -> Callable[[str], str]:
    """A document of the kind around entries; `opening` is the root's own start tag."""
    name = opening[1:].split()[0].rstrip("/>")
    opening = opening.rstrip("/>") + ">"
    before, after = ("<channel>", "</channel>") if root == "rss" else ("", "")
    return lambda entries: f"{opening}{before}{entries}{after}</{name}>"


def _is_well_formed(text: str) -> bool:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        return False
    return True


def _document(text: str) -> bytes:
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}'.encode("utf-8", "replace")


def _title(feed: Mapping[str, Any]) -> str:
    return str(feed.get("feed", {}).get("title") or "")


def _raws(entries: list[Mapping[str, Any]], dates: Mapping[str, datetime]) -> Iterator[Raw]:
    for entry in entries:
        guid, link = _text(entry, "id"), _text(entry, "link")
        contents = entry.get("content") or []
        bodies = [*(_text(content, "value") for content in contents[:1])]
        bodies += [_text(entry, "description"), _text(entry, "summary")]
        # What neither we wrote was guessed by the parser, from a guid for example.
        claims = (dates.get(_text(entry, name)) for name in ("published", "updated"))
        tags = (_text(tag, "term") for tag in entry.get("tags") or [])
        yield Raw(
            guid="" if guid == link else guid,  # a guid that only repeats the link adds nothing
            link=link,
            title=_text(entry, "title"),
            body=next((body for body in bodies if body.strip()), ""),
            author=_text(entry, "author"),
            outlet=next((tag[len(OUTLET) :] for tag in tags if tag.startswith(OUTLET)), ""),
            claimed=next((claim for claim in claims if claim), None),
        )


def _text(record: Mapping[str, Any], name: str) -> str:
    value = record.get(name)
    return value if isinstance(value, str) else ""
