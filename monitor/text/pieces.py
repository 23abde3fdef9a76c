"""Cutting normalised text into the pieces that search matches, without a dictionary.

A *segment* is a maximal sequence of letters, digits and marks; each emoji is one by
itself. Inside a segment every Han character is a piece and so is every maximal run of
other characters, cut at 64. Words match whole pieces (`gpt` not in `chatgpt`), pieces of
one segment adjoin (`A股`), and between segments lies one gap, however many separators.

The *stream* writes this as one string, so that matching is searching a substring: Han
pieces as they are, other pieces between bars, one blank for a gap:

    城关镇停水，请拨12345热线  →  城关镇停水 请拨|12345|热线
"""

import re
from typing import NamedTuple

from monitor.text.characters import (
    END,
    HAN_ABOVE,
    HAN_CLASS,
    IGNORABLE_ABOVE,
    SEVERAL,
    SINGLE,
    emoji,
    words,
)

# Elasticsearch and FTS5 both want bounded terms; the longest German word has 63 letters.
LONGEST = 64
GAP = " "
BAR = "|"


class Piece(NamedTuple):
    """One piece of a normalised text; `start` and `end` are offsets in that text."""

    text: str
    start: int
    end: int
    han: bool
    first: bool  # the first piece of its segment


def _classes() -> list[int]:
    """Each word character and emoji to itself, everything else to a gap; same length."""
    table = [ord(GAP)] * END
    for code in (*words(), *emoji()):
        table[code] = code
    return table


def _marked() -> list[int | str]:
    """From any character, normalised or not, straight to what the stream shows of it."""
    table: list[int | str] = list(_classes())
    for code in emoji():
        table[code] = f"{GAP}{chr(code)}{GAP}"
    for before, after in (*SINGLE.items(), *SEVERAL.items()):
        table[ord(before)] = after.translate(table)
    return table


def _above(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code in HAN_ABOVE:
        return match[0]
    return "" if code in IGNORABLE_ABOVE else GAP


_CLASSES = _classes()
_MARKED = _marked()
_EMOJI = "".join(map(chr, emoji()))
_ABOVE = re.compile(f"[{chr(END)}-\U0010ffff]")
_OTHER = re.compile(f"([^{GAP}{HAN_CLASS}]{{1,{LONGEST}}})")
_HAN, _PICTURE = 1, 2  # groups of _PIECE
_PIECE = re.compile(f"([{HAN_CLASS}])|[^{GAP}{HAN_CLASS}{_EMOJI}]{{1,{LONGEST}}}|([{_EMOJI}])")


def pieces(normalised_text: str) -> list[Piece]:
    """The pieces in order, with offsets; for hot paths take `stream`."""
    text = normalised_text.translate(_CLASSES)
    if _ABOVE.search(text):
        text = _ABOVE.sub(lambda match: _above(match) or GAP, text)
    found: list[Piece] = []
    before = -1
    for match in _PIECE.finditer(text):
        start, end = match.span()
        kind = match.lastindex
        # The constructor of a named tuple takes twice as long as its tuple.
        values = (match[0], start, end, kind == _HAN, start != before or kind == _PICTURE)
        found.append(tuple.__new__(Piece, values))
        before = -1 if kind == _PICTURE else end
    return found


def stream(text: str) -> str:
    """The text's pieces as one searchable string; takes normalised or original text."""
    marked = text.translate(_MARKED)
    if _ABOVE.search(marked):
        marked = _ABOVE.sub(_above, marked)
    # Splitting by the runs and joining with bars puts a bar on either side of each run.
    return BAR.join(_OTHER.split(GAP.join(marked.split())))


def stream_of(found: list[Piece]) -> str:
    """The stream that the pieces make: `stream_of(pieces(t)) == stream(t)`."""
    parts: list[str] = []
    for piece in found:
        if piece.first and parts:
            parts.append(GAP)
        parts.append(piece.text if piece.han else f"{BAR}{piece.text}{BAR}")
    return "".join(parts)
