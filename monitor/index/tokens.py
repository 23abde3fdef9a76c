"""The terms under which an article is found; every index writes and asks these.

Text becomes *pairs*: each piece of monitor.text.pieces together with the piece that
follows it, in order, the last piece with nothing. A word of several pieces is a phrase of
its pairs; a word of one piece is the prefix of every pair that begins with it, for no
piece is the prefix of another. A pair that crosses a gap has `_` between its pieces, so a
word inside one segment never matches across a gap, and a quoted phrase needs no separate
term for the gap, whose list would be as long as the index.

    城关镇停水 拨|12345|热线
    城关 关镇 镇停 停水 水_拨 拨|12345| |12345|热 热线 线_

A second field of single pieces would answer one-character words faster (the commonest
character of 100,000 articles takes 86 ms as a prefix, an ordinary one 3 to 13), but costs
every article: with it the files are half as large again and writing is a third slower.

Filters become tags such as `s:weibo`. A day has tags of five lengths, from century to
day, so that any range of days is the union of some dozens of tags.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from operator import add

from monitor.query import Document
from monitor.text.pieces import BAR, GAP

ALL = "all"
BETWEEN = "_"

# What an ASCII tokenizer must take for letters beside letters and digits.
TOKEN_CHARACTERS = f"{BETWEEN}{BAR}:-"

_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")

# Digits of yyyymmdd that name a day, month, year, decade, century.
_SPANS = (8, 6, 4, 3, 2)


def terms(stream: str) -> str:
    """The pairs of a stream in order, joined by blanks, as an index is fed with them."""
    if not stream:
        return ""
    text = stream.replace(GAP, BETWEEN)
    units: Sequence[str] = text
    if BAR in text:
        # Between the bars stand characters and long pieces in turn.
        units = [
            unit
            for place, part in enumerate(text.split(BAR))
            for unit in ((f"{BAR}{part}{BAR}",) if place % 2 else part)
        ]
    # Signs of gaps are units here: the two pairs about each make the one that crosses it.
    joined = GAP.join(map(add, units, [*units[1:], BETWEEN]))
    return joined.replace(f"{BETWEEN}{GAP}{BETWEEN}", BETWEEN)


def pairs(stream: str) -> list[str]:
    """The pairs of a stream in order, one for each piece."""
    return terms(stream).split(GAP) if stream else []


def tags(document: Document) -> str:
    """The tags of a document, joined by blanks; raises ValueError for a malformed slug."""
    day = _digits(document.day)
    return " ".join(
        (
            ALL,
            source_tag(document.source),
            f"o:{document.sentiment}",
            *(unit_tag(slug) for slug in document.units),
            *(topic_tag(slug) for slug in document.topics),
            *((f"l:{document.level:d}",) if document.level is not None else ()),
            *(f"d:{day[:length]}" for length in _SPANS),
        )
    )


def source_tag(slug: str) -> str:
    return f"s:{_checked(slug)}"


def unit_tag(slug: str) -> str:
    return f"u:{_checked(slug)}"


def topic_tag(slug: str) -> str:
    return f"t:{_checked(slug)}"


def _checked(slug: str) -> str:
    if not _SLUG.fullmatch(slug):
        raise ValueError(f"代号“{slug}”只能用小写字母、数字、下划线和连字符，最长 64 位")
    return slug


def day_tags(first: date | None, last: date | None) -> Iterator[str]:
    """The fewest tags that together hold exactly the days first..last (None: open).

    At most some hundred of them, for an interval that is open at both ends.
    """
    at, end = first or date.min, last or date.max
    while at <= end:
        day = _digits(at)
        # Century 00 begins with the year 1, which is no reason to take it day by day.
        length, upto = next(
            (length, upto)
            for length in reversed(_SPANS)
            if _begin(day[:length]) == at and (upto := _end(day[:length])) <= end
        )
        yield f"d:{day[:length]}"
        if upto == date.max:
            return
        at = upto + timedelta(days=1)


def _digits(day: date) -> str:
    return day.isoformat().replace("-", "")


def _begin(prefix: str) -> date:
    filled = prefix + "00000101"[len(prefix) :]
    return date(max(int(filled[:4]), 1), int(filled[4:6]), int(filled[6:]))


def _end(prefix: str) -> date:
    if len(prefix) == 8:
        return _begin(prefix)
    filled = prefix + "99991231"[len(prefix) :]
    year, month = int(filled[:4]), int(filled[4:6])
    following = date(year + month // 12, month % 12 + 1, 1) if filled[:6] != "999912" else None
    return following - timedelta(days=1) if following else date.max
