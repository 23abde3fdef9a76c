"""Phrases: words that mean something only together, as the catalogue writes them.

"停水" stands alone; "化工厂+异味" wants both in one sentence, in any order; "路灯/路牌+不亮/坏了"
wants one of either row, and since any of so many words may stand there by chance, near each other.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from monitor.text.context import Sentences, negated
from monitor.text.lookup import Hits, Range, Vocabulary

JOIN, OR = "+", "/"
NEAR = 24
"""Characters that may stand between words of rows: about two clauses."""
FAR = 60
"""The same for a phrase of plain words (化工厂+异味), which mean more."""
Met = tuple[int, int, tuple[Range, ...]]
"""(owner, sentence, the phrase's words in reading order)."""


def parse(phrase: str) -> tuple[tuple[str, ...], ...]:
    """The rows of words of one phrase; ValueError, in Chinese, for an empty word."""
    split = phrase.replace("＋", JOIN).split(JOIN)
    rows = tuple(tuple(word.strip() for word in row.split(OR)) for row in split)
    if not all(word for row in rows for word in row):
        raise ValueError(f"“{phrase}”有误：加号和斜线两边都要有字")
    return rows


class _Phrase(NamedTuple):
    """A phrase as one of its words sees it: the other rows (bits) that must be near."""

    owner: int
    others: tuple[int, ...]
    near: int


class _Word:
    """What a word can mean: owners of phrases that it is alone, rows that it stands in (a bit
    each), and by each row that may stand before it the phrases that are whole with that one."""

    __slots__ = ("alone", "bits", "partners", "wanted")

    def __init__(self) -> None:
        self.alone: list[int] = []
        self.bits = 0
        self.wanted = 0
        self.partners: dict[int, list[_Phrase]] = {}


class Phrases:
    """All phrases of all owners (matters, cues), compiled to word numbers of one vocabulary."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._rows: dict[frozenset[int], int] = {}
        self._words: dict[int, _Word] = {}

    def add(self, owner: int, phrases: Iterable[str]) -> None:
        """Give an owner its phrases; ValueError for one that is written wrongly."""
        for phrase in phrases:
            words = parse(phrase)
            rows = list(dict.fromkeys(frozenset(self._vocabulary.add_all(row)) for row in words))
            if len(rows) == 1:
                for number in rows[0]:
                    self._word(number).alone.append(owner)
                continue
            near = NEAR if any(len(row) > 1 for row in words) else FAR
            numbers = [self._rows.setdefault(row, len(self._rows)) for row in rows]
            for row, own in zip(rows, numbers, strict=True):
                others = tuple(1 << number for number in numbers if number != own)
                bits = sum(others)
                for number in row:
                    word = self._word(number)
                    word.bits |= 1 << own
                    word.wanted |= bits
                    # By one of its rows is enough: the others are looked for from there.
                    whole = _Phrase(owner, others, near)
                    word.partners.setdefault(others[0], []).append(whole)

    def _word(self, number: int) -> _Word:
        return self._words.setdefault(number, _Word())

    def find(self, text: str, hits: Hits, sentences: Sentences) -> list[Met]:
        """Each time that a phrase is whole. A word that is denied right before it (没有停水) is
        none, unless it begins with its own denial (没有水)."""
        known = self._words
        met: list[Met] = []
        place, edge = -1, 0
        # Words of the sentence so far, and the rows of them all.
        before: list[tuple[_Word, int, int]] = []
        rows = 0
        for number, start, end in hits.order:
            word = known.get(number)
            if word is None:
                continue
            if start >= edge:
                place, before, rows = sentences.number(start), [], 0
                _, edge = sentences.range_of(place)
            wanted = word.wanted & rows
            if (word.alone or wanted) and not negated(text, start):
                if word.alone:
                    met += [(owner, place, ((start, end),)) for owner in word.alone]
                if wanted:
                    nearest = _nearest(wanted, text, start, before)
                    _whole(word, place, (start, end), nearest, met)
            if word.bits:
                rows |= word.bits
                before.append((word, start, end))
        return met


def _nearest(
    wanted: int, text: str, start: int, before: Sequence[tuple[_Word, int, int]]
) -> dict[int, Range]:
    """Row (as its bit) → the last of its words that ends before `start` and is not denied, of the
    wanted rows."""
    nearest: dict[int, Range] = {}
    for word, first, last in reversed(before):
        if start - last > FAR:
            break
        fresh = wanted & word.bits
        # 停 of 停水 does not stand beside 停水.
        if not fresh or last > start or negated(text, first):
            continue
        wanted &= ~fresh
        while fresh:
            row = fresh & -fresh
            nearest[row] = (first, last)
            fresh ^= row
        if not wanted:
            break
    return nearest


def _whole(
    word: _Word, place: int, own: Range, nearest: Mapping[int, Range], met: list[Met]
) -> None:
    """Adds the phrases that the word and the nearest words of other rows make whole."""
    start = own[0]
    for row, quote in nearest.items():
        gap = start - quote[1]
        for phrase in word.partners.get(row, ()):
            if gap > phrase.near:
                continue
            if len(phrase.others) == 1:
                met.append((phrase.owner, place, (quote, own)))
                continue
            quotes = [nearest.get(other) for other in phrase.others]
            found = [one for one in quotes if one and start - one[1] <= phrase.near]
            if len(found) == len(quotes):
                met.append((phrase.owner, place, (*sorted(found), own)))
