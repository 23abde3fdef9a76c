"""Raw records of any format → entries: plain, capped, told apart, with notes for people."""

import logging
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import blake2b
from itertools import islice
from urllib.parse import urljoin, urlsplit

from monitor.collect.decode import clean
from monitor.collect.entry import Entry, Parsed
from monitor.collect.identity import canonical
from monitor.collect.plaintext import MAX_MARKUP, line, plain

log = logging.getLogger(__name__)

MAX_ENTRIES = 10_000
"""Entries read of one document; a feed lists tens, ten thousand are a whole archive."""
MAX_BODY = 100_000
"""Characters kept of a body; the longest official papers have half of that."""
MAX_TITLE = 500
MAX_NAME = 100
MAX_LINK = 2_000
MAX_GUID = 500
SENTENCE = 60
"""Characters of the first sentence that stand in for a missing title."""

_SENTENCE_END = re.compile(r"(?<=[。！？!?…])|\n")
_MAILBOX = re.compile(r"[^\s@]{1,64}@[^\s@]{1,255}\s*\(([^()]{1,100})\)")


@dataclass(frozen=True, slots=True)
class Raw:
    """One record as a parser found it: texts are HTML, the link may be relative."""

    guid: str = ""
    link: str = ""
    title: str = ""
    body: str = ""
    author: str = ""
    outlet: str = ""
    claimed: datetime | None = None


def harvest(raws: Iterable[Raw], url: str, title: str, notes: Iterable[str] = ()) -> Parsed:
    """The entries of one document in its order; `url` is what relative links relate to.

    One record that cannot be read is noted and never stops its neighbours. Of records with the
    same guid and link, or without a guid and with the same link and title, the first wins.
    """
    odd: Counter[str] = Counter()
    stream = iter(raws)
    entries = list(_told_apart(_read(islice(stream, MAX_ENTRIES), url, odd), odd))
    if next(stream, None) is not None:
        odd[f"文章超过 {MAX_ENTRIES} 篇，只读取前 {MAX_ENTRIES} 篇"] += 1
    said = [text if n == 1 else f"{text}（{n} 处）" for text, n in odd.items()]
    return Parsed(_with_own_links(entries), line(title, MAX_TITLE), [*notes, *said])


def _read(raws: Iterable[Raw], url: str, odd: Counter[str]) -> Iterator[Entry]:
    for raw in raws:
        try:
            entry = _entry(raw, url, odd)
        except Exception:
            log.exception("an entry of %s could not be read", url)
            odd["有文章无法读取，已跳过"] += 1
            continue
        if entry.title or entry.body:
            yield entry
        else:
            odd["有文章既无标题也无正文，已跳过"] += 1


def _entry(raw: Raw, url: str, odd: Counter[str]) -> Entry:
    body = plain(raw.body)
    if len(body) > MAX_BODY or len(raw.body) > MAX_MARKUP:
        odd[f"有正文超过 {MAX_BODY} 字，只保留开头"] += 1
        body = body[:MAX_BODY]
    mailbox = _MAILBOX.fullmatch(raw.author.strip()[:500])
    guid = raw.guid.strip()
    if len(guid) > MAX_GUID:
        guid = blake2b(guid.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
    return Entry(
        guid=clean(guid),
        link=_absolute(url, clean(raw.link).strip()),
        title=line(raw.title, MAX_TITLE) or first_sentence(body),
        body=body,
        author=line(mailbox[1] if mailbox else raw.author, MAX_NAME),
        outlet=line(raw.outlet, MAX_NAME),
        claimed=raw.claimed,
    )


def _absolute(url: str, link: str) -> str:
    """The link made absolute, or "" if it is none that a reader could open (`javascript:` …)."""
    if not link:
        return ""
    try:
        link = urljoin(url, link)
        good = urlsplit(link).scheme in ("http", "https") and canonical(link) != ""
    except ValueError:
        return ""
    return link if good and len(link) <= MAX_LINK else ""


def first_sentence(body: str) -> str:
    """What stands in for a missing title: at most SENTENCE characters, "" for an empty body."""
    first = next((part.strip() for part in _SENTENCE_END.split(body[:1000]) if part.strip()), "")
    return first if len(first) <= SENTENCE else first[:SENTENCE] + "…"


def _told_apart(entries: Iterable[Entry], odd: Counter[str]) -> Iterator[Entry]:
    known: set[tuple[str, ...]] = set()
    for entry in entries:
        link = canonical(entry.link)
        names = {("link", link, entry.title)} if link else set()
        if entry.guid:
            names.add(("guid", entry.guid, link))
        if not names:
            names = {("text", entry.title, entry.body)}
        if known & names:
            odd["有文章在同一订阅中重复出现，以第一条为准"] += 1
            continue
        known |= names
        yield entry


def _with_own_links(entries: list[Entry]) -> list[Entry]:
    """Mark the entries whose link several of them share: it names a list, not an article."""
    sharers: defaultdict[str, int] = defaultdict(int)
    links = [canonical(entry.link) for entry in entries]
    for link in links:
        sharers[link] += 1
    return [
        replace(entry, own_link=False) if link and sharers[link] > 1 else entry
        for entry, link in zip(entries, links, strict=True)
    ]
