"""One spelling for what readers hold to be the same character, with the way back.

Normalisation works character by character, so that an offset map exists: casefold and
NFKC (UAX #15) of the single character, then traditional to simplified where that is one
to one. Zero-width and other default ignorable characters vanish: 停<U+200B>水 is 停水.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass

from monitor.text.characters import END, IGNORABLE_ABOVE, SEVERAL, SINGLE
from monitor.words import Span

# A noncharacter marks, in the fast pass, where one character becomes several or none.
_MARK = "\uffff"
_SEVERAL = {**SEVERAL, _MARK: ""}
_ABOVE = re.compile(f"[{chr(IGNORABLE_ABOVE.start)}-{chr(IGNORABLE_ABOVE.stop - 1)}]")


def _table() -> list[int]:
    table = list(range(END))
    for before, after in SINGLE.items():
        table[ord(before)] = ord(after)
    for before in _SEVERAL:
        table[ord(before)] = ord(_MARK)
    return table


# A list, not a dict: str.translate indexes it without hashing (13 µs for 500 characters
# against 16 with a full dict and 27 with a sparse one).
_TABLE = _table()


@dataclass(frozen=True, slots=True)
class Normalised:
    """A text in one spelling; offsets are characters.

    `jumps` is None when normalised and original offsets are the same. Otherwise it holds
    (offset in `text`, offset in `original`) pairs, ascending: from each pair on, both
    offsets advance together until the next pair.
    """

    original: str
    text: str
    jumps: tuple[tuple[int, int], ...] | None = None

    def origin(self, start: int, end: int) -> Span:
        """The span of the original that became `text[start:end]` (0 <= start < end).

        Widened to whole original characters, and over vanished ones inside and after it,
        so that a mark around ❤ takes its variation selector along.
        """
        if self.jumps is None:
            return Span(start, end)
        first, last = _at(self.jumps, start), _at(self.jumps, end - 1)
        after = _at(self.jumps, end) if end < len(self.text) else len(self.original)
        return Span(first, max(after, last + 1))


def _at(jumps: tuple[tuple[int, int], ...], offset: int) -> int:
    index = bisect_right(jumps, offset, key=lambda jump: jump[0]) - 1
    ours, theirs = jumps[index]
    # An expansion's characters all come from one: its jumps pin them one by one.
    return theirs + offset - ours


def normalise(text: str) -> Normalised:
    """The text in one spelling; idempotent, and the spelling of a sum is the sum's.

    `normalise(a + b).text == normalise(a).text + normalise(b).text` for all strings.
    """
    folded = text.translate(_TABLE)
    if _MARK not in folded and not _ABOVE.search(folded):
        return Normalised(text, folded)
    return _with_jumps(text, folded)


def _with_jumps(text: str, folded: str) -> Normalised:
    parts: list[str] = []
    jumps: list[tuple[int, int]] = [(0, 0)]
    done = length = 0
    for match in _SPECIAL.finditer(folded):
        at = match.start()
        parts.append(folded[done:at])
        length += at - done
        several = _SEVERAL.get(text[at], "")
        parts.append(several)
        jumps += [(length + i, at) for i in range(len(several))]
        length += len(several)
        done = at + 1
        jumps.append((length, done))
    parts.append(folded[done:])
    return Normalised(text, "".join(parts), tuple(jumps))


_SPECIAL = re.compile(f"{_MARK}|{_ABOVE.pattern}")
