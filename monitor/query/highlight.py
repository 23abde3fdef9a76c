"""Where in the original text the words of a query stand."""

import re
from dataclasses import dataclass

from monitor.query.tree import Field, Query, positive
from monitor.text.normalise import normalise
from monitor.text.pieces import BAR, Piece, pieces, stream
from monitor.words import Span


@dataclass(frozen=True, slots=True)
class Highlights:
    """Ascending spans that do not overlap, offsets in the original title and body."""

    title: tuple[Span, ...] = ()
    body: tuple[Span, ...] = ()


def highlights(query: Query, title: str, body: str) -> Highlights:
    """The places where words of the query stand that can have made it true.

    Negated words have no place. Of words that overlap the earliest is marked, of those
    that begin together the longest; a phrase is marked with the separators inside it.
    """
    words = set(positive(query.tree))
    in_title = {word.stream for word in words if word.field is not Field.BODY}
    in_body = {word.stream for word in words if word.field is not Field.TITLE}
    return Highlights(_spans(in_title, title), _spans(in_body, body))


def _spans(words: set[str], text: str) -> tuple[Span, ...]:
    if not words or not text:
        return ()
    longest_first = sorted(words, key=lambda word: (-len(word), word))
    pattern = re.compile("|".join(map(re.escape, longest_first)))
    line = stream(text)
    if not pattern.search(line):
        return ()
    normalised = normalise(text)
    found = pieces(normalised.text)
    starts, ends = _offsets(found)
    # Two words may stand in one original character (㍿ is 株式会社): it is marked once.
    spans: list[Span] = []
    for match in pattern.finditer(line):
        first, last = found[starts[match.start()]], found[ends[match.end()]]
        span = normalised.origin(first.start, last.end)
        if not spans or span.start >= spans[-1].end:
            spans.append(span)
    return tuple(spans)


def _offsets(found: list[Piece]) -> tuple[dict[int, int], dict[int, int]]:
    """Which piece begins, and which ends, at an offset of the stream."""
    starts: dict[int, int] = {}
    ends: dict[int, int] = {}
    at = 0
    for number, piece in enumerate(found):
        if piece.first and number:
            at += 1
        starts[at] = number
        at += len(piece.text) if piece.han else len(piece.text) + 2 * len(BAR)
        ends[at] = number
    return starts, ends
