"""One automaton over all words of all kinds, so that a text is walked once.

Words and texts are normalised. A hit obeys the matching contract of the query language: Han
matches by character, a piece of Latin letters or digits only whole (`ai` is not in `air`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from monitor.text.evasion import spellings
from monitor.text.normalise import normalise
from monitor.text.segment import mend

Range = tuple[int, int]


class Hits(dict[int, list[Range]]):
    """Word number → its ranges in a text; `order` holds (word, start, end) as they end."""

    __slots__ = ("order",)

    def __init__(self) -> None:
        self.order: list[tuple[int, int, int]] = []


# A text of one repeated word must not cost more memory than a book: further hits of the same
# word say nothing new.
HITS_PER_WORD = 50


def _narrow(char: str) -> bool:
    return char.isalnum() and ord(char) < 0x2E80


@dataclass(slots=True)
class Vocabulary:
    """Collects words before the automaton is built; the same word gets the same number."""

    numbers: dict[str, int]

    def __init__(self) -> None:
        self.numbers = {}

    def add(self, word: str) -> int:
        """The number of a word, as written in a catalogue; ValueError when nothing is left."""
        plain = mend(normalise(word).text.strip())
        if not plain:
            raise ValueError(f"词语为空：{word!r}")
        return self.numbers.setdefault(plain, len(self.numbers))

    def add_all(self, words: Sequence[str]) -> tuple[int, ...]:
        return tuple(self.add(word) for word in words)


class Lookup:
    """Finds every occurrence of every word, overlapping ones included, in linear time.

    A word is also met in its other spellings (monitor.text.evasion), which have its number.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        known = vocabulary.numbers
        others = {
            other: number
            for word, number in known.items()
            for other in spellings(word)
            if other not in known
        }
        words = [*known, *others]
        self._number = [*known.values(), *others.values()]
        self._automaton = AhoCorasick(
            words,
            matchkind=MatchKind.Standard,
            implementation=Implementation.ContiguousNFA,
            store_patterns=False,
        )
        self._edges = [(_narrow(word[0]), _narrow(word[-1])) for word in words]
        self._narrow = frozenset(n for n, edge in enumerate(self._edges) if edge[0] or edge[1])

    def find(self, text: str) -> Hits:
        """Word number → its ranges in the normalised text, in order, at most 50 of each."""
        try:
            raw = self._automaton.find_matches_as_indexes(text, overlapping=True)
        except UnicodeEncodeError:
            raw = self._automaton.find_matches_as_indexes(mend(text), overlapping=True)
        hits = Hits()
        met, append = hits.get, hits.order.append
        narrow, number_of = self._narrow, self._number
        for word, start, end in raw:
            if word in narrow and not self._whole(text, word, start, end):
                continue
            number = number_of[word]
            known = met(number)
            if known is None:
                hits[number] = [(start, end)]
            elif len(known) < HITS_PER_WORD:
                known.append((start, end))
            else:
                continue
            append((number, start, end))
        return hits

    def _whole(self, text: str, word: int, start: int, end: int) -> bool:
        first, last = self._edges[word]
        if first and start and _narrow(text[start - 1]):
            return False
        return not (last and end < len(text) and _narrow(text[end]))
