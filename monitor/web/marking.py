"""Feed text with places in it marked, as safe HTML.

Whatever a feed says is cut into pieces first and escaped piece by piece, so that no text can
become markup. Offsets are those of the original text.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from monitor.words import Span

MARKS_MOST = 2_000
"""A body of a megabyte may hold a query's word a hundred thousand times."""

# Controls that turn the direction of writing, and those that mean nothing on a page: they could
# make a headline read backwards or run into the words around it.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


@dataclass(frozen=True, slots=True)
class Mark:
    """A place `[start, end)` in a text; `kind` becomes a CSS class, `words` the tooltip."""

    start: int
    end: int
    kind: str
    words: str = ""


def said(text: str) -> str:
    """A feed's text without control characters; it still has to be escaped."""
    return _UNSEEN.sub("", text)


def found(spans: Iterable[Span]) -> list[Mark]:
    """What a query found, as marks."""
    return [Mark(span.start, span.end, "hit") for span in spans]


def marked(
    text: str, marks: Sequence[Mark] = (), start: int = 0, end: int | None = None
) -> SafeString:
    """`text[start:end]` escaped, with `<mark>` around what is marked; marks may overlap."""
    end = len(text) if end is None else end
    inside = [mark for mark in marks if mark.start < end and mark.end > start][:MARKS_MOST]
    borders = {start, end}
    for mark in inside:
        borders |= {max(mark.start, start), min(mark.end, end)}
    ordered = sorted(borders)
    begins = sorted(inside, key=lambda mark: mark.start)
    open_: list[Mark] = []
    out: list[SafeString] = []
    at = 0
    for left, right in pairwise(ordered):
        open_ = [mark for mark in open_ if mark.end > left]
        while at < len(begins) and begins[at].start <= left:
            open_.append(begins[at])
            at += 1
        out.append(_piece(said(text[left:right]), open_))
    return format_html_join("", "{}", ((piece,) for piece in out))


def _piece(text: str, marks: Sequence[Mark]) -> SafeString:
    if not marks:
        return format_html("{}", text)
    kinds = " ".join(dict.fromkeys(mark.kind for mark in marks))
    words = "；".join(dict.fromkeys(mark.words for mark in marks if mark.words))
    if not words:
        return format_html('<mark class="{}">{}</mark>', kinds, text)
    return format_html('<mark class="{}" title="{}">{}</mark>', kinds, words, text)


def excerpt(body: str, spans: Sequence[Span], size: int = 130) -> SafeString:
    """About `size` characters of a body around the first place found, on one line."""
    start = _begin(body, spans[0].start) if spans else 0
    end = min(len(body), start + size)
    line = marked(body, found(spans), start, end)
    return format_html("{}{}{}", "…" if start else "", line, "…" if end < len(body) else "")


def _begin(body: str, first: int) -> int:
    """Where to begin so that the first hit is seen early: its sentence, if that is near."""
    earliest = max(0, first - 48)
    if not earliest:
        return 0
    near = max(body.rfind(stop, earliest, first) for stop in "。！？!?；\n")
    if near < 0:
        near = max(body.rfind(stop, earliest, first) for stop in "，、,：: ")
    return near + 1 if near >= 0 else first - 24


def paragraphs(text: str, marks: Sequence[Mark] = ()) -> list[SafeString]:
    """A body's paragraphs, each with its marks; blank lines are no paragraphs."""
    ordered = sorted(marks, key=lambda mark: mark.start)[:MARKS_MOST]
    return [
        marked(text, ordered, match.start(), match.end())
        for match in re.finditer(r"[^\r\n]+", text)
        if match[0].strip()
    ]
